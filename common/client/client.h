/* client.h - the parts of a client, and who does what:
 *
 *     caller --fl_report--> taking.c --> spool --> outgoing.c --> link --> broker
 *     caller <--fl_client_next-- incoming.c <-- news <-- answers (outgoing.c), letters
 *
 * client.c turns the wheel: hear, sync, send. Nothing is sent between a change of the spool
 * and its sync. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "common/client/link.h"
#include "common/client/news.h"
#include "common/client/routes.h"
#include "common/client/spool.h"
#include "common/io/seal.h"
#include "common/wire/codec.h"
#include "faultline/client.h"

enum {
    WINDOW_DEFAULT = 1024,
    WAITING_MAX = 256 * 1024, /* reports and events not accepted: then FL_ERR_FULL */
    HEAR_MAX = 2048,          /* messages heard in one turn */
    CREDIT = CREDIT_MAX,
    QUERIES_MAX = 8
};

struct fl_context {
    struct sockets *sockets;
};

struct query {
    char what[32];   /* "" : free */
    uint64_t number; /* 0: to be sent */
};

/* Of a letter that is being read out. */
struct reader {
    bool open;  /* updates are left */
    bool stale; /* of an incarnation left behind */
    struct news raw;
    struct letter letter;
    struct update *updates; /* in fl_client.arena, from updates_doc */
    size_t next;
    uint16_t territory;
};

struct fl_client {
    struct tempo tempo;
    struct fl_context *context, *own_context;
    struct keys *keys;
    uint8_t pool[32];
    struct key_id pool_id, own_id;
    struct seal_key to_pool, from_pool, digests;
    struct spool *spool;
    struct link link;
    struct codec codec;
    struct routes routes;
    struct news_queue news;
    struct buf plain, sealed, ad; /* scratch */

    /* as the broker greeted us */
    struct principal_id principal;
    const char *role;
    struct territory_id home;
    struct territory_id *territories;
    const char **territory_names;
    size_t territories_count;

    /* going out */
    size_t window, window_said; /* said: by the broker */
    size_t events_flying;
    int64_t paused_since, paused_until; /* monotonic; until 0: not */
    msec pause;                         /* the last one's length */
    struct territory_id place_at;
    instant place_time;
    struct buf place; /* sealed; empty: none to be sent */
    struct query queries[QUERIES_MAX];
    bool subscribed, subscribed_watch, subscribe_due;
    bool clogged;       /* the last sending ended early */
    bool more;          /* there may be more to hear: work again at once */
    int64_t expired_at; /* when the spool last forgot */

    /* coming in */
    struct reader reader;
    struct doc letter_doc, updates_doc, text_doc;
    struct arena arena; /* of the letter */
    struct arena words; /* of an update's strings */
    struct buf letter_key, letter_plain;
    struct fl_update update;
    struct fl_happening happening;
    struct news said;          /* the happening's words */
    bool taken_due;            /* the last happening was an update: confirm it now */
    uint64_t taken;            /* its sequence */
    struct update taken_about; /* what it was */
};

/* ---- outgoing.c */
bool outgoing_asking(const struct fl_client *c); /* is something unanswered? */
void outgoing_lost(struct fl_client *c);         /* the connection was lost */
void outgoing_turn(struct fl_client *c, int64_t now);
int64_t outgoing_next(const struct fl_client *c, int64_t now); /* when it has something to do */
void outgoing_routed(struct fl_client *c, const struct message *m, int64_t now);
void outgoing_accepted(struct fl_client *c, const struct message *m, int64_t now);
void outgoing_refused(struct fl_client *c, const struct message *m, int64_t now);
void outgoing_busy(struct fl_client *c, const struct message *m, int64_t now);
void outgoing_answer(struct fl_client *c, const struct message *m, int64_t now);

/* ---- incoming.c */
void incoming_update(struct fl_client *c, const struct message *m, int64_t now);
void incoming_fini(struct fl_client *c);

/* ---- client.c */
/* Leaves the broker because of `why`, and says so. */
void client_leave(struct fl_client *c, int64_t now, const char *why);

#endif
