/* main.c - faultline-gateway-chat. */
#include "gateways/chat/chat.h"

int
main(int argc, char **argv)
{
    return gateway_main(&chat_channel, argc, argv);
}
