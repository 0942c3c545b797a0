/* What matching is told: from the text to the rules, and every mistake with its line. The line that
 * must be named bears the mark #!. */
#include "tests/plan/fixture.h"

static const char section[] = "matching:\n"
                              "  weigh: penalties\n"
                              "  penalty_unit: 500\n"
                              "  travel_pct: 90\n"
                              "  detour_pct: 150\n"
                              "  fixed_min: 4\n"
                              "  flow_pct: 0\n"
                              "  switch_s: 300\n"
                              "  cover_pm: 0\n"
                              "  candidates: 16\n"
                              "  prefer_min: 20\n"
                              "  reach_km: 40\n"
                              "  divert: [severe]\n"
                              "  speeds:\n"
                              "    - {hours: mon-fri 07:00-09:30, pct: 60}\n"
                              "    - {hours: mon-fri 06:00-20:00, pct: 90}\n"
                              "levels:\n";

/* The town with the section, and with people and faults that use what it is about. */
static char *
full_town(void)
{
    char *a = edited(town, "levels:\n", section);
    char *b = edited(a, "{id: severe, offer_s: 120}", "{id: severe, offer_s: 120, weight: 7}");
    char *c = edited(b, "{skill: climb, level: 1}]\n  - id: other",
                     "{skill: climb, level: 1}]\n    certificates: [mast, high-voltage]\n"
                     "    parts: [fuse]\n    service_min: 90\n"
                     "    prefers: [{skill: power, level: 3}]\n  - id: other");
    char *d = edited(c, "{skill: climb, level: 1}]\n    duty",
                     "{skill: climb, level: 1, until: 2027-06-30}]\n"
                     "    certificates: [{certificate: mast, until: 2026-12-31}, "
                     "{certificate: swimming}, {certificate: high-voltage}]\n"
                     "    carries: [fuse, rope]\n    duty");
    char *e = edited(d, "    preferred: [ann]\n", "    preferred: [ann]\n    bans: [bob]\n");
    free(a);
    free(b);
    free(c);
    free(d);
    return e;
}

static struct rules *
rules_of(const char *yaml, const char *territory)
{
    struct plan *p = parse(yaml);
    struct territory_id t;
    assert_true(str_fill(t.s, sizeof(t.s), str_of(territory)));
    struct rules *r = plan_rules(p, t);
    plan_free(p);
    return r;
}

static void
weights_that_are_absent_have_defaults(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "west");
    const struct matching *m = &r->matching;
    assert_false(m->by_penalties);
    assert_int_equal(m->weights[0], 1);
    assert_int_equal(m->weights[1], 3);
    assert_int_equal(m->weights[2], 9);
    assert_int_equal(m->weights[7], WEIGHT_MAX);
    assert_int_equal(m->travel_pct, 100);
    assert_int_equal(m->detour_pct, 135);
    assert_int_equal(m->fixed_ms, 3 * MINUTES);
    assert_int_equal(m->p_late_s, 3600);
    assert_int_equal(m->late_pct, 50);
    assert_int_equal(m->flow_pct, 20);
    assert_int_equal(m->switch_s, 600);
    assert_true(m->cover_pm > 0);
    assert_int_equal(m->planned_s, 1800);
    assert_int_equal(m->lead_ms, 15 * MINUTES);
    assert_int_equal(m->defer_wait_s + m->defer_trip_s, 3600);
    assert_int_equal(m->slot_s, 3300);
    assert_int_equal(m->candidates, 32);
    assert_int_equal(m->divert, 0);
    assert_int_equal(m->reach_m, 0);
    assert_int_equal(m->utc_offset_min, 60);
    for (size_t i = 0; i < SPEEDS; i++)
        assert_int_equal(m->speed_pct[i], 100);
    assert_int_equal(r->categories[0].service_ms, HOURS);
    rules_free(r);
}

static void
the_section_reaches_the_rules(void **state)
{
    (void)state;
    char *yaml = full_town();
    struct rules *r = rules_of(yaml, "west");
    const struct matching *m = &r->matching;
    assert_true(m->by_penalties);
    assert_int_equal(m->penalty_unit, 500);
    assert_int_equal(m->weights[1], 7);
    assert_int_equal(m->travel_pct, 90);
    assert_int_equal(m->flow_pct, 0);
    assert_int_equal(m->cover_pm, 0);
    assert_int_equal(m->candidates, 16);
    assert_int_equal(m->prefer_ms, 20 * MINUTES);
    assert_int_equal(m->reach_m, 40000);
    assert_int_equal(m->divert, 2);
    assert_int_equal(m->speed_pct[11], 100); /* Monday 05:30, the town's time */
    assert_int_equal(m->speed_pct[12], 90);
    assert_int_equal(m->speed_pct[14], 60); /* 07:00: the first row that fits */
    assert_int_equal(m->speed_pct[18], 60);
    assert_int_equal(m->speed_pct[19], 90); /* 09:30 */
    assert_int_equal(m->speed_pct[5 * 48 + 14], 100);
    rules_free(r);
    free(yaml);
}

static void
certificates_and_parts_become_bits_and_days_instants(void **state)
{
    (void)state;
    char *yaml = full_town();
    struct rules *r = rules_of(yaml, "west");
    const struct category *power = &r->categories[1];
    const struct engineer_rule *ann = &r->engineers[0];
    assert_int_equal(power->certificates, 3); /* high-voltage, mast */
    assert_int_equal(power->parts, 1);
    assert_int_equal(power->service_ms, 90 * MINUTES);
    assert_int_equal(power->prefers_count, 1);
    assert_int_equal(power->prefers[0].level, 3);
    assert_int_equal(ann->certificates, 3);
    assert_true(ann->certificates_until[0] == 0);
    assert_true(ann->certificates_until[1] == INT64_C(1798758000000)); /* 2026-12-31T23:00Z */
    assert_int_equal(ann->parts, 1); /* nobody ever needs a rope */
    assert_string_equal(ann->skills[0].id.s, "climb");
    assert_true(ann->skills_until[0] == INT64_C(1814396400000)); /* 2027-06-30T23:00Z */
    assert_true(ann->skills_until[1] == 0);
    assert_int_equal(r->contracts[1].banned_count, 1);
    assert_string_equal(r->contracts[1].banned[0].s, "bob");
    rules_free(r);
    free(yaml);
}

/* Written and read again it is the same; the map has nothing of it. */
static void
it_is_written_whole_and_brokers_see_none_of_it(void **state)
{
    (void)state;
    char *yaml = full_town();
    struct plan *p = parse(yaml), *bare = parse(town);
    struct buf once = { 0 }, twice = { 0 }, map = { 0 }, none = { 0 };
    plan_write(p, false, &once);
    struct plan *q = parse(buf_cstr(&once));
    plan_write(q, false, &twice);
    assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
    plan_write(p, true, &map);
    static const char *const hidden[] = { "matching", "speeds",      "mast",
                                          "fuse",     "service_min", "bans" };
    for (size_t i = 0; i < countof(hidden); i++) {
        assert_non_null(strstr(buf_cstr(&once), hidden[i]));
        assert_null(strstr(buf_cstr(&map), hidden[i]));
    }
    plan_write(bare, false, &none);
    assert_null(strstr(buf_cstr(&none), "matching"));
    buf_fini(&once);
    buf_fini(&twice);
    buf_fini(&map);
    buf_fini(&none);
    plan_free(p);
    plan_free(q);
    plan_free(bare);
    free(yaml);
}

static void
a_difference_names_the_weight(void **state)
{
    (void)state;
    char *yaml = full_town(), *other = edited(yaml, "switch_s: 300", "switch_s: 450");
    struct plan *p = parse(yaml), *q = parse(other);
    struct buf lines = { 0 };
    plan_diff(p, q, &lines);
    assert_string_equal(buf_cstr(&lines), "matching: switch_s 300 -> 450\n");
    buf_fini(&lines);
    plan_free(p);
    plan_free(q);
    free(yaml);
    free(other);
}

static const struct {
    const char *old, *new, *says;
} cases[] = {
    { "weigh: penalties", "weigh: money #!", "weigh \"money\" is unknown" },
    { "  weigh: penalties\n  penalty_unit: 500", "  penalty_unit: 500 #!", "only with weigh: pen" },
    { "detour_pct: 150", "detour_pct: 99 #!", "detour_pct is 99, but must be from 100 to 1000" },
    { "candidates: 16", "candidates: 3 #!", "candidates is 3" },
    { "reach_km: 40", "reach_km: 0 #!", "reach_km is 0, but must be from 1" },
    { "flow_pct: 0", "flow_pct: lots #!", "must be a whole number" },
    { "switch_s: 300", "switch_cost: 300 #!", "switch_cost" },
    { "divert: [severe]", "divert: [sever] #!", "divert \"sever\" is not among the plan's levels" },
    { "mon-fri 07:00-09:30, pct",
      "mon-fry 07:00-09:30, pct: 60} #!\n    - {hours: daily 01:00-02:00, pct",
      "speed number 1: hours \"mon-fry 07:00-09:30\" are not understood" },
    { "pct: 90}", "pct: 4} #!", "pct is 4, but must be from 5 to 250" },
    { "weight: 7}", "weight: 0} #!", "weight is 0, but must be from 1 to 1000" },
    { "service_min: 90", "service_min: 0 #!", "service_min is 0" },
    { "[mast, high-voltage]", "[mast, diving] #!", "no engineer has the certificate \"diving\"" },
    { "[mast, high-voltage]", "[mast, mast] #!", "certificates \"mast\" is said twice" },
    { "parts: [fuse]", "parts: [fuses] #!", "no engineer has the part \"fuses\"" },
    { "prefers: [{skill: power, level: 3}]", "prefers: [{skill: power, level: 4}] #!",
      "no engineer has power at level 4" },
    { "until: 2027-06-30", "until: 2027-06-31 #!\n      ", "\"2027-06-31\" is not a day" },
    { "until: 2026-12-31}", "until: soon} #!\n      ", "\"soon\" is not a day" },
    { "{certificate: swimming}", "{certificate: mast} #!\n     ", "\"mast\" is said twice" },
    { "carries: [fuse, rope]", "carries: [fuse, rope, fuse] #!", "carries \"fuse\" is said twice" },
    { "bans: [bob]", "bans: [rob] #!", "bans \"rob\" is not among the plan's engineers" },
    { "bans: [bob]", "bans: [ann] #!", "\"ann\" is preferred and banned" },
    { "bans: [bob]", "bans: [bob, bob] #!", "bans \"bob\" is said twice" },
};

static void
every_mistake_is_told_with_its_line(void **state)
{
    (void)state;
    char *yaml = full_town();
    for (size_t i = 0; i < countof(cases); i++) {
        char *bad = edited(yaml, cases[i].old, cases[i].new);
        expect_one(bad, "#!", cases[i].says);
        free(bad);
    }
    free(yaml);
}

static void
a_category_s_needs_have_no_last_day(void **state)
{
    (void)state;
    char *bad = edited(town, "{skill: power, level: 2}, ", "{skill: power, level: 2, until: x}, ");
    expect_some(bad, "until");
    free(bad);
}

static void
more_certificates_than_bits_are_refused(void **state)
{
    (void)state;
    struct buf needs = { 0 }, has = { 0 };
    buf_printf(&needs, "  - id: other\n");
    for (int i = 0; i <= CERTIFICATES_MAX; i++)
        buf_printf(&needs, "    level: general\n    certificates: [c%d]\n  - id: more%d\n", i, i);
    buf_printf(&has, "  - id: bob\n    certificates: [{certificate: c0}");
    for (int i = 1; i < CERTIFICATES_MAX; i++)
        buf_printf(&has, ", {certificate: c%d}", i);
    buf_printf(&has, "]\n");
    char *a = edited(town, "  - id: other\n", buf_cstr(&needs));
    char *b = edited(a, "  - id: bob\n", buf_cstr(&has));
    char *c = edited(b, "  - id: ann\n    name",
                     "  - id: ann\n    certificates: [{certificate: c32}]\n    name");
    expect_one(c, "[c32]", "all categories together need more than 32 different certificates");
    buf_fini(&needs);
    buf_fini(&has);
    free(a);
    free(b);
    free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_that_are_absent_have_defaults),
        cmocka_unit_test(the_section_reaches_the_rules),
        cmocka_unit_test(certificates_and_parts_become_bits_and_days_instants),
        cmocka_unit_test(it_is_written_whole_and_brokers_see_none_of_it),
        cmocka_unit_test(a_difference_names_the_weight),
        cmocka_unit_test(every_mistake_is_told_with_its_line),
        cmocka_unit_test(a_category_s_needs_have_no_last_day),
        cmocka_unit_test(more_certificates_than_bits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
