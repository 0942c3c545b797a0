/* place_test.c - about workers/core/place.c. */
#include "tests/check.h"
#include "workers/core/place.h"

static struct place
anywhere(struct rng *r)
{
    return (struct place){ (int32_t)rng_below(r, 1800000001) - 900000000,
                           (int32_t)((int64_t)rng_below(r, 3600000001) - 1800000000) };
}

static void
known_distances_come_out_within_half_a_percent(void **state)
{
    (void)state;
    static const struct {
        struct place a, b;
        int64_t metres; /* great circle */
    } rows[] = {
        { { 423600000, -710600000 }, { 407100000, -740100000 }, 306500 }, /* Boston, New York */
        { { 312300000, 1214700000 }, { 320600000, 1187900000 }, 269600 }, /* Shanghai, Nanjing */
        { { 0, 0 }, { 0, 10000000 }, 111195 },
        { { 600000000, 100000000 }, { 600000000, 110000000 }, 55597 },
        { { 0, 1799000000 }, { 0, -1799000000 }, 22239 }, /* across the date line */
    };
    for (size_t i = 0; i < countof(rows); i++) {
        int64_t got = place_distance(rows[i].a, rows[i].b);
        int64_t off = got > rows[i].metres ? got - rows[i].metres : rows[i].metres - got;
        assert_true(off * 200 <= rows[i].metres);
    }
}

static void
it_is_the_same_there_and_back_and_nothing_to_itself(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < 20000; i++) {
        struct place a = anywhere(&r), b = anywhere(&r);
        assert_true(place_distance(a, b) == place_distance(b, a));
        assert_true(place_distance(a, b) >= 0 && place_distance(a, b) < 30000000);
        assert_true(place_distance(a, a) == 0);
        struct place c = { a.lat_e7, b.lon_e7 };
        assert_true(place_distance(a, c) <= 20100000); /* along a parallel: half the globe */
    }
}

static void
a_place_off_the_globe_is_no_place(void **state)
{
    (void)state;
    assert_true(place_known(place_checked((struct place){ 900000000, -1800000000 })));
    assert_false(place_known(place_checked((struct place){ 900000001, 0 })));
    assert_false(place_known(place_checked((struct place){ 0, 1800000001 })));
    assert_false(place_known(place_checked((struct place){ INT32_MIN, 0 })));
    assert_false(place_known(place_checked(PLACE_NONE)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_distances_come_out_within_half_a_percent),
        cmocka_unit_test(it_is_the_same_there_and_back_and_nothing_to_itself),
        cmocka_unit_test(a_place_off_the_globe_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
