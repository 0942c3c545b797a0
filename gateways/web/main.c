/* main.c - faultline-gateway-web: JSON in, webhooks out, alarms, health. */
#include "gateways/web/channel.h"

int
main(int argc, char **argv)
{
    return gateway_main(&web_channel, argc, argv);
}
