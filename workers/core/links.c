/* links.c - tickets that have to do with each other, and the ways back from an end.
 *
 *     different, late reopen      this one <-- previous -- successor --> the new one
 *     join (mass outage)          follower -- master --> master ticket; solved with it
 *     merge                       duplicate -- same --> the one that stays
 *
 * Followers are not solved within their master's event: they become due, and timers take them in
 * slices. That they are due follows from their master's state, and is nowhere written. */
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

/* Were there at least n within so long before the instant? */
static bool
is_many(const struct burst *b, size_t n, instant at, msec within)
{
    return b->count >= n && at - b->opened[b->count - n] < within;
}

/* What has settled is remembered by an engine that has not been reloaded, and by no other: it must
 * not count. */
void
links_outage(struct engine *e, const struct job *j)
{
    const struct rules *r = e->rules;
    struct burst *b = &e->bursts[j->slot];
    msec within = r->outage_ms < r->settle_ms ? r->outage_ms : r->settle_ms;
    size_t n = r->outage_count;
    bool watched = n > 0 && n <= OUTAGE_MAX;
    bool before = watched && is_many(b, n, e->at, within);
    burst_add(b, j->t.opened_at);
    if (watched && !before && is_many(b, n, e->at, within)) /* it has just come to that */
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
    return same_id(fresh, (struct ticket_id){ 0 }) || job_find(e, fresh) != NULL ||
           known_find(&e->known, opener) != NULL;
}

static enum refusal
may_succeed(const struct engine *e, const struct job *j, const struct act *a)
{
    if (a->note.len == 0 || is_taken(e, a->fresh))
        return REFUSAL_INCOMPLETE;
    return j->t.links_count == LINKS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

/* The level of that name in the present plan; where there is none, the category's. */
static uint8_t
level_now(const struct engine *e, const struct job *old)
{
    const struct rules *r = e->rules;
    const struct category *c = e->roster.slots[old->slot].category;
    for (uint8_t i = 0; i < r->levels_count; i++)
        if (strcmp(r->levels[i].name, job_level(e, old)->name) == 0)
            return i;
    return c != NULL && c->level < r->levels_count ? c->level : 0;
}

/* It lives by what is promised now, as it would had the customer called again: which way he comes
 * must make no difference, and of his first ticket nothing is broken, for that one has ended under
 * its own promise. */
static void
promise(const struct engine *e, struct ticket *t, const struct job *old)
{
    t->plan = e->rules->version;
    t->contract = report_contract(e->rules, old->t.site, old->t.customer);
    t->level = t->paged_level = level_now(e, old);
}

/* What is known of the fault goes over; what was done about it does not. */
static void
inherit(struct ticket *t, const struct ticket *old)
{
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
    promise(e, &n->t, j);
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
    post_level(e, n);
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

/* Is there a ticket already that goes on where it ended? */
static bool
goes_on(const struct engine *e, const struct ticket *t)
{
    for (size_t i = 0; i < t->links_count; i++) {
        const struct job *n =
            t->links[i].kind == LINK_SUCCESSOR ? job_find(e, t->links[i].id) : NULL;
        if (n != NULL && !life_is_over(n->t.state))
            return true;
    }
    return false;
}

static enum refusal
may_reopen(const struct engine *e, const struct job *j, const struct act *a)
{
    if (is_late(e, j))
        return goes_on(e, &j->t) ? REFUSAL_LIMIT : may_succeed(e, j, a);
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
 * between does not count, from when it was restored, for he has accepted that. After too long: a
 * linked new ticket. */
static void
reopen(struct engine *e, struct job *j, const struct act *a)
{
    const instant *miles = j->t.course.miles;
    instant ended = j->t.ended_at < miles[MILE_RESTORED] ? j->t.ended_at : miles[MILE_RESTORED];
    if (is_late(e, j)) {
        step_take(e, j, &(struct move){ VERB_LINK, a->who, a->occurred_at, a->note, 0, 0, 0 });
        succeed(e, j, a->fresh);
        return;
    }
    deed_tell(e, j, a);
    ticket_unlink(&j->t, LINK_MASTER);
    j->t.silent = false;
    if (j->t.state == TICKET_WORKING) {
        work_on(e, j);
        return;
    }
    bool room = course_exclude(&j->t.course, ended, step_believed(e, a->occurred_at), REASON_OVER);
    assert(room);
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
    ticket_unlink(&j->t, LINK_MASTER);
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
    struct engineer_id engineer = j->t.engineer;
    struct act b = *a;
    b.reason = reason;
    bool offered = j->t.state == TICKET_OFFERED;
    deed_step(e, j, &b);
    if (offered)
        post_withdrawn(e, j, engineer, a->note);
}

/* What was watched, and could not be found, has shown itself in another ticket. */
static void
recur_by(struct engine *e, struct job *watched, const struct job *j)
{
    if (wait_recurs(e, watched, j->t.course.received_at))
        wait_recur(e, watched, j->t.occurred_at);
}

static void
join(struct engine *e, struct job *j, const struct act *a)
{
    struct job *master = job_find(e, a->other);
    step_from_offer(e, j, a, REASON_MASTER);
    ticket_unlink(&j->t, LINK_MASTER);
    bool linked = ticket_links(&j->t, LINK_MASTER, a->other);
    assert(linked);
    j->t.wait = REASON_MASTER;
    master->followers++;
    recur_by(e, master, j);
}

bool
links_is_due(const struct engine *e, const struct job *j)
{
    if (j->t.state != TICKET_HELD || j->t.wait != REASON_MASTER)
        return false;
    const struct job *master = master_of(e, j);
    return master == NULL || master->t.state >= TICKET_RESOLVED;
}

void
links_wake(struct engine *e, const struct job *master)
{
    struct job *j;
    for (size_t i = 0; master->followers > 0 && (j = map_next(&e->jobs, &i)) != NULL;)
        if (j->t.wait == REASON_MASTER && master_of(e, j) == master)
            timer_set(e, j);
}

void
links_left(struct engine *e, struct job *j)
{
    struct job *master = master_of(e, j);
    if (master == NULL)
        return;
    assert(master->followers > 0);
    master->followers--;
}

/* It waits for an engineer of its own. */
static void
go_alone(struct engine *e, struct job *j)
{
    ticket_unlink(&j->t, LINK_MASTER);
    offer_seek(e, j);
}

/* Restored when its master was; but a master may end without that. */
void
links_follow(struct engine *e, struct job *j)
{
    if (!links_is_due(e, j))
        return;
    const struct job *master = master_of(e, j);
    instant restored = master == NULL ? NEVER : master->t.course.miles[MILE_RESTORED];
    if (restored != NEVER) {
        step_take(e, j, &(struct move){ .verb = VERB_FOLLOW, .occurred_at = restored });
        j->t.due = instant_after(e->at, e->rules->verdict_ms);
        return;
    }
    step_take(
        e, j,
        &(struct move){ .verb = VERB_LEAVE, .note = STR("its master ticket has ended unsolved") });
    go_alone(e, j);
}

static enum refusal
may_leave(const struct engine *e, const struct job *j, const struct act *a)
{
    (void)e;
    (void)a;
    return j->t.wait == REASON_MASTER ? REFUSAL_NONE : REFUSAL_STATE;
}

static void
leave(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    go_alone(e, j);
}

/* Its reporters are told of the one that stays, as of a repeat. */
static void
merge(struct engine *e, struct job *j, const struct act *a)
{
    char number[32];
    struct job *stays = job_find(e, a->other);
    bool linked = ticket_links(&j->t, LINK_SAME, a->other);
    assert(linked);
    step_from_offer(e, j, a, REASON_NONE);
    j->tell = true;
    recur_by(e, stays, j);
    ticket_absorb(&stays->t, &j->t);
    ticket_number(number, e->rules->code, j->t.id);
    step_take(e, stays, &(struct move){ .verb = VERB_LINK, .note = str_of(number) });
    stays->tell = true;
}

const struct deed deeds_links[VERBS] = {
    [VERB_REOPEN] = { may_reopen, reopen },        [VERB_APPEAL] = { may_appeal, appeal },
    [VERB_DIFFERENT] = { may_succeed, different }, [VERB_JOIN] = { may_join, join },
    [VERB_LEAVE] = { may_leave, leave },           [VERB_MERGE] = { may_join, merge },
};
