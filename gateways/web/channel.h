/* channel.h - the web gateway as a channel. */
#ifndef GATEWAYS_WEB_CHANNEL_H
#define GATEWAYS_WEB_CHANNEL_H

#include "gateways/gateway.h"

extern const struct channel web_channel;

#endif
