/* broker.h - the front door: a ROUTER, and one table from message kind to handler.
 *
 *     router --> door --> codec --> table --> intake | mailbox | query --> store
 *       ^                                        |
 *       +----------------- voice <---------------+
 *
 *     WAITING (no plan yet) --> SERVING --stop--> DRAINING (reads nothing, answers what is in
 *                                                 flight) --> DONE
 *
 * The broker keeps nothing that matters: what it acknowledged is on disk, what it has to deliver is
 * in mailboxes. It may be killed at any moment, and any number run side by side. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "common/base/base.h"

struct conf;
struct broker;

enum {
    RECEIVE_MAX = 1024,  /* messages in one turn */
    TURN_MS = 100,       /* a turn waits no longer */
    DRAIN_MS = 3000,     /* after a stop, the store's answers are waited for so long */
    DRAIN_SEND_MS = 300, /* and the last answers have so long to leave */
    STATS_EVERY_MS = 60000
};

/* `index`: which of conf->brokers to bind. Dies, naming the setting, when it is set up wrong.
 * The conf must outlive it. */
struct broker *broker_new(const struct conf *conf, size_t index);
void broker_free(struct broker *b);
void broker_turn(struct broker *b);
/* No more messages are read; broker_done says when everything is answered. */
void broker_stop(struct broker *b);
bool broker_done(const struct broker *b);

#endif
