/* plan.c - a new plan version takes effect: engineers and categories are replaced, what engineers
 * carry stays. Tickets whose engineer has vanished become due at once (timer.c), what waits is
 * matched anew (board.c), both in slices: what does not fit into this event comes with the next
 * TIME.
 */
#include "workers/core/state.h"

static void
lost(void *context, struct engineer_id x, struct reservation v)
{
    assist_lost(context, x, v);
}

void
plan_apply(struct engine *e, const struct event *ev)
{
    struct roster old = e->roster;
    job_unlist(e);
    engine_knows(e, ev->rules);
    e->rules = ev->rules;
    e->plan = ev->rules->version;
    roster_init(&e->roster, ev->rules);
    roster_inherit(&e->roster, &old, lost, e);
    roster_fini(&old);
    job_list(e);
    for (size_t i = 0; i < e->roster.count; i++)
        if (e->roster.list[i].load > 0)
            roster_mark(&e->roster, &e->roster.list[i]);
    roster_shifts(&e->roster, seat_tick(e->at));
    for (size_t i = 0; i < e->roster.count; i++)
        carry_freed(e, &e->roster.list[i]);
    struct outcome *o = post_outcome(e, OUTCOME_PLAN, (struct ticket_id){ 0 });
    o->version = e->plan;

    timer_fire(e, 0, SLICE);
}
