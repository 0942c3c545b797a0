/* feed.c - an engineer with room takes the best ticket that waits: the most severe level first,
 * then the longest wait. Nobody is idle while something waits that he could do.
 *
 * After a new plan, and when duties begin, many may have room at once: they are fed in slices,
 * with a cursor that is part of the state. */
#include "workers/core/duty.h"
#include "workers/core/state.h"

/* The first in this queue that he may be offered. One he let run out comes to him again only
 * because nobody else is there. */
static struct queue_at *
first_for(const struct engine *e, const struct engineer *x, size_t slot, size_t level)
{
    struct queue_at *at = NULL;
    while ((at = queue_next(&e->queue, slot, level, at)) != NULL) {
        const struct job *j = container_of(at, struct job, wait);
        const struct refuser *r = ticket_refuser(&j->t, x->rule->id, e->at);
        if (r == NULL || r->missed)
            break;
    }
    return at;
}

static struct job *
best_waiting(const struct engine *e, const struct engineer *x)
{
    for (size_t level = LEVELS_MAX; level-- > 0;) {
        struct queue_at *best = NULL;
        for (size_t i = 0; i < x->slots_count; i++) {
            struct queue_at *at = first_for(e, x, x->slots[i], level);
            if (at != NULL && (best == NULL || queue_order(at, best) < 0))
                best = at;
        }
        if (best != NULL)
            return container_of(best, struct job, wait);
    }
    return NULL;
}

size_t
feed_engineer(struct engine *e, struct engineer *x, size_t budget)
{
    size_t given = 0;
    if (!duty_is_on(x->rule, e->at))
        return 0;
    for (; e->queue.count > 0 && given < budget && engineer_room(x); given++) {
        struct job *j = best_waiting(e, x);
        if (j == NULL)
            break;
        offer_waiting(e, j, x);
    }
    if (given < budget && engineer_room(x))
        waiters_tell(e, x);
    return given;
}

void
feed_freed(struct engine *e)
{
    for (size_t i = 0; i < e->freed_count; i++) {
        e->freed[i]->freed = false;
        feed_engineer(e, e->freed[i], SLICE);
    }
    e->freed_count = 0;
}

size_t
feed_plan(struct engine *e, size_t budget)
{
    size_t given = 0;
    for (size_t i = 0; e->feeding && i < e->roster.count && e->queue.count > 0; i++) {
        struct engineer *x = &e->roster.list[i];
        if (memcmp(x->rule->id.s, e->feed_id.s, sizeof(x->rule->id.s)) < 0)
            continue;
        e->feed_id = x->rule->id;
        given += feed_engineer(e, x, budget - given);
        if (given == budget)
            return given;
    }
    e->feeding = false;
    e->feed_id = (struct engineer_id){ 0 };
    return given;
}

size_t
feed_shifts(struct engine *e, size_t budget)
{
    size_t given = 0;
    struct engineer *x;
    if (e->at - e->shift_at > 7 * DAYS) { /* a week holds everybody's beginnings */
        e->shift_at = e->at - 7 * DAYS;
        e->shift_id = (struct engineer_id){ 0 };
        roster_shifts(&e->roster, e->shift_at, e->shift_id);
    }
    while ((x = roster_shift(&e->roster)) != NULL && x->shift_at <= e->at) {
        given += feed_engineer(e, x, budget - given);
        if (given == budget)
            return given;
        e->shift_at = x->shift_at;
        e->shift_id = x->rule->id;
        roster_shifted(&e->roster, x);
    }
    e->shift_at = e->at;
    e->shift_id = (struct engineer_id){ 0 };
    return given;
}
