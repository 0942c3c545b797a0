/* ask.c - the engine's own answers, from where its decisions take them. */
#include "workers/core/ask.h"

#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

bool
ask_ticket(const struct engine *e, struct ticket_id id, struct engine_look *out)
{
    const struct job *j = job_find(e, id);
    if (j != NULL)
        *out = (struct engine_look){ &j->t, job_rules(e, j) };
    return j != NULL;
}

/* The matching's answer, or that of the one ticket that needs none. */
static struct engineer *
awaited(const struct engine *e, const struct job *j)
{
    size_t seat;
    if (!no_name(j->t.pinned))
        return pin_engineer(e, j);
    if (e->board.live)
        return j->place > 0 ? edges_taken(e, j, &seat) : NULL;
    struct wish w = match_wish(e, j);
    struct choice c;
    match_look(&w, &c);
    return c.best;
}

struct engineer_id
ask_awaited(const struct engine *e, struct ticket_id id)
{
    const struct job *j = job_find(e, id);
    bool waits = j != NULL && (j->lined || j->pin_place > 0);
    const struct engineer *x = waits ? awaited(e, j) : NULL;
    return x == NULL ? (struct engineer_id){ { 0 } } : x->rule->id;
}

enum considered_why
ask_why(const struct engine *e, struct ticket_id id, struct engineer_id who)
{
    const struct job *j = job_find(e, id);
    struct engineer *x = roster_find(&e->roster, who);
    struct suitor s;
    if (j == NULL || x == NULL)
        return CONSIDERED_WHYS;
    struct wish w = match_wish(e, j);
    enum considered_why why = match_fit(&w, x, &s);
    if (!fits(why))
        return why;
    return x->seats.now > 0 ? WHY_CHOSEN : WHY_AWAITED;
}

size_t
ask_errands(const struct engine *e, struct engineer_id who, struct errand out[ERRANDS_MAX])
{
    struct engineer *x = roster_find(&e->roster, who);
    return x == NULL ? 0 : seat_errands(e, x, out);
}

msec
ask_travel(const struct engine *e, struct place from, struct place to, instant at, int64_t *metres)
{
    if (metres != NULL)
        *metres = travel_metres(from, to);
    return travel_time(e->rules, &e->learned, from, to, at);
}

msec
ask_service(const struct engine *e, struct category_id c, struct engineer_id x)
{
    const struct slot *slot = &e->roster.slots[roster_slot(&e->roster, c)];
    return service_time(&e->learned, slot->category, x);
}
