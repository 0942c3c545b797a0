/* worker.h - one process that owns territories: which should be mine, which are held, and
 * the turn that serves them all. */
#ifndef WORKERS_WORKER_H
#define WORKERS_WORKER_H

#include "workers/territory.h"

enum { CHORES_MAX = 9 };

/* The inboxes of one read, and how far each is used up. */
struct reading {
    struct store_reading *asked; /* NULL: not under way */
    int64_t own_before, mono_before;
    struct inbox *list;
    struct territory **of;
    size_t *used;
    size_t count, cap;
    struct arena arena;
};

struct worker {
    const struct conf *conf;
    struct tools x;
    struct keys *pool, *own;
    struct map by_id;        /* struct territory_id -> struct territory *, owned */
    struct territory **list; /* the same, in the order of coming */
    size_t count, cap;
    int64_t due[CHORES_MAX]; /* mono: of each chore */
    int64_t beat_due;        /* mono */
    size_t anchor_next, archive_next, audit_next, head_next, planner_next;
    bool busy;         /* the last read brought something */
    bool known_signer; /* the plan knows our signing key */
    bool told_signer;
    bool lost;                  /* the connection was, since the heads were last compared */
    struct reading readings[2]; /* the one in hand, and the one that Redis may be at meanwhile */
    size_t reading;             /* which is in hand */
};

/* Reads the pool's key and this worker's own (keys_dir/NAME.key); dies, naming the setting, when
 * they cannot be read. `conf` is borrowed for the worker's life. */
struct worker *worker_new(const struct conf *conf, const char *name);
/* Hands everything back, as far as Redis can be reached. */
void worker_free(struct worker *w);

/* One turn: chores that are due, one read of all inboxes (waiting at most `wait_ms` for an entry),
 * then apply and commit until what was read is used up. The last commits may still be unanswered
 * when it returns. */
void worker_turn(struct worker *w, int64_t wait_ms);
/* Waits until every commit is answered, and settles it. */
void worker_land(struct worker *w);

enum { WORKER_WAIT_MS = 200 };

/* For tests and figures. NULL: not in the plan. */
const struct territory *worker_territory(const struct worker *w, struct territory_id t);
size_t worker_serves(const struct worker *w);
struct tools *worker_tools(struct worker *w);

#endif
