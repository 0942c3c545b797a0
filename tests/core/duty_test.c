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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_holds_its_first_minute_and_not_its_last),
        cmocka_unit_test(the_next_duty_is_the_first_beginning_after),
        cmocka_unit_test(minute_by_minute_both_questions_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
