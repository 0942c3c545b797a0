/* duty_test.c - about workers/core/duty.c. */
#include "tests/check.h"
#include "workers/core/duty.h"

#define MONDAY ((instant)1767571200000) /* 2026-01-05 00:00 UTC */

static struct engineer_rule
office(void)
{
    struct engineer_rule r = { 0 };
    r.duty[r.duty_count++] = (struct span){ 480, 720 };
    r.duty[r.duty_count++] = (struct span){ 780, 1080 };
    r.duty[r.duty_count++] = (struct span){ 6 * 1440 + 1200, 10080 };
    return r;
}

static void
a_span_holds_its_first_minute_and_not_its_last(void **state)
{
    (void)state;
    struct engineer_rule r = office();
    assert_false(duty_is_on(&r, MONDAY));
    assert_false(duty_is_on(&r, MONDAY + 480 * MINUTES - 1));
    assert_true(duty_is_on(&r, MONDAY + 480 * MINUTES));
    assert_true(duty_is_on(&r, MONDAY + 720 * MINUTES - 1));
    assert_false(duty_is_on(&r, MONDAY + 720 * MINUTES));
    assert_true(duty_is_on(&r, MONDAY - 1)); /* Sunday's late shift */
    assert_true(duty_is_on(&r, MONDAY + 52 * 7 * DAYS + 780 * MINUTES));
}

static void
the_next_duty_is_the_first_beginning_after(void **state)
{
    (void)state;
    struct engineer_rule r = office(), never = { 0 };
    assert_true(duty_next(&r, MONDAY) == MONDAY + 480 * MINUTES);
    assert_true(duty_next(&r, MONDAY + 480 * MINUTES) == MONDAY + 780 * MINUTES);
    assert_true(duty_next(&r, MONDAY - 1) == MONDAY + 480 * MINUTES);
    assert_true(duty_next(&r, MONDAY + 6 * DAYS + 1300 * MINUTES) ==
                MONDAY + 7 * DAYS + 480 * MINUTES);
    assert_true(duty_next(&never, MONDAY) == NEVER);
    assert_false(duty_is_on(&never, MONDAY));
}

static void
minute_by_minute_both_questions_agree(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct engineer_rule r = { 0 };
    for (int32_t m = (int32_t)rng_below(&rng, 300); m < 10000 && r.duty_count < SPANS_MAX;) {
        int32_t to = m + 1 + (int32_t)rng_below(&rng, 200);
        r.duty[r.duty_count++] = (struct span){ m, to > 10080 ? 10080 : to };
        m = to + 1 + (int32_t)rng_below(&rng, 200);
    }
    instant begin = MONDAY - 3 * DAYS;
    bool was = duty_is_on(&r, begin);
    instant next = duty_next(&r, begin);
    for (instant at = begin + MINUTES; at < begin + 15 * DAYS; at += MINUTES) {
        bool on = duty_is_on(&r, at);
        if (on && !was)
            assert_true(next == at);
        if (next == at)
            next = duty_next(&r, at);
        assert_true(next > at);
        was = on;
    }
}

/* A roster of dated spans in the middle of the weeks. */
static void
put_roster(struct rng *rng, struct calendar *c, struct open_span spans[64])
{
    *c = (struct calendar){ .from = MONDAY + 2 * DAYS, .until = MONDAY + 9 * DAYS };
    c->spans = spans;
    instant at = c->from + (msec)rng_below(rng, 600) * MINUTES;
    while (c->count < 64 && at < c->until) {
        instant to = at + (msec)(1 + rng_below(rng, 900)) * MINUTES;
        spans[c->count++] = (struct open_span){ at, to < c->until ? to : c->until, 0 };
        at = to + (msec)(1 + rng_below(rng, 900)) * MINUTES;
    }
}

/* The week outside the roster's reach, the roster within; each minute is looked at. */
static bool
is_on_slowly(const struct engineer_rule *r, instant at)
{
    const struct calendar *c = r->roster;
    for (size_t i = 0; at >= c->from && at < c->until && i < c->count; i++)
        if (c->spans[i].from <= at && at < c->spans[i].to)
            return true;
    struct engineer_rule week = *r;
    week.roster = NULL;
    return (at < c->from || at >= c->until) && duty_is_on(&week, at);
}

static void
a_roster_counts_as_far_as_it_reaches(void **state)
{
    (void)state;
    struct rng rng = seed();
    for (int round = 0; round < 20; round++) {
        struct open_span spans[64];
        struct calendar c;
        struct engineer_rule r = office();
        put_roster(&rng, &c, spans);
        r.roster = &c;
        instant begin = MONDAY, until = MONDAY + 14 * DAYS;
        instant end = duty_end(&r, begin), next = duty_next(&r, begin);
        for (instant at = begin; at < until; at += MINUTES) {
            bool on = is_on_slowly(&r, at), was = at > begin && is_on_slowly(&r, at - MINUTES);
            assert_int_equal(duty_is_on(&r, at), on);
            if (!on)
                assert_true(duty_end(&r, at) == at);
            else if (!was)
                end = duty_end(&r, at);
            assert_true(end > at || !on);
            if (was && !on)
                assert_true(end == at);
            if (on && !was && at > begin)
                assert_true(next == at);
            if (next == at)
                next = duty_next(&r, at);
            assert_true(next > at);
        }
    }
}

static void
duty_without_an_end_has_none(void **state)
{
    (void)state;
    struct engineer_rule r = { .duty = { { 0, 10080 } }, .duty_count = 1 };
    assert_true(duty_end(&r, MONDAY) == NEVER);
    r.duty[0] = (struct span){ 60, 10080 }; /* over the turn of the week it goes on only with: */
    assert_true(duty_end(&r, MONDAY + 2 * HOURS) == MONDAY + 7 * DAYS);
    r.duty[1] = r.duty[0];
    r.duty[0] = (struct span){ 0, 30 };
    r.duty_count = 2;
    assert_true(duty_end(&r, MONDAY + 2 * HOURS) == MONDAY + 7 * DAYS + 30 * MINUTES);
}

/* Minute by minute: a shift begins where duty does after more than its breaks are long. What began
 * two days ago or before, or so near to it that its gap cannot be seen whole, is as old as that. */
static void
a_shift_began_where_a_slow_look_back_finds_it(void **state)
{
    (void)state;
    struct rng rng = seed();
    size_t found = 0;
    for (int round = 0; round < 10; round++) {
        struct open_span spans[64];
        struct calendar c;
        struct engineer_rule r = office();
        msec pause = (msec)rng_below(&rng, 120) * MINUTES;
        put_roster(&rng, &c, spans);
        r.roster = &c;
        instant began = NEVER, ended = MONDAY - DAYS;
        for (instant at = MONDAY; at < MONDAY + 14 * DAYS; at += MINUTES) {
            bool on = is_on_slowly(&r, at), was = is_on_slowly(&r, at - MINUTES);
            if (was && !on)
                ended = at;
            if (on && !was && at - ended > pause)
                began = at;
            if (at % (7 * MINUTES) != 0 || at < MONDAY + 3 * DAYS)
                continue;
            instant is = duty_began(&r, at, pause), oldest = at - 2 * DAYS;
            if (began > oldest + pause)
                assert_true(is == began);
            else
                assert_true(is >= oldest && is <= oldest + pause);
            found += is == began;
        }
    }
    assert_true(found > 1000);
}

static void
a_duty_without_an_end_began_two_days_ago(void **state)
{
    (void)state;
    struct engineer_rule r = { .duty = { { 0, 10080 } }, .duty_count = 1 }, never = { 0 };
    assert_true(duty_began(&r, MONDAY, HOURS) == MONDAY - 2 * DAYS);
    assert_true(duty_began(&never, MONDAY, HOURS) == MONDAY - 2 * DAYS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_holds_its_first_minute_and_not_its_last),
        cmocka_unit_test(the_next_duty_is_the_first_beginning_after),
        cmocka_unit_test(minute_by_minute_both_questions_agree),
        cmocka_unit_test(a_roster_counts_as_far_as_it_reaches),
        cmocka_unit_test(duty_without_an_end_has_none),
        cmocka_unit_test(a_shift_began_where_a_slow_look_back_finds_it),
        cmocka_unit_test(a_duty_without_an_end_began_two_days_ago),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
