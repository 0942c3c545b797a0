/* when_test.c - instants as people type them. */
#include "cli/when.h"
#include "tests/check.h"

#include <time.h>

#define NOW INT64_C(1763720000123) /* 2025-11-21T10:13:20.123Z */

static int64_t
when(const char *text)
{
    int64_t at = -1;
    return when_parse(str_of(text), NOW, &at) ? at : -1;
}

static void
dates_are_utc_with_a_z_and_local_without(void **state)
{
    (void)state;
    assert_int_equal(when("2025-11-21T10:13:20Z"), 1763720000000);
    assert_int_equal(when("2025-11-21T10:13Z"), 1763719980000);
    assert_int_equal(when("2025-11-21T18:13:20"), 1763720000000); /* in Shanghai */
    assert_int_equal(when("2025-11-21 18:13"), 1763719980000);
}

static void
a_time_of_day_is_the_next_one(void **state)
{
    (void)state;
    assert_int_equal(when("18:14"), 1763720040000);
    assert_int_equal(when("18:13"), 1763719980000 + 86400000);
    assert_int_equal(when("00:00"), 1763740800000);
}

static void
distances_count_from_now(void **state)
{
    (void)state;
    assert_int_equal(when("+90m"), NOW + 90 * 60000);
    assert_int_equal(when("+2h"), NOW + 2 * 3600000);
    assert_int_equal(when("+1d"), NOW + 86400000);
}

static void
what_is_no_time_is_none(void **state)
{
    static const char *const bad[] = { "",     "soon", "25:00",  "+h",         "+2w",
                                       "++2h", "+-2h", "14:30x", "2025-11-21", "+99999999d" };
    (void)state;
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(when(bad[i]), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_utc_with_a_z_and_local_without),
        cmocka_unit_test(a_time_of_day_is_the_next_one),
        cmocka_unit_test(distances_count_from_now),
        cmocka_unit_test(what_is_no_time_is_none),
    };
    setenv("TZ", "CST-8", 1); /* eight hours ahead, whatever zones are installed */
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
