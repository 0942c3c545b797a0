/* From the plan to one engine's rules. */
#include "tests/plan/fixture.h"

static struct rules *
rules_of(const char *yaml, const char *territory)
{
    struct plan *p = parse(yaml);
    struct territory_id t;
    assert_true(str_fill(t.s, sizeof(t.s), str_of(territory)));
    struct rules *r = plan_rules(p, t);
    plan_free(p); /* rules keep nothing of the plan */
    return r;
}

static void
a_territory_gets_its_own_people_and_everybodys_rules(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "west");
    assert_int_equal(r->version, 7);
    assert_string_equal(r->code, "W1");
    assert_int_equal(r->levels_count, 2);
    assert_string_equal(r->levels[1].name, "severe");
    assert_int_equal(r->levels[1].offer_ms, 120 * SECONDS);
    assert_int_equal(r->contracts[0].promises[CLOCK_ARRIVAL][1].working_ms, 2 * HOURS);
    assert_int_equal(r->categories_count, 2); /* sorted: other, power */
    assert_string_equal(r->categories[0].id.s, "other");
    assert_int_equal(r->categories[0].level, 0);
    assert_int_equal(r->categories[1].level, 1);
    assert_int_equal(r->categories[1].needs_count, 2); /* sorted: climb, power */
    assert_string_equal(r->categories[1].needs[0].id.s, "climb");
    assert_int_equal(r->categories[1].needs[1].level, 2);
    assert_string_equal(r->fallback.s, "other");
    assert_int_equal(r->engineers_count, 1);
    assert_string_equal(r->engineers[0].id.s, "ann");
    assert_int_equal(r->engineers[0].capacity, 2);
    assert_int_equal(r->engineers[0].home.lat_e7, 55000000);
    assert_int_equal(r->engineers[0].home.lon_e7, 52500000);
    assert_int_equal(r->engineers[0].duty_count, 6);
    assert_int_equal(r->engineers[0].duty[0].from_min, 7 * 60); /* 08:00, an hour before UTC */
    assert_string_equal(r->engineers[0].skills[0].id.s, "climb");
    assert_int_equal(r->neighbours_count, 2);
    assert_string_equal(r->neighbours[1].s, "desk");
    assert_int_equal(r->repeat_ms, HOURS);
    rules_free(r);
}

static void
what_the_plan_leaves_out_has_a_default(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "east");
    assert_int_equal(r->engineers_count, 1);
    assert_string_equal(r->engineers[0].name, "鲍勃");
    assert_int_equal(r->engineers[0].capacity, 1);
    assert_false(place_known(r->engineers[0].home));
    assert_int_equal(r->engineers[0].duty_count, 1);
    assert_int_equal(r->engineers[0].duty[0].to_min, 10080);
    assert_int_equal(r->verdict_ms, 3 * DAYS);
    assert_int_equal(r->speed_m_per_min, 416);
    rules_free(r);
    r = rules_of(town, "desk");
    assert_int_equal(r->engineers_count, 0);
    assert_int_equal(r->neighbours_count, 0);
    rules_free(r);
    assert_null(rules_of(town, "south"));
}

static void
level_rules_keep_their_order_and_number_their_words(void **state)
{
    (void)state;
    struct rules *r = rules_of(town, "west");
    assert_int_equal(r->level_rules_count, 3);
    assert_int_equal(r->level_rules[0].words, 0);
    assert_int_equal(r->level_rules[0].hint, -1);
    assert_true(no_name(r->level_rules[0].category));
    assert_int_equal(r->level_rules[1].words, -1);
    assert_int_equal(r->level_rules[1].hint, 1);
    assert_string_equal(r->level_rules[1].category.s, "power");
    assert_int_equal(r->level_rules[2].words, 1);
    assert_int_equal(r->level_rules[2].level, 1);
    rules_free(r);
}

/* The engine may search by bisection, so whatever order people write in, rules are sorted. */
static void
lists_are_sorted_by_id(void **state)
{
    (void)state;
    char *yaml = file("deploy/sample/plan.yaml");
    struct plan *p = parse_sample(yaml);
    size_t engineers = 0;
    for (unsigned t = 0; t < p->territories_count; t++) {
        struct territory_id id;
        assert_true(str_fill(id.s, sizeof(id.s), str_of(p->territories[t].id)));
        struct rules *r = plan_rules(p, id);
        for (size_t i = 1; i < r->categories_count; i++)
            assert_true(memcmp(&r->categories[i - 1].id, &r->categories[i].id, 32) < 0);
        for (size_t i = 0; i < r->engineers_count; i++) {
            const struct engineer_rule *e = &r->engineers[i];
            assert_true(i == 0 || memcmp(&e[-1].id, &e->id, 24) < 0);
            for (size_t j = 1; j < e->skills_count; j++)
                assert_true(memcmp(&e->skills[j - 1].id, &e->skills[j].id, 24) < 0);
            assert_true(e->duty_count > 0);
        }
        engineers += r->engineers_count;
        assert_true(r->engineers_count >= 2);
        rules_free(r);
    }
    assert_int_equal(engineers, 24);
    plan_free(p);
    free(yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_territory_gets_its_own_people_and_everybodys_rules),
        cmocka_unit_test(what_the_plan_leaves_out_has_a_default),
        cmocka_unit_test(level_rules_keep_their_order_and_number_their_words),
        cmocka_unit_test(lists_are_sorted_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
