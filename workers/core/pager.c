/* pager.c - escalation: who is told when a promise comes near its end, is broken, or turns out to
 * have been kept after all. A contract's ladder has rungs in rising shares of a clock; how far
 * each clock has climbed stands in its page, so that no rung is told twice. When something is due
 * follows from the course and the pages alone, never from the present instant, so that a
 * reloaded engine waits for the same. */
#include "workers/core/calendar.h"
#include "workers/core/duty.h"
#include "workers/core/state.h"

static const struct ladder *
ladder_of(const struct engine *e, const struct job *j)
{
    const struct rules *r = job_rules(e, j);
    uint8_t i = job_contract(e, j)->ladder;
    return &r->ladders[i < r->ladders_count ? i : 0];
}

static void
read(const struct engine *e, const struct job *j, enum clock c, struct reading *out)
{
    clock_read(c, &j->t.course, job_contract(e, j), j->t.level, e->at, out);
}

static bool
runs(const struct reading *r)
{
    return r->state == CLOCK_RUNNING || r->state == CLOCK_PAUSED;
}

static instant
share_at(const struct engine *e, const struct job *j, enum clock c, const struct rung *rung)
{
    return clock_share(c, &j->t.course, job_contract(e, j), j->t.level, rung->share_pct);
}

/* How many rungs have been passed by now, the first `from` of which are known to be. */
static size_t
passed(const struct engine *e, const struct job *j, enum clock c, size_t from)
{
    const struct ladder *l = ladder_of(e, j);
    while (from < l->rungs_count && share_at(e, j, c, &l->rungs[from]) <= e->at)
        from++;
    return from;
}

/* ---- when */

/* Repeats wait while time does not count, and while an acknowledgement holds. */
static instant
again_at(const struct job *j, const struct page *p)
{
    instant at = p->again_at < j->t.quiet_until ? j->t.quiet_until : p->again_at;
    return p->again_at == NEVER || course_is_paused(&j->t.course) ? NEVER
                                                                  : clock_counted(&j->t.course, at);
}

static instant
earlier(instant a, instant b)
{
    return a < b ? a : b;
}

static instant
clock_due(const struct engine *e, const struct job *j, enum clock c)
{
    const struct ladder *l = ladder_of(e, j);
    const struct page *p = &j->t.pages[c];
    struct reading r;
    read(e, j, c, &r);
    instant due = !p->breach && (runs(&r) || r.broken) ? r.deadline : NEVER;
    if (!runs(&r))
        return due;
    if (p->rungs < l->rungs_count)
        due = earlier(due, share_at(e, j, c, &l->rungs[p->rungs]));
    bool stands = p->rungs > 0 && p->rungs <= l->rungs_count; /* unless its plan was lost */
    return stands ? earlier(due, again_at(j, p)) : due;
}

instant
pager_due(const struct engine *e, const struct job *j)
{
    instant due = NEVER;
    for (enum clock c = 0; c < CLOCKS; c++)
        if (job_contract(e, j)->promises[c][j->t.level].working_ms > 0)
            due = earlier(due, clock_due(e, j, c));
    return due;
}

/* ---- to whom */

struct people {
    struct principal_id list[RUNGS_MAX * TARGETS_MAX + 1];
    size_t count;
};

static void
people_add(struct people *p, struct principal_id who)
{
    for (size_t i = 0; i < p->count; i++)
        if (same_id(p->list[i], who))
            return;
    p->list[p->count++] = who;
}

static int
by_name(const void *key, const void *item)
{
    return memcmp(key, item, sizeof(struct principal_id)); /* ids are first members */
}

/* Is he known, and on duty now? Of an engineer who is lent to us we do not know the hours. */
static bool
is_reachable(const struct engine *e, const struct job *j, struct principal_id who)
{
    size_t count = e->rules->contacts_count;
    const struct contact *c =
        count == 0 ? NULL : bsearch(&who, e->rules->contacts, count, sizeof(*c), by_name);
    if (c != NULL)
        return calendar_is_open(c->duty, e->at);
    struct engineer_id name = engineer_of(who);
    const struct engineer *x = roster_find(&e->roster, name);
    if (x != NULL)
        return duty_is_on(x->rule, e->at);
    return !no_name(j->t.home) && same_id(j->t.engineer, name);
}

static struct principal_id
target_of(const struct engine *e, const struct job *j, const struct target *t)
{
    switch ((enum target_kind)t->kind) {
    case TARGET_ENGINEER: /* not one who has only been asked */
        return j->t.state == TICKET_OFFERED ? (struct principal_id){ "" }
                                            : principal_of(j->t.engineer);
    case TARGET_DISPATCHERS:
        return WATCH;
    case TARGET_MANAGER:
        return job_contract(e, j)->manager;
    case TARGET_PRINCIPAL:
        return t->who;
    }
    return (struct principal_id){ "" };
}

static void
people_of(const struct engine *e, const struct job *j, const struct rung *rung, struct people *p)
{
    for (size_t i = 0; i < rung->targets_count; i++) {
        struct principal_id who = target_of(e, j, &rung->targets[i]);
        if (rung->targets[i].kind == TARGET_DISPATCHERS ||
            (!no_name(who) && is_reachable(e, j, who)))
            people_add(p, who);
    }
}

/* Those of a rung, or of the next one of which anybody can be reached. */
static void
people_from(const struct engine *e, const struct job *j, size_t rung, struct people *p)
{
    const struct ladder *l = ladder_of(e, j);
    for (size_t i = rung; i < l->rungs_count && p->count == 0; i++)
        people_of(e, j, &l->rungs[i], p);
    if (p->count == 0)
        people_add(p, WATCH);
}

/* ---- the words */

enum { KEPT = 0 }; /* as a share: the breach that was told was none */

static void
put_words(struct buf *b, const struct held *h)
{
    const char *text = promise_text((enum clock)h->clock);
    if (h->share_pct == KEPT)
        buf_printf(b, "%s: the promise was kept after all", text);
    else if (h->share_pct == 100)
        buf_printf(b, "%s: the promise is broken", text);
    else
        buf_printf(b, "%s: %u %% of the promised time has passed", text, h->share_pct);
}

void
pager_put_short(struct buf *b, const struct held *h)
{
    const char *text = promise_text((enum clock)h->clock);
    if (h->share_pct == KEPT)
        buf_printf(b, "%s kept after all", text);
    else if (h->share_pct == 100)
        buf_printf(b, "%s broken", text);
    else
        buf_printf(b, "%s %u %%", text, h->share_pct);
}

bool
pager_stands(const struct engine *e, const struct held *h)
{
    const struct job *j = job_find(e, h->ticket);
    struct reading r;
    if (j == NULL)
        return false;
    read(e, j, (enum clock)h->clock, &r);
    return h->share_pct == KEPT || r.broken || runs(&r);
}

static void
say(struct engine *e, const struct job *j, const struct held *h, struct str words,
    const struct principal_id *who, size_t count)
{
    struct reading r;
    read(e, j, (enum clock)h->clock, &r);
    for (size_t i = 0; i < count; i++) {
        if (i % RECIPIENTS_MAX > 0) {
            post_also(e, who[i]);
            continue;
        }
        struct update *u = post_new(e, UPDATE_ALARM, who[i]);
        post_describe(e, u, j, true);
        u->clock = (enum clock)h->clock;
        u->share_pct = h->share_pct;
        u->due = r.deadline == NEVER ? 0 : r.deadline;
        u->why = post_words(e, words);
    }
}

void
pager_say(struct engine *e, const struct held *h, const struct principal_id *who, size_t count)
{
    const struct job *j = job_find(e, h->ticket);
    assert(j != NULL);
    buf_clear(&e->scratch);
    put_words(&e->scratch, h);
    say(e, j, h, buf_str(&e->scratch), who, count);
    buf_clear(&e->scratch);
}

/* Who may not be told now keeps it for later. */
static void
tell(struct engine *e, const struct job *j, const struct held *h, struct str words,
     const struct people *p)
{
    struct people now = { 0 };
    for (size_t i = 0; i < p->count; i++)
        if (same_id(p->list[i], WATCH) || pages_may(e, p->list[i], *h))
            people_add(&now, p->list[i]);
    say(e, j, h, words, now.list, now.count);
}

static struct outcome *
note(struct engine *e, const struct job *j, enum outcome_kind kind, enum clock c,
     const struct reading *r)
{
    struct outcome *o = post_outcome(e, kind, j->t.id);
    o->clock = c;
    o->deadline = r->deadline == NEVER ? 0 : r->deadline;
    o->version = j->t.version;
    return o;
}

/* ---- an alarm */

static void
count_told(struct engine *e, struct page *p, const struct rung *rung, unsigned told)
{
    bool more = rung->repeat_ms > 0 && told < rung->times;
    p->told = (uint16_t)told;
    p->again_at = more ? instant_after(e->at, rung->repeat_ms) : NEVER;
}

/* Rungs that were passed while nothing could be said are told by the highest alone. */
static void
put_missed(struct buf *b, const struct ladder *l, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        buf_printf(b, "%s%u %%", i == from ? " (not told in time: " : ", ", l->rungs[i].share_pct);
    if (from < to)
        buf_put(b, ")", 1);
}

/* The last rung begun, once more. */
static void
fire_again(struct engine *e, struct job *j, enum clock c)
{
    const struct ladder *l = ladder_of(e, j);
    struct page *p = &j->t.pages[c];
    const struct rung *rung = &l->rungs[p->rungs - 1];
    struct people people = { 0 };
    people_from(e, j, p->rungs - 1u, &people);
    count_told(e, p, rung, p->told + 1u);
    struct held h = { j->t.id, (uint8_t)c, rung->share_pct };
    buf_clear(&e->scratch);
    put_words(&e->scratch, &h);
    buf_printf(&e->scratch, " (told %u times)", (unsigned)p->told);
    struct str words = post_words(e, buf_str(&e->scratch));
    buf_clear(&e->scratch);
    tell(e, j, &h, words, &people);
}

/* New rungs up to `top`, the deadline, or both: one alarm for all that has been passed. */
static void
fire_new(struct engine *e, struct job *j, enum clock c, size_t top, bool breach)
{
    const struct ladder *l = ladder_of(e, j);
    struct page *p = &j->t.pages[c];
    struct people people = { 0 };
    struct reading r;
    size_t from = p->rungs, missed = top;
    uint16_t share = 0;
    read(e, j, c, &r);
    if (top > from) {
        share = l->rungs[top - 1].share_pct;
        missed = share >= 100 || !breach ? top - 1 : top;
        people_from(e, j, top - 1, &people);
        p->rungs = (uint8_t)top;
        count_told(e, p, &l->rungs[top - 1], 1);
        if (share != 100)
            note(e, j, OUTCOME_ALARM, c, &r)->share_pct = share;
    }
    if (breach) {
        p->breach = true;
        note(e, j, OUTCOME_ALARM, c, &r)->share_pct = 100;
        if (share < 100) { /* no rung stands there */
            share = 100;
            people_add(&people, WATCH);
        }
    }
    struct held h = { j->t.id, (uint8_t)c, share };
    buf_clear(&e->scratch);
    put_words(&e->scratch, &h);
    put_missed(&e->scratch, l, from, missed);
    struct str words = post_words(e, buf_str(&e->scratch));
    buf_clear(&e->scratch);
    tell(e, j, &h, words, &people);
}

static void
fire_clock(struct engine *e, struct job *j, enum clock c)
{
    const struct page *p = &j->t.pages[c];
    struct reading r;
    read(e, j, c, &r);
    bool breach = !p->breach && (runs(&r) || r.broken) && r.deadline <= e->at;
    size_t top = passed(e, j, c, p->rungs);
    if (breach || top > p->rungs)
        fire_new(e, j, c, top, breach);
    else
        fire_again(e, j, c);
}

void
pager_fire(struct engine *e, struct job *j, instant until)
{
    instant due[CLOCKS];
    for (enum clock c = 0; c < CLOCKS; c++)
        due[c] = clock_due(e, j, c);
    for (;;) { /* in the order of what was due */
        enum clock first = 0;
        for (enum clock c = 1; c < CLOCKS; c++)
            if (due[c] < due[first])
                first = c;
        if (due[first] > until)
            return;
        fire_clock(e, j, first);
        due[first] = clock_due(e, j, first);
        assert(due[first] > until);
    }
}

void
pager_acknowledge(struct engine *e, struct job *j, const struct act *a)
{
    const struct ladder *l = ladder_of(e, j);
    (void)a;
    if (l->ack_ms <= 0)
        return;
    j->t.quiet_until = instant_after(e->at, l->ack_ms);
    for (enum clock c = 0; c < CLOCKS; c++) {
        struct page *p = &j->t.pages[c];
        struct reading r;
        read(e, j, c, &r);
        if (p->rungs > 0 && runs(&r)) /* acknowledged, not forgotten */
            p->again_at = j->t.quiet_until;
    }
    job_touch(e, j);
}

/* ---- what was said turns out otherwise */

/* Rungs that are passed no more under another level will be told when they are. */
static void
climb_down(struct engine *e, struct job *j, enum clock c)
{
    struct page *p = &j->t.pages[c];
    size_t now = passed(e, j, c, 0);
    if (now >= p->rungs)
        return;
    *p = (struct page){ (uint8_t)now, 0, NEVER, p->breach };
    job_touch(e, j);
}

/* To those who were told, as far as they can be reached; who has not heard of it yet, never will.
 */
static void
tell_kept(struct engine *e, struct job *j, enum clock c)
{
    const struct ladder *l = ladder_of(e, j);
    struct held h = { j->t.id, (uint8_t)c, KEPT };
    struct people all = { 0 }, told = { { WATCH }, 1 };
    for (size_t i = 0; i < j->t.pages[c].rungs; i++)
        if (l->rungs[i].share_pct >= 100)
            people_of(e, j, &l->rungs[i], &all);
    for (size_t i = 0; i < all.count; i++)
        if (!pages_forget(e, all.list[i], h))
            people_add(&told, all.list[i]);
    buf_clear(&e->scratch);
    put_words(&e->scratch, &h);
    struct str words = post_words(e, buf_str(&e->scratch));
    buf_clear(&e->scratch);
    tell(e, j, &h, words, &told);
}

void
pager_correct(struct engine *e, struct job *j)
{
    if (j->t.paged_level != j->t.level) {
        for (enum clock c = 0; c < CLOCKS; c++)
            climb_down(e, j, c);
        j->t.paged_level = j->t.level;
        job_touch(e, j);
    }
    for (enum clock c = 0; c < CLOCKS; c++) {
        struct reading r;
        if (!j->t.pages[c].breach)
            continue;
        read(e, j, c, &r);
        if (r.broken)
            continue;
        tell_kept(e, j, c);
        note(e, j, OUTCOME_CORRECTED, c, &r);
        j->t.pages[c].breach = false;
        climb_down(e, j, c);
        job_touch(e, j);
    }
}
