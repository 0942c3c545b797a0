/* planner.c - a run of the planner, slice by slice. */
#include "workers/planner.h"

#include "common/io/log.h"
#include "workers/core/outlook.h"
#include "workers/territory.h"

#include <inttypes.h>

static void
drop_run(struct planner *p)
{
    outlook_free(p->outlook);
    p->outlook = NULL;
}

void
planner_fini(struct planner *p)
{
    drop_run(p);
    free(p->proposals);
    *p = (struct planner){ .runs = p->runs };
}

static void
finish(struct territory *t, int64_t mono_ms)
{
    struct planner *p = &t->planner;
    if (p->proposals == NULL)
        p->proposals = zalloc(OUTLOOK_JOBS * sizeof(*p->proposals));
    p->proposals_count = outlook_propose(p->outlook, p->proposals);
    p->due = mono_ms + PLANNER_EVERY_MS;
    drop_run(p);
    if (p->proposals_count > 0)
        log_info("event=proposed territory=%s appointments=%zu run=%" PRIu64, t->id.s,
                 p->proposals_count, p->runs);
}

bool
planner_walk(struct territory *t, instant now, int64_t mono_ms, uint64_t steps)
{
    struct planner *p = &t->planner;
    if (p->engine != t->engine) { /* just loaded: nothing of another life */
        planner_fini(p);
        p->engine = t->engine;
    }
    if (p->proposals_count > 0 || (p->outlook == NULL && mono_ms < p->due))
        return false;
    if (p->outlook == NULL) {
        p->outlook = outlook_new(t->engine, now, p->runs++, steps);
        if (p->outlook == NULL)
            p->due = mono_ms + PLANNER_EVERY_MS;
    } else if (outlook_step(p->outlook, PLANNER_SLICE) == 0) {
        finish(t, mono_ms);
    }
    return p->outlook != NULL;
}
