/* prove_test.c - the reckoning against the engine itself: random historys are told to both, and
 * what differs is nothing; then the log lies, and every lie is found. */
#include "tests/core/history.h"

#include "cli/prove.h"
#include "workers/core/clocks.h"

enum { EVENTS = 1200, DAYS_KNOWN = 120, BATCH = 6 };

static struct open_span spans[DAYS_KNOWN];
static struct calendar hours = { .from = WORLD_BEGIN - 20 * DAYS,
                                 .until = WORLD_BEGIN + 100 * DAYS,
                                 .spans = spans };

/* Every clock is promised, on every basis; open are 08:20 to 17:50 of five days of seven. */
static void
draw_contract(struct rng *r, struct contract *c)
{
    hours.count = 0;
    for (int64_t day = 0, before = 0; day < DAYS_KNOWN; day++) {
        instant from = hours.from + day * DAYS + 8 * HOURS + 20 * MINUTES;
        instant to = from + 9 * HOURS + 30 * MINUTES;
        if (day % 7 >= 5)
            continue;
        spans[hours.count++] = (struct open_span){ from, to, before };
        before += to - from;
    }
    c->calendar = &hours;
    c->exempts = 1u << REASON_FORCE_MAJEURE | 1u << REASON_CUSTOMER_DELAY;
    for (size_t i = 0; i < CLOCKS; i++)
        for (size_t level = 0; level < 2; level++) {
            msec working = 20 * MINUTES + (msec)rng_below(r, 3 * HOURS),
                 off = (msec)rng_below(r, 6 * HOURS);
            c->promises[i][level] =
                (struct promise){ working, off, (uint8_t)rng_below(r, 3), 100, 7, 13000, 900 };
        }
}

/* ---- one history, told to both */

struct trial {
    struct rng rng;
    struct history *h;
    struct engine *e;
    struct effects fx;
    struct proof proof;
    struct arena arena;
    struct buf bytes;
    struct log_event events[BATCH];
    struct outcome *outcomes;
    size_t count, cap;
    void (*forge)(struct trial *t, struct outcome *o); /* NULL: the log is honest */
    unsigned forged;
    bool drop; /* forge: leave this one out */
};

static const struct rules *
rules_of(void *context, uint32_t version)
{
    struct history *h = context;
    return version >= 1 && version <= 3 ? &h->plans[version - 1].rules : NULL;
}

static void
trial_init(struct trial *t, uint64_t from)
{
    memset(t, 0, sizeof(*t));
    t->rng.state = from;
    t->h = history_new(from);
    for (size_t v = 0; v < 3; v++) {
        world_ladder(&t->h->plans[v]);
        struct rng same = { from ^ 1 }; /* but for its version, a contract is what it was */
        draw_contract(&same, &t->h->plans[v].contract);
    }
    t->e = engine_new(t->h->plans[0].rules.territory, WORLD_INCARNATION, &t->h->plans[0].rules);
    proof_init(&t->proof, "T1", rules_of, t->h);
}

static void
trial_fini(struct trial *t)
{
    proof_fini(&t->proof);
    engine_free(t->e);
    effects_fini(&t->fx);
    history_free(t->h);
    arena_fini(&t->arena);
    buf_fini(&t->bytes);
    free(t->outcomes);
}

static void
keep_outcomes(struct trial *t)
{
    for (size_t i = 0; i < t->fx.outcomes_count; i++) {
        t->outcomes = grow_array(t->outcomes, t->count, &t->cap, sizeof(*t->outcomes));
        t->outcomes[t->count] = t->fx.outcomes[i];
        t->drop = false;
        if (t->forge != NULL)
            t->forge(t, &t->outcomes[t->count]);
        t->count += !t->drop;
    }
}

/* Through the bytes that the log keeps: what is not in them cannot be known. */
static void
read_record(struct trial *t, const struct log_record *r)
{
    struct log_record kept;
    struct doc d;
    doc_init(&d);
    buf_clear(&t->bytes);
    arena_clear(&t->arena);
    log_put(&t->bytes, r);
    assert_int_equal(log_get(&d, &t->arena, buf_str(&t->bytes), &kept), OK);
    proof_read(&t->proof, &kept);
    doc_fini(&d);
}

/* Some events of one instant, as a worker commits them. */
static void
tell_record(struct trial *t)
{
    size_t n = 1 + rng_below(&t->rng, BATCH);
    struct log_record r = { .events = t->events };
    t->count = 0;
    for (size_t i = 0; i < n; i++) {
        struct event *ev = &t->events[i].event;
        history_tell(t->h, t->e, ev);
        if (ev->kind == EVENT_REPORT && ev->report.place.lat_e7 > 900000000)
            ev->report.place = PLACE_NONE; /* the wire lets no such place in */
        r.at = i == 0 ? ev->at : r.at;
        ev->at = r.at;
        t->events[i].plan =
            ev->kind == EVENT_FOUND || ev->kind == EVENT_PLAN ? ev->rules->version : 0;
        world_apply(t->e, ev, &t->fx);
        history_hear(t->h, &t->fx);
        keep_outcomes(t);
        r.events_count++;
        if (ev->kind == EVENT_FOUND)
            break;
    }
    r.at = engine_at(t->e);
    r.outcomes = t->outcomes;
    r.outcomes_count = t->count;
    read_record(t, &r);
    t->h->at = r.at > t->h->at ? r.at : t->h->at;
}

/* All that is due is told. */
static void
tell_time(struct trial *t)
{
    while (engine_next(t->e) <= t->h->at) {
        t->events[0].event = (struct event){ .kind = EVENT_TIME, .at = t->h->at };
        world_apply(t->e, &t->events[0].event, &t->fx);
        t->count = 0;
        keep_outcomes(t);
        struct log_record r = { t->h->at, t->events, 1, t->outcomes, t->count, NULL, 0 };
        read_record(t, &r);
    }
}

static const enum moment of_mile[MILES] = {
    [MILE_DELIVERED] = MOMENT_NAMED,        [MILE_ARRIVED] = MOMENT_ARRIVED,
    [MILE_RESTORED] = MOMENT_RESTORED,      [MILE_REPLACE] = MOMENT_REPLACE,
    [MILE_REPLACED] = MOMENT_REPLACED,      [MILE_ANALYSED] = MOMENT_ANALYSED,
    [MILE_COMPLAINED] = MOMENT_COMPLAINED,  [MILE_ANSWERED] = MOMENT_ANSWERED,
    [MILE_COMPLAINT_OVER] = MOMENT_SETTLED, [MILE_ENDED] = MOMENT_ENDED,
};

/* What the engine keeps of a ticket, and reads off it, is what the log says of it. */
static void
assert_same_trail(const struct trial *t, const struct ticket *ticket)
{
    const struct trail *s = trails_find(&t->proof.trails, ticket->id);
    assert_non_null(s);
    const struct contract *c = proof_contract(&t->proof, s);
    assert_non_null(c);
    assert_int_equal(s->plan, ticket->plan);
    assert_int_equal(s->level, ticket->level);
    assert_int_equal(s->state, ticket->state);
    assert_int_equal(s->facts.received, ticket->course.received_at);
    for (size_t m = 0; m < MILES; m++)
        assert_int_equal(s->facts.reached[of_mile[m]], ticket->course.miles[m]);
    assert_int_equal(s->facts.gaps_count, ticket->course.excluded_count);
    for (size_t i = 0; i < s->facts.gaps_count; i++) {
        assert_int_equal(s->facts.gaps[i].from, ticket->course.excluded[i].from);
        assert_int_equal(s->facts.gaps[i].to, ticket->course.excluded[i].to);
        assert_int_equal(s->facts.gaps[i].reason, ticket->course.excluded[i].reason);
    }
    for (enum clock k = 0; k < CLOCKS; k++) {
        struct reading a;
        struct reckoning b;
        instant now = engine_at(t->e);
        clock_read(k, &ticket->course, c, ticket->level, now, &a);
        reckon(k, &s->facts, c, s->level, now, &b);
        assert_int_equal((int)a.state, (int)b.verdict);
        assert_int_equal(a.start, b.start);
        assert_int_equal(a.deadline, b.deadline);
        assert_int_equal(a.stop, b.stop);
        assert_int_equal(a.excluded, b.excluded);
        assert_int_equal(a.broken, b.broken);
        assert_int_equal(clock_penalty(k, c, ticket->level, &a, now),
                         reckon_penalty(&c->promises[k][s->level], &b, now));
    }
}

static void
assert_same_trails(const struct trial *t)
{
    struct world_view v = { 0 };
    world_view_take(&v, t->e);
    for (size_t i = 0; i < v.count; i++)
        assert_same_trail(t, &v.tickets[i]);
    world_view_fini(&v);
}

static void
tell(struct trial *t)
{
    for (int i = 0; i < EVENTS; i += BATCH / 2) {
        tell_record(t);
        tell_time(t);
        if (t->forge == NULL && i % 30 == 0)
            assert_same_trails(t);
    }
    tell_time(t);
    t->h->at += UNTOLD_MS + 1;
    tell_time(t);
    struct log_record last = { .at = t->h->at };
    read_record(t, &last);
    read_record(t, &last);
    proof_end(&t->proof);
}

static void
what_an_honest_log_says_is_what_is_reckoned(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int round = 0; round < 4; round++) {
        struct trial t;
        trial_init(&t, rng_next(&r));
        tell(&t);
        if (t.proof.differences_count > 0)
            printf("%s", buf_cstr(&t.proof.differences));
        assert_int_equal(t.proof.differences_count, 0);
        assert_int_equal(t.proof.untold, 0);
        assert_true(t.proof.tickets > 50 && t.proof.alarms > 100 && t.proof.broken > 20);
        trial_fini(&t);
    }
}

/* ---- lies */

static bool
is_alarm(const struct outcome *o, bool breach)
{
    return o->kind == OUTCOME_ALARM && (o->share_pct == 100) == breach;
}

static void
later_deadline(struct trial *t, struct outcome *o)
{
    if (is_alarm(o, true) && t->forged++ == 0)
        o->deadline++;
}

static void
no_breach(struct trial *t, struct outcome *o)
{
    t->drop = is_alarm(o, true) && t->forged++ == 0;
}

static void
other_clock(struct trial *t, struct outcome *o)
{
    if (is_alarm(o, true) && t->forged++ == 0)
        o->clock = o->clock == CLOCK_ARRIVAL ? CLOCK_RESTORATION : CLOCK_ARRIVAL;
}

static void
early_share(struct trial *t, struct outcome *o)
{
    if (is_alarm(o, false) && t->forged++ == 0)
        o->share_pct = 60000; /* no promise is so far over within these days */
}

static void
taken_back(struct trial *t, struct outcome *o)
{
    if (is_alarm(o, true) && t->forged++ == 1)
        o->kind = OUTCOME_CORRECTED;
}

static void
other_level(struct trial *t, struct outcome *o)
{
    if (o->kind == OUTCOME_LEVEL && t->forged++ % 3 == 0)
        o->level ^= 1;
}

static void
plan_not_kept(struct trial *t, struct outcome *o)
{
    if (o->kind == OUTCOME_LEVEL && t->forged++ == 0)
        o->plan = 9;
}

static void
no_opening(struct trial *t, struct outcome *o)
{
    t->drop = o->kind == OUTCOME_OPENED && t->forged++ == 0;
}

static void
every_lie_is_found(void **state)
{
    (void)state;
    static void (*const lies[])(struct trial *, struct outcome *) = {
        later_deadline, no_breach,   other_clock,   early_share,
        taken_back,     other_level, plan_not_kept, no_opening,
    };
    struct rng r = seed();
    for (size_t i = 0; i < countof(lies); i++) {
        struct trial t;
        trial_init(&t, rng_next(&r));
        t.forge = lies[i];
        tell(&t);
        assert_true(t.forged > 0);
        assert_true(t.proof.differences_count > 0);
        assert_true(t.proof.differences.len > 0);
        trial_fini(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_honest_log_says_is_what_is_reckoned),
        cmocka_unit_test(every_lie_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
