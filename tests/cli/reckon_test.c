/* reckon_test.c - about cli/reckon.c: against minutes counted one by one in a table, which cannot
 * be wrong in an interesting way. */
#include "tests/check.h"

#include "cli/reckon.h"

enum { HORIZON = 30 * 1440, SPANS = 48, GAPS = 4, CASES = 25000 }; /* minutes after BEGIN */
#define BEGIN ((instant)1767571200000)

/* One case: minute m is [BEGIN + m minutes, one later). */
struct trial {
    bool open[HORIZON], excluded[HORIZON];
    struct open_span spans[SPANS];
    struct calendar calendar;
    struct gap gaps[GAPS];
    struct facts facts;
    struct contract contract;
    int64_t start;
};
static struct trial trial;

static instant
minute(int64_t m)
{
    return BEGIN + m * MINUTES;
}

static void
draw_calendar(struct rng *r, struct trial *t)
{
    int64_t from = (int64_t)rng_below(r, 2000), m = from;
    int64_t until = from + 1 + (int64_t)rng_below(r, 10000);
    msec before = 0;
    t->calendar = (struct calendar){ .from = minute(from), .until = minute(until) };
    t->calendar.spans = t->spans;
    memset(t->open, 1, sizeof(t->open));
    memset(t->open + from, 0, (size_t)(until - from));
    while (t->calendar.count < SPANS && m < until) {
        m += (int64_t)rng_below(r, 400);
        int64_t to = m + 1 + (int64_t)rng_below(r, 400);
        to = to > until ? until : to;
        if (m >= to)
            break;
        t->spans[t->calendar.count++] = (struct open_span){ minute(m), minute(to), before };
        before += (to - m) * MINUTES;
        memset(t->open + m, 1, (size_t)(to - m));
        m = to + 1;
    }
}

/* Gaps overlap, begin before the start, are empty; the last may go on. */
static void
draw_gaps(struct rng *r, struct trial *t)
{
    memset(t->excluded, 0, sizeof(t->excluded));
    t->facts.gaps = t->gaps;
    t->facts.gaps_count = rng_below(r, GAPS + 1);
    for (size_t i = 0; i < t->facts.gaps_count; i++) {
        int64_t from = (int64_t)rng_below(r, 4000), to = from + (int64_t)rng_below(r, 900);
        bool for_ever = rng_below(r, 10) == 0;
        t->gaps[i] = (struct gap){ minute(from), for_ever ? NEVER : minute(to), REASON_ABSENT };
        memset(t->excluded + from, 1, (size_t)((for_ever ? HORIZON : to) - from));
    }
}

/* Lengths of whole minutes; shares of them, too, if the length is a multiple of 100. */
static void
draw(struct rng *r, struct trial *t)
{
    struct promise *p = &t->contract.promises[CLOCK_RESTORATION][1];
    draw_calendar(r, t);
    draw_gaps(r, t);
    t->contract.calendar = rng_below(r, 5) == 0 ? NULL : &t->calendar;
    *p = (struct promise){ .working_ms = (msec)(1 + rng_below(r, 9)) * 100 * MINUTES,
                           .off_ms = (msec)rng_below(r, 9) * 100 * MINUTES,
                           .basis = (uint8_t)rng_below(r, 3) };
    t->start = (int64_t)rng_below(r, 5000);
    t->facts.received = minute(t->start);
    for (enum moment m = 0; m < MOMENTS; m++)
        t->facts.reached[m] = NEVER;
}

static bool
is_open(const struct trial *t, int64_t m)
{
    return t->contract.calendar == NULL || t->open[m];
}

/* Minute by minute, until so much of the promise is used: a minute of open time uses 1/working of
 * it. In units of 1/(working * off), so that nothing is rounded. */
static instant
counted(const struct trial *t, unsigned share_pct)
{
    const struct promise *p = &t->contract.promises[CLOCK_RESTORATION][1];
    int64_t working = p->working_ms / MINUTES;
    int64_t off = p->off_ms > 0 ? p->off_ms / MINUTES : working;
    bool at_work = is_open(t, t->start);
    int64_t left = working * off * share_pct; /* in hundredths */
    for (int64_t m = t->start; m < HORIZON; m++) {
        int64_t used = p->basis == BASIS_SPLIT     ? (is_open(t, m) ? off : working)
                       : p->basis == BASIS_WORKING ? (is_open(t, m) ? off : 0)
                       : at_work                   ? off
                                                   : working;
        used = t->excluded[m] ? 0 : used * 100;
        if (used >= left) /* within this minute: the part of it, rounded up */
            return minute(m) + (left * MINUTES + used - 1) / used;
        left -= used;
    }
    return NEVER;
}

static void
deadlines_and_shares_are_those_of_a_count_by_minutes(void **state)
{
    (void)state;
    static const unsigned shares[] = { 50, 75, 100, 150 };
    struct rng r = seed();
    unsigned reached = 0;
    for (int i = 0; i < CASES; i++) {
        draw(&r, &trial);
        for (size_t k = 0; k < countof(shares); k++) {
            instant want = counted(&trial, shares[k]);
            instant got =
                reckon_share(CLOCK_RESTORATION, &trial.facts, &trial.contract, 1, shares[k]);
            assert_int_equal(got, want);
            reached += want != NEVER;
        }
    }
    assert_true(reached > CASES);
}

static void
excluded_time_is_counted_once_and_only_while_the_clock_runs(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < CASES; i++) {
        struct reckoning got;
        draw(&r, &trial);
        int64_t now = trial.start + (int64_t)rng_below(&r, 3000), stop = now;
        if (rng_below(&r, 2) == 0) {
            stop = trial.start + (int64_t)rng_below(&r, 3000);
            trial.facts.reached[MOMENT_RESTORED] = minute(stop);
        }
        msec want = 0;
        for (int64_t m = trial.start; m < (stop < now ? stop : now); m++)
            want += trial.excluded[m] ? MINUTES : 0;
        reckon(CLOCK_RESTORATION, &trial.facts, &trial.contract, 1, minute(now), &got);
        assert_int_equal(got.excluded, want);
        assert_int_equal(got.deadline, counted(&trial, 100));
        bool runs = trial.facts.reached[MOMENT_RESTORED] == NEVER;
        assert_int_equal(got.verdict, !runs                 ? VERDICT_STOPPED
                                      : trial.excluded[now] ? VERDICT_PAUSED
                                                            : VERDICT_RUNNING);
        assert_int_equal(got.broken, got.deadline == NEVER ? false
                                     : runs                ? minute(now) >= got.deadline
                                                           : minute(stop) > got.deadline);
    }
}

/* ---- by hand */

static struct facts
facts_at(instant received)
{
    struct facts f = { .received = received };
    for (enum moment m = 0; m < MOMENTS; m++)
        f.reached[m] = NEVER;
    return f;
}

static void
promise(struct contract *c, enum clock clock, msec length)
{
    c->promises[clock][0] = (struct promise){ .working_ms = length, .off_ms = length };
}

static struct reckoning
at(enum clock c, const struct facts *f, const struct contract *contract, instant now)
{
    struct reckoning r;
    reckon(c, f, contract, 0, now, &r);
    return r;
}

static void
arrival_is_void_when_it_is_solved_from_afar(void **state)
{
    (void)state;
    struct contract c = { .id = "c" };
    struct facts f = facts_at(BEGIN);
    promise(&c, CLOCK_ARRIVAL, HOURS);
    f.reached[MOMENT_RESTORED] = BEGIN + HOURS - 1;
    struct reckoning r = at(CLOCK_ARRIVAL, &f, &c, BEGIN + DAYS);
    assert_int_equal(r.verdict, VERDICT_VOID);
    assert_false(r.broken);
    f.reached[MOMENT_RESTORED] = BEGIN + HOURS; /* broken by then */
    assert_true(at(CLOCK_ARRIVAL, &f, &c, BEGIN + DAYS).broken);
    assert_int_equal(at(CLOCK_RESPONSE, &f, &c, BEGIN).verdict, VERDICT_ABSENT);
}

static void
a_replacement_in_time_takes_restorations_place(void **state)
{
    (void)state;
    struct contract c = { .id = "c" };
    struct facts f = facts_at(BEGIN);
    promise(&c, CLOCK_RESTORATION, HOURS);
    promise(&c, CLOCK_REPLACEMENT, 8 * HOURS);
    assert_int_equal(at(CLOCK_REPLACEMENT, &f, &c, BEGIN).verdict, VERDICT_WAITING);
    f.reached[MOMENT_REPLACE] = BEGIN + HOURS; /* the last moment */
    assert_int_equal(at(CLOCK_RESTORATION, &f, &c, BEGIN + DAYS).verdict, VERDICT_VOID);
    assert_false(at(CLOCK_RESTORATION, &f, &c, BEGIN + DAYS).broken);
    assert_int_equal(at(CLOCK_REPLACEMENT, &f, &c, BEGIN).deadline, BEGIN + 9 * HOURS);
    f.reached[MOMENT_REPLACE] = BEGIN + HOURS + 1; /* too late: both are owed */
    assert_true(at(CLOCK_RESTORATION, &f, &c, BEGIN + DAYS).broken);
}

static void
a_complaints_clocks_run_on_after_the_tickets_end(void **state)
{
    (void)state;
    struct contract c = { .id = "c" };
    struct facts f = facts_at(BEGIN);
    struct gap over = { BEGIN, BEGIN + DAYS, REASON_OVER };
    promise(&c, CLOCK_COMPLAINT_ANSWER, HOURS);
    promise(&c, CLOCK_ANALYSIS, HOURS);
    f.gaps = &over;
    f.gaps_count = 1;
    f.reached[MOMENT_COMPLAINED] = f.reached[MOMENT_RESTORED] = BEGIN;
    assert_int_equal(at(CLOCK_COMPLAINT_ANSWER, &f, &c, BEGIN).deadline, BEGIN + HOURS);
    assert_int_equal(at(CLOCK_ANALYSIS, &f, &c, BEGIN).deadline, BEGIN + DAYS + HOURS);
}

static void
a_penalty_is_due_for_each_begun_part_and_capped(void **state)
{
    (void)state;
    static const struct {
        msec late;
        int64_t want;
    } rows[] = { { 0, 100 },         { 1, 107 },          { HOURS, 107 },
                 { HOURS + 1, 114 }, { 10 * HOURS, 170 }, { 1000 * HOURS, 500 } };
    struct promise p = {
        .penalty = 100, .penalty_per = 7, .penalty_each_ms = HOURS, .penalty_most = 500
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct reckoning r = { VERDICT_STOPPED, BEGIN, BEGIN, BEGIN + rows[i].late, 0, true };
        assert_int_equal(reckon_penalty(&p, &r, BEGIN), rows[i].want);
        r.stop = NEVER; /* it runs: until now */
        assert_int_equal(reckon_penalty(&p, &r, BEGIN + rows[i].late), rows[i].want);
        r.broken = false;
        assert_int_equal(reckon_penalty(&p, &r, BEGIN + rows[i].late), 0);
    }
    p = (struct promise){ .penalty = INT64_MAX, .penalty_per = INT64_MAX, .penalty_each_ms = 1 };
    struct reckoning r = { VERDICT_STOPPED, BEGIN, BEGIN, BEGIN + DAYS, 0, true };
    assert_true(reckon_penalty(&p, &r, BEGIN) == INT64_MAX);
}

static void
beyond_all_time_there_is_no_deadline(void **state)
{
    (void)state;
    struct contract c = { .id = "c" };
    struct facts f = facts_at(BEGIN);
    promise(&c, CLOCK_RESTORATION, INT64_MAX);
    assert_true(at(CLOCK_RESTORATION, &f, &c, BEGIN).deadline == NEVER);
    static struct calendar shut = { .from = BEGIN - DAYS, .until = (instant)1 << 56 };
    promise(&c, CLOCK_RESTORATION, 1);
    c.promises[CLOCK_RESTORATION][0].basis = BASIS_WORKING;
    c.calendar = &shut;
    assert_true(at(CLOCK_RESTORATION, &f, &c, BEGIN).deadline == NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_and_shares_are_those_of_a_count_by_minutes),
        cmocka_unit_test(excluded_time_is_counted_once_and_only_while_the_clock_runs),
        cmocka_unit_test(arrival_is_void_when_it_is_solved_from_afar),
        cmocka_unit_test(a_replacement_in_time_takes_restorations_place),
        cmocka_unit_test(a_complaints_clocks_run_on_after_the_tickets_end),
        cmocka_unit_test(a_penalty_is_due_for_each_begun_part_and_capped),
        cmocka_unit_test(beyond_all_time_there_is_no_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
