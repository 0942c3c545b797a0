/* planner.h - plans the appointments of the coming days, in slices, while nothing else is to be
 * done; what it finds becomes an event (EVENT_PROPOSE), and the engine takes of it what still
 * stands. Nothing that is decided waits for it.
 *
 *     due --> outlook_new --> so many steps --> .. --> so many steps --> proposals --> due again
 *
 * A slice is a number of steps, never a length of time: the same engine plans the same. */
#ifndef WORKERS_PLANNER_H
#define WORKERS_PLANNER_H

#include "common/base/base.h"
#include "workers/core/engine.h"

enum {
    PLANNER_EVERY_MS = 5000, /* from the end of a run to the next */
    PLANNER_SLICE = 32       /* steps: at most some ms */
};

struct outlook;
struct planner {
    const struct engine *engine; /* of which this is; another one: all anew */
    struct outlook *outlook;     /* the run in hand; owned; NULL: none */
    uint64_t runs;               /* the seed of the next */
    int64_t due;                 /* mono: the next run begins not before */
    struct proposal *proposals;  /* for the next turn; owned */
    size_t proposals_count;
};

struct territory;

/* One slice, if it is time and what was proposed has been taken: a run's beginning, or at most
 * PLANNER_SLICE of its `steps` steps; at its end proposals stand there, if there are any. Returns
 * whether a run is in hand. */
bool planner_walk(struct territory *t, instant now, int64_t mono_ms, uint64_t steps);
void planner_fini(struct planner *p);

#endif
