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

static bool
finds(struct routes *c, int32_t lat, int32_t lon, const char *customer)
{
    struct route r = { .place = { lat, lon } };
    struct territory_id t = { "" };
    strcpy(r.customer.s, customer);
    bool found = routes_find(c, &r, 6, &t);
    assert_true(!found || same_id(t, north));
    return found;
}

static void
a_cell_answers_for_its_places_and_no_others(void **state)
{
    (void)state;
    struct routes c = { 0 };
    routes_plan(&c, 1);
    routes_learn_cell(&c, (struct place){ -1, 150 }, 100, north, 5);
    assert_true(finds(&c, -100, 100, "") && finds(&c, -1, 199, ""));
    assert_false(finds(&c, 0, 150, "") || finds(&c, -101, 150, ""));
    assert_false(finds(&c, -1, 99, "") || finds(&c, -1, 200, ""));
    assert_false(finds(&c, -1, 150, "acme"));
    assert_false(finds(&c, INT32_MIN, INT32_MIN, ""));
    routes_plan(&c, 2);
    assert_false(finds(&c, -1, 150, ""));
    routes_learn_cell(&c, (struct place){ -1, 150 }, 100, north, 5);
    assert_true(finds(&c, -1, 150, ""));
    routes_forget(&c);
    assert_false(finds(&c, -1, 150, ""));
    routes_fini(&c);
}

static void
cells_of_a_few_sides_are_kept(void **state)
{
    (void)state;
    struct routes c = { 0 };
    routes_plan(&c, 1);
    for (int32_t i = 0; i <= ROUTES_SIDES; i++)
        routes_learn_cell(&c, (struct place){ 1000 * i, 0 }, 10 + i, north, 5);
    for (int32_t i = 0; i <= ROUTES_SIDES; i++)
        assert_int_equal(finds(&c, 1000 * i, 1, ""), i < ROUTES_SIDES);
    routes_learn_cell(&c, PLACE_NONE, 10, north, 5);
    assert_false(finds(&c, INT32_MIN, INT32_MIN, ""));
    routes_fini(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_equal_headers_find_an_answer),
        cmocka_unit_test(another_plan_or_a_minute_forgets_them),
        cmocka_unit_test(a_cell_answers_for_its_places_and_no_others),
        cmocka_unit_test(cells_of_a_few_sides_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
