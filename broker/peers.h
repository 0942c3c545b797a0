/* peers.h - who is connected. A peer is a connection: the routing id that its messages come
 * with, together with the key that authenticated it. The routing id says where to answer, the
 * key says who it is; never the other way round.
 *
 *     heard:  oldest <-> ... <-> newest      dropped from the left after PEER_SILENCE_MS
 *
 * A router has at most one live connection of a routing id. So when a message comes with a known
 * id and another key, the old connection is gone, and all that was known of it is forgotten. */
#ifndef BROKER_PEERS_H
#define BROKER_PEERS_H

#include "common/base/map.h"
#include "common/io/sock.h"

enum { PEER_SILENCE_MS = 30 * 1000 };

struct subscription; /* mailbox.h */

struct peer {
    struct peer_id id;
    uint32_t key;  /* the door's number of its key */
    bool greeted;  /* HELLO was said */
    uint32_t open; /* requests that wait for the store */
    int64_t heard_ms;
    int64_t refused_logged_ms;
    uint32_t refused_unlogged;         /* 0: never refused; else 1 + lines held back */
    struct subscription *mail, *watch; /* NULL: not subscribed */
    struct peer *older, *newer;        /* in the order heard */
};

struct peers {
    struct map by_id; /* struct peer_id -> struct peer, owned */
    struct peer *oldest, *newest;
    struct peer *spare;                             /* for the next ones, linked by `newer` */
    void (*on_drop)(void *context, struct peer *p); /* the subscriptions' end */
    void *context;
};

void peers_init(struct peers *ps, void (*on_drop)(void *context, struct peer *p), void *context);
void peers_fini(struct peers *ps);
/* The peer that this message came from, new if need be, heard at `now_ms` (monotonic). */
struct peer *peers_heard(struct peers *ps, const struct peer_id *id, uint32_t key, int64_t now_ms);
/* NULL: not connected, or by now somebody else's connection. */
struct peer *peers_find(const struct peers *ps, const struct peer_id *id, uint32_t key);
void peers_drop(struct peers *ps, struct peer *p);
/* Drops those silent for too long; returns how many. */
size_t peers_sweep(struct peers *ps, int64_t now_ms);
size_t peers_count(const struct peers *ps);

#endif
