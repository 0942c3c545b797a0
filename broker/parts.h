/* parts.h - what a broker is made of. Private to broker.c, which turns it, and table.c, which
 * hands each message to its handler. */
#ifndef BROKER_PARTS_H
#define BROKER_PARTS_H

#include "broker/broker.h"
#include "broker/chart.h"
#include "broker/door.h"
#include "broker/intake.h"
#include "broker/mailbox.h"
#include "broker/query.h"
#include "common/wire/codec.h"

struct broker {
    const struct conf *conf;
    const char *endpoint;
    enum { WAITING, SERVING, DRAINING, DONE } state;
    int64_t now_ms; /* monotonic, of this turn */
    int64_t drain_until_ms, leave_at_ms;
    int64_t swept_ms, memory_asked_ms, stats_ms;
    bool memory_asking, told_waiting;
    uint64_t generation; /* of the chart, as last acted on */

    struct keys *keys;
    uint8_t pool_public[32];
    struct key_id pool_id;
    struct sockets *sockets;
    struct sock *router; /* NULL until the first plan is here */
    struct store *store;
    struct bells *bells;
    struct codec codec;
    struct chart chart;
    struct door door;
    struct peers peers;
    struct voice voice;
    struct intake intake;
    struct mailbox mailbox;
    struct query query;
};

/* One message from the router: who it is from, whether it is allowed, its handler. `user` is what
 * the door gave for the connection's key. */
void table_take(struct broker *b, const struct peer_id *from, const char user[24],
                struct str bytes);

#endif
