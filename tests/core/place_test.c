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

/* In centimetres, as place.c says. */
static uint64_t
centimetres(int64_t angle_e7)
{
    return (uint64_t)((angle_e7 < 0 ? -angle_e7 : angle_e7) * 11119508 / 10000000);
}

/* The root is cut, and so are the metres: 100 d is the last hundred whose square is not above. */
static void
check_root(struct place a, struct place b)
{
    int64_t east = llabs((int64_t)a.lon_e7 - b.lon_e7), whole = INT64_C(3600000000);
    int64_t cosine = place_cosine(((int64_t)a.lat_e7 + b.lat_e7) / 2);
    east = (east > whole / 2 ? whole - east : east) * cosine >> 30;
    uint64_t y = centimetres((int64_t)a.lat_e7 - b.lat_e7), x = centimetres(east);
    uint64_t squares = x * x + y * y, d = (uint64_t)place_distance(a, b) * 100;
    if (d * d > squares || squares >= (d + 100) * (d + 100))
        fail_msg("%d %d to %d %d: %llu cm", a.lat_e7, a.lon_e7, b.lat_e7, b.lon_e7,
                 (unsigned long long)d);
}

/* Of every length, so that each number of bits is met. */
static int32_t
step(struct rng *r, int64_t most)
{
    return (int32_t)rng_below(r, 1 + (uint64_t)(most >> rng_below(r, 31)));
}

static void
the_root_is_exact_however_long_the_way(void **state)
{
    (void)state;
    struct rng r = seed();
    for (int i = 0; i < 1000000; i++) {
        struct place a = { -900000000 + step(&r, 1800000000), -1800000000 },
                     b = { a.lat_e7 + step(&r, INT64_C(900000000) - a.lat_e7),
                           -1800000000 + step(&r, 1800000000) };
        check_root(a, b);
    }
    for (int i = 0; i < 200000; i++)
        check_root(anywhere(&r), anywhere(&r));
}

/* Due north the sum is a square, where a root that is off by one shows.
 */
static void
squares_and_the_ends_of_the_globe_come_out_exactly(void **state)
{
    (void)state;
    const struct place south = { -900000000, -1800000000 };
    for (int32_t n = 0; n <= 2000000; n++)
        check_root(south, (struct place){ south.lat_e7 + n, south.lon_e7 });
    for (int64_t n = 1; n <= 1800000000; n = n * 3 / 2 + 1)
        for (int32_t k = -50; k <= 50; k++)
            if (n + k >= 0 && n + k <= 1800000000)
                check_root(south, (struct place){ (int32_t)(south.lat_e7 + n + k), south.lon_e7 });
    check_root(south, (struct place){ 900000000, 0 });
    check_root((struct place){ 0, -900000000 }, (struct place){ 0, 900000000 });
    check_root((struct place){ 900000000, 0 }, (struct place){ 900000000, 1800000000 });
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
        cmocka_unit_test(the_root_is_exact_however_long_the_way),
        cmocka_unit_test(squares_and_the_ends_of_the_globe_come_out_exactly),
        cmocka_unit_test(a_place_off_the_globe_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
