/* planner_test.c - about workers/planner.c: in slices that are counted, at its own pace, and what
 * it finds waits for the next turn. */
#include "tests/core/people.h"
#include "workers/core/outlook.h"
#include "workers/territory.h"

enum { STEPS = 10 * PLANNER_SLICE };

static void
agree(struct world *w, uint8_t count)
{
    for (uint8_t i = 0; i < count; i++) {
        char site[4] = { 's', (char)('a' + i), '\0' };
        struct event r = world_report(WORLD_BEGIN, i, "line", site);
        r.report.from = WORLD_BEGIN + 9 * HOURS;
        r.report.until = WORLD_BEGIN + 11 * HOURS;
        world_do(w, r);
    }
}

/* Until the run in hand is over; returns how many slices it took. */
static size_t
walk(struct territory *t, int64_t mono)
{
    size_t slices = 1;
    while (planner_walk(t, engine_at(t->engine), mono, STEPS))
        slices++;
    return slices;
}

static void
a_run_takes_so_many_slices_as_its_steps_and_no_more(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    agree(&w, 4);
    struct territory t = { .standing = TERRITORY_SERVED, .engine = w.e };
    assert_int_equal(walk(&t, 1000), 1 + STEPS / PLANNER_SLICE);
    assert_int_equal(t.planner.proposals_count, 4);
    /* they wait for their turn, and nothing is planned meanwhile */
    assert_false(planner_walk(&t, WORLD_BEGIN, 1000 + 10 * PLANNER_EVERY_MS, STEPS));
    struct event ev = { .kind = EVENT_PROPOSE, .at = WORLD_BEGIN };
    ev.proposals.list = t.planner.proposals;
    ev.proposals.count = t.planner.proposals_count;
    world_do(&w, ev);
    t.planner.proposals_count = 0;
    assert_false(planner_walk(&t, WORLD_BEGIN, 1000 + PLANNER_EVERY_MS - 1, STEPS));
    assert_null(t.planner.outlook); /* at its own pace */
    assert_int_equal(walk(&t, 1000 + PLANNER_EVERY_MS), 1 + STEPS / PLANNER_SLICE);
    assert_int_equal(t.planner.proposals_count, 0); /* it stands */
    planner_fini(&t.planner);
    world_fini(&w);
}

static void
without_appointments_nothing_is_made(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    world_do(&w, world_report(WORLD_BEGIN, 1, "line", "s"));
    struct territory t = { .standing = TERRITORY_SERVED, .engine = w.e };
    assert_false(planner_walk(&t, WORLD_BEGIN, 1000, STEPS));
    assert_null(t.planner.outlook);
    planner_fini(&t.planner);
    world_fini(&w);
}

/* Another life of the territory: the run and what it proposed are of a past that may not have been.
 */
static void
another_engine_is_planned_from_the_beginning(void **state)
{
    (void)state;
    struct world w, v;
    world_init(&w, "home");
    world_init(&v, "home");
    agree(&w, 4);
    struct territory t = { .standing = TERRITORY_SERVED, .engine = w.e };
    walk(&t, 1000);
    assert_true(t.planner.proposals_count > 0);
    t.engine = v.e;
    world_time(&v, WORLD_BEGIN);
    assert_false(planner_walk(&t, WORLD_BEGIN, 1000, STEPS));
    assert_int_equal(t.planner.proposals_count, 0);
    planner_fini(&t.planner);
    world_fini(&v);
    world_fini(&w);
}

/* By steps, not by the clock: the same engines and counts propose the same. */
static void
the_same_engine_is_planned_the_same(void **state)
{
    (void)state;
    struct world w, v;
    world_init(&w, "home");
    world_init(&v, "home");
    agree(&w, 9);
    agree(&v, 9);
    struct territory t = { .standing = TERRITORY_SERVED, .engine = w.e },
                     s = { .standing = TERRITORY_SERVED, .engine = v.e };
    walk(&t, 1000);
    walk(&s, 77000);
    assert_int_equal(t.planner.proposals_count, s.planner.proposals_count);
    for (size_t i = 0; i < t.planner.proposals_count; i++)
        assert_memory_equal(&t.planner.proposals[i], &s.planner.proposals[i],
                            sizeof(t.planner.proposals[i]));
    planner_fini(&t.planner);
    planner_fini(&s.planner);
    world_fini(&v);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_takes_so_many_slices_as_its_steps_and_no_more),
        cmocka_unit_test(without_appointments_nothing_is_made),
        cmocka_unit_test(another_engine_is_planned_from_the_beginning),
        cmocka_unit_test(the_same_engine_is_planned_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
