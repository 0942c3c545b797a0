/* act.c - a person's verb: answered before? which ticket? may he? then the deed, which stands in
 * the file of its subject. Every event gets its verdict, and a repeated one the same again. */
#include "workers/core/state.h"

void
deed_step(struct engine *e, struct job *j, const struct act *a)
{
    step_take(
        e, j,
        &(struct move){ a->verb, a->who, a->occurred_at, a->note, a->reason, a->object, a->seen });
}

void
deed_tell(struct engine *e, struct job *j, const struct act *a)
{
    struct principal_id engineer = principal_of(j->t.engineer);
    bool other = !same_id(engineer, a->who);
    deed_step(e, j, a);
    if (other)
        post_engineer(e, UPDATE_TICKET, j, a->note);
    if (!j->moved) /* else they hear at the event's end */
        post_helpers(e, j, a->who, a->note);
}

/* Each verb of people stands in one of these. */
static const struct deed *const books[] = {
    deeds_hands, deeds_team,  deeds_desk,   deeds_pin,
    deeds_wait,  deeds_links, deeds_object, deeds_visit,
};

static const struct deed *
deed_of(enum verb v)
{
    for (size_t i = 0; i < countof(books); i++)
        if (books[i][v].take != NULL)
            return &books[i][v];
    return NULL;
}

/* ---- sync */

static bool
concerns(const struct job *j, const struct act *a)
{
    struct principal_id engineer = principal_of(j->t.engineer);
    switch (a->role) {
    case ROLE_DISPATCHER:
        return true;
    case ROLE_ENGINEER:
        return same_id(engineer, a->who) || hands_find(&j->t, engineer_of(a->who)) != NULL;
    case ROLE_GATEWAY:
        return ticket_tells(&j->t, a->who);
    case ROLE_NONE:
    case ROLE_BROKER:
    case ROLE_WORKER:
    case ROLES:
        break;
    }
    return false;
}

static int
newest_first(const void *a, const void *b)
{
    struct job *const *x = a, *const *y = b;
    return queue_order(&(*y)->wait, &(*x)->wait);
}

static void
tell_again(struct engine *e, const struct job *j, const struct act *a)
{
    bool offered = j->t.state == TICKET_OFFERED;
    if (a->role == ROLE_ENGINEER) {
        struct principal_id engineer = principal_of(j->t.engineer);
        if (same_id(engineer, a->who))
            post_engineer(e, offered ? UPDATE_OFFER : UPDATE_TICKET, j, STR(""));
        else
            hands_tell(e, j, engineer_of(a->who));
        return;
    }
    struct update *u = post_new(e, UPDATE_TICKET, a->who);
    if (u != NULL)
        post_describe(e, u, j, a->role == ROLE_DISPATCHER || !offered);
}

/* About every open ticket that concerns the sender, the newest SYNC_MAX of them, oldest first. */
static void
sync(struct engine *e, const struct act *a)
{
    struct jobs found = { 0 };
    struct job *j;
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;)
        if (!life_is_over(j->t.state) && concerns(j, a)) {
            found.list = grow_array(found.list, found.count, &found.cap, sizeof(struct job *));
            found.list[found.count++] = j;
        }
    if (found.count > 0)
        qsort(found.list, found.count, sizeof(struct job *), newest_first);
    size_t told = found.count < SYNC_MAX ? found.count : SYNC_MAX;
    for (size_t i = told; i-- > 0;)
        tell_again(e, found.list[i], a);
    struct update *u = told < found.count ? post_new(e, UPDATE_ALARM, a->who) : NULL;
    if (u != NULL)
        u->why = STR("there are more open tickets than are told at once: these were the newest");
    free(found.list);
}

/* ---- the checks, in order; docs/life.md says them in words */

static bool
is_his(const struct job *j, const struct act *a)
{
    if (a->role == ROLE_ENGINEER)
        return whose_is(&j->t, a->verb, engineer_of(a->who));
    return concerns(j, a);
}

static bool
is_stale(const struct job *j, const struct act *a)
{
    bool never = a->role == ROLE_GATEWAY || a->verb == VERB_NOTE || a->verb == VERB_NUDGE;
    return !never && ticket_is_stale(&j->t, a->seen, a->who);
}

static enum refusal
check(const struct engine *e, const struct job *j, const struct act *a)
{
    if (a->verb == VERB_SYNC)
        return life_knows(VERB_SYNC, a->role) ? REFUSAL_NONE : REFUSAL_ROLE;
    if (j == NULL)
        return REFUSAL_NO_TICKET;
    if (!life_knows(a->verb, a->role))
        return REFUSAL_ROLE;
    if (!is_his(j, a))
        return REFUSAL_NOT_YOURS;
    if (is_stale(j, a))
        return REFUSAL_STALE;
    enum refusal r = life_allows(j->t.state, a->verb, a->role);
    if (r != REFUSAL_NONE)
        return r;
    if (!reason_fits(a->verb, a->reason) || (a->reason == REASON_NONE && reason_asked(a->verb)))
        return REFUSAL_REASON;
    const struct deed *d = deed_of(a->verb);
    return d->may == NULL ? REFUSAL_NONE : d->may(e, j, a);
}

static void
outcome(struct engine *e, enum outcome_kind kind, const struct act *a, const struct answer *said)
{
    struct outcome *o = post_outcome(e, kind, said->ticket);
    o->who = a->who;
    o->event = a->id;
    o->verb = said->verb;
    o->refusal = said->refusal;
    o->from = o->to = said->state;
    o->version = said->version;
}

/* What is said of a ticket that is not open: how it ended, if it was ever here. */
static void
last_state(const struct engine *e, struct answer *said)
{
    struct report_id opener;
    memcpy(opener.b, said->ticket.b, sizeof(opener.b));
    const struct known_report *k = known_find(&e->known, opener);
    if (k != NULL)
        said->state = k->end;
}

/* He has said something: whatever it is, he is there. */
static void
heard(struct engine *e, struct engineer_id id)
{
    struct engineer *x = roster_find(&e->roster, id);
    if (x == NULL || x->absent_until == 0)
        return;
    roster_away(&e->roster, x, 0, seat_tick(e->at));
    carry_freed(e, x);
}

void
act_apply(struct engine *e, const struct event *ev)
{
    const struct act *a = &ev->act;
    uint8_t verb = (uint8_t)((unsigned)a->verb < VERBS ? a->verb : VERBS);
    struct answer said = { 0 };
    enum marked marked = marks_check(&e->marks, a->who, a->id, &said);
    if (marked == MARK_REPEATED) {
        outcome(e, OUTCOME_REPEATED, a, &said);
        post_verdict(e, a->who, a->id, said);
        return;
    }
    said = (struct answer){ .ticket = a->ticket, .verb = verb };
    struct job *j = a->verb == VERB_SYNC ? NULL : job_find(e, a->ticket);
    said.refusal = (uint8_t)(marked == MARK_OLD ? REFUSAL_OLD : check(e, j, a));
    if (a->role == ROLE_ENGINEER)
        heard(e, engineer_of(a->who));
    e->event = a->id;
    if (said.refusal == REFUSAL_NONE && a->verb == VERB_SYNC)
        sync(e, a);
    else if (said.refusal == REFUSAL_NONE)
        deed_of(a->verb)->take(e, j, a);
    e->event = (struct event_id){ 0 };
    if (j != NULL) {
        said.state = (uint8_t)j->t.state;
        said.version = j->t.version;
    } else {
        last_state(e, &said);
    }
    if (said.refusal != REFUSAL_NONE)
        outcome(e, OUTCOME_REFUSED, a, &said);
    if (marked == MARK_NEW)
        marks_answer(&e->marks, a->who, a->id, said);
    post_verdict(e, a->who, a->id, said);
}
