/* territory.h - one territory in this worker's hands: taken, loaded, served, let go.
 *
 *            take                     turn: apply, queue commit
 *   AWAY ------------> SERVED  ---------------------------------.
 *    ^ ^    load       |   ^                                    |
 *    | |               |   '-- OK, DUPLICATE -- settle <--------+
 *    | '-- FENCED, DIVERGED, TOO_BIG: drop ----/ | \            |
 *    |     (forget; who may, loads again)        |  ERR_CLOSED  |
 *    '---- release                               v              |
 *                                            IN_DOUBT --- the same commit again
 *   BROKEN: held, but a record does not open: not served, told each minute.
 *
 * Memory is a copy of what was committed: a refusal is met by forgetting, never by undoing.
 * territory.c and turn.c are where core and store meet. */
#ifndef WORKERS_TERRITORY_H
#define WORKERS_TERRITORY_H

#include "common/base/map.h"
#include "common/io/conf.h"
#include "workers/core/engine.h"
#include "workers/lease.h"
#include "workers/open.h"
#include "workers/post.h"
#include "workers/watchtime.h"

/* What all territories of a worker use; borrowed, but for what is embedded. */
struct tools {
    const struct conf *conf;
    struct store *store;
    struct lease *lease;
    struct plans *plans;
    struct keyring *keyring;
    struct poster *poster;
    struct opener opener;
    struct rest rest;
    struct watchtime time;
    struct doc doc;
    struct buf scratch;
    const struct keys *pool, *sign;  /* the pool's; this process' signing pair */
    struct principal_id signer;      /* whose `sign` is */
    void (*progress)(void *context); /* a long load counts as progress */
    void *progress_context;
};

enum standing { TERRITORY_AWAY, TERRITORY_SERVED, TERRITORY_IN_DOUBT, TERRITORY_BROKEN };

struct territory {
    struct territory_id id;
    enum standing standing;
    bool listed;             /* in the current plan */
    struct nonce nonce;      /* ours in the head; zero while away */
    struct head head;        /* as committed */
    struct engine *engine;   /* NULL unless SERVED or IN_DOUBT */
    struct edition *edition; /* the engine's rules */
    bool founding;           /* the first commit is EVENT_FOUND */
    bool timed;              /* had its TIME event in this turn */
    size_t cautious;         /* entries still to be applied one by one */
    size_t batch;            /* entries in one commit, at most */
    bool indigestible;       /* the next entry alone made a commit too big: poison */
    bool outbox;             /* something may wait there */
    int64_t again_at;        /* mono: BROKEN is loaded, IN_DOUBT repeated, not before */
    int64_t anchored_at;     /* mono */
    uint64_t anchored;       /* version of the last anchor */
    /* what this process knows of it for sure, whoever holds it */
    struct {
        struct incarnation incarnation;
        uint64_t version;
        struct chain chain;
    } known;
    struct buf alarm;           /* words for dispatchers, told by the next turn */
    struct map places;          /* struct engineer_id -> instant *: youngest position applied */
    struct position *positions; /* changed since, for the next turn */
    size_t positions_count, positions_cap;
    /* the commit in hand: queued, or in doubt */
    struct commit commit;
    enum err answer;
    bool sent;
    struct arena arena; /* the commit's bytes, until it is answered */
    struct effects fx;
    struct changes changes;
    uint64_t events, commits; /* applied and committed by this process */
};

struct territory *territory_new(struct territory_id id, const struct tools *x);
void territory_free(struct territory *t);

/* Takes the lease if it can be had (never held, free, ours, its holder silent), and loads.
 * ERR_AGAIN: held by somebody alive. ERR_FENCED: somebody was quicker. */
must_use enum err territory_take(struct territory *t, struct tools *x);
/* Forgets everything in memory; the head is left as it is. */
void territory_drop(struct territory *t);
/* Lets go in peace. Not while IN_DOUBT. */
must_use enum err territory_release(struct territory *t, struct tools *x);
/* The commit was answered: goes on, repeats, or drops. */
void territory_settle(struct territory *t, struct tools *x);
/* Queues the doubtful commit once more. */
void territory_repeat(struct territory *t, struct tools *x);
/* After a lost connection: is the head still the one we know? If not, forgets. */
void territory_check(struct territory *t, struct tools *x);
/* Looks for positions that changed. */
void territory_look(struct territory *t, struct tools *x);
/* Anchors the head if `every_ms` has passed. */
void territory_anchor(struct territory *t, struct tools *x);
/* Words for the dispatchers of this territory, told once. */
void territory_tell(struct territory *t, const char *format, ...) format_like(2, 3);

/* turn.c: applies entries (at most t->batch, fewer when effects grow large) and what is due,
 * and queues the commit. Returns how many entries were consumed; t->sent says whether
 * a commit was queued. */
size_t turn_apply(struct territory *t, struct tools *x, const struct inbox_entry *list,
                  size_t count);
/* Would turn_apply find something to do without an entry? */
bool turn_due(const struct territory *t, const struct tools *x);

#endif
