/* sms.h - the SMS channel: a box on Kannel's bearerbox. */
#ifndef GATEWAYS_SMS_SMS_H
#define GATEWAYS_SMS_SMS_H

#include "gateways/gateway.h"

extern const struct channel sms_channel;

#endif
