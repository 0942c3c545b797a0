/* history_link.h - the part of a history that is about waits, exemptions, and tickets that have to
 * do with each other. */
#ifndef TESTS_CORE_HISTORY_LINK_H
#define TESTS_CORE_HISTORY_LINK_H

#include "tests/core/world.h"
#include "workers/core/life.h"

/* A plan under which all of it happens within a day or two. */
static inline void
history_link_plan(struct world_plan *p)
{
    p->contract.exempts = 1u << REASON_FORCE_MAJEURE | 1u << REASON_CUSTOMER_DELAY;
    p->rules.observe_ms = 3 * HOURS;
    p->rules.reopen_ms = 4 * HOURS;
    p->rules.settle_ms = 20 * HOURS;
    p->rules.verdict_ms = 5 * HOURS;
    p->rules.outage_count = 3;
    p->rules.outage_ms = 20 * MINUTES;
}

/* What may be done with this ticket; VERBS: nothing of the kind. */
static inline enum verb
history_link_verb(struct rng *r, const struct ticket *t)
{
    static const uint8_t verbs[TICKET_STATES][4] = {
        [TICKET_TRIAGED] = { VERB_JOIN, VERB_MERGE, VERB_JOIN, VERB_EXEMPT },
        [TICKET_QUEUED] = { VERB_JOIN, VERB_MERGE, VERB_JOIN, VERB_REJECT },
        [TICKET_OFFERED] = { VERB_JOIN, VERB_MERGE, VERB_JOIN, VERB_EXEMPT },
        [TICKET_ACCEPTED] = { VERB_EXEMPT, VERB_EXEMPT, VERB_PEND, VERB_HOLD },
        [TICKET_WORKING] = { VERB_OBSERVE, VERB_DIFFERENT, VERB_EXEMPT, VERB_OBSERVE },
        [TICKET_PENDING_CUSTOMER] = { VERB_EXEMPT, VERB_RESUME, VERB_CANCEL, VERB_RETURN },
        [TICKET_HELD] = { VERB_LEAVE, VERB_CANCEL, VERB_REJECT, VERB_RESUME },
        [TICKET_RESOLVED] = { VERB_REOPEN, VERB_REOPEN, VERB_APPROVE, VERB_APPROVE },
        [TICKET_CLOSED] = { VERB_REOPEN, VERB_REOPEN, VERB_REOPEN, VERB_REOPEN },
        [TICKET_REJECTED] = { VERB_APPEAL, VERB_APPEAL, VERB_APPEAL, VERB_APPEAL },
    };
    enum verb v = verbs[t->state][rng_below(r, 4)];
    return v == 0 ? VERBS : v;
}

/* Mostly an open one, with luck of this very site or one that has followers. */
static inline const struct ticket *
history_link_other(struct rng *r, const struct world_view *v, const struct ticket *t)
{
    const struct ticket *other = t;
    for (int tries = 0; tries < 12; tries++) {
        other = &v->tickets[rng_below(r, v->count)];
        if (other != t && other->state < TICKET_RESOLVED && other->wait != REASON_MASTER &&
            (tries > 5 || life_is_held(other->state)))
            break;
    }
    return other;
}

/* And what it needs besides. */
static inline void
history_link_needs(struct rng *r, const struct world_view *v, const struct ticket *t, struct act *a,
                   instant at)
{
    memcpy(a->fresh.b, a->who.s, 12);
    a->fresh.b[12] = (uint8_t)a->id.epoch;
    memcpy(a->fresh.b + 13, &a->id.counter, 3);
    if (a->verb == VERB_JOIN || a->verb == VERB_MERGE)
        a->other = history_link_other(r, v, t)->id;
    if (a->verb >= VERB_EXEMPT && a->verb <= VERB_MERGE && rng_below(r, 8) != 0)
        a->note = STR("because");
    if (a->verb != VERB_EXEMPT && a->verb != VERB_PEND)
        return;
    if (rng_below(r, 2) == 0)
        a->until = at + (instant)rng_below(r, 4 * HOURS) - HOURS;
    if (rng_below(r, 3) == 0)
        a->occurred_at = at + (instant)rng_below(r, 20 * HOURS) - 18 * HOURS;
}

#endif
