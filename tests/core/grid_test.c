/* grid_test.c - about workers/core/grid*.c: beside a scan of everybody. */
#include "tests/check.h"
#include "workers/core/grid.h"
#include "workers/core/place.h"

enum { PEOPLE = 400, SKILLS = 5, K = 40 };

struct person {
    struct place at;
    bool skills[SKILLS];
};

struct world {
    struct grid *g;
    struct rng *r;
    struct place middle;
    bool lattice;
    struct person people[PEOPLE];
    uint32_t odd; /* who fits: engineers that leave no rest */
};

static bool
fits(void *context, uint32_t engineer)
{
    const struct world *w = context;
    return engineer % w->odd == 0;
}

/* Near the middle mostly, on a lattice often, so that many tie; sometimes far off. */
static struct place
somewhere(struct world *w)
{
    uint64_t kind = rng_below(w->r, 20);
    int64_t spread = kind == 0 ? 100000000 : kind < 6 ? 3000000 : 30000;
    int64_t step = kind % 2 == 0 ? 1 : 10000;
    if (w->lattice)
        spread = 2 * (step = 2) * (kind == 0 ? 1000 : 16);
    int64_t lat = (int64_t)rng_below(w->r, (uint64_t)(spread / step)) * step - spread / 2;
    int64_t lon = (int64_t)rng_below(w->r, (uint64_t)(spread / step)) * step - spread / 2;
    lat += w->middle.lat_e7;
    lon += w->middle.lon_e7;
    lon += lon < -1800000000 ? 3600000000 : lon > 1800000000 ? -3600000000 : 0;
    return (struct place){ (int32_t)lat, (int32_t)lon };
}

/* The same map as the grid's, from its description alone. */
static int64_t
east_of(const struct world *w, struct place at, int64_t cosine)
{
    int64_t east = (int64_t)at.lon_e7 - w->middle.lon_e7;
    east += east < -1800000000 ? 3600000000 : east > 1800000000 ? -3600000000 : 0;
    return east * cosine / 1073741824 / 2;
}

static int64_t
square(const struct world *w, struct place a, struct place b)
{
    int64_t cosine = place_cosine(w->middle.lat_e7);
    int64_t x = east_of(w, a, cosine) - east_of(w, b, cosine);
    int64_t y = (a.lat_e7 - w->middle.lat_e7) / 2 - (b.lat_e7 - w->middle.lat_e7) / 2;
    return x * x + y * y;
}

static int
order(const void *a, const void *b)
{
    const struct grid_near *x = a, *y = b;
    if (x->square != y->square)
        return x->square < y->square ? -1 : 1;
    return x->engineer < y->engineer ? -1 : 1;
}

static void
ask(struct world *w)
{
    struct grid_near want[PEOPLE], got[K];
    struct grid_wish wish = { .at = somewhere(w),
                              .skill = (uint32_t)rng_below(w->r, SKILLS),
                              .k = 1 + rng_below(w->r, K),
                              .within_m = rng_below(w->r, 3) == 0 ? 2000 : 0,
                              .fits = rng_below(w->r, 2) == 0 ? fits : NULL,
                              .context = w };
    int64_t within = wish.within_m * 1000000 / 22239;
    size_t count = 0, holders = 0;
    w->odd = 1 + (uint32_t)rng_below(w->r, 4);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        const struct person *p = &w->people[i];
        if (!p->skills[wish.skill] || !place_known(p->at))
            continue;
        holders++;
        int64_t far = square(w, p->at, wish.at);
        if ((wish.within_m == 0 || far <= within * within) &&
            (wish.fits == NULL || i % w->odd == 0))
            want[count++] = (struct grid_near){ far, i };
    }
    qsort(want, count, sizeof(want[0]), order);
    if (count > wish.k)
        count = wish.k;
    assert_int_equal(grid_count(w->g, wish.skill), holders);
    assert_int_equal(grid_nearest(w->g, &wish, got), count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(got[i].engineer, want[i].engineer);
        assert_true(got[i].square == want[i].square);
    }
}

static void
change(struct world *w, uint64_t kinds)
{
    uint32_t engineer = (uint32_t)rng_below(w->r, PEOPLE);
    uint32_t skill = (uint32_t)rng_below(w->r, 1 + rng_below(w->r, SKILLS));
    struct person *p = &w->people[engineer];
    switch (rng_below(w->r, kinds)) {
    case 0:
    case 1:
        p->at = rng_below(w->r, 10) == 0 ? PLACE_NONE : somewhere(w);
        grid_move(w->g, engineer, p->at);
        break;
    case 2:
        p->skills[skill] = true;
        grid_have(w->g, engineer, skill);
        break;
    case 3:
        p->skills[skill] = false;
        grid_lose(w->g, engineer, skill);
        break;
    default:
        *p = (struct person){ .at = PLACE_NONE };
        grid_remove(w->g, engineer);
    }
}

static void
the_nearest_are_those_that_a_scan_finds(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct world w;
    static const struct place middles[] = {
        { 303000000, 1202000000 }, { 303000000, -1799990000 }, { -303000000, 1799990000 }, { 0, 0 }
    };
    for (size_t round = 0; round < countof(middles); round++) {
        memset(&w, 0, sizeof(w));
        w.r = &r;
        w.middle = middles[round];
        w.lattice = w.middle.lat_e7 == 0;
        w.g = grid_new(w.middle);
        for (size_t i = 0; i < PEOPLE; i++)
            w.people[i].at = PLACE_NONE;
        for (int i = 0; i < 20000; i++) {
            change(&w, i / 5000 % 2 == 0 ? 3 : 5); /* fills, then thins out */
            if (i % 4 == 0)
                ask(&w);
        }
        grid_free(w.g);
    }
}

static void
the_rarest_skill_is_the_one_that_fewest_have(void **state)
{
    (void)state;
    struct place at = { 303000000, 1202000000 };
    struct grid *g = grid_new(at);
    const uint32_t wanted[] = { 3, 1, 2 };
    for (uint32_t i = 0; i < 30; i++) {
        grid_move(g, i, at);
        grid_have(g, i, 3);
        if (i % 5 == 0)
            grid_have(g, i, 1);
        if (i % 3 == 0)
            grid_have(g, i, 2);
    }
    assert_int_equal(grid_rarest(g, wanted, 3), 1);
    for (uint32_t i = 0; i < 30; i += 6)
        grid_move(g, i, PLACE_NONE);
    assert_int_equal(grid_count(g, 1), 5);
    grid_remove(g, 6);
    assert_int_equal(grid_rarest(g, wanted + 1, 2), 1);
    grid_free(g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_are_those_that_a_scan_finds),
        cmocka_unit_test(the_rarest_skill_is_the_one_that_fewest_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
