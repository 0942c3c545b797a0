/* territory.h - one territory in this worker's hands: taken, loaded, served, let go.
 *
 *            take                     turn: apply, queue a commit
 *   AWAY ------------> SERVED  ---------------------------------.
 *    ^ ^    load       |   ^                                    |
 *    | |               |   '-- OK, DUPLICATE -- settle <--------+
 *    | '-- FENCED, DIVERGED, TOO_BIG: drop ----/ | \            |
 *    |     (forget; who may, loads again)        |  ERR_CLOSED  |
 *    '---- release                               v              |
 *                                            IN_DOUBT --- the same commits again
 *   BROKEN: held, but a record does not open: not served, told each minute.
 *
 * While a commit is on its way the next ones are applied and sent after it:
 *
 *     committed        in flight            in memory
 *       head  <----  flight <-- flight  <--   tip        each builds on the one before, so the
 *                   (oldest)                             answer to one speaks for all before it
 *
 * Memory is a copy of what was committed: a refusal is met by forgetting, never by undoing.
 * territory.c and turn.c are where core and store meet. */
#ifndef WORKERS_TERRITORY_H
#define WORKERS_TERRITORY_H

#include "common/base/map.h"
#include "common/io/conf.h"
#include "workers/auditor.h"
#include "workers/core/engine.h"
#include "workers/lease.h"
#include "workers/open.h"
#include "workers/planner.h"
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
    struct buf scratch;
    struct effects fx;      /* of the turn in hand */
    struct changes changes; /* of the turn in hand */
    struct flight *spare;   /* with their arenas' memory */
    size_t spare_count;
    const struct keys *pool, *sign;  /* the pool's; this process' signing pair */
    struct principal_id signer;      /* whose `sign` is */
    void (*progress)(void *context); /* a long load counts as progress */
    void *progress_context;
};

/* A commit on its way: sent, until it is settled. */
struct flight {
    struct flight *next; /* while spare */
    struct commit commit;
    struct arena arena; /* the commit's bytes */
    bool answered;
    enum err answer; /* ERR_CLOSED until Redis says */
};
enum { FLIGHTS_MAX = 2 }; /* of one territory */

enum standing { TERRITORY_AWAY, TERRITORY_SERVED, TERRITORY_IN_DOUBT, TERRITORY_BROKEN };

struct territory {
    struct territory_id id;
    enum standing standing;
    bool listed;             /* in the current plan */
    struct nonce nonce;      /* ours in the head; zero while away */
    struct head head;        /* as committed */
    struct head tip;         /* what it will be when all in flight is committed */
    struct engine *engine;   /* NULL unless SERVED or IN_DOUBT */
    struct edition *edition; /* the engine's rules */
    bool founding;           /* the first commit is EVENT_FOUND */
    bool timed;              /* had its TIME event in this turn */
    size_t cautious;         /* entries still to be applied one by one */
    size_t batch;            /* entries in one commit, at most */
    bool indigestible;       /* the next entry alone made a commit too big: poison */
    bool outbox;             /* something may wait there */
    bool forwarding;         /* ... and is on its way */
    int64_t again_at;        /* mono: BROKEN is loaded, IN_DOUBT repeated, not before */
    int64_t anchored_at;     /* mono */
    uint64_t anchored;       /* version of the last anchor */
    int64_t archive_at;      /* mono: the oldest entries are looked at, not before */
    int64_t archive_told_at; /* mono: the last complaint */
    /* what this process knows of it for sure, whoever holds it */
    struct {
        struct incarnation incarnation;
        uint64_t version;
        struct chain chain;
    } known;
    struct audit audit;
    struct planner planner;
    struct buf alarm;           /* words for dispatchers, told by the next turn */
    struct map places;          /* struct engineer_id -> instant *: youngest position applied */
    struct position *positions; /* changed since, for the next turn */
    size_t positions_count, positions_cap;
    struct flight *flights[FLIGHTS_MAX]; /* oldest first: queued, or in doubt */
    size_t flights_count;
    uint64_t events, commits; /* applied and committed by this process */
};

struct flight *flight_new(struct tools *x);
/* Its memory is for the next one. */
void flight_done(struct tools *x, struct flight *f);
void flights_fini(struct tools *x);

struct territory *territory_new(struct territory_id id, const struct tools *x);
void territory_free(struct territory *t, struct tools *x);

/* Takes the lease if it can be had (never held, free, ours, its holder silent), and loads.
 * ERR_AGAIN: held by somebody alive. ERR_FENCED: somebody was quicker. */
must_use enum err territory_take(struct territory *t, struct tools *x);
/* Forgets everything in memory; the head is left as it is. */
void territory_drop(struct territory *t, struct tools *x);
/* Lets go in peace. Not while a commit is in flight. */
must_use enum err territory_release(struct territory *t, struct tools *x);
/* May another commit be sent before those in flight are answered? */
bool territory_has_room(const struct territory *t);
/* Queues the commit of `f`, which becomes the newest in flight. */
void territory_send(struct territory *t, struct tools *x, struct flight *f);
/* Looks at the answers that have come: goes on, repeats, or drops. */
void territory_settle(struct territory *t, struct tools *x);
/* Queues the doubtful commits once more, in order. */
void territory_repeat(struct territory *t, struct tools *x);
/* Is the head still the one we know? If not, forgets. After a lost connection; and now and then,
 * as who slept through a takeover and has nothing to commit would never be told: the clocks of what
 * came meanwhile would stand still. */
void territory_check(struct territory *t, struct tools *x);
/* Looks for positions that changed. */
void territory_look(struct territory *t, struct tools *x);
/* Anchors the head if `every_ms` has passed. */
void territory_anchor(struct territory *t, struct tools *x);
/* Words for the dispatchers of this territory, told once. */
void territory_tell(struct territory *t, const char *format, ...) format_like(2, 3);

/* turn.c: applies entries (at most t->batch, fewer when effects grow large) and what is due,
 * and queues the commit, for which there must be room. Returns how many entries were consumed. */
size_t turn_apply(struct territory *t, struct tools *x, const struct inbox_entry *list,
                  size_t count);
/* Would turn_apply find something to do without an entry? */
bool turn_due(const struct territory *t, const struct tools *x);

#endif
