/* learn.c - which steps teach something: who departed and then arrived has made a trip, who arrived
 * (or began from afar) and then resolved has done the work. Instants are those that were believed.
 * Only these three verbs come further than one look. */
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

/* A position older than this is not where he set out from, and neither is the present one when
 * his word comes so late. */
#define PLACE_STALE (60 * MINUTES)
#define WORD_LATE   (5 * MINUTES)

static void
forget_trip(struct engine *e, struct engineer *x)
{
    if (!engineer_travels(x))
        return;
    x->trip = (struct trip){ 0 };
    roster_mark(&e->roster, x);
}

static void
departed(struct engine *e, struct job *j, const struct taken *s)
{
    struct engineer *x = roster_find(&e->roster, engineer_of(s->who));
    if (x == NULL)
        return;
    forget_trip(e, x);
    if (!place_known(x->place) || s->occurred_at - x->place_at > PLACE_STALE ||
        e->at - s->occurred_at > WORD_LATE)
        return;
    x->trip = (struct trip){ j->t.id, x->place, s->occurred_at };
    roster_mark(&e->roster, x);
}

static void
arrived(struct engine *e, struct job *j, const struct taken *s)
{
    struct engineer *x = roster_find(&e->roster, engineer_of(s->who));
    if (x == NULL || !engineer_travels(x) || !same_id(x->trip.ticket, j->t.id))
        return;
    travel_learn(&e->learned, e->rules, x->trip.from, j->t.place, x->trip.at, s->occurred_at);
    forget_trip(e, x);
}

/* Time in WORKING since it last began on the way there, or from afar; 0: the timeline does not
 * show it. */
static msec
worked(const struct ticket *t)
{
    msec sum = 0;
    for (size_t i = t->timeline_count; i-- > 1;) {
        const struct taken *s = &t->timeline[i], *before = &t->timeline[i - 1];
        if (t->fold.count > 0 && i == TIMELINE_HEAD)
            return 0; /* steps are missing in between */
        if (before->to == TICKET_WORKING)
            sum += s->occurred_at - before->occurred_at;
        else if (before->to != TICKET_PENDING_CUSTOMER && before->to != TICKET_HELD)
            return 0;
        bool begins = before->verb == VERB_ARRIVE || before->verb == VERB_WORK;
        if (begins && before->to == TICKET_WORKING && before->from != TICKET_WORKING)
            return sum;
    }
    return 0;
}

static void
resolved(struct engine *e, struct job *j, const struct taken *s)
{
    const struct category *c = e->roster.slots[j->slot].category;
    const struct engineer *x = roster_find(&e->roster, engineer_of(s->who));
    service_learn(&e->learned, c, x == NULL ? (struct engineer_id){ { 0 } } : x->rule->id,
                  worked(&j->t));
}

static void (*const lessons[VERBS])(struct engine *, struct job *, const struct taken *) = {
    [VERB_DEPART] = departed,
    [VERB_ARRIVE] = arrived,
    [VERB_RESOLVE] = resolved,
};

void
learn_step(struct engine *e, struct job *j, const struct taken *s)
{
    if (lessons[s->verb] != NULL)
        lessons[s->verb](e, j, s);
}
