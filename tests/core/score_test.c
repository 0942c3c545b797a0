/* score_test.c - about workers/core/score.c: beside place.c's distances and a sort. */
#include "tests/check.h"
#include "workers/core/place.h"
#include "workers/core/score.h"

enum { MANY = 5000 };

static int32_t lat[MANY], lon[MANY], waits[MANY], times[MANY];

static struct place
near(struct rng *r, struct place middle, int64_t spread)
{
    int64_t east = middle.lon_e7 + (int64_t)rng_below(r, (uint64_t)spread) - spread / 2;
    east += east > 1800000000 ? -3600000000 : east < -1800000000 ? 3600000000 : 0;
    return (struct place){ (int32_t)(middle.lat_e7 + (int64_t)rng_below(r, (uint64_t)spread) -
                                     spread / 2),
                           (int32_t)east };
}

static void
travel_is_the_distance_by_detour_and_speed(void **state)
{
    (void)state;
    struct rng r = seed();
    static const struct place middles[] = {
        { 303000000, 1202000000 }, { 0, 0 }, { -450000000, 1799900000 }, { 600000000, -1799900000 }
    };
    for (size_t m = 0; m < countof(middles); m++) {
        struct score_pace pace = { .detour = 1024 + (uint32_t)rng_below(&r, 600),
                                   .mm_per_s = 3000 + (uint32_t)rng_below(&r, 20000),
                                   .fixed = (int32_t)rng_below(&r, 5000) };
        struct score_set set = { lat, lon, waits, MANY - m };
        for (size_t i = 0; i < MANY; i++) {
            struct place p = near(&r, middles[m], i % 2 == 0 ? 2000000 : 20000);
            lat[i] = p.lat_e7;
            lon[i] = p.lon_e7;
            waits[i] = i % 7 == 0 ? SCORE_NEVER : (int32_t)rng_below(&r, 100000);
        }
        score_times(&set, middles[m], &pace, times);
        for (size_t i = 0; i < set.count; i++) {
            if (i % 7 == 0) {
                assert_true(times[i] >= SCORE_NEVER);
                continue;
            }
            int64_t mm = place_distance((struct place){ lat[i], lon[i] }, middles[m]) * 1000;
            int64_t want = mm * 16 * pace.detour / 1024 / pace.mm_per_s + waits[i] + pace.fixed;
            int64_t off = times[i] > want ? times[i] - want : want - times[i];
            assert_true(off <= 16 + want / 200);
        }
    }
}

/* The bits, once and for all: another machine, compiler or vector width gets the same. */
static void
the_times_are_the_same_everywhere(void **state)
{
    (void)state;
    struct rng r = { 42 };
    struct place to = { 303000000, 1202000000 };
    struct score_pace pace = { 1382, 8333, 1920 };
    struct score_set set = { lat, lon, waits, MANY };
    uint64_t sum = 0;
    for (size_t i = 0; i < MANY; i++) {
        lat[i] = to.lat_e7 + (int32_t)rng_below(&r, 100000000) - 50000000;
        lon[i] = to.lon_e7 + (int32_t)rng_below(&r, 100000000) - 50000000;
        waits[i] = (int32_t)rng_below(&r, 100000);
    }
    score_times(&set, to, &pace, times);
    for (size_t i = 0; i < MANY; i++)
        sum = sum * 31 + (uint64_t)times[i];
    assert_int_equal(times[0], 660399); /* worked out apart, in Python */
    assert_true(sum == 11722936085261617496u);
}

/* However they are grouped, in fours or one by one. */
static void
a_candidate_alone_takes_as_long_as_among_others(void **state)
{
    (void)state;
    struct rng r = seed();
    struct place to = near(&r, (struct place){ 303000000, 1202000000 }, 100000000);
    struct score_pace pace = { 1382, 8333, 1920 };
    for (size_t i = 0; i < MANY; i++) {
        struct place p = near(&r, to, 10000000);
        lat[i] = p.lat_e7;
        lon[i] = p.lon_e7;
        waits[i] = 0;
    }
    score_times(&(struct score_set){ lat, lon, waits, MANY }, to, &pace, times);
    for (size_t i = 0; i < MANY; i++) {
        int32_t alone;
        score_times(&(struct score_set){ lat + i, lon + i, waits + i, 1 }, to, &pace, &alone);
        assert_int_equal(alone, times[i]);
    }
}

static int
order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (times[x] != times[y])
        return times[x] < times[y] ? -1 : 1;
    return x < y ? -1 : 1;
}

static void
the_best_are_the_first_of_a_sort(void **state)
{
    (void)state;
    struct rng r = seed();
    static uint32_t want[MANY], got[MANY];
    for (int round = 0; round < 500; round++) {
        size_t count = rng_below(&r, 400), k = rng_below(&r, 80), usable = 0;
        uint64_t range = round % 3 == 0 ? 5 : 1000000;
        for (size_t i = 0; i < count; i++) {
            times[i] = rng_below(&r, 9) == 0 ? SCORE_NEVER + (int32_t)rng_below(&r, 100)
                                             : (int32_t)rng_below(&r, range);
            if (round % 5 == 0)
                times[i] = (int32_t)(count - i); /* each better than all before */
            if (times[i] < SCORE_NEVER)
                want[usable++] = (uint32_t)i;
        }
        qsort(want, usable, sizeof(want[0]), order);
        size_t best = score_best(times, count, k, got);
        assert_int_equal(best, usable < k ? usable : k);
        for (size_t i = 0; i < best; i++)
            assert_int_equal(got[i], want[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(travel_is_the_distance_by_detour_and_speed),
        cmocka_unit_test(the_times_are_the_same_everywhere),
        cmocka_unit_test(a_candidate_alone_takes_as_long_as_among_others),
        cmocka_unit_test(the_best_are_the_first_of_a_sort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
