/* timer.c - what becomes due: word of a new incarnation, offers, questions to neighbours, refusals
 * that pass, promised times, the customer's silence. An alarm is early never and twice never: what
 * was given is part of the ticket. A job whose engineer has vanished is due at instant 0, that is
 * at once. */
#include "workers/core/state.h"

#define AT_ONCE 0

/* When something is to be done about a waiting ticket. */
static instant
queued_due(const struct engine *e, const struct job *j)
{
    const struct ticket *t = &j->t;
    if (visit_waits(j))
        return visit_due(e, j);
    if (t->due == NEVER && !job_may_be_ours(e, j))
        return AT_ONCE;
    instant due = t->due == NEVER ? job_pressed_at(e, j) : t->due;
    for (size_t i = 0; i < t->refusers_count; i++)
        if (!t->refusers[i].missed && t->refusers[i].until < due)
            due = t->refusers[i].until;
    return due;
}

static instant
state_due(const struct engine *e, const struct job *j)
{
    if (job_is_gone(e, j) || links_is_due(e, j))
        return AT_ONCE;
    instant due = j->t.state == TICKET_QUEUED ? queued_due(e, j) : j->t.due;
    instant hands = hands_due(e, j), missed = visit_missed_at(e, j);
    due = missed < due ? missed : due;
    return hands < due ? hands : due;
}

void
timer_set(struct engine *e, struct job *j)
{
    instant due = state_due(e, j), alarm = pager_due(e, j);
    if (alarm < due)
        due = alarm;
    if (j->over) /* it leaves */
        due = NEVER;
    if (due == j->due && (due == NEVER) == (j->timer.place == 0))
        return;
    j->due = due;
    if (due == NEVER)
        heap_del(&e->timers, &j->timer);
    else
        heap_set(&e->timers, &j->timer);
}

static void
fire_queued(struct engine *e, struct job *j)
{
    ticket_forgive(&j->t, e->at, false);
    bool begins = j->t.due == NEVER && job_pressed_at(e, j) <= e->at;
    if (!visit_waits(j) && job_is_for_all(e, j) && (begins || j->t.due <= e->at)) {
        if (no_name(j->t.asked))
            assist_begin(e, j);
        else
            assist_next(e, j);
    } else {
        offer_seek(e, j);
    }
}

static void
fire_offered(struct engine *e, struct job *j)
{
    bool ours = no_name(j->t.home);
    struct engineer *x = ours ? roster_find(&e->roster, j->t.engineer) : NULL;
    msec silent = e->rules->matching.silent_ms;
    if (x != NULL && silent > 0)
        roster_away(&e->roster, x, instant_after(e->at, silent), seat_tick(e->at));
    offer_end(e, j, STR("the offer was not answered in time"));
}

static void
fire_resolved(struct engine *e, struct job *j)
{
    j->t.silent = true;
    step_take(e, j, &(struct move){ .verb = VERB_CLOSE });
    post_engineer(e, UPDATE_TICKET, j, STR("closed by the customer's silence"));
    object_survey(e, j);
}

/* Long enough at an end: it leaves the engine, unless something is still owed. */
static void
fire_over(struct engine *e, struct job *j)
{
    if (object_is_owed(e, j))
        j->t.due = instant_after(e->at, DAYS);
    else
        j->over = true;
}

static void (*const fire[TICKET_STATES])(struct engine *, struct job *) = {
    [TICKET_TRIAGED] = desk_waited,  [TICKET_PENDING_CUSTOMER] = wait_over,
    [TICKET_HELD] = links_follow,    [TICKET_CLOSED] = fire_over,
    [TICKET_REJECTED] = fire_over,   [TICKET_DUPLICATE] = fire_over,
    [TICKET_CANCELLED] = fire_over,  [TICKET_QUEUED] = fire_queued,
    [TICKET_OFFERED] = fire_offered, [TICKET_RESOLVED] = fire_resolved,
};

/* What is due for one job, each thing once. */
static void
fire_job(struct engine *e, struct job *j, instant until)
{
    pager_fire(e, j, until);
    visit_fire(e, j, until);
    if (hands_due(e, j) <= until)
        hands_lapse(e, j);
    if (job_is_gone(e, j))
        offer_end(e, j, STR("no longer in the plan"));
    else if (state_due(e, j) <= until && fire[j->t.state] != NULL)
        fire[j->t.state](e, j);
    job_touch(e, j);
    timer_set(e, j);
}

size_t
timer_fire(struct engine *e, instant until, size_t budget)
{
    size_t fired = 0;
    for (; fired < budget; fired++) {
        struct heap_at *first = heap_first(&e->timers);
        if (first == NULL || container_of(first, struct job, timer)->due > until)
            break;
        fire_job(e, container_of(first, struct job, timer), until);
    }
    return fired;
}

/* After a rollback: everybody whom the engine knows gets a letter of the new incarnation, and so
 * sends again what it may have lost. Who has had another letter meanwhile knows already. */
static size_t
tell_untold(struct engine *e, size_t budget)
{
    const struct party *p;
    size_t told = 0;
    for (; told < budget && (p = marks_untold(&e->marks)) != NULL; told++)
        post_new(e, UPDATE_RESYNC, p->id);
    return told;
}

void
timer_apply(struct engine *e, const struct event *ev)
{
    (void)ev;
    size_t done = tell_untold(e, SLICE);
    if (done < SLICE)
        timer_fire(e, e->at, SLICE - done);
}
