/* travel_test.c - how long it takes to get there: the plan's estimate, and what trips teach. */
#include "tests/core/people.h"
#include "workers/core/place.h"
#include "workers/core/travel.h"

/* Monday 2026-01-05 00:00 UTC is WORLD_BEGIN; 42 km/h for easy sums. */
static struct rules
rules_of(void)
{
    struct rules r = { .speed_m_per_min = 700 };
    world_matching(&r.matching);
    return r;
}

static struct place
place_at(int32_t lat_e7, int32_t lon_e7)
{
    return (struct place){ lat_e7, lon_e7 };
}

static void
distance_detour_speed_and_fixed_minutes_make_the_estimate(void **state)
{
    (void)state;
    struct rules r = rules_of();
    instant quiet = WORLD_BEGIN + 12 * HOURS, rush = WORLD_BEGIN + 8 * HOURS;
    assert_int_equal(travel_expected(&r, 0, quiet), 3 * MINUTES);
    assert_int_equal(travel_expected(&r, 7000, quiet), 3 * MINUTES + 13 * MINUTES + 30 * SECONDS);
    assert_int_equal(travel_expected(&r, 7000, rush), 3 * MINUTES + 22 * MINUTES + 30 * SECONDS);
    r.matching.utc_offset_min = -4 * 60; /* noon UTC is eight in the morning there */
    assert_int_equal(travel_expected(&r, 7000, quiet), 3 * MINUTES + 22 * MINUTES + 30 * SECONDS);
    r.matching.utc_offset_min = 60;
    assert_true(travel_expected(&r, 1000, -1) > 0); /* before 1970 the week turns too */
    struct rules bare = { 0 };
    assert_true(travel_expected(&bare, 1000, quiet) > 0);
    assert_int_equal(travel_metres(PLACE_NONE, place_at(1, 1)), TRAVEL_UNKNOWN_M);
}

static void
further_never_takes_less(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct rules r = rules_of();
    for (int i = 0; i < 20000; i++) {
        int64_t near = (int64_t)rng_below(&rng, 200000);
        instant at = (instant)rng_below(&rng, (uint64_t)WORLD_BEGIN * 2);
        assert_true(travel_expected(&r, near, at) <=
                    travel_expected(&r, near + (int64_t)rng_below(&rng, 50), at));
    }
}

static void
trips_that_were_seen_correct_it_by_shrinkage(void **state)
{
    (void)state;
    struct rules r = rules_of();
    struct learned l = { 0 };
    struct place a = place_at(312100000, 1214100000), b = place_at(312900000, 1215200000);
    instant at = WORLD_BEGIN + 12 * HOURS;
    msec plain = travel_expected(&r, travel_metres(a, b), at);
    assert_int_equal(travel_time(&r, &l, a, b, at), plain);
    for (int n = 1; n <= 30; n++) {
        travel_learn(&l, &r, a, b, at, at + 2 * plain); /* it takes twice as long, always */
        msec want = (n * 2 * plain + LEARNED_K * plain) / (n + LEARNED_K);
        msec got = travel_time(&r, &l, a, b, at);
        assert_true(got >= want - 2 * SECONDS && got <= want + 2 * SECONDS);
    }
    /* there and back, and from next door; not at night, at the weekend, nor elsewhere */
    assert_true(travel_time(&r, &l, b, a, at) > plain * 17 / 10);
    assert_true(travel_time(&r, &l, place_at(312110000, 1214110000), b, at) > plain * 17 / 10);
    assert_int_equal(travel_time(&r, &l, a, b, at + 11 * HOURS), plain);
    assert_int_equal(travel_time(&r, &l, a, b, at + 5 * DAYS), plain);
    struct place c = place_at(312900000, 1216200000);
    assert_int_equal(travel_time(&r, &l, a, c, at), travel_expected(&r, travel_metres(a, c), at));
    learned_fini(&l);
}

/* Within a pair of cells, too: what was learned stretches the way, and does not bend it. */
static void
further_never_takes_less_when_learned(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct rules r = rules_of();
    struct learned l = { 0 };
    struct place a = place_at(312100000, 1214100000);
    instant at = WORLD_BEGIN + 12 * HOURS;
    for (int i = 0; i < 200; i++)
        travel_learn(&l, &r, a, place_at(312550000 + (int32_t)rng_below(&rng, 400000), 1214100000),
                     at, at + (msec)(1 + rng_below(&rng, HOURS)));
    msec before = 0;
    for (int32_t lat = 312500000; lat < 313000000; lat += 1000) {
        msec t = travel_time(&r, &l, a, place_at(lat, 1214100000), at);
        assert_true(t >= before);
        before = t;
    }
    learned_fini(&l);
}

static void
what_cannot_be_teaches_nothing_and_the_unusual_little(void **state)
{
    (void)state;
    struct rules r = rules_of();
    struct learned l = { 0 };
    struct place a = place_at(312100000, 1214100000), b = place_at(312900000, 1215200000);
    instant at = WORLD_BEGIN + 12 * HOURS;
    msec plain = travel_expected(&r, travel_metres(a, b), at);
    travel_learn(&l, &r, PLACE_NONE, b, at, at + HOURS);
    travel_learn(&l, &r, a, PLACE_NONE, at, at + HOURS);
    travel_learn(&l, &r, a, b, at, at);
    travel_learn(&l, &r, a, b, at, at - HOURS);
    travel_learn(&l, &r, a, b, at, at + 7 * HOURS);
    assert_null(l.buckets);
    travel_learn(&l, &r, a, b, at, at + 5 * HOURS); /* he forgot to say that he was there */
    msec once = travel_time(&r, &l, a, b, at);
    assert_true(once > plain && once <= plain * 13 / 10);
    learned_fini(&l);
}

/* Through the engine: positions, depart, arrive. */
static const struct tally *
only_trip(const struct world *w, struct world_store *store, struct learned *l)
{
    size_t count;
    const struct tally *found = NULL;
    const struct world_record *r;
    world_commit(store, w->e);
    for (size_t i = 0; (r = map_next(&store->map, &i)) != NULL;)
        if (r->kind == RECORD_LEARNED && r->key.key[0] == LEARNED_TRIP)
            assert_int_equal(
                learned_restore(l, str_bytes(r->key.key, r->key.len), buf_str(&r->bytes)), OK);
    const struct tally **list = learned_sorted(l, &count);
    if (count == 1)
        found = list[0];
    assert_true(count <= 1);
    free(list);
    return found;
}

static void
an_engineer_who_departs_and_arrives_has_made_a_trip(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) { /* an hour after his last position: where was he? */
        struct world w;
        struct world_store store;
        struct learned l = { 0 };
        world_init(&w, "home");
        world_store_init(&store);
        struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
        r.report.place = place_at(310100000, 1210000000);
        world_do(&w, r);
        assert_int_equal(people_do(&w, "home-e1", VERB_ACCEPT, &r), REFUSAL_NONE);
        struct position p = { NAME(engineer_id, "home-e1"), place_at(311100000, 1210500000),
                              WORLD_BEGIN };
        world_do(&w,
                 (struct event){ .kind = EVENT_PLACES, .at = WORLD_BEGIN, .places = { &p, 1 } });
        world_time(&w, WORLD_BEGIN + (late ? 2 : 0) * HOURS);
        assert_int_equal(people_do(&w, "home-e1", VERB_DEPART, &r), REFUSAL_NONE);
        assert_null(only_trip(&w, &store, &l));
        world_time(&w, engine_at(w.e) + 40 * MINUTES);
        assert_int_equal(people_do(&w, "home-e1", VERB_ARRIVE, &r), REFUSAL_NONE);
        const struct tally *t = only_trip(&w, &store, &l);
        if (late) {
            assert_null(t);
        } else {
            assert_non_null(t);
            assert_int_equal(t->count, 1);
            assert_int_equal(t->seen_ms, 40 * MINUTES);
            int64_t metres = place_distance(p.place, r.report.place);
            assert_int_equal(t->expected_ms, travel_expected(&w.plan.rules, metres, WORLD_BEGIN));
        }
        learned_fini(&l);
        world_store_fini(&store);
        world_fini(&w);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_detour_speed_and_fixed_minutes_make_the_estimate),
        cmocka_unit_test(further_never_takes_less),
        cmocka_unit_test(trips_that_were_seen_correct_it_by_shrinkage),
        cmocka_unit_test(further_never_takes_less_when_learned),
        cmocka_unit_test(what_cannot_be_teaches_nothing_and_the_unusual_little),
        cmocka_unit_test(an_engineer_who_departs_and_arrives_has_made_a_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
