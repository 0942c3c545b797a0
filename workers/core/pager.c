/* pager.c - escalation: who is told when a promise comes near its end, and again. */
#include "workers/core/clocks.h"
#include "workers/core/state.h"

instant
pager_due(const struct engine *e, const struct job *j)
{
    (void)e;
    (void)j;
    return NEVER;
}

void
pager_fire(struct engine *e, struct job *j, instant until)
{
    (void)e;
    (void)j;
    (void)until;
}

void
pager_correct(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

void
pager_acknowledge(struct engine *e, struct job *j, const struct act *a)
{
    (void)e;
    (void)j;
    (void)a;
}

instant
pager_next(const struct engine *e)
{
    (void)e;
    return NEVER;
}

void
pager_flush(struct engine *e)
{
    (void)e;
}

void
pager_encode(const struct engine *e, struct buf *out)
{
    (void)e;
    (void)out;
}

void
pager_decode(struct engine *e, struct cur *c)
{
    (void)e;
    (void)c;
}
