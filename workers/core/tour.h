/* tour.h - what the planner of routes (route.h) knows, and one engineer's tour in it.
 *
 *      stops[0]     stops[1] .. stops[count]     stops[count + 1]
 *      the start    jobs                         the end
 *
 * Every stop holds what was spent up to it, so that a change costs a subtraction: a trial walks
 * from the change to the first stop that begins as before. The present plan (`now`) is changed in
 * place; a tour is copied to `kept` before a step's first touch, so a step can be taken back. */
#ifndef CORE_TOUR_H
#define CORE_TOUR_H

#include "common/base/rng.h"
#include "workers/core/route.h"

#define TOUR_NEVER INT64_MAX

struct stop {
    int64_t spent; /* cost of travel and lateness up to and with this stop */
    uint32_t job;
    int32_t begin_at, done_at;
    int32_t leg_s;     /* from the stop before, by the store where it was called at */
    int32_t latest_at; /* beginning after this, some stop from here on could surely not be */
    uint16_t place;
    bool stocked; /* the store was called at on the way here or earlier */
};

/* Parts used up to and with a stop; without meaning once stocked. */
struct usage {
    uint16_t of[ROUTE_PARTS];
};

struct tour {
    struct stop *stops;
    struct usage *used;
    uint32_t count; /* jobs */
    int64_t cost;   /* 0 of an empty one */
    int64_t errand; /* what the way by the store costs in it */
};

/* What is asked of a job again and again. */
struct trait {
    int64_t late_weight;
    int32_t latest_at; /* the last instant to begin; lateness included */
    int32_t due_at;    /* from here on it is late */
    uint32_t able;     /* how many vehicles may do it */
    int32_t reach_s;   /* from the nearest start of those */
    bool parts;        /* uses some */
    bool kit;          /* needs parts or tools */
};

enum {
    TOUR_NEAR = 100, /* neighbours of a job that are known */
    TOUR_TRIES = 64  /* absent jobs tried in a step */
};

/* An absent job, and what orders it among the others. */
struct pick {
    int64_t key;
    uint32_t job;
};

struct route {
    struct route_input in;
    struct rng rng;
    uint32_t stride;     /* places and one more: anywhere, nothing from everywhere */
    int32_t *from, *to;  /* from[a * stride + b]: from a to b; to[a * stride + b]: from b to a */
    uint32_t words;      /* of a job's bits in `may` */
    uint64_t *may;       /* job by vehicle */
    struct trait *about; /* each job */
    uint32_t *near;      /* each job's nearest that share a vehicle, TOUR_NEAR; ROUTE_NONE ends */
    bool kits;           /* some job needs one */

    struct tour *now, *kept, *best;
    uint32_t *who; /* each job's vehicle, or ROUTE_NONE */
    uint32_t *absent, *absent_kept, *absent_best;
    uint32_t absent_count, absent_kept_count, absent_best_count;
    int64_t cost, cost_kept, cost_best; /* what is absent included */

    uint64_t steps;
    uint64_t *stamp;   /* each tour's last step that touched it */
    uint32_t *touched; /* in this step */
    bool *differs;     /* from the best plan */
    uint32_t touched_count;
    uint32_t blink; /* positions until the next is overlooked */
    int64_t heat;
    struct pick picks[TOUR_TRIES];
};

/* What a job would cost more there; TOUR_NEVER: it cannot be, or not below `limit`. */
int64_t tour_trial(const struct route *r, uint32_t vehicle, uint32_t after, uint32_t job,
                   int64_t limit);
/* The trial's change; the job must have been taken off the absent ones. */
void tour_insert(struct route *r, uint32_t vehicle, uint32_t after, uint32_t job);
/* Takes out `count` stops from `at` on, but keeps `spare` in their middle, after the first `head`;
 * what then cannot be any more (a table without the triangle inequality, a later call at the
 * store) goes too. */
void tour_tear(struct route *r, uint32_t vehicle, uint32_t at, uint32_t count, uint32_t head,
               uint32_t spare);
/* An empty tour. */
void tour_open(const struct route *r, uint32_t vehicle, struct tour *t);
void tour_copy(struct tour *to, const struct tour *from);

/* ruin.c, recreate.c: the two halves of a step. */
void route_ruin(struct route *r);
void route_recreate(struct route *r);

static inline bool
route_may(const struct route *r, uint32_t job, uint32_t vehicle)
{
    return r->may[(size_t)job * r->words + vehicle / 64] >> vehicle % 64 & 1;
}

static inline int32_t
route_travel(const struct route *r, uint32_t from, uint32_t to)
{
    return r->from[(size_t)from * r->stride + to];
}

#endif
