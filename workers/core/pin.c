/* pin.c - a dispatcher decides in place of the matching: assign (this engineer, now), pin (this
 * engineer, as soon as he has room) and forbid (not this one, until then). A ticket that is pinned
 * stands beside the line and is offered to him before anything else is matched (board.c); the pin
 * goes with the offer. */
#include "workers/core/state.h"

struct engineer *
pin_engineer(const struct engine *e, const struct job *j)
{
    return no_name(j->t.pinned) ? NULL : roster_find(&e->roster, j->t.pinned);
}

/* One of ours who may do it by everything but his own refusal: the dispatcher has spoken to him. */
static struct engineer *
named(const struct engine *e, const struct job *j, const struct act *a)
{
    struct engineer *x = roster_find(&e->roster, a->engineer);
    struct wish w = match_wish(e, j);
    if (x == NULL || same_id(j->t.engineer, a->engineer))
        return NULL;
    enum considered_why why = fit_person(&w.fit, x, seat_tick(e->at));
    return fits(why) || why == WHY_DECLINED ? x : NULL;
}

static enum refusal
may_pin(const struct engine *e, const struct job *j, const struct act *a)
{
    if (no_name(a->engineer))
        return REFUSAL_INCOMPLETE;
    return named(e, j, a) != NULL ? REFUSAL_NONE : REFUSAL_NOBODY;
}

static enum refusal
may_assign(const struct engine *e, const struct job *j, const struct act *a)
{
    enum refusal r = may_pin(e, j, a);
    if (r != REFUSAL_NONE)
        return r;
    return seat_look(e, named(e, j, a))->now > 0 ? REFUSAL_NONE : REFUSAL_NOBODY;
}

/* Whoever has been offered it, has not any more. */
static void
pin(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id had = j->t.engineer;
    ticket_relent(&j->t, a->engineer);
    j->t.pinned = a->engineer;
    if (a->verb == VERB_ASSIGN) /* now, whatever the hour that was agreed */
        j->t.visit.open = j->t.visit.until != 0;
    deed_step(e, j, a);
    post_withdrawn(e, j, had, a->note);
    offer_seek(e, j);
}

static enum refusal
may_forbid(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)j;
    if (no_name(a->engineer) || (a->until != 0 && a->until <= e->at) || a->until > INSTANT_MAX)
        return REFUSAL_INCOMPLETE;
    return roster_find(&e->roster, a->engineer) == NULL ? REFUSAL_NOBODY : REFUSAL_NONE;
}

static void
forbid(struct engine *e, struct job *j, const struct act *a)
{
    bool offered = j->t.state == TICKET_OFFERED && same_id(j->t.engineer, a->engineer);
    instant until = a->until != 0 ? a->until : instant_after(e->at, e->rules->decline_ms);
    if (same_id(j->t.pinned, a->engineer))
        j->t.pinned = (struct engineer_id){ 0 };
    deed_step(e, j, a);
    if (offered)
        offer_end(e, j, a->note);
    ticket_refuse(&j->t, (struct refuser){ a->engineer, until, false });
    if (j->t.state == TICKET_QUEUED)
        offer_seek(e, j);
}

const struct deed deeds_pin[VERBS] = {
    [VERB_ASSIGN] = { may_assign, pin },
    [VERB_PIN] = { may_pin, pin },
    [VERB_FORBID] = { may_forbid, forbid },
};
