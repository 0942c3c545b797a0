/* team.c - other hands and more hands. A transfer (转派) asks another engineer to take over: the
 * old one stays responsible until he does. A call for help (加派) adds somebody, and the
 * responsible engineer stays.
 *
 *     transfer --> asked -- take_over --> responsible     help --> asked -- join_in --> helps
 *                   |  ^                                            |  ^
 *         step_back,|  | the next best                    step_back,|  | the next best
 *         lapse     v  |                                  lapse     v  |
 *                   nobody: it stays with the old one               nobody comes
 *
 * Whoever is asked or helps takes up one of his places, like the one who is responsible. Only
 * engineers at home here are asked, never a neighbour's. */
#include "workers/core/duty.h"
#include "workers/core/state.h"

static struct hand *
helper_of(struct ticket *t, struct engineer_id x)
{
    for (size_t i = 0; i < t->helpers_count; i++)
        if (same_id(t->helpers[i].engineer, x))
            return &t->helpers[i];
    return NULL;
}

const struct hand *
hands_helper(const struct ticket *t, struct engineer_id x)
{
    for (size_t i = 0; i < t->helpers_count; i++)
        if (same_id(t->helpers[i].engineer, x))
            return &t->helpers[i];
    return NULL;
}

const struct hand *
hands_find(const struct ticket *t, struct engineer_id x)
{
    if (!no_name(x) && same_id(t->next.engineer, x))
        return &t->next;
    return hands_helper(t, x);
}

/* ---- who may be asked */

/* Those who have it already in some way, and those who did not want it: nobody asks them. */
static size_t
passed_over(const struct engine *e, const struct ticket *t, struct engineer_id *out)
{
    size_t count = 0;
    out[count++] = t->engineer;
    out[count++] = t->next.engineer;
    for (size_t i = 0; i < t->helpers_count; i++)
        out[count++] = t->helpers[i].engineer;
    for (size_t i = 0; i < t->refusers_count; i++)
        if (t->refusers[i].until > e->at)
            out[count++] = t->refusers[i].engineer;
    return count;
}

static struct engineer *
best(const struct engine *e, const struct job *j)
{
    struct engineer_id not [HELPERS_MAX + 2 + REFUSERS_MAX];
    struct wish wish = match_wish(e, j);
    wish.refused = not ;
    wish.refused_count = passed_over(e, &j->t, not );
    return match_free(&wish);
}

/* The one named. A helper who has joined in may be asked to take over: his place is taken already.
 */
static struct engineer *
named(const struct engine *e, const struct job *j, const struct act *a)
{
    const struct category *c = e->roster.slots[j->slot].category;
    struct engineer *x = roster_find(&e->roster, a->engineer);
    const struct hand *h = hands_find(&j->t, a->engineer);
    bool helps = h != NULL && h != &j->t.next && h->due == NEVER;
    if (x == NULL || same_id(j->t.engineer, a->engineer) || !duty_is_on(x->rule, e->at))
        return NULL;
    if (c != NULL && !engineer_qualifies(x, c->needs, c->needs_count))
        return NULL;
    if (h != NULL)
        return helps && a->verb == VERB_TRANSFER ? x : NULL;
    return engineer_room(x) ? x : NULL;
}

static struct engineer *
candidate(const struct engine *e, const struct job *j, const struct act *a)
{
    return no_name(a->engineer) ? best(e, j) : named(e, j, a);
}

static struct hand
asked(const struct engine *e, const struct job *j, const struct engineer *x)
{
    return (struct hand){ x->rule->id, instant_after(e->at, job_level(e, j)->offer_ms) };
}

static const struct hand nobody = { .due = NEVER };

static void
drop(struct ticket *t, struct hand *h)
{
    if (h == &t->next) {
        *h = nobody;
        return;
    }
    size_t i = (size_t)(h - t->helpers);
    t->helpers_count--;
    memmove(h, h + 1, (t->helpers_count - i) * sizeof(*h));
}

/* ---- transfer */

static enum refusal
may_transfer(const struct engine *e, const struct job *j, const struct act *a)
{
    if (no_name(j->t.engineer)) /* it follows its master */
        return REFUSAL_NOBODY;
    if (a->role == ROLE_ENGINEER && j->t.transfers > 0)
        return REFUSAL_DISPATCHER;
    if (!no_name(j->t.next.engineer))
        return REFUSAL_LIMIT;
    return candidate(e, j, a) == NULL ? REFUSAL_NOBODY : REFUSAL_NONE;
}

static void
transfer(struct engine *e, struct job *j, const struct act *a)
{
    struct carriers before;
    carry_list(e, j, &before);
    j->t.next = asked(e, j, candidate(e, j, a));
    carry_change(e, j, &before);
    deed_tell(e, j, a);
    post_hand(e, UPDATE_TRANSFER, j, &j->t.next, a->reason, a->note);
}

static bool
in_time(const struct engine *e, const struct hand *h)
{
    return h->due > e->at;
}

static enum refusal
may_take_over(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)a;
    if (roster_find(&e->roster, j->t.next.engineer) == NULL)
        return REFUSAL_NOBODY;
    return in_time(e, &j->t.next) ? REFUSAL_NONE : REFUSAL_STATE;
}

/* The engineer in the record changes; the customer's times go on as they were. */
static void
change_engineer(struct engine *e, struct job *j, const struct engineer_rule *x)
{
    struct ticket *t = &j->t;
    struct hand *helped = helper_of(t, x->id);
    if (helped != NULL)
        drop(t, helped);
    if (!no_name(t->home))
        assist_release(e, j);
    t->engineer = x->id;
    memcpy(t->name, x->name, sizeof(t->name));
    memcpy(t->phone, x->phone, sizeof(t->phone));
    t->next = nobody;
    if (t->transfers < UINT8_MAX)
        t->transfers++;
}

static void
take_over(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id old = j->t.engineer;
    struct carriers before;
    carry_list(e, j, &before);
    change_engineer(e, j, roster_find(&e->roster, j->t.next.engineer)->rule);
    carry_change(e, j, &before);
    deed_step(e, j, a);
    j->t.named_version = j->t.version;
    j->tell = j->moved = true; /* another name, even where the state is the same */
    post_withdrawn(e, j, old, STR("another engineer has taken it over"));
}

/* ---- help */

static enum refusal
may_help(const struct engine *e, const struct job *j, const struct act *a)
{
    if (no_name(j->t.engineer))
        return REFUSAL_NOBODY;
    if (j->t.helpers_count == HELPERS_MAX)
        return REFUSAL_LIMIT;
    return candidate(e, j, a) == NULL ? REFUSAL_NOBODY : REFUSAL_NONE;
}

static void
help(struct engine *e, struct job *j, const struct act *a)
{
    struct carriers before;
    carry_list(e, j, &before);
    struct hand *h = &j->t.helpers[j->t.helpers_count];
    *h = asked(e, j, candidate(e, j, a));
    j->t.helpers_count++;
    carry_change(e, j, &before);
    deed_tell(e, j, a);
    post_hand(e, UPDATE_HELP, j, h, REASON_NONE, a->note);
}

static enum refusal
may_join_in(const struct engine *e, const struct job *j, const struct act *a)
{
    return in_time(e, hands_helper(&j->t, engineer_of(a->who))) ? REFUSAL_NONE : REFUSAL_STATE;
}

static void
join_in(struct engine *e, struct job *j, const struct act *a)
{
    helper_of(&j->t, engineer_of(a->who))->due = NEVER;
    deed_step(e, j, a);
    post_engineer(e, UPDATE_TICKET, j, STR("a helper has joined in"));
}

/* ---- no */

/* Somebody else is asked in his place; false: there is nobody, or he had joined in already. */
static bool
replace(struct engine *e, struct job *j, struct hand *h, bool missed)
{
    struct refuser r = { h->engineer, instant_after(e->at, e->rules->decline_ms), missed };
    if (h->due == NEVER) {
        drop(&j->t, h);
        return false;
    }
    ticket_refuse(&j->t, r);
    struct engineer *x = best(e, j);
    if (x == NULL)
        drop(&j->t, h);
    else
        *h = asked(e, j, x);
    return x != NULL;
}

static void
leave(struct engine *e, struct job *j, struct hand *h, const struct move *m)
{
    bool over = h == &j->t.next, joined = h->due == NEVER;
    struct carriers before;
    carry_list(e, j, &before);
    bool another = replace(e, j, h, m->verb == VERB_LAPSE);
    carry_change(e, j, &before);
    step_take(e, j, m);
    if (another)
        post_hand(e, over ? UPDATE_TRANSFER : UPDATE_HELP, j, h, REASON_NONE, STR(""));
    else
        post_engineer(e, UPDATE_TICKET, j,
                      over     ? STR("nobody takes it over: it stays with you")
                      : joined ? STR("a helper has left")
                               : STR("nobody comes to help"));
}

static void
step_back(struct engine *e, struct job *j, const struct act *a)
{
    struct engineer_id x = engineer_of(a->who);
    struct hand *h = same_id(j->t.next.engineer, x) ? &j->t.next : helper_of(&j->t, x);
    leave(e, j, h,
          &(struct move){ a->verb, a->who, a->occurred_at, a->note, a->reason, a->object });
}

/* Not answered in time, or no longer in the plan. */
static bool
is_lapsed(const struct engine *e, const struct hand *h)
{
    return h->due <= e->at || roster_find(&e->roster, h->engineer) == NULL;
}

instant
hands_due(const struct engine *e, const struct job *j)
{
    const struct ticket *t = &j->t;
    instant due = t->next.due;
    bool gone = !no_name(t->next.engineer) && roster_find(&e->roster, t->next.engineer) == NULL;
    if (life_step(t->state, VERB_LAPSE) == NULL)
        return NEVER;
    for (size_t i = 0; i < t->helpers_count; i++) {
        gone |= roster_find(&e->roster, t->helpers[i].engineer) == NULL;
        if (t->helpers[i].due < due)
            due = t->helpers[i].due;
    }
    return gone ? 0 : due;
}

static void
lapse(struct engine *e, struct job *j, struct hand *h)
{
    struct engineer_id x = h->engineer;
    leave(e, j, h, &(struct move){ .verb = VERB_LAPSE });
    post_withdrawn(e, j, x, STR("not answered in time, or no longer in the plan"));
}

void
hands_lapse(struct engine *e, struct job *j)
{
    struct ticket *t = &j->t;
    if (job_is_gone(e, j)) /* it goes back into the queue: nobody is needed */
        return;
    if (!no_name(t->next.engineer) && is_lapsed(e, &t->next))
        lapse(e, j, &t->next);
    for (size_t i = t->helpers_count; i-- > 0;) /* a replacement stands where he stood */
        if (is_lapsed(e, &t->helpers[i]))
            lapse(e, j, &t->helpers[i]);
}

/* ---- from outside */

void
hands_tell(struct engine *e, const struct job *j, struct engineer_id x)
{
    const struct hand *h = hands_find(&j->t, x);
    enum update_kind kind = h == &j->t.next   ? UPDATE_TRANSFER
                            : h->due == NEVER ? UPDATE_TICKET
                                              : UPDATE_HELP;
    post_hand(e, kind, j, h, REASON_NONE, STR(""));
}

void
hands_release(struct engine *e, struct job *j)
{
    struct ticket *t = &j->t;
    static const char why[] = "the ticket has left its engineer's hands";
    if (!no_name(t->next.engineer) && hands_helper(t, t->next.engineer) == NULL)
        post_withdrawn(e, j, t->next.engineer, STR(why));
    for (size_t i = 0; i < t->helpers_count; i++)
        post_withdrawn(e, j, t->helpers[i].engineer, STR(why));
    t->next = nobody;
    t->helpers_count = 0;
}

const struct deed deeds_team[VERBS] = {
    [VERB_TRANSFER] = { may_transfer, transfer },
    [VERB_TAKE_OVER] = { may_take_over, take_over },
    [VERB_HELP] = { may_help, help },
    [VERB_JOIN_IN] = { may_join_in, join_in },
    [VERB_STEP_BACK] = { NULL, step_back },
};
