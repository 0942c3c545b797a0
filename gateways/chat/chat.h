/* chat.h - the chat gateway: its channel. */
#ifndef GATEWAYS_CHAT_CHAT_H
#define GATEWAYS_CHAT_CHAT_H

#include "gateways/gateway.h"

extern const struct channel chat_channel;

#endif
