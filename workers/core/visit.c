/* visit.c - appointments: a ticket whose time was agreed with the customer waits beside the board's
 * line, and comes into it when somebody has to set out.
 *
 *      agreed            called            window
 *   -----|-----------------|------|--------[=======]----- missed: dispatchers hear
 *        |  booked         | lead | travel
 *        '- the planner proposes who and when; the matching disposes from `called` on
 *
 * That it is called is in the record (visit.open), so it does not follow from the hour alone. Who
 * is planned somewhere has an instant at which he must leave; whatever would keep him beyond it is
 * dearer (match.c). */
#include "workers/core/state.h"

#define AHEAD_MS (366 * DAYS)

/* ---- the booked */

/* When he must set out first. */
static void
reckon(struct engine *e, struct engineer_id id)
{
    struct engineer *x = roster_find(&e->roster, id);
    if (x == NULL)
        return;
    instant first = NEVER;
    for (size_t i = 0; i < e->booked.count; i++) {
        const struct visit *v = &e->booked.list[i]->t.visit;
        if (same_id(v->planned, id) && v->leave_at < first)
            first = v->leave_at;
    }
    if (first == x->leave_at)
        return;
    x->leave_at = first;
    board_changed(e, x);
}

void
visit_enter(struct engine *e, struct job *j)
{
    const struct visit *v = &j->t.visit;
    if (v->until == 0 || v->open)
        return;
    struct jobs *b = &e->booked;
    b->list = grow_array(b->list, b->count, &b->cap, sizeof(struct job *));
    b->list[b->count++] = j;
    j->booked = b->count;
    reckon(e, v->planned);
}

void
visit_leave(struct engine *e, struct job *j)
{
    if (j->booked == 0)
        return;
    struct job *other = e->booked.list[--e->booked.count];
    e->booked.list[j->booked - 1] = other;
    other->booked = j->booked;
    j->booked = 0;
    reckon(e, j->t.visit.planned);
}

void
visit_list(struct engine *e)
{
    e->booked.count = 0;
    for (size_t i = 0; i < e->roster.count; i++)
        e->roster.list[i].leave_at = NEVER;
}

/* ---- the way into the line */

instant
visit_due(const struct engine *e, const struct job *j)
{
    const struct matching *m = &e->rules->matching;
    const struct visit *v = &j->t.visit;
    bool planned = roster_find(&e->roster, v->planned) != NULL;
    return (planned ? v->leave_at : v->from - m->defer_trip_s * SECONDS) - m->lead_ms;
}

bool
visit_call(struct engine *e, struct job *j)
{
    if (!visit_waits(j))
        return true;
    if (e->at < visit_due(e, j))
        return false;
    visit_leave(e, j);
    j->t.visit.open = true;
    board_enter(e, j);
    return true;
}

instant
visit_missed_at(const struct engine *e, const struct job *j)
{
    const struct visit *v = &j->t.visit;
    (void)e;
    bool awaited = j->t.state >= TICKET_QUEUED && j->t.state < TICKET_WORKING;
    return v->until == 0 || v->missed || !awaited ? NEVER : v->until;
}

void
visit_fire(struct engine *e, struct job *j, instant until)
{
    if (visit_missed_at(e, j) > until)
        return;
    j->t.visit.missed = true;
    post_alarm(e, j, j->t.visit.until, STR("the agreed time has passed, and nobody has come"));
}

/* ---- agreeing */

bool
visit_fits(const struct engine *e, instant from, instant until)
{
    return from > 0 && from < until && until > e->at && until <= e->at + AHEAD_MS;
}

void
visit_agree(struct engine *e, struct job *j, instant from, instant until, instant said)
{
    struct ticket *t = &j->t;
    (void)e;
    if (t->visit.until != 0)
        course_cut(&t->course, REASON_WISH, t->visit.until, said);
    bool room = course_exclude(&t->course, said, until, REASON_WISH);
    assert(room); /* `may` has looked; a report is the first */
    t->visit = (struct visit){ .from = from, .until = until };
}

/* A dispatcher says with whom it was agreed; a gateway speaks for the customer. */
static enum refusal
may_appoint(const struct engine *e, const struct job *j, const struct act *a)
{
    bool evidence = a->role != ROLE_DISPATCHER || a->note.len > 0;
    if (!visit_fits(e, a->from, a->until) || !evidence)
        return REFUSAL_INCOMPLETE;
    return j->t.course.excluded_count == EXCLUSIONS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

/* Whoever has been offered it, or has it, has not any more: he may not be the one for that day. */
static void
appoint(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id had = j->t.engineer;
    job_leave(e, j); /* as it was booked */
    visit_agree(e, j, a->from, a->until, step_believed(e, a->occurred_at));
    job_enter(e, j);
    deed_step(e, j, a);
    if (!no_name(had)) {
        j->tell = true;
        post_withdrawn(e, j, had, a->note);
    }
    if (j->t.state != TICKET_QUEUED)
        return;
    j->t.asked = (struct territory_id){ 0 };
    j->t.due = NEVER;
    offer_seek(e, j);
}

const struct deed deeds_visit[VERBS] = {
    [VERB_APPOINT] = { may_appoint, appoint },
};

/* ---- what the planner proposes */

/* Does it still fit what is known? The ticket may have gone on, or another time been agreed. */
static bool
stands(const struct engine *e, const struct job *j, const struct proposal *p)
{
    if (j == NULL || !visit_waits(j))
        return false;
    if (no_name(p->engineer))
        return true;
    const struct visit *v = &j->t.visit;
    return roster_find(&e->roster, p->engineer) != NULL && p->begin_at >= v->from &&
           p->begin_at <= v->until && p->leave_at <= p->begin_at && p->leave_at > 0;
}

void
propose_apply(struct engine *e, const struct event *ev)
{
    for (size_t i = 0; i < ev->proposals.count; i++) {
        const struct proposal *p = &ev->proposals.list[i];
        struct job *j = job_find(e, p->ticket);
        if (!stands(e, j, p))
            continue;
        bool nobody = no_name(p->engineer);
        visit_leave(e, j);
        j->t.visit.planned = p->engineer;
        j->t.visit.leave_at = nobody ? 0 : p->leave_at;
        j->t.visit.begin_at = nobody ? 0 : p->begin_at;
        visit_enter(e, j);
        job_touch(e, j);
    }
}
