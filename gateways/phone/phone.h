/* phone.h - the phone gateway. */
#ifndef GATEWAYS_PHONE_PHONE_H
#define GATEWAYS_PHONE_PHONE_H

#include "gateways/gateway.h"

extern const struct channel phone_channel;

#endif
