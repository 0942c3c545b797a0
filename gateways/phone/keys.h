/* keys.h - keys as telephones send them: events in RTP (RFC 4733), or in a SIP INFO. Pure. */
#ifndef GATEWAYS_PHONE_KEYS_H
#define GATEWAYS_PHONE_KEYS_H

#include "common/base/str.h"

/* A press comes in many packets, all of one RTP time: the first that arrives counts, whichever. */
struct key_events {
    uint32_t at[2]; /* the last two presses' times: packets may overtake each other */
    size_t count;   /* presses so far */
};
/* '\0': the same press again, no key of ours (A to D, a flash), or no event at all. */
char key_of_event(struct key_events *k, uint32_t time, struct str payload);
/* "Signal=5" (application/dtmf-relay) or "5" (application/dtmf); '\0': none. */
char key_of_info(struct str body);

#endif
