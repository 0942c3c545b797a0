/* Where reports go. */
#include "common/plan/area.h"

#include "tests/plan/fixture.h"

#include <time.h>

static struct site_id
site(const char *text)
{
    struct site_id id;
    assert_true(str_fill(id.s, sizeof(id.s), str_of(text)));
    return id;
}

static struct customer_id
customer(const char *text)
{
    struct customer_id id;
    assert_true(str_fill(id.s, sizeof(id.s), str_of(text)));
    return id;
}

static struct principal_id
principal(const char *text)
{
    struct principal_id id;
    assert_true(str_fill(id.s, sizeof(id.s), str_of(text)));
    return id;
}

static struct source_id
source(const char *text)
{
    struct source_id id;
    assert_true(str_fill(id.s, sizeof(id.s), str_of(text)));
    return id;
}

static struct territory_id
territory(const char *text)
{
    struct territory_id id;
    assert_true(str_fill(id.s, sizeof(id.s), str_of(text)));
    return id;
}

static struct place
at(double lat, double lon)
{
    return area_place(&lat, &lon);
}

static void
expect(const struct atlas *a, struct route r, const char *where, enum routed_how how)
{
    enum routed_how got;
    struct territory_id t = atlas_route(a, &r, &got);
    assert_string_equal(t.s, where);
    assert_int_equal(got, how);
}

static void
a_report_goes_by_site_then_place_then_customer_then_triage(void **state)
{
    (void)state;
    struct plan *p = parse(town);
    struct atlas *a = atlas_new(p);
    plan_free(p); /* the atlas keeps nothing of it */
    struct site_id none = site(""), mill = site("mill"), unknown = site("nowhere");
    struct customer_id nobody = customer(""), c1 = customer("C 1"), c2 = customer("C 2");
    expect(a, (struct route){ mill, at(5, 5), nobody }, "east", ROUTED_SITE);
    expect(a, (struct route){ site("shop"), PLACE_NONE, nobody }, "east", ROUTED_SITE);
    expect(a, (struct route){ site("tower"), PLACE_NONE, nobody }, "desk", ROUTED_SITE);
    expect(a, (struct route){ none, at(5, 5), c1 }, "west", ROUTED_PLACE);
    expect(a, (struct route){ unknown, at(5, 15), nobody }, "east", ROUTED_PLACE);
    expect(a, (struct route){ none, at(50, 5), c1 }, "east", ROUTED_CUSTOMER);
    expect(a, (struct route){ none, PLACE_NONE, c1 }, "east", ROUTED_CUSTOMER);
    expect(a, (struct route){ none, PLACE_NONE, c2 }, "desk", ROUTED_TRIAGE);
    expect(a, (struct route){ none, at(0, 0), nobody }, "desk", ROUTED_TRIAGE);
    expect(a, (struct route){ none, { 950000000, 5 }, nobody }, "desk", ROUTED_TRIAGE);
    expect(a, (struct route){ none, { INT32_MIN, 50000000 }, c1 }, "east", ROUTED_CUSTOMER);
    atlas_free(a);
}

static void
a_shared_border_belongs_to_the_first_of_the_plan(void **state)
{
    (void)state;
    struct plan *p = parse(town);
    struct plan_territory west = p->territories[0];
    struct route r = { .place = at(5, 10) };
    struct atlas *a = atlas_new(p);
    expect(a, r, "west", ROUTED_PLACE);
    atlas_free(a);
    p->territories[0] = p->territories[1];
    p->territories[1] = west;
    a = atlas_new(p);
    expect(a, r, "east", ROUTED_PLACE);
    atlas_free(a);
    plan_free(p);
}

static void
of_overlapping_areas_the_first_of_the_plan_counts(void **state)
{
    (void)state;
    char *yaml = edited(town, "      - {lat: 0, lon: 10}\n", "      - {lat: 0, lon: 5}\n");
    struct plan *p = parse(yaml);
    struct atlas *a = atlas_new(p);
    expect(a, (struct route){ .place = at(1, 9) }, "west", ROUTED_PLACE);
    expect(a, (struct route){ .place = at(1, 11) }, "east", ROUTED_PLACE);
    atlas_free(a);
    plan_free(p);
    free(yaml);
}

/* Areas that hold the place, each asked alone: more than one on shared borders only. */
static unsigned
areas_around(const struct plan *p, struct place q)
{
    unsigned count = 0;
    for (unsigned i = 0; i < p->territories_count; i++) {
        struct area area;
        area_init(&area, p->territories[i].area, p->territories[i].area_count);
        count += area_holds(&area, q);
        area_fini(&area);
    }
    return count;
}

static void
every_place_in_the_sample_city_is_in_exactly_one_area(void **state)
{
    struct rng rng = seed();
    (void)state;
    char *yaml = file("deploy/sample/plan.yaml");
    struct plan *p = parse_sample(yaml);
    struct atlas *a = atlas_new(p);
    unsigned on_borders = 0;
    for (int i = 0; i < 20000; i++) {
        struct route r = { .place = { (int32_t)(422200000 + rng_below(&rng, 1900001)),
                                      (int32_t)(-712000000 + (int64_t)rng_below(&rng, 2300001)) } };
        enum routed_how how;
        struct territory_id t = atlas_route(a, &r, &how), again = atlas_route(a, &r, NULL);
        assert_int_equal(how, ROUTED_PLACE);
        assert_true(same_id(t, again));
        on_borders += areas_around(p, r.place) != 1;
    }
    assert_true(on_borders <= 2); /* of measure zero */
    for (unsigned i = 0; i < p->territories_count; i++)
        for (unsigned j = 0; j < p->territories[i].area_count; j++) {
            enum routed_how how;
            struct route r = { .place = at(p->territories[i].area[j].lat,
                                           p->territories[i].area[j].lon) };
            (void)atlas_route(a, &r, &how);
            assert_int_equal(how, ROUTED_PLACE);
        }
    atlas_free(a);
    plan_free(p);
    free(yaml);
}

static void
the_map_routes_like_the_plan(void **state)
{
    struct rng rng = seed();
    struct buf yaml = { 0 };
    (void)state;
    char *text = file("deploy/sample/plan.yaml");
    struct plan *p = parse_sample(text);
    plan_write(p, true, &yaml);
    struct plan *map = parse(buf_cstr(&yaml));
    struct atlas *a = atlas_new(p), *b = atlas_new(map);
    for (int i = 0; i < 5000; i++) {
        struct route r = { .place = { (int32_t)(421900000 + rng_below(&rng, 2500000)),
                                      (int32_t)(-712500000 + (int64_t)rng_below(&rng, 3300000)) } };
        if (rng_below(&rng, 3) == 0)
            r.site = site(p->sites[rng_below(&rng, p->sites_count)].id);
        if (rng_below(&rng, 2) == 0)
            r.customer = customer(p->customers[rng_below(&rng, p->customers_count)].id);
        enum routed_how x, y;
        struct territory_id t = atlas_route(a, &r, &x), u = atlas_route(b, &r, &y);
        assert_true(same_id(t, u) && x == y);
    }
    atlas_free(a);
    atlas_free(b);
    plan_free(p);
    plan_free(map);
    buf_fini(&yaml);
    free(text);
}

static void
principals_are_found_by_name_and_by_key(void **state)
{
    static const uint8_t key[32] = { 0xBB, 0x88, 0x47, 0x1D, 0x65, 0xE2, 0x65, 0x9B };
    (void)state;
    char *yaml = edited(town, "    sources: [mail.support]",
                        "    sources: [mail.support]\n"
                        "    revoked: false");
    struct buf map = { 0 };
    struct plan *p = parse(yaml);
    plan_write(p, true, &map);
    struct plan *q = parse(buf_cstr(&map)); /* brokers have the map only */
    struct atlas *a = atlas_new(q);
    plan_free(p);
    plan_free(q);
    const struct principal *ann = atlas_principal(a, principal("ann")), *list;
    assert_non_null(ann);
    assert_int_equal(ann->role, ROLE_ENGINEER);
    assert_string_equal(ann->home.s, "west");
    assert_memory_equal(ann->curve, key, 8);
    assert_int_equal(ann->seal[31], 0x11);
    assert_ptr_equal(atlas_by_curve(a, ann->curve), ann);
    assert_null(atlas_by_curve(a, ann->seal));
    assert_null(atlas_by_curve(a, (const uint8_t[32]){ 0 })); /* w1 has no curve key */
    assert_null(atlas_principal(a, principal("bob")));        /* holds no key */
    assert_int_equal(atlas_principals(a, &list), 5);
    assert_string_equal(list[0].id.s, "ann");
    assert_string_equal(list[4].id.s, "w1");
    assert_int_equal(list[4].sign[0], 0x33);
    atlas_free(a);
    buf_fini(&map);
    free(yaml);
}

static bool
speaks(const char *sources, const char *who, const char *what)
{
    char *yaml = edited(town, "[mail.support]", sources);
    struct plan *p = parse(yaml);
    struct atlas *a = atlas_new(p);
    bool may = atlas_may_speak(a, principal(who), source(what));
    atlas_free(a);
    plan_free(p);
    free(yaml);
    return may;
}

static void
a_gateway_speaks_for_its_sources_only(void **state)
{
    (void)state;
    assert_true(speaks("[mail.support]", "mail", "mail.support"));
    assert_true(speaks("[x, mail.support]", "mail", "mail.support"));
    assert_false(speaks("[mail.support]", "mail", "mail.suppor"));
    assert_false(speaks("[mail.support]", "mail", ""));
    assert_false(speaks("[mail.support]", "ann", "mail.support"));
    assert_true(speaks("['*']", "mail", "anything at all"));
    assert_false(speaks("['*']", "ann", "anything at all"));
    assert_false(speaks("[mail.support]\n    revoked: true", "mail", "mail.support"));
    assert_false(speaks("['*']\n    revoked: true", "mail", "mail.support"));
}

static void
territories_have_codes(void **state)
{
    (void)state;
    struct plan *p = parse(town);
    struct atlas *a = atlas_new(p);
    const struct territory_id *list;
    assert_int_equal(atlas_territories(a, &list), 3);
    assert_string_equal(list[2].s, "desk");
    assert_string_equal(atlas_code(a, territory("east")), "E1");
    assert_null(atlas_code(a, territory("south")));
    assert_int_equal(atlas_version(a), 7);
    atlas_free(a);
    plan_free(p);
}

static void
cells_keep_off_borders_and_the_place_that_means_none(void **state)
{
    (void)state;
    struct plan *p = parse(town);
    struct atlas *a = atlas_new(p);
    assert_int_equal(atlas_cell(a, at(5.005, 5.005)), 100000);
    assert_int_equal(atlas_cell(a, at(5.005, 9.9999999)), 100000); /* ends before the border */
    assert_int_equal(atlas_cell(a, at(5.005, 10)), 0);
    assert_int_equal(atlas_cell(a, at(5.005, 10.001)), 6250);
    assert_int_equal(atlas_cell(a, at(0.001, 0.001)), 6250);
    assert_int_equal(atlas_cell(a, at(0, 0)), 0);
    assert_int_equal(atlas_cell(a, at(50, 5)), 0);
    assert_int_equal(atlas_cell(a, PLACE_NONE), 0);
    atlas_free(a);
    for (unsigned i = 0; i < p->territories[0].area_count; i++) {
        struct plan_point *corner = &p->territories[0].area[i];
        corner->lat = corner->lat > 0 ? corner->lat : -1;
        corner->lon = corner->lon > 0 ? corner->lon : -1;
    }
    a = atlas_new(p); /* no border is near 0,0 now */
    assert_int_equal(atlas_cell(a, at(0.0001, 0.0001)), 0);
    assert_int_equal(atlas_cell(a, at(0.001, 0.001)), 6250);
    assert_int_equal(atlas_cell(a, at(-0.001, 0.001)), 100000);
    atlas_free(a);
    plan_free(p);
}

/* Overlapping jagged diamonds of every size around one place, which may be a pole or the date line.
 */
static struct plan *
random_city(struct rng *rng)
{
    static const struct plan_point middles[] = {
        { 42.3, -71.1 }, { 0, 0 }, { -33.9, 18.4 }, { 89.99, 179.98 }, { -89.95, -179.9 },
    };
    struct plan_point middle = middles[rng_below(rng, countof(middles))];
    struct plan *p = zalloc(sizeof(*p));
    p->settings.triage = str_dup(STR("t0"));
    p->territories_count = 1 + (unsigned)rng_below(rng, 12);
    p->territories = zalloc(p->territories_count * sizeof(*p->territories));
    for (unsigned i = 0; i < p->territories_count; i++) {
        struct plan_territory *t = &p->territories[i];
        double size = 0.3 / (double)(UINT64_C(1) << rng_below(rng, 10));
        double lat = middle.lat + ((double)rng_below(rng, 2001) - 1000) / 5000;
        double lon = middle.lon + ((double)rng_below(rng, 2001) - 1000) / 5000;
        char id[16];
        snprintf(id, sizeof(id), "t%u", i);
        t->id = str_dup(str_of(id));
        t->code = str_dup(STR("X"));
        t->area_count = 3 + (unsigned)rng_below(rng, 40);
        t->area = zalloc(t->area_count * sizeof(*t->area));
        for (unsigned j = 0; j < t->area_count; j++) {
            double turn = 4.0 * j / t->area_count; /* once around a diamond */
            double up = turn < 1 ? turn : turn < 3 ? 2 - turn : turn - 4;
            double on = turn < 2 ? 1 - turn : turn - 3;
            double far = size * (double)(200 + rng_below(rng, 800)) / 1000;
            double y = lat + far * up, x = lon + far * on;
            t->area[j].lat = y > 90 ? 90 : y < -90 ? -90 : y;
            t->area[j].lon = x > 180 ? 180 : x < -180 ? -180 : x;
        }
    }
    return p;
}

/* Somewhere in the city, often near one of its corners. */
static struct place
random_place(const struct plan *p, struct rng *rng)
{
    const struct plan_territory *t = &p->territories[rng_below(rng, p->territories_count)];
    const struct plan_point *corner = &t->area[rng_below(rng, t->area_count)];
    int64_t spread = 10 + (INT64_C(4000000) >> rng_below(rng, 16));
    struct place q = at(corner->lat, corner->lon);
    q.lat_e7 += (int32_t)((int64_t)rng_below(rng, (uint64_t)(2 * spread)) - spread);
    q.lon_e7 += (int32_t)((int64_t)rng_below(rng, (uint64_t)(2 * spread)) - spread);
    return q;
}

static int32_t
floor_to(int32_t n, int32_t side)
{
    int32_t rest = n % side;
    return n - (rest < 0 ? rest + side : rest);
}

static void
check_cell(const struct atlas *a, struct place q, int32_t side, struct rng *rng)
{
    struct place low = { floor_to(q.lat_e7, side), floor_to(q.lon_e7, side) };
    struct territory_id t = atlas_route(a, &(struct route){ .place = q }, NULL);
    for (unsigned i = 0; i < 54; i++) {
        bool corner = i < 4;
        int32_t up =
            corner ? (int32_t)(i & 1) * (side - 1) : (int32_t)rng_below(rng, (uint64_t)side);
        int32_t on =
            corner ? (int32_t)(i >> 1) * (side - 1) : (int32_t)rng_below(rng, (uint64_t)side);
        enum routed_how how;
        struct route r = { .place = { low.lat_e7 + up, low.lon_e7 + on } };
        struct territory_id u = atlas_route(a, &r, &how);
        if (how != ROUTED_PLACE || !same_id(t, u))
            fail_msg("%d,%d goes to %s, but its cell of %d to %s", (int)r.place.lat_e7,
                     (int)r.place.lon_e7, u.s, (int)side, t.s);
    }
}

static void
all_places_of_a_cell_go_to_one_territory(void **state)
{
    struct rng rng = seed();
    unsigned placed = 0, celled = 0;
    (void)state;
    for (int i = 0; i < 150; i++) {
        struct plan *p = random_city(&rng);
        struct atlas *a = atlas_new(p);
        for (int j = 0; j < 200; j++) {
            enum routed_how how;
            struct place q = random_place(p, &rng);
            int32_t side = atlas_cell(a, q);
            (void)atlas_route(a, &(struct route){ .place = q }, &how);
            placed += how == ROUTED_PLACE;
            celled += side > 0;
            assert_true(side == 0 || how == ROUTED_PLACE);
            if (side > 0)
                check_cell(a, q, side, &rng);
        }
        atlas_free(a);
        plan_free(p);
    }
    print_message("%u of %u places have a cell\n", celled, placed);
    assert_true(celled > placed / 4);
}

/* Territories side by side, each a rough strip of so many corners. */
static struct plan *
wide_plan(unsigned territories, unsigned corners)
{
    struct plan *p = zalloc(sizeof(*p));
    p->settings.triage = str_dup(STR("t0"));
    p->territories = zalloc(territories * sizeof(*p->territories));
    p->territories_count = territories;
    for (unsigned i = 0; i < territories; i++) {
        struct plan_territory *t = &p->territories[i];
        char id[16];
        snprintf(id, sizeof(id), "t%u", i);
        t->id = str_dup(str_of(id));
        t->code = str_dup(str_of("X"));
        t->area = zalloc(corners * sizeof(*t->area));
        t->area_count = corners;
        for (unsigned j = 0; j < corners; j++) {
            double up = (double)(j < corners / 2 ? j : corners - j) / corners;
            t->area[j].lat = up;
            t->area[j].lon = -150 + i * 0.3 + (j < corners / 2 ? 0 : 0.25) + (j % 2) * 0.01;
        }
    }
    return p;
}

static void
routing_keeps_up_with_intake(void **state)
{
    enum { ROUTES = 200000 };
    struct rng rng = seed();
    struct timespec a, b;
    unsigned found = 0;
    (void)state;
    struct plan *p = wide_plan(1000, 1000);
    struct atlas *atlas = atlas_new(p);
    timespec_get(&a, TIME_UTC);
    for (int i = 0; i < ROUTES; i++) {
        struct route r = { .place = {
                               (int32_t)rng_below(&rng, 5000000),
                               (int32_t)(-1500000000 + (int64_t)rng_below(&rng, 3000000000)) } };
        enum routed_how how;
        (void)atlas_route(atlas, &r, &how);
        found += how == ROUTED_PLACE;
    }
    timespec_get(&b, TIME_UTC);
    double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    print_message("%.0f routes/s among 1000 territories of 1000 corners, %u found\n",
                  (double)ROUTES / s, found);
    assert_true(found > ROUTES / 2 && found < ROUTES);
    assert_true(s < 20); /* loose: for the sanitizers and a busy machine */
    atlas_free(atlas);
    plan_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_goes_by_site_then_place_then_customer_then_triage),
        cmocka_unit_test(a_shared_border_belongs_to_the_first_of_the_plan),
        cmocka_unit_test(of_overlapping_areas_the_first_of_the_plan_counts),
        cmocka_unit_test(every_place_in_the_sample_city_is_in_exactly_one_area),
        cmocka_unit_test(the_map_routes_like_the_plan),
        cmocka_unit_test(principals_are_found_by_name_and_by_key),
        cmocka_unit_test(a_gateway_speaks_for_its_sources_only),
        cmocka_unit_test(territories_have_codes),
        cmocka_unit_test(cells_keep_off_borders_and_the_place_that_means_none),
        cmocka_unit_test(all_places_of_a_cell_go_to_one_territory),
        cmocka_unit_test(routing_keeps_up_with_intake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
