/* Open time: the two questions, against a walk minute by minute, and at the ends of the world. */
#include "tests/check.h"
#include "workers/core/calendar.h"

enum { WALK_MIN = 600 };

/* A calendar over [from, from + WALK_MIN) in minutes, from a list of open minutes. */
struct small {
    bool open[WALK_MIN];
    struct open_span spans[WALK_MIN];
    struct calendar c;
};

static void
compile(struct small *s, instant from)
{
    msec before = 0;
    s->c = (struct calendar){ .from = from, .until = from + WALK_MIN * MINUTES, .spans = s->spans };
    for (int m = 0; m < WALK_MIN; m++) {
        if (!s->open[m])
            continue;
        int to = m;
        while (to < WALK_MIN && s->open[to])
            to++;
        s->spans[s->c.count++] =
            (struct open_span){ from + m * MINUTES, from + to * MINUTES, before };
        before += (to - m) * MINUTES;
        m = to;
    }
}

static void
fill(struct small *s, struct rng *rng, instant from)
{
    bool open = rng_below(rng, 2) == 0;
    unsigned rare = 1 + (unsigned)rng_below(rng, 60);
    for (int m = 0; m < WALK_MIN; m++) {
        if (rng_below(rng, rare) == 0)
            open = rng_below(rng, 2) == 0;
        s->open[m] = open;
    }
    compile(s, from);
}

static bool
open_at(const struct small *s, instant at)
{
    if (at < s->c.from || at >= s->c.until)
        return true;
    return s->open[(at - s->c.from) / MINUTES];
}

/* Step by step of a second; a and b are whole seconds. */
static msec
walk_open(const struct small *s, instant a, instant b)
{
    msec sum = 0;
    for (instant at = a; at < b; at += SECONDS)
        sum += open_at(s, at) ? SECONDS : 0;
    return sum;
}

static instant
walk_after(const struct small *s, instant a, msec want)
{
    for (; want > 0; a += SECONDS)
        want -= open_at(s, a) ? SECONDS : 0;
    return a;
}

static instant
walk_next(const struct small *s, instant at)
{
    for (instant t = at + SECONDS; t <= s->c.until; t += SECONDS)
        if (open_at(s, t) && !open_at(s, t - 1))
            return t;
    return NEVER;
}

static void
both_questions_agree_with_a_walk_second_by_second(void **state)
{
    struct rng rng = seed();
    (void)state;
    for (int i = 0; i < 60; i++) {
        struct small s = { 0 };
        fill(&s, &rng, ((int64_t)rng_below(&rng, 2000) - 1000) * MINUTES);
        for (int j = 0; j < 30; j++) {
            instant a = s.c.from + ((int64_t)rng_below(&rng, 40000) - 2000) * SECONDS;
            instant b = a + (int64_t)rng_below(&rng, 20000) * SECONDS;
            msec want = (int64_t)rng_below(&rng, 20000) * SECONDS;
            assert_int_equal(calendar_open(&s.c, a, b), walk_open(&s, a, b));
            assert_int_equal(calendar_after(&s.c, a, want), walk_after(&s, a, want));
            assert_int_equal(calendar_is_open(&s.c, a), open_at(&s, a));
            assert_int_equal(calendar_next(&s.c, a), walk_next(&s, a));
        }
    }
}

static void
the_answer_of_one_question_is_the_other_s(void **state)
{
    struct rng rng = seed();
    (void)state;
    struct small s = { 0 };
    fill(&s, &rng, 1000 * HOURS);
    for (int i = 0; i < 100000; i++) {
        instant a = s.c.from + (int64_t)rng_below(&rng, 50000000) - 5000000;
        msec want = (msec)rng_below(&rng, 40000000);
        instant b = calendar_after(&s.c, a, want);
        assert_int_equal(calendar_open(&s.c, a, b), want);
        assert_true(want == 0 || calendar_open(&s.c, a, b - 1) < want);
        assert_true(want == 0 || calendar_is_open(&s.c, b - 1));
    }
}

static void
no_calendar_is_always_open(void **state)
{
    (void)state;
    assert_true(calendar_is_open(NULL, 5));
    assert_int_equal(calendar_open(NULL, 5, 17), 12);
    assert_int_equal(calendar_open(NULL, 17, 5), 0);
    assert_int_equal(calendar_after(NULL, 5, 12), 17);
    assert_int_equal(calendar_after(NULL, 5, 0), 5);
    assert_int_equal(calendar_after(NULL, 5, NEVER), NEVER);
    assert_int_equal(calendar_next(NULL, 5), NEVER);
}

static void
an_empty_calendar_is_closed_within_its_horizon_only(void **state)
{
    (void)state;
    const struct calendar c = { .from = 100, .until = 200 };
    assert_int_equal(calendar_open(&c, 0, 300), 200);
    assert_int_equal(calendar_after(&c, 50, 50), 100);
    assert_int_equal(calendar_after(&c, 50, 51), 201);
    assert_int_equal(calendar_after(&c, 150, 1), 201);
    assert_int_equal(calendar_next(&c, 150), 200);
    assert_int_equal(calendar_next(&c, 0), 200);
    assert_int_equal(calendar_next(&c, 200), NEVER);
}

static void
the_ends_of_time_do_not_overflow(void **state)
{
    (void)state;
    struct open_span spans[] = { { 1000, 2000, 0 }, { 3000, 4000, 1000 } };
    const struct calendar c = { .from = 500, .until = 5000, .spans = spans, .count = 2 };
    assert_int_equal(calendar_after(&c, 0, NEVER), NEVER);
    assert_int_equal(calendar_after(&c, NEVER, 1), NEVER);
    assert_int_equal(calendar_after(&c, 4500, NEVER - 1), NEVER);
    assert_int_equal(calendar_open(&c, INT64_MIN, NEVER), NEVER);
    assert_int_equal(calendar_open(&c, 0, NEVER), NEVER - 5000 + 2000 + 500);
    assert_int_equal(calendar_after(&c, INT64_MIN, 1), INT64_MIN + 1);
    assert_true(calendar_is_open(&c, INT64_MIN) && calendar_is_open(&c, NEVER));
    assert_int_equal(calendar_next(&c, INT64_MIN), 1000);
    assert_int_equal(calendar_next(&c, NEVER), NEVER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_questions_agree_with_a_walk_second_by_second),
        cmocka_unit_test(the_answer_of_one_question_is_the_other_s),
        cmocka_unit_test(no_calendar_is_always_open),
        cmocka_unit_test(an_empty_calendar_is_closed_within_its_horizon_only),
        cmocka_unit_test(the_ends_of_time_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
