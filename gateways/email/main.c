/* main.c - faultline-gateway-email. */
#include "gateways/email/email.h"

int
main(int argc, char **argv)
{
    return gateway_main(&email_channel, argc, argv);
}
