/* Points in polygons, against a slow and simple model, and on borders. */
#include "common/plan/area.h"

#include "tests/plan/fixture.h"

enum { POINTS = 60 };

static struct place
at(double lat, double lon)
{
    return area_place(&lat, &lon);
}

/* Corners on a small grid, so that random places often fall on edges and corners. */
static void
star(struct rng *rng, struct plan_point *p, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        p[i].lat = (double)rng_below(rng, 21) / 10 - 1;
        p[i].lon = (double)rng_below(rng, 21) / 10 - 1;
    }
}

static long double
least(long double a, long double b)
{
    return a < b ? a : b;
}

static long double
most(long double a, long double b)
{
    return a > b ? a : b;
}

/* The same question, all edges, in long double: exact for these small numbers. */
static bool
model_holds(const struct plan_point *p, unsigned count, struct place q)
{
    bool in = false;
    for (unsigned i = 0; i < count; i++) {
        struct place a = at(p[i].lat, p[i].lon);
        struct place b = at(p[(i + 1) % count].lat, p[(i + 1) % count].lon);
        long double ax = a.lon_e7, ay = a.lat_e7, bx = b.lon_e7, by = b.lat_e7;
        long double x = q.lon_e7, y = q.lat_e7;
        long double cross = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
        if (!(cross < 0) && !(cross > 0) && least(ax, bx) <= x && x <= most(ax, bx) &&
            least(ay, by) <= y && y <= most(ay, by))
            return true;
        if ((ay > y) != (by > y) && (x < ax + (bx - ax) * (y - ay) / (by - ay)))
            in = !in;
    }
    return in;
}

static void
random_polygons_hold_what_the_model_says(void **state)
{
    struct rng rng = seed();
    (void)state;
    unsigned held = 0;
    for (int round = 0; round < 200; round++) {
        struct plan_point p[POINTS];
        struct area a;
        unsigned count = 3 + (unsigned)rng_below(&rng, POINTS - 3);
        star(&rng, p, count);
        area_init(&a, p, count);
        for (int i = 0; i < 300; i++) {
            struct place q = i % 2 == 0
                                 ? at((double)rng_below(&rng, 23) / 10 - 1.1,
                                      (double)rng_below(&rng, 23) / 10 - 1.1)
                                 : (struct place){ (int32_t)rng_below(&rng, 22000000) - 11000000,
                                                   (int32_t)rng_below(&rng, 22000000) - 11000000 };
            bool in = area_holds(&a, q);
            assert_int_equal(in, model_holds(p, count, q));
            held += in;
        }
        area_fini(&a);
    }
    assert_true(held > 1000);
}

static void
every_corner_and_every_edge_belongs_to_the_area(void **state)
{
    struct rng rng = seed();
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct plan_point p[POINTS];
        struct area a;
        unsigned count = 3 + (unsigned)rng_below(&rng, POINTS - 3);
        star(&rng, p, count);
        area_init(&a, p, count);
        for (unsigned i = 0; i < count; i++) {
            const struct plan_point *q = &p[(i + 1) % count];
            assert_true(area_holds(&a, at(p[i].lat, p[i].lon)));
            assert_true(area_holds(&a, at((p[i].lat + q->lat) / 2, (p[i].lon + q->lon) / 2)));
        }
        area_fini(&a);
    }
}

static void
the_whole_earth_is_no_overflow(void **state)
{
    static const struct plan_point earth[] = {
        { -90, -180 }, { -90, 180 }, { 90, 180 }, { 90, -180 }
    };
    static const struct plan_point half[] = { { -90, -180 }, { -90, 180 }, { 90, 180 } };
    struct area a, b;
    (void)state;
    area_init(&a, earth, 4);
    area_init(&b, half, 3);
    assert_true(area_holds(&a, at(90, 180)));
    assert_true(area_holds(&a, at(-90, -180)));
    assert_true(area_holds(&a, at(12.3456789, -98.7654321)));
    assert_true(area_holds(&b, at(-89, 179)));
    assert_true(area_holds(&b, at(0, 0))); /* on the diagonal */
    assert_false(area_holds(&b, (struct place){ 1, 0 }));
    assert_true(area_holds(&b, (struct place){ -1, 0 }));
    area_fini(&a);
    area_fini(&b);
}

static void
no_points_hold_nothing(void **state)
{
    struct area a;
    (void)state;
    area_init(&a, NULL, 0);
    assert_false(area_holds(&a, at(0, 0)));
    assert_false(area_holds(&a, PLACE_NONE));
    area_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_polygons_hold_what_the_model_says),
        cmocka_unit_test(every_corner_and_every_edge_belongs_to_the_area),
        cmocka_unit_test(the_whole_earth_is_no_overflow),
        cmocka_unit_test(no_points_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
