/* links.c - tickets that have to do with each other, and the ways back from an end.
 *
 *     different, late reopen      this one <-- previous -- successor --> the new one
 *     join (mass outage)          follower -- master --> master ticket; solved with it
 *     merge                       duplicate -- same --> the one that stays
 *
 * Followers are not solved within their master's event: they become due, and timers take them in
 * slices. */
#include "workers/core/clocks.h"
#include "workers/core/state.h"

/* ---- derived: who follows, and how many of a kind were opened lately */

static void
burst_add(struct burst *b, instant opened)
{
    if (b->count == countof(b->opened)) {
        if (opened <= b->opened[0])
            return;
        memmove(&b->opened[0], &b->opened[1], --b->count * sizeof(b->opened[0]));
    }
    size_t at = b->count++;
    for (; at > 0 && b->opened[at - 1] > opened; at--)
        b->opened[at] = b->opened[at - 1];
    b->opened[at] = opened;
}

static struct job *
master_of(const struct engine *e, const struct job *j)
{
    const struct link *l = ticket_link(&j->t, LINK_MASTER);
    return l == NULL ? NULL : job_find(e, l->id);
}

void
links_list(struct engine *e)
{
    struct job *j;
    e->bursts = zalloc(e->roster.slots_count * sizeof(*e->bursts) + 1);
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;)
        j->followers = 0;
    for (size_t i = 0; (j = map_next(&e->jobs, &i)) != NULL;) {
        burst_add(&e->bursts[roster_slot(&e->roster, j->t.category)], j->t.opened_at);
        struct job *master = master_of(e, j);
        if (master != NULL && j->t.wait == REASON_MASTER)
            master->followers++;
    }
}

void
links_outage(struct engine *e, const struct job *j)
{
    const struct rules *r = e->rules;
    struct burst *b = &e->bursts[j->slot];
    burst_add(b, j->t.opened_at);
    size_t n = r->outage_count;
    if (n == 0 || n > OUTAGE_MAX || b->count < n)
        return;
    bool many = j->t.opened_at - b->opened[b->count - n] <= r->outage_ms;
    bool before = b->count > n && j->t.opened_at - b->opened[b->count - n - 1] <= r->outage_ms;
    if (many && !before) /* it has just come to that */
        post_alarm(e, j, NEVER,
                   STR("so many of this category at once look like a mass outage: choose a master "
                       "ticket and join the others to it"));
}

/* ---- a linked new ticket */

static bool
is_taken(const struct engine *e, struct ticket_id fresh)
{
    struct report_id opener;
    memcpy(opener.b, fresh.b, sizeof(opener.b));
    return job_find(e, fresh) != NULL || known_find(&e->known, opener) != NULL;
}

static enum refusal
may_succeed(const struct engine *e, const struct job *j, const struct act *a)
{
    if (a->note.len == 0 || is_taken(e, a->fresh))
        return REFUSAL_INCOMPLETE;
    return j->t.links_count == LINKS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

/* What is known of the fault goes over; what was done about it does not. */
static void
inherit(struct ticket *t, const struct ticket *old)
{
    t->plan = old->plan;
    t->contract = old->contract;
    t->level = old->level;
    t->category = old->category;
    t->site = old->site;
    t->customer = old->customer;
    t->source = old->source;
    t->place = old->place;
    memcpy(t->lang, old->lang, sizeof(t->lang));
    memcpy(t->code, old->code, sizeof(t->code));
    memcpy(t->gateways, old->gateways, sizeof(t->gateways));
    t->gateways_count = old->gateways_count;
    if (old->text.len > 0)
        t->text = str_bytes(memcpy(grow(NULL, old->text.len), old->text.at, old->text.len),
                            old->text.len);
}

/* A ticket `fresh` that goes on where `j` ended, with all its clocks from now. */
static void
succeed(struct engine *e, struct job *j, struct ticket_id fresh)
{
    static const uint8_t nothing[16];
    struct report_id opener;
    memcpy(opener.b, fresh.b, sizeof(opener.b));
    known_add(&e->known, opener, nothing, fresh);
    struct job *n = job_new(e, fresh);
    inherit(&n->t, &j->t);
    n->slot = j->slot;
    n->t.version = 1;
    n->t.opened_at = n->t.occurred_at = e->at;
    bool linked =
        ticket_links(&n->t, LINK_PREVIOUS, j->t.id) && ticket_links(&j->t, LINK_SUCCESSOR, fresh);
    assert(linked);
    job_enter(e, n);
    struct outcome *o = post_outcome(e, OUTCOME_OPENED, fresh);
    o->report = opener;
    o->event = e->event;
    o->version = n->t.version;
    step_take(e, n, &(struct move){ .verb = VERB_TRIAGE });
    step_take(e, n, &(struct move){ .verb = VERB_QUEUE });
    offer_seek(e, n);
    n->tell = true;
    links_outage(e, n);
}

static void
different(struct engine *e, struct job *j, const struct act *a)
{
    deed_tell(e, j, a);
    succeed(e, j, a->fresh);
}

/* ---- back from an end */

static bool
is_late(const struct engine *e, const struct job *j)
{
    return j->t.ended_at != NEVER &&
           e->at > instant_after(j->t.ended_at, job_rules(e, j)->reopen_ms);
}

static enum refusal
may_reopen(const struct engine *e, const struct job *j, const struct act *a)
{
    if (is_late(e, j))
        return may_succeed(e, j, a);
    if (j->t.state == TICKET_CLOSED && j->t.course.excluded_count == EXCLUSIONS_MAX)
        return REFUSAL_LIMIT;
    return a->note.len > 0 ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

/* What nobody on the roster has solved (the desk did, or the master) has nobody to go back to. */
static void
work_on(struct engine *e, struct job *j)
{
    if (!no_name(j->t.engineer))
        return;
    step_take(e, j, &(struct move){ .verb = VERB_EXPIRE });
    offer_seek(e, j);
}

/* Rejected by the customer: work goes on, elapsed time kept. Come back after its end: the time
 * between does not count. After too long: a linked new ticket. */
static void
reopen(struct engine *e, struct job *j, const struct act *a)
{
    instant ended = j->t.ended_at;
    if (is_late(e, j)) {
        step_take(e, j, &(struct move){ VERB_LINK, a->who, a->occurred_at, a->note, 0, 0 });
        succeed(e, j, a->fresh);
        return;
    }
    deed_tell(e, j, a);
    j->t.silent = false;
    if (j->t.state == TICKET_WORKING) {
        work_on(e, j);
        return;
    }
    bool room = course_exclude(&j->t.course, ended, step_believed(e, a->occurred_at), REASON_OVER);
    assert(room);
    ticket_unlink(&j->t, LINK_MASTER);
    offer_seek(e, j);
}

static enum refusal
may_appeal(const struct engine *e, const struct job *j, const struct act *a)
{
    if (is_late(e, j))
        return REFUSAL_STATE;
    return a->note.len > 0 ? REFUSAL_NONE : REFUSAL_INCOMPLETE;
}

/* The time since the rejection counts: it was ours. */
static void
appeal(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    offer_seek(e, j);
}

/* ---- a mass outage, and duplicates */

/* The other ticket of a join or a merge; NULL: it cannot be that. */
static struct job *
other_of(const struct engine *e, const struct job *j, const struct act *a)
{
    struct job *other = job_find(e, a->other);
    bool fits = other != NULL && other != j && other->t.state < TICKET_RESOLVED &&
                other->t.wait != REASON_MASTER;
    return fits ? other : NULL;
}

static enum refusal
may_join(const struct engine *e, const struct job *j, const struct act *a)
{
    if (other_of(e, j, a) == NULL || j->followers > 0)
        return REFUSAL_INCOMPLETE;
    return j->t.links_count == LINKS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

/* Whoever was asked is asked no longer. */
static void
step_from_offer(struct engine *e, struct job *j, const struct act *a, enum reason reason)
{
    bool offered = j->t.state == TICKET_OFFERED;
    struct principal_id engineer = principal_of(j->t.engineer);
    struct act b = *a;
    b.reason = reason;
    deed_step(e, j, &b);
    struct update *u = offered ? post_new(e, UPDATE_WITHDRAWN, engineer) : NULL;
    if (u != NULL)
        post_describe(e, u, j, false);
}

static void
join(struct engine *e, struct job *j, const struct act *a)
{
    step_from_offer(e, j, a, REASON_MASTER);
    ticket_unlink(&j->t, LINK_MASTER);
    bool linked = ticket_links(&j->t, LINK_MASTER, a->other);
    assert(linked);
    j->t.wait = REASON_MASTER;
    job_find(e, a->other)->followers++;
}

void
links_wake(struct engine *e, const struct job *master)
{
    struct job *j;
    for (size_t i = 0; master->followers > 0 && (j = map_next(&e->jobs, &i)) != NULL;)
        if (j->t.wait == REASON_MASTER && master_of(e, j) == master) {
            j->t.due = e->at;
            job_touch(e, j);
        }
}

/* It follows no longer. */
static void
unfollow(struct engine *e, struct job *j)
{
    struct job *master = master_of(e, j);
    if (master != NULL) {
        assert(master->followers > 0);
        master->followers--;
    }
}

static void
leave(struct engine *e, struct job *j, struct principal_id who, struct str note)
{
    unfollow(e, j);
    step_take(e, j, &(struct move){ .verb = VERB_LEAVE, .who = who, .note = note });
    ticket_unlink(&j->t, LINK_MASTER);
    offer_seek(e, j);
}

void
links_follow(struct engine *e, struct job *j)
{
    if (j->t.wait != REASON_MASTER) {
        j->t.due = NEVER;
        return;
    }
    const struct job *master = master_of(e, j);
    enum ticket_state state = master == NULL ? TICKET_CANCELLED : master->t.state;
    if (state == TICKET_RESOLVED || state == TICKET_CLOSED) {
        unfollow(e, j);
        step_take(e, j, &(struct move){ .verb = VERB_FOLLOW });
        j->t.due = instant_after(e->at, e->rules->verdict_ms);
    } else if (life_is_over(state)) {
        leave(e, j, (struct principal_id){ 0 }, STR("its master ticket has ended unsolved"));
    } else {
        j->t.due = NEVER;
    }
}

static enum refusal
may_leave(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    (void)a;
    return j->t.wait == REASON_MASTER ? REFUSAL_NONE : REFUSAL_STATE;
}

static void
take_leave(struct engine *e, struct job *j, const struct act *a)
{
    leave(e, j, a->who, a->note);
}

/* Its reporters are told of the one that stays, as of a repeat. */
static void
merge(struct engine *e, struct job *j, const struct act *a)
{
    struct job *stays = job_find(e, a->other);
    struct report_id opener;
    memcpy(opener.b, j->t.id.b, sizeof(opener.b));
    step_from_offer(e, j, a, REASON_NONE);
    bool linked = ticket_links(&j->t, LINK_SAME, a->other);
    assert(linked);
    j->tell = true;
    if (j->t.gateways_count == 0)
        ticket_repeat(&stays->t, opener, (struct principal_id){ 0 });
    for (size_t i = 0; i < j->t.gateways_count; i++)
        ticket_repeat(&stays->t, opener, j->t.gateways[i]);
    stays->t.version++;
    job_show(e, stays);
    stays->tell = true;
}

const struct deed deeds_links[VERBS] = {
    [VERB_REOPEN] = { may_reopen, reopen },        [VERB_APPEAL] = { may_appeal, appeal },
    [VERB_DIFFERENT] = { may_succeed, different }, [VERB_JOIN] = { may_join, join },
    [VERB_LEAVE] = { may_leave, take_leave },      [VERB_MERGE] = { may_join, merge },
};
