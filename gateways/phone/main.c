/* main.c - faultline-gateway-phone; `prompts` as its first word makes the prompts. */
#include "gateways/phone/phone.h"
#include "gateways/phone/prompts.h"

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "prompts") == 0)
        return prompts_make(argc - 1, argv + 1);
    return gateway_main(&phone_channel, argc, argv);
}
