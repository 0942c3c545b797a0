/* clocks_test.c - about workers/core/clocks.c and pace.c: against a second implementation that goes
 * minute by minute and cannot be wrong in an interesting way. */
#include "tests/check.h"
#include "workers/core/calendar.h"
#include "workers/core/clocks.h"

enum { HORIZON = 40 * 1440, CALENDARS = 12, CASES = 24000 }; /* minutes after BEGIN */
#define BEGIN ((instant)1767571200000)

static struct open_span spans[CALENDARS][64];
static struct calendar calendars[CALENDARS];
static bool open[CALENDARS][HORIZON];

/* Some days of random spans of whole minutes; before and after, all is open. */
static void
draw_calendar(struct rng *r, size_t n)
{
    struct calendar *c = &calendars[n];
    int64_t m = 300 + (int64_t)rng_below(r, 600), until = m + (int64_t)rng_below(r, 6 * 1440);
    *c = (struct calendar){ .from = BEGIN + m * MINUTES,
                            .until = BEGIN + until * MINUTES,
                            .spans = spans[n] };
    memset(open[n], 1, sizeof(open[n]));
    memset(open[n] + m, 0, (size_t)(until - m));
    msec before = 0;
    m += (int64_t)rng_below(r, 3) * 17;
    while (c->count < 64 && m < until) {
        int64_t to = m + 1 + (int64_t)rng_below(r, 300);
        to = to > until ? until : to;
        c->spans[c->count++] =
            (struct open_span){ BEGIN + m * MINUTES, BEGIN + to * MINUTES, before };
        before += (to - m) * MINUTES;
        memset(open[n] + m, 1, (size_t)(to - m));
        m = to + 1 + (int64_t)rng_below(r, 500);
    }
}

/* ---- the slow one */

struct trial {
    struct contract contract;
    struct course course;
    enum clock clock;
    uint8_t level;
    size_t calendar; /* CALENDARS: none */
    int64_t start;   /* minutes */
};

static bool
is_open(const struct trial *t, int64_t m)
{
    return t->calendar == CALENDARS || open[t->calendar][m];
}

static bool
is_excluded(const struct trial *t, int64_t m, bool *for_ever)
{
    bool excluded = false;
    for (size_t i = 0; i < t->course.excluded_count; i++) {
        const struct exclusion *x = &t->course.excluded[i];
        bool in = x->from <= BEGIN + m * MINUTES && x->to > BEGIN + m * MINUTES;
        if (t->clock == CLOCK_COMPLAINT_ANSWER || t->clock == CLOCK_COMPLAINT_CLOSE)
            continue; /* what stops the repair stops no complaint */
        excluded |= in;
        *for_ever |= in && x->to == NEVER;
    }
    return excluded;
}

/* Units: hundredths, so that a share is a whole number. */
static instant
slow_share(const struct trial *t, unsigned pct)
{
    const struct promise *p = &t->contract.promises[t->clock][t->level];
    int64_t off = p->off_ms == 0 ? p->working_ms : p->off_ms, in_open = 1, in_closed = 1;
    int64_t total = is_open(t, t->start) ? p->working_ms : off;
    if (p->basis == BASIS_WORKING) {
        in_closed = 0;
        total = p->working_ms;
    } else if (p->basis == BASIS_SPLIT) {
        in_open = off;
        in_closed = p->working_ms;
        total = p->working_ms * off;
    }
    int64_t left = total * pct;
    for (int64_t m = t->start; m < HORIZON; m++) {
        bool for_ever = false;
        bool excluded = is_excluded(t, m, &for_ever);
        int64_t rate = 100 * (is_open(t, m) ? in_open : in_closed);
        if (for_ever)
            return NEVER;
        if (excluded || rate == 0)
            continue;
        if (left <= rate * MINUTES)
            return BEGIN + m * MINUTES + (left + rate - 1) / rate;
        left -= rate * MINUTES;
    }
    fail_msg("the horizon is too near");
    return NEVER;
}

static msec
slow_excluded(const struct trial *t, instant until)
{
    msec sum = 0;
    bool for_ever;
    for (int64_t m = t->start; m < HORIZON && BEGIN + m * MINUTES < until; m++)
        sum += is_excluded(t, m, &for_ever) ? MINUTES : 0;
    return sum;
}

/* ---- cases */

static void
draw(struct rng *r, struct trial *t)
{
    memset(t, 0, sizeof(*t));
    static const enum clock clocks[] = { CLOCK_RESPONSE,    CLOCK_ARRIVAL,  CLOCK_RESTORATION,
                                         CLOCK_REPLACEMENT, CLOCK_ANALYSIS, CLOCK_COMPLAINT_CLOSE };
    t->clock = clocks[rng_below(r, countof(clocks))];
    t->level = (uint8_t)rng_below(r, LEVELS_MAX);
    t->calendar = rng_below(r, CALENDARS + 1);
    t->contract.calendar = t->calendar == CALENDARS ? NULL : &calendars[t->calendar];
    t->contract.promises[t->clock][t->level] = (struct promise){
        .working_ms = (1 + (msec)rng_below(r, 1440)) * MINUTES,
        .off_ms = rng_below(r, 4) == 0 ? 0 : (1 + (msec)rng_below(r, 1440)) * MINUTES,
        .basis = (uint8_t)rng_below(r, 3),
    };
    t->start = (int64_t)rng_below(r, 4000);
    instant start = BEGIN + t->start * MINUTES;
    course_init(&t->course, t->clock <= CLOCK_RESTORATION ? start : BEGIN);
    if (t->clock > CLOCK_RESTORATION)
        t->course.miles[t->clock == CLOCK_REPLACEMENT ? MILE_REPLACE
                        : t->clock == CLOCK_ANALYSIS  ? MILE_RESTORED
                                                      : MILE_COMPLAINED] = start;
    for (size_t i = rng_below(r, 7); i > 0; i--) {
        instant from = start + ((int64_t)rng_below(r, 3000) - 500) * MINUTES;
        msec length = (msec)rng_below(r, rng_below(r, 2) ? 60 : 1500) * MINUTES;
        bool room = course_exclude(&t->course, from, rng_below(r, 12) ? from + length : NEVER,
                                   REASON_ABSENT);
        assert_true(room);
    }
}

static instant
share(const struct trial *t, unsigned pct)
{
    return clock_share(t->clock, &t->course, &t->contract, t->level, pct);
}

static struct reading
reading(const struct trial *t, instant now)
{
    struct reading r;
    clock_read(t->clock, &t->course, &t->contract, t->level, now, &r);
    return r;
}

static void
the_slow_way_finds_the_same_instants(void **state)
{
    (void)state;
    struct rng r = seed();
    size_t never = 0, each[3] = { 0 };
    for (size_t i = 0; i < CALENDARS; i++)
        draw_calendar(&r, i);
    for (size_t i = 0; i < CASES; i++) {
        struct trial t;
        draw(&r, &t);
        unsigned pct = (unsigned)(1 + rng_below(&r, 200));
        instant at = share(&t, pct), deadline = share(&t, 100);
        assert_true(at == slow_share(&t, pct));
        assert_true(deadline == slow_share(&t, 100));
        instant now = BEGIN + (t.start + (int64_t)rng_below(&r, 5000)) * MINUTES;
        struct reading said = reading(&t, now);
        assert_true(said.deadline == deadline);
        assert_true(said.start == BEGIN + t.start * MINUTES && said.stop == NEVER);
        assert_int_equal(said.broken, now >= deadline);
        assert_true(said.excluded == slow_excluded(&t, now));
        bool for_ever = false, paused = is_excluded(&t, (now - BEGIN) / MINUTES, &for_ever);
        assert_int_equal(said.state, paused ? CLOCK_PAUSED : CLOCK_RUNNING);
        never += deadline == NEVER;
        each[t.contract.promises[t.clock][t.level].basis]++;
    }
    assert_true(never > 100 && each[0] > 1000 && each[1] > 1000 && each[2] > 1000);
}

static void
no_clock_runs_backwards_and_no_pause_makes_one_earlier(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t i = 0; i < CASES; i++) {
        struct trial t;
        draw(&r, &t);
        instant before = BEGIN + t.start * MINUTES;
        for (unsigned pct = 10; pct <= 200; pct += 10) {
            instant at = share(&t, pct);
            assert_true(at >= before && (at > before || at == NEVER));
            before = at;
        }
        instant deadline = share(&t, 100);
        instant from = BEGIN + (int64_t)rng_below(&r, 8000) * MINUTES + (msec)rng_below(&r, 60000);
        msec length = (msec)rng_below(&r, (uint64_t)DAYS);
        bool room = course_exclude(&t.course, from, from + length, REASON_WISH);
        assert_true(room);
        instant later = share(&t, 100);
        assert_true(later >= deadline);
        bool alone = t.course.excluded_count == 1; /* else it may push into another one */
        if (alone && t.contract.promises[t.clock][t.level].basis == BASIS_ALWAYS)
            assert_true(later <= deadline + length);
    }
}

static void
another_level_is_that_level_from_the_start(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t i = 0; i < 2000; i++) {
        struct trial t;
        draw(&r, &t);
        instant now = BEGIN + (int64_t)rng_below(&r, 9000) * MINUTES;
        struct reading a = reading(&t, now);
        uint8_t other = (uint8_t)((t.level + 1) % LEVELS_MAX);
        struct promise p = t.contract.promises[t.clock][t.level];
        memset(&t.contract.promises[t.clock], 0, sizeof(t.contract.promises[t.clock]));
        t.contract.promises[t.clock][other] = p;
        assert_int_equal(reading(&t, now).state, CLOCK_ABSENT);
        t.level = other;
        struct reading b = reading(&t, now);
        assert_true(a.deadline == b.deadline && a.state == b.state && a.broken == b.broken);
    }
}

/* ---- by hand */

/* Four hours each, round the clock, from BEGIN. */
static void
plain(struct trial *t)
{
    memset(t, 0, sizeof(*t));
    course_init(&t->course, BEGIN);
    for (size_t c = 0; c < CLOCKS; c++)
        t->contract.promises[c][0] = (struct promise){ .working_ms = 4 * HOURS };
}

static enum clock_state
state_of(struct trial *t, enum clock c, instant now, bool *broken)
{
    t->clock = c;
    struct reading r = reading(t, now);
    *broken = r.broken;
    return r.state;
}

#define IS(trial, clock, now, expected, is_broken)                                                 \
    do {                                                                                           \
        bool broken_;                                                                              \
        assert_int_equal(state_of(trial, clock, now, &broken_), expected);                         \
        assert_int_equal(broken_, is_broken);                                                      \
    } while (0)

static void
solved_from_afar_nobody_need_arrive_but_late_is_late(void **state)
{
    (void)state;
    struct trial t;
    plain(&t);
    instant *miles = t.course.miles, now = BEGIN + 9 * HOURS;
    IS(&t, CLOCK_ARRIVAL, BEGIN + HOURS, CLOCK_RUNNING, false);
    miles[MILE_RESTORED] = BEGIN + HOURS;
    IS(&t, CLOCK_ARRIVAL, now, CLOCK_VOID, false);
    IS(&t, CLOCK_RESPONSE, now, CLOCK_VOID, false);
    IS(&t, CLOCK_RESTORATION, now, CLOCK_STOPPED, false);
    IS(&t, CLOCK_ANALYSIS, now, CLOCK_RUNNING, true);
    miles[MILE_ARRIVED] = BEGIN + HOURS / 2;
    IS(&t, CLOCK_ARRIVAL, now, CLOCK_STOPPED, false);
    miles[MILE_ARRIVED] = NEVER;
    miles[MILE_RESTORED] = BEGIN + 5 * HOURS;
    IS(&t, CLOCK_ARRIVAL, now, CLOCK_VOID, true);
    IS(&t, CLOCK_RESTORATION, now, CLOCK_STOPPED, true);
    miles[MILE_RESTORED] = BEGIN + 4 * HOURS; /* to the millisecond */
    IS(&t, CLOCK_RESTORATION, now, CLOCK_STOPPED, false);
}

static void
a_replacement_declared_in_time_takes_restorations_place(void **state)
{
    (void)state;
    struct trial t;
    plain(&t);
    instant *miles = t.course.miles, now = BEGIN + 20 * HOURS;
    IS(&t, CLOCK_REPLACEMENT, now, CLOCK_WAITING, false);
    miles[MILE_REPLACE] = BEGIN + 4 * HOURS;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_VOID, false);
    IS(&t, CLOCK_REPLACEMENT, BEGIN + 7 * HOURS, CLOCK_RUNNING, false);
    IS(&t, CLOCK_REPLACEMENT, BEGIN + 8 * HOURS, CLOCK_RUNNING, true);
    miles[MILE_RESTORED] = BEGIN + 6 * HOURS;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_VOID, false);
    IS(&t, CLOCK_REPLACEMENT, now, CLOCK_VOID, false);
    miles[MILE_REPLACED] = BEGIN + 5 * HOURS;
    IS(&t, CLOCK_REPLACEMENT, now, CLOCK_STOPPED, false);
    miles[MILE_REPLACE] = BEGIN + 4 * HOURS + 1;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_STOPPED, true);
    miles[MILE_REPLACE] = BEGIN + 1 * HOURS; /* where none is promised it takes nothing away */
    miles[MILE_RESTORED] = NEVER;
    t.contract.promises[CLOCK_REPLACEMENT][t.level].working_ms = 0;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_RUNNING, true);
}

static void
what_is_withdrawn_is_owed_no_more_but_what_was_broken_stays(void **state)
{
    (void)state;
    struct trial t;
    plain(&t);
    instant now = BEGIN + 9 * DAYS;
    t.course.miles[MILE_COMPLAINED] = BEGIN;
    t.course.miles[MILE_ENDED] = BEGIN + HOURS;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_VOID, false);
    IS(&t, CLOCK_COMPLAINT_ANSWER, now, CLOCK_RUNNING, true); /* that lives on */
    t.course.miles[MILE_ENDED] = BEGIN + 5 * HOURS;
    IS(&t, CLOCK_RESTORATION, now, CLOCK_VOID, true);
    t.clock = CLOCK_RESTORATION;
    assert_true(reading(&t, now).stop == BEGIN + 5 * HOURS);
    assert_true(share(&t, 100) == BEGIN + 4 * HOURS && share(&t, 150) == NEVER);
}

static void
a_pause_in_closed_hours_costs_a_working_clock_nothing(void **state)
{
    (void)state;
    struct trial t;
    struct open_span days[2] = { { BEGIN + 8 * HOURS, BEGIN + 16 * HOURS, 0 },
                                 { BEGIN + 32 * HOURS, BEGIN + 40 * HOURS, 8 * HOURS } };
    struct calendar c = { "office", BEGIN, BEGIN + 48 * HOURS, days, 2 };
    plain(&t);
    t.clock = CLOCK_RESTORATION;
    t.contract.calendar = &c;
    t.course.received_at = BEGIN + 14 * HOURS;
    t.contract.promises[t.clock][0].basis = BASIS_WORKING;
    assert_true(share(&t, 100) == BEGIN + 34 * HOURS);
    bool room = course_exclude(&t.course, BEGIN + 17 * HOURS, BEGIN + 30 * HOURS, REASON_WISH);
    assert_true(share(&t, 100) == BEGIN + 34 * HOURS);
    room = room && course_exclude(&t.course, BEGIN + 33 * HOURS, NEVER, REASON_WISH);
    assert_true(room && share(&t, 75) == BEGIN + 33 * HOURS && share(&t, 100) == NEVER);
    course_resume(&t.course, REASON_WISH, BEGIN + 34 * HOURS);
    assert_true(share(&t, 100) == BEGIN + 35 * HOURS);
    t.contract.promises[t.clock][0].basis = BASIS_ALWAYS; /* by the start: working hours */
    t.contract.promises[t.clock][0].off_ms = 7 * HOURS;
    t.course.excluded_count = 0;
    assert_true(share(&t, 100) == BEGIN + 18 * HOURS);
    t.contract.promises[t.clock][0].basis = BASIS_SPLIT; /* half in 2 h, the rest at 1/7 an hour */
    assert_true(share(&t, 100) == BEGIN + 16 * HOURS + 7 * HOURS / 2);
}

static void
long_promises_do_not_overflow(void **state)
{
    (void)state;
    struct trial t;
    struct open_span day = { BEGIN + DAYS, BEGIN + 2 * DAYS, 0 };
    struct calendar c = { "office", BEGIN, BEGIN + 300 * DAYS, &day, 1 };
    plain(&t);
    t.clock = CLOCK_COMPLAINT_CLOSE;
    t.contract.calendar = &c;
    t.course.miles[MILE_COMPLAINED] = BEGIN;
    t.contract.promises[t.clock][0] =
        (struct promise){ .working_ms = 35 * DAYS - 1, .off_ms = 35 * DAYS, .basis = BASIS_SPLIT };
    instant at = share(&t, 100);
    assert_true(at > BEGIN + 35 * DAYS - 2 && at <= BEGIN + 35 * DAYS);
    assert_true(share(&t, 65535) > share(&t, 60000));
    t.contract.promises[t.clock][0].working_ms = t.contract.promises[t.clock][0].off_ms =
        INT64_MAX / 2;
    assert_true(share(&t, 100) == NEVER);
}

static void
a_penalty_grows_with_each_begun_step_up_to_its_cap(void **state)
{
    (void)state;
    struct trial t;
    plain(&t);
    t.clock = CLOCK_RESTORATION;
    struct promise *p = &t.contract.promises[t.clock][0];
    p->penalty = 1000;
    p->penalty_per = 10;
    p->penalty_each_ms = HOURS;
    static const struct {
        msec after;
        int64_t most, owed;
    } rows[] = {
        { 4 * HOURS - 1, 0, 0 },     { 4 * HOURS, 0, 1000 },      { 4 * HOURS + 1, 0, 1010 },
        { 5 * HOURS, 0, 1010 },      { 5 * HOURS + 1, 0, 1020 },  { 500 * HOURS, 0, 5960 },
        { 500 * HOURS, 1500, 1500 }, { 4 * HOURS + 1, 900, 900 },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        instant now = BEGIN + rows[i].after;
        p->penalty_most = rows[i].most;
        struct reading r = reading(&t, now);
        assert_int_equal(clock_penalty(t.clock, &t.contract, 0, &r, now), rows[i].owed);
    }
    p->penalty_per = INT64_MAX / 2;
    p->penalty_most = 0;
    struct reading r = reading(&t, BEGIN + DAYS);
    assert_true(clock_penalty(t.clock, &t.contract, 0, &r, BEGIN + DAYS) == INT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slow_way_finds_the_same_instants),
        cmocka_unit_test(no_clock_runs_backwards_and_no_pause_makes_one_earlier),
        cmocka_unit_test(another_level_is_that_level_from_the_start),
        cmocka_unit_test(solved_from_afar_nobody_need_arrive_but_late_is_late),
        cmocka_unit_test(a_replacement_declared_in_time_takes_restorations_place),
        cmocka_unit_test(what_is_withdrawn_is_owed_no_more_but_what_was_broken_stays),
        cmocka_unit_test(a_pause_in_closed_hours_costs_a_working_clock_nothing),
        cmocka_unit_test(long_promises_do_not_overflow),
        cmocka_unit_test(a_penalty_grows_with_each_begun_step_up_to_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
