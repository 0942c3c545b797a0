/* Duty texts. The model asks, for every minute of the week, what the text means. */
#include "common/plan/duty.h"

#include "tests/plan/fixture.h"

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static size_t
spans_of(const char *text, int offset, struct span spans[SPANS_MAX])
{
    struct week w = { 0 };
    size_t count = 0;
    assert_int_equal(duty_add(&w, str_of(text), offset), OK);
    assert_int_equal(duty_spans(&w, spans, &count), OK);
    return count;
}

static void
texts_mean_what_they_say(void **state)
{
    struct span s[SPANS_MAX];
    (void)state;
    assert_int_equal(spans_of("always", 0, s), 1);
    assert_int_equal(s[0].from_min, 0);
    assert_int_equal(s[0].to_min, WEEK_MIN);
    assert_int_equal(spans_of("mon-fri 08:00-18:00", 0, s), 5);
    assert_int_equal(s[4].from_min, 4 * DAY_MIN + 480);
    assert_int_equal(s[4].to_min, 4 * DAY_MIN + 1080);
    /* Sunday's night ends on Monday: the week turns */
    assert_int_equal(spans_of("sun 22:00-06:00", 0, s), 2);
    assert_int_equal(s[0].from_min, 0);
    assert_int_equal(s[0].to_min, 360);
    assert_int_equal(s[1].from_min, 6 * DAY_MIN + 1320);
    assert_int_equal(s[1].to_min, WEEK_MIN);
    /* Beijing's Monday morning is Sunday in UTC */
    assert_int_equal(spans_of("mon 06:00-09:00", 480, s), 2);
    assert_int_equal(s[0].to_min, 60);
    assert_int_equal(s[1].from_min, WEEK_MIN - 120);
    assert_int_equal(spans_of("daily 00:00-24:00", -300, s), 1);
    assert_int_equal(spans_of("  sat-mon,wed 10:00-11:00 ", 0, s), 4);
}

static void
any_duty_is_open_exactly_when_a_clock_on_the_wall_says_so(void **state)
{
    struct rng rng = seed();
    (void)state;
    for (int round = 0; round < 300; round++) {
        int first = (int)rng_below(&rng, 7), last = (int)rng_below(&rng, 7);
        int from = (int)rng_below(&rng, DAY_MIN), to = (int)rng_below(&rng, DAY_MIN + 1);
        int offset = (int)rng_below(&rng, 1681) - 840;
        char text[64];
        struct span s[SPANS_MAX];
        if (from == to)
            continue;
        snprintf(text, sizeof(text), "%s-%s %02d:%02d-%02d:%02d", days[first], days[last],
                 from / 60, from % 60, to / 60, to % 60);
        size_t count = spans_of(text, offset, s);
        bool open[WEEK_MIN] = { false };
        for (size_t i = 0; i < count; i++) {
            assert_true(s[i].from_min < s[i].to_min && (i == 0 || s[i - 1].to_min < s[i].from_min));
            for (int m = s[i].from_min; m < s[i].to_min; m++)
                open[m] = true;
        }
        for (int utc = 0; utc < WEEK_MIN; utc++) {
            int local = (utc + offset + WEEK_MIN) % WEEK_MIN;
            int day = local / DAY_MIN, minute = local % DAY_MIN, before = (day + 6) % 7;
            bool today = (day - first + 7) % 7 <= (last - first + 7) % 7;
            bool yesterday = (before - first + 7) % 7 <= (last - first + 7) % 7;
            bool on = from < to ? today && minute >= from && minute < to
                                : (today && minute >= from) || (yesterday && minute < to);
            assert_int_equal(open[utc], on);
        }
    }
}

static void
what_is_not_a_duty_changes_nothing(void **state)
{
    static const char *const bad[] = { "",
                                       "never",
                                       "mon",
                                       "mon 08:00",
                                       "mon 8:00-18:00",
                                       "mon 08:00-25:00",
                                       "mon 08:60-09:00",
                                       "mon 08:00-08:00",
                                       "mon 24:00-08:00",
                                       "mon 24:01-08:00",
                                       "mon- 08:00-09:00",
                                       "-mon 08:00-09:00",
                                       "mon, 08:00-09:00",
                                       ",mon 08:00-09:00",
                                       "Mon 08:00-09:00",
                                       "mon-fri-sat 08:00-09:00",
                                       "mon 08:00-09:00 x",
                                       "mon 08:00 - 09:00",
                                       "monday 08:00-09:00" };
    static const struct week off;
    (void)state;
    for (size_t i = 0; i < countof(bad); i++) {
        struct week w = { 0 };
        if (duty_add(&w, str_of(bad[i]), 0) != ERR_SYNTAX)
            fail_msg("taken: %s", bad[i]);
        assert_memory_equal(&w, &off, sizeof(w));
    }
}

static void
duties_add_up_and_touching_ones_become_one(void **state)
{
    struct week w = { 0 };
    struct span s[SPANS_MAX];
    size_t count;
    (void)state;
    assert_int_equal(duty_add(&w, STR("mon 08:00-12:00"), 0), OK);
    assert_int_equal(duty_add(&w, STR("mon 12:00-13:00"), 0), OK);
    assert_int_equal(duty_add(&w, STR("mon 10:00-12:30"), 0), OK);
    assert_int_equal(duty_spans(&w, s, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(s[0].from_min, 480);
    assert_int_equal(s[0].to_min, 780);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_mean_what_they_say),
        cmocka_unit_test(any_duty_is_open_exactly_when_a_clock_on_the_wall_says_so),
        cmocka_unit_test(what_is_not_a_duty_changes_nothing),
        cmocka_unit_test(duties_add_up_and_touching_ones_become_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
