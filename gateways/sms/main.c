/* main.c - faultline-gateway-sms. */
#include "gateways/sms/sms.h"

int
main(int argc, char **argv)
{
    return gateway_main(&sms_channel, argc, argv);
}
