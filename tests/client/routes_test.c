/* routes_test.c - answers are remembered for equal headers of one plan, and not for long. */
#include "tests/client/scratch.h"

#include "common/client/routes.h"

static const struct route here = { { "a" }, { 1, 2 }, { "" } },
                          there = { { "a" }, { 1, 3 }, { "" } };
static const struct territory_id north = { "north" };

static void
only_equal_headers_find_an_answer(void **state)
{
    (void)state;
    struct routes c = { 0 };
    struct territory_id t;
    assert_false(routes_find(&c, &here, 5, &t));
    routes_plan(&c, 1);
    routes_learn(&c, &here, north, 5);
    assert_true(routes_find(&c, &here, 6, &t));
    assert_memory_equal(&t, &north, sizeof(t));
    assert_false(routes_find(&c, &there, 6, &t));
    routes_fini(&c);
}

static void
another_plan_or_a_minute_forgets_them(void **state)
{
    (void)state;
    struct routes c = { 0 };
    struct territory_id t;
    routes_plan(&c, 1);
    routes_learn(&c, &here, north, 5);
    routes_plan(&c, 1);
    assert_true(routes_find(&c, &here, 6, &t));
    routes_plan(&c, 2);
    assert_false(routes_find(&c, &here, 6, &t));
    routes_learn(&c, &here, north, 7);
    assert_true(routes_find(&c, &here, 7 + ROUTES_AGE_MS, &t));
    assert_false(routes_find(&c, &here, 8 + ROUTES_AGE_MS, &t));
    assert_false(routes_find(&c, &here, 8, &t));
    routes_fini(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_equal_headers_find_an_answer),
        cmocka_unit_test(another_plan_or_a_minute_forgets_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
