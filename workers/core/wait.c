/* wait.c - time that does not count, or that is only waited through: for the customer (pend, which
 * pauses the clocks until its wake time at the latest), for parts and vendors (hold, which does
 * not), under observation, and exempted. What has begun here ends in step.c, by whatever verb. */
#include "workers/core/state.h"

/* Every wait for the customer has a reason, evidence, and an end within the plan's limit. */
static enum refusal
may_pend(const struct engine *e, const struct job *j, const struct act *a)
{
    instant limit = instant_after(e->at, job_rules(e, j)->pend_ms);
    if (j->t.course.excluded_count == EXCLUSIONS_MAX)
        return REFUSAL_LIMIT;
    bool timely = a->until == 0 || (a->until > e->at && a->until <= limit);
    return timely && a->note.len > 0 ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

/* Begins to wait for `reason`: not counted from the step's own instant on. */
static void
wait_for(struct engine *e, struct job *j, const struct act *a, enum reason reason, instant until)
{
    struct act b = *a;
    b.reason = reason;
    deed_step(e, j, &b);
    j->t.wait = (uint8_t)reason;
    j->t.due = until;
    bool room = course_exclude(&j->t.course, step_believed(e, a->occurred_at), NEVER, reason);
    assert(room); /* its `may` has looked */
}

static void
pend(struct engine *e, struct job *j, const struct act *a)
{
    instant limit = instant_after(e->at, job_rules(e, j)->pend_ms);
    wait_for(e, j, a, a->reason, a->until > 0 ? a->until : limit);
}

void
wait_quote(struct engine *e, struct job *j, const struct act *a)
{
    wait_for(e, j, a, REASON_QUOTE, instant_after(e->at, job_rules(e, j)->pend_ms));
}

static void
hold(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    j->t.wait = (uint8_t)a->reason;
}

/* A quote waits for its answer, a follower for its master, and what is observed has nobody. */
static enum refusal
may_resume(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    (void)a;
    bool bound =
        j->t.wait == REASON_QUOTE || j->t.wait == REASON_MASTER || j->t.wait == REASON_OBSERVED;
    return bound ? REFUSAL_STATE : REFUSAL_NONE;
}

static enum refusal
may_observe(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    if (j->t.course.excluded_count == EXCLUSIONS_MAX)
        return REFUSAL_LIMIT;
    return a->note.len > 0 ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

static void
observe(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id engineer = j->t.engineer;
    struct principal_id who = principal_of(engineer);
    wait_for(e, j, a, REASON_OBSERVED, instant_after(e->at, job_rules(e, j)->observe_ms));
    if (!same_id(who, a->who))
        post_withdrawn(e, j, engineer, a->note);
}

/* The contract says which reasons excuse; the time is [occurred_at, until), as it was said: both
 * may be past or to come. Until now if not said. A dispatcher answers for it with reason and
 * evidence, so he may go back to the report, further than a device's word is believed. */
static struct exclusion
exempted(const struct engine *e, const struct job *j, const struct act *a)
{
    instant from = a->occurred_at <= 0 ? e->at : a->occurred_at;
    instant received = j->t.course.received_at;
    return (struct exclusion){ from < received ? received : from, a->until == 0 ? e->at : a->until,
                               (uint8_t)a->reason };
}

static enum refusal
may_exempt(const struct engine *e, const struct job *j, const struct act *a)
{
    instant limit = instant_after(e->at, job_rules(e, j)->pend_ms);
    if (!(job_contract(e, j)->exempts >> a->reason & 1))
        return REFUSAL_REASON;
    if (j->t.course.excluded_count == EXCLUSIONS_MAX)
        return REFUSAL_LIMIT;
    struct exclusion x = exempted(e, j, a);
    return x.to > x.from && x.to <= limit && a->note.len > 0 ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

static void
exempt(struct engine *e, struct job *j, const struct act *a)
{
    struct exclusion x = exempted(e, j, a);
    deed_tell(e, j, a);
    bool room = course_exclude(&j->t.course, x.from, x.to, a->reason);
    assert(room);
}

void
wait_over(struct engine *e, struct job *j)
{
    bool observed = j->t.wait == REASON_OBSERVED;
    struct str why = observed ? STR("it has not come again while it was under observation")
                              : STR("the wait for the customer has reached its end");
    step_take(e, j, &(struct move){ .verb = observed ? VERB_CLOSE : VERB_WAKE, .note = why });
    if (observed)
        return;
    post_engineer(e, UPDATE_TICKET, j, why);
    post_alarm(e, j, NEVER, why);
}

/* What happened before the watch began is none, and what comes after its end neither. */
bool
wait_recurs(const struct engine *e, const struct job *j, instant occurred_at)
{
    const struct course *c = &j->t.course;
    bool watched = j->t.state == TICKET_PENDING_CUSTOMER && j->t.wait == REASON_OBSERVED;
    if (!watched || e->at >= j->t.due)
        return false;
    for (size_t i = c->excluded_count; i-- > 0;)
        if (c->excluded[i].reason == REASON_OBSERVED && c->excluded[i].to == NEVER)
            return step_believed(e, occurred_at) >= c->excluded[i].from;
    return false;
}

/* From now on it is this that is repeated. */
void
wait_recur(struct engine *e, struct job *j, instant occurred_at)
{
    step_take(e, j, &(struct move){ .verb = VERB_RECUR, .occurred_at = occurred_at });
    j->t.occurred_at = occurred_at;
    offer_seek(e, j);
}

const struct deed deeds_wait[VERBS] = {
    [VERB_PEND] = { may_pend, pend },          [VERB_HOLD] = { NULL, hold },
    [VERB_RESUME] = { may_resume, deed_tell }, [VERB_EXEMPT] = { may_exempt, exempt },
    [VERB_OBSERVE] = { may_observe, observe },
};
