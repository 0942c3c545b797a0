/* route.h - a planner of days for work that is agreed in advance: appointments, inspections,
 * installation jobs. It proposes; the matching disposes, and nothing here is on a decision's path.
 *
 *      jobs, engineers, travel --> route_new --> route_step, as often as the budget allows
 *                                                    |
 *                              route_best <----------+   at any time: never worse than before
 *
 * Ruin and recreate by slack induction on strings (Christiaens and Vanden Berghe 2020) under
 * annealing. All in whole numbers, randomness from the input's seed: the same input and the same
 * number of steps give the same plan. Nothing is allocated after route_new.
 *
 * A plan keeps, always: every job at most once; skills, bans and pins; work wholly inside one
 * shift, and the way back before the last shift's end; no setting out for a job before its release;
 * a start inside a window, or at most late_max_s after the last; parts and tools in hand. It is as
 * cheap as found: travel, lateness, jobs left out. docs/routes.md has the model in words. */
#ifndef CORE_ROUTE_H
#define CORE_ROUTE_H

#include "common/base/base.h"

#define ROUTE_NONE UINT32_MAX /* no place, no engineer */

enum {
    ROUTE_SPANS = 4,       /* windows of a job, shifts of an engineer */
    ROUTE_SKILL_WORDS = 2, /* 128 demands */
    ROUTE_PARTS = 8,       /* kinds of parts */
    ROUTE_STOPS = 128,     /* jobs of one engineer */
    ROUTE_PLACES = 16384,
};
#define ROUTE_TIME_MAX (1 << 29) /* instants lie within this much of 0, seconds */
#define ROUTE_TRAVEL_MAX                                                                           \
    (1 << 26) /* seconds from anywhere to anywhere, of service and of lateness */
#define ROUTE_WEIGHT_MAX ((int64_t)1 << 20)
#define ROUTE_COST_MAX   ((int64_t)1 << 40) /* of one job left out */

/* Seconds since an instant of the caller's choice. Of an engineer `to` is when work must be over;
 * of a job, when it must have begun. */
struct route_span {
    int32_t from, to;
};

/* An engineer's tour: one day, usually. Somebody's next day is another vehicle. */
struct route_vehicle {
    uint32_t start, end;                   /* places; ROUTE_NONE: anywhere */
    struct route_span shifts[ROUTE_SPANS]; /* in order; between them no work, but travel */
    uint32_t shifts_count;                 /* at least 1; the tour begins with the first */
    uint64_t skills[ROUTE_SKILL_WORDS];    /* see route_job.needs */
    uint64_t tools;                        /* a bit each kind carried */
    uint16_t parts[ROUTE_PARTS];           /* how many of each kind carried */
};

struct route_job {
    uint32_t place;
    int32_t service_s;
    struct route_span windows[ROUTE_SPANS]; /* in order */
    uint32_t windows_count;                 /* 0: at any time */
    int32_t late_max_s;                     /* 0: the windows are hard */
    int64_t late_weight;                    /* cost of a second of it */
    int64_t penalty;                        /* cost of leaving the job out */
    int32_t release_at;                     /* nobody sets out for it before */
    /* One bit for each demand "skill s at level l or more" that the caller has numbered; who has a
     * level has the bits of the lower ones. */
    uint64_t needs[ROUTE_SKILL_WORDS];
    uint64_t tools;
    uint16_t parts[ROUTE_PARTS]; /* used up */
    uint32_t pinned;             /* this vehicle or none; ROUTE_NONE: whoever can */
};

/* This pair may not be: a contract's ban, a refusal. */
struct route_ban {
    uint32_t job, vehicle;
};

/* Lent until route_free, with all its arrays, and not to be changed meanwhile. */
struct route_input {
    uint64_t seed;
    const struct route_vehicle *vehicles;
    const struct route_job *jobs;
    const struct route_ban *bans;
    uint32_t vehicles_count, jobs_count, bans_count, places_count;
    /* Seconds: a table [from * places_count + to], or else a function that route_new asks. Should
     * keep to the triangle inequality: a table that does not makes plans dearer, never wrong. */
    const int32_t *travel_s;
    int32_t (*travel)(const void *arg, uint32_t from, uint32_t to);
    const void *arg;
    int64_t travel_weight; /* cost of a second of it, at least 1 */
    /* Who lacks a tool or a part for the next job goes by the store, once: from then on he has
     * all. ROUTE_NONE: there is none, and such a job is not his. */
    uint32_t store;
    int32_t store_s;    /* the time spent there */
    int64_t heat;       /* how much dearer a change may be at first; 0: from the travel table */
    uint64_t cool_over; /* steps in which the heat falls to a hundredth */
};

struct route_visit {
    uint32_t job, vehicle;
    int32_t leave_at;          /* leaves the place before: as late as will do */
    int32_t begin_at, done_at; /* the work */
    bool by_store;
};

struct route_total {
    int64_t cost;
    int64_t travel_s, late_s;
    uint32_t visits, left_out, vehicles_used;
    uint64_t steps;
};

struct route;

/* The limits above are asserted. */
struct route *route_new(const struct route_input *in);
/* Before the first step: gives `job` to `vehicle` after what that one has, as in an earlier plan.
 * false: it cannot be, or somebody has it. */
bool route_put(struct route *r, uint32_t vehicle, uint32_t job);
void route_step(struct route *r, uint32_t steps);
/* The best plan so far: `visits` has room for every job and is filled in the order of vehicles and
 * of time (NULL: only the totals). A job without a visit is left out. */
void route_best(const struct route *r, struct route_visit *visits, struct route_total *total);
void route_free(struct route *r);

#endif
