/* service_test.c - how long the work takes: per category, and per engineer in it. */
#include "tests/core/people.h"
#include "workers/core/service.h"

static const struct category lift = { .id = { "lift" }, .service_ms = 60 * MINUTES };
static const struct engineer_id nobody, ann = { "ann" }, bob = { "bob" };

static void
nothing_learned_is_the_plan_s_figure(void **state)
{
    (void)state;
    struct learned l = { 0 };
    const struct category bare = { .id = { "bare" } };
    assert_int_equal(service_time(&l, &lift, ann), 60 * MINUTES);
    assert_int_equal(service_time(&l, &bare, nobody), HOURS);
    assert_int_equal(service_time(&l, NULL, ann), HOURS);
    assert_int_equal(service_left(&l, &lift, ann, 20 * MINUTES), 40 * MINUTES);
    assert_int_equal(service_left(&l, &lift, ann, 9 * HOURS), 15 * MINUTES);
}

static void
category_first_then_engineer_each_shrunk(void **state)
{
    (void)state;
    struct learned l = { 0 };
    for (int i = 0; i < 10; i++)
        service_learn(&l, &lift, ann, 30 * MINUTES);
    /* the category: (10 x 30 + 10 x 60) / 20; ann in it: (10 x 30 + 10 x 45) / 20 */
    assert_int_equal(service_time(&l, &lift, nobody), 45 * MINUTES);
    assert_int_equal(service_time(&l, &lift, bob), 45 * MINUTES);
    assert_int_equal(service_time(&l, &lift, ann), 37 * MINUTES + 30 * SECONDS);
    learned_fini(&l);
}

/* Names that run into each other are other names. */
static void
keys_do_not_run_together(void **state)
{
    (void)state;
    struct learned l = { 0 };
    struct category ab = { .id = { "ab" }, .service_ms = HOURS }, a = ab;
    memcpy(a.id.s, "a\0", 2);
    service_learn(&l, &ab, (struct engineer_id){ "c" }, 2 * HOURS);
    assert_int_equal(service_time(&l, &a, (struct engineer_id){ "bc" }), HOURS);
    assert_int_equal(service_time(&l, &a, nobody), HOURS);
    assert_true(service_time(&l, &ab, nobody) > HOURS);
    learned_fini(&l);
}

static void
the_unusual_counts_within_bounds_and_the_impossible_not(void **state)
{
    (void)state;
    struct learned l = { 0 };
    service_learn(&l, &lift, ann, 0);
    service_learn(&l, &lift, ann, -HOURS);
    service_learn(&l, &lift, ann, 5 * DAYS);
    service_learn(&l, NULL, ann, HOURS);
    assert_null(l.buckets);
    service_learn(&l, &lift, ann, 3 * DAYS);
    assert_int_equal(service_time(&l, &lift, nobody), (8 + 10) * 60 * MINUTES / 11);
    learned_fini(&l);
}

/* With a mean far from the plan's the estimate ends near the mean. */
static void
much_work_outweighs_the_plan(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct learned l = { 0 };
    for (int i = 0; i < 3000; i++)
        service_learn(&l, &lift, i % 3 == 0 ? ann : bob,
                      (i % 3 == 0 ? 100 : 40) * MINUTES + (msec)rng_below(&rng, 20 * MINUTES));
    msec all = service_time(&l, &lift, nobody), hers = service_time(&l, &lift, ann);
    assert_true(all > 67 * MINUTES && all < 73 * MINUTES);
    assert_true(hers > 107 * MINUTES && hers < 113 * MINUTES);
    learned_fini(&l);
}

/* ---- through the engine */

static msec
learned_of(const struct world *w, const char *category, const char *engineer)
{
    struct learned l = { 0 };
    struct category c = { .id = NAME(category_id, category), .service_ms = HOURS };
    struct buf all = { 0 };
    engine_save(w->e, &all);
    for (struct cur at = cur_of(buf_str(&all)); at.at < at.end;) {
        enum record_kind kind = cur_u8(&at);
        struct str key = cur_str(&at), bytes = cur_str(&at);
        if (kind == RECORD_LEARNED)
            assert_int_equal(learned_restore(&l, key, bytes), OK);
    }
    msec t = service_time(&l, &c, NAME(engineer_id, engineer));
    learned_fini(&l);
    buf_fini(&all);
    return t;
}

static void
later(struct world *w, msec length)
{
    world_time(w, engine_at(w->e) + length);
}

/* Twenty minutes, a wait for the customer, ten more: half an hour of work. */
static void
waits_in_between_are_no_work(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_ARRIVE, &r), REFUSAL_NONE);
    later(&w, 20 * MINUTES);
    struct event pend = people_act(&w, "home-e1", VERB_PEND, &r);
    pend.act.reason = REASON_ABSENT;
    pend.act.note = STR("nobody there");
    pend.act.until = engine_at(w.e) + 5 * HOURS;
    assert_int_equal(people_say(&w, pend), REFUSAL_NONE);
    later(&w, 3 * HOURS);
    assert_int_equal(people_do(&w, "home-e1", VERB_RESUME, &r), REFUSAL_NONE);
    later(&w, 10 * MINUTES);
    assert_int_equal(people_do(&w, "home-e1", VERB_RESOLVE, &r), REFUSAL_NONE);
    msec usual = (30 + 10 * 60) * MINUTES / 11;
    assert_int_equal(learned_of(&w, "line", ""), usual);
    assert_int_equal(learned_of(&w, "line", "home-e1"), (30 * MINUTES + 10 * usual) / 11);
    assert_int_equal(learned_of(&w, "line", "home-e2"), usual);
    world_fini(&w);
}

static void
work_that_was_never_begun_teaches_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_WORK, &r), REFUSAL_NONE);
    later(&w, HOURS);
    assert_int_equal(people_do(&w, "home-e1", VERB_RETURN, &r), REFUSAL_NONE);
    assert_int_equal(learned_of(&w, "line", "home-e1"), HOURS);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_learned_is_the_plan_s_figure),
        cmocka_unit_test(category_first_then_engineer_each_shrunk),
        cmocka_unit_test(keys_do_not_run_together),
        cmocka_unit_test(the_unusual_counts_within_bounds_and_the_impossible_not),
        cmocka_unit_test(much_work_outweighs_the_plan),
        cmocka_unit_test(waits_in_between_are_no_work),
        cmocka_unit_test(work_that_was_never_begun_teaches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
