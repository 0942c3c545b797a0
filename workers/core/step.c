/* step.c - the only place that moves a ticket. Whatever the verb: the table says where to, the
 * timeline keeps it, indexes and loads follow, the audit log gets its line. */
#include "workers/core/state.h"

/* The reporter is told when a ticket comes to these. */
static const bool told[TICKET_STATES] = {
    [TICKET_ACCEPTED] = true,  [TICKET_EN_ROUTE] = true, [TICKET_WORKING] = true,
    [TICKET_HELD] = true,      [TICKET_RESOLVED] = true, [TICKET_PENDING_CUSTOMER] = true,
    [TICKET_CANCELLED] = true, [TICKET_CLOSED] = true,   [TICKET_REJECTED] = true,
    [TICKET_DUPLICATE] = true,
};

instant
step_believed(const struct engine *e, instant occurred_at)
{
    if (occurred_at > e->at || occurred_at <= 0)
        return e->at;
    return e->at - occurred_at <= e->rules->occurred_limit_ms ? occurred_at : e->at;
}

static void
forget_engineer(struct ticket *t)
{
    t->engineer = (struct engineer_id){ 0 };
    memset(t->name, 0, sizeof(t->name));
    memset(t->phone, 0, sizeof(t->phone));
    t->home = (struct territory_id){ 0 };
    t->named_version = 0;
    t->named_at = 0;
}

/* Nobody is responsible any more. */
static bool
frees(enum verb v, enum ticket_state from, enum ticket_state to)
{
    return to == TICKET_QUEUED || v == VERB_OBSERVE || v == VERB_JOIN ||
           (from == TICKET_OFFERED && to != TICKET_ACCEPTED);
}

/* A wait for the customer is over when it was to be over, be the timer late; an observation, when
 * that is said. */
static instant
waited_until(const struct ticket *t, const struct taken *s)
{
    return s->verb != VERB_CLOSE && t->due < s->occurred_at ? t->due : s->occurred_at;
}

/* What a new state brings with it. Whoever had it last stays its engineer after the end: the papers
 * are his. */
static void
settle(struct engine *e, struct job *j, const struct taken *s)
{
    struct ticket *t = &j->t;
    bool over = life_is_over(t->state), freed = frees(s->verb, s->from, s->to);
    bool ends = t->state >= TICKET_RESOLVED, ended = s->from >= TICKET_RESOLVED;
    if (t->state != TICKET_QUEUED && t->state != TICKET_TRIAGED)
        t->pinned = (struct engineer_id){ 0 };
    course_resume(&t->course, t->wait, waited_until(t, s));
    t->due = NEVER;
    t->asked = (struct territory_id){ 0 };
    if (!no_name(t->home) && (over || freed))
        assist_release(e, j);
    if (freed)
        forget_engineer(t);
    if (freed || !life_is_held(t->state))
        hands_release(e, j);
    if (t->state == TICKET_QUEUED)
        ticket_forgive(t, e->at, false);
    if (t->state == TICKET_QUEUED && s->from >= TICKET_WORKING && s->from != TICKET_HELD)
        t->visit = (struct visit){ 0 }; /* somebody has been there */
    if (t->wait == REASON_MASTER)
        links_left(e, j);
    t->wait = REASON_NONE;
    t->ended_at = over ? e->at : NEVER;
    if (over)
        t->due = instant_after(e->at, e->rules->settle_ms);
    if (ends || ended)
        links_wake(e, j);
    object_lapse(e, j, s);
    j->tell |= told[t->state];
    j->moved = true;
}

void
step_take(struct engine *e, struct job *j, const struct move *m)
{
    struct ticket *t = &j->t;
    const struct step *s = life_step(t->state, m->verb);
    assert(s != NULL);
    enum ticket_state from = t->state;
    struct engineer_id engineer = t->engineer;
    /* an offer's engineer is set before its step, but becomes his only by it */
    struct carriers before;
    carry_list(e, j, &before);

    job_leave(e, j);
    t->version++;
    t->state = s->next;
    struct taken taken = {
        .at = e->at,
        .occurred_at = step_believed(e, m->occurred_at),
        .who = m->who,
        .version = t->version,
        .verb = (uint8_t)m->verb,
        .from = (uint8_t)from,
        .to = s->next,
        .reason = (uint8_t)m->reason,
        .object = m->object,
    };
    if (m->verb < VERB_FIRST_OF_PEOPLE)
        taken.who = principal_of(engineer);
    ticket_take(t, &taken, m->note);
    if (t->state != from)
        settle(e, j, &taken);
    job_enter(e, j);
    carry_change(e, j, &before);
    job_show(e, j);
    miles_take(e, j, m);
    learn_step(e, j, &taken);

    struct outcome *o = post_outcome(e, OUTCOME_STEP, t->id);
    o->who = no_name(engineer) ? m->who : principal_of(engineer);
    o->event = e->event;
    o->verb = m->verb;
    o->from = from;
    o->to = t->state;
    o->version = t->version;
}
