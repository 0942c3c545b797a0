/* door.h - who may come in, and who somebody is.
 *
 *     CURVE key --ZAP, once--> the door's number for it --every message--> principal, or nobody
 *
 * ZAP is asked only at the handshake, so what it says is not "this is e07" but "this is key number
 * 12": whom that key belongs to, and whether to anybody still, is looked up in the current map
 * for every message. A revoked key is out at its next message; so is one that was replaced. */
#ifndef BROKER_DOOR_H
#define BROKER_DOOR_H

#include "broker/chart.h"
#include "common/base/map.h"

struct door_key {
    uint8_t curve[32];
    uint32_t number;
    uint64_t generation;         /* of the chart, when `who` was looked up */
    const struct principal *who; /* NULL: nobody, or revoked */
};

struct door {
    const struct chart *chart;
    struct map by_curve;    /* -> struct door_key */
    struct door_key **keys; /* by number; owned */
    size_t keys_count, keys_cap;
};

void door_init(struct door *d, const struct chart *chart);
void door_fini(struct door *d);
/* A zap_fn; the context is the door. */
bool door_admit(void *context, const uint8_t public_key[32], char user[24]);
/* Reads the number that door_admit wrote. false: it never wrote that. */
must_use bool door_number(const struct door *d, const char user[24], uint32_t *number);
/* Whose key that is now; NULL: nobody's any more. Borrowed until the next chart_work. */
const struct principal *door_who(struct door *d, uint32_t number);

#endif
