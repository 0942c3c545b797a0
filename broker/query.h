/* query.h - QUERY: the map, for gateways and dispatchers, and the state of things, for dispatchers.
 *
 * The state is read from the store without waiting, by one round of small commands that all who
 * ask meanwhile share; it is kept for a second, so that a hundred screens cost what one does. */
#ifndef BROKER_QUERY_H
#define BROKER_QUERY_H

#include "broker/chart.h"
#include "broker/intake.h"
#include "broker/mailbox.h"

enum { STATUS_KEPT_MS = 1000, ASKERS_MAX = 256, ANSWER_MAX = 60 * 1024 };

struct asker {
    struct peer_id to;
    uint32_t key;
    uint64_t number;
};
struct territory_status {
    struct territory_id id;
    int64_t waiting; /* entries in its inbox */
    uint64_t version;
    uint64_t plan;
    char worker[40]; /* "": nobody's */
};
struct query {
    struct store *store;
    struct chart *chart;
    struct peers *peers;
    struct voice *voice;
    const struct intake *intake;
    const struct mailbox *mailbox;
    struct asker askers[ASKERS_MAX]; /* wait for the round to end */
    size_t askers_count;
    struct territory_status *list; /* of this round */
    size_t list_count, list_cap;
    struct buf workers; /* packed: name, beat, ... */
    size_t workers_count;
    size_t open; /* answers of this round still to come */
    bool broken; /* one of them failed */
    struct buf value;
    int64_t now_ms, made_ms;
};

void query_init(struct query *q);
void query_fini(struct query *q);
/* Answers, now or later. A NULL code, or why not. */
struct refusal_text query_ask(struct query *q, struct peer *p, const struct principal *who,
                              const struct message *m, int64_t now_ms);

#endif
