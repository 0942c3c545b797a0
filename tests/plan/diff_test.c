/* Differences between plans. */
#include "tests/plan/fixture.h"

static void
expect(const char *from, const char *to, const char *lines)
{
    struct plan *p = parse(from), *q = parse(to);
    struct buf b = { 0 };
    plan_diff(p, q, &b);
    assert_string_equal(buf_cstr(&b), lines);
    plan_free(p);
    plan_free(q);
    buf_fini(&b);
}

static void
each_change_is_one_line_that_names_it(void **state)
{
    static const struct {
        const char *old, *new, *line;
    } changes[] = {
        { "version: 7", "version: 8", "" },
        { "name: Little Town", "name: Big Town", "plan: name Little Town -> Big Town\n" },
        { "capacity: 2", "capacity: 3", "engineer ann: capacity 2 -> 3\n" },
        { "    capacity: 2\n", "", "engineer ann: capacity 2 -> (none)\n" },
        { "repeat_min: 60", "repeat_min: 90", "settings: repeat_min 60 -> 90\n" },
        { "    duty: [mon-fri 08:00-18:00, sat", "    duty: [sat",
          "engineer ann: duty [\"mon-fri 08:00-18:00\", \"sat 22:00-06:00\"] -> "
          "[\"sat 22:00-06:00\"]\n" },
        { "  - {id: C 2, contract: gold}\n", "  - {id: C 2, contract: gold}\n  - {id: C 3}\n",
          "customer C 3: added\n" },
        { "  - {id: shop, customer: C 1}\n", "", "site shop: removed\n" },
        { "lat: 5, lon: 15,", "lat: 5, lon: 15.0000001,", "site mill: lon 15 -> 15.0000001\n" },
        { "hint: severe", "hint: general", "level_rule number 2: hint severe -> general\n" },
        { "level_rules:\n", "level_rules:\n  - {level: general}\n", NULL },
        { "{skill: power, level: 2}", "{skill: power, level: 1}",
          "category power: needs [{skill: power, level: 2}, {skill: climb, level: 1}] -> "
          "[{skill: power, level: 1}, {skill: climb, level: 1}]\n" },
        { "      - {lat: 0, lon: 20}\n", "      - {lat: -1, lon: 20}\n", NULL },
        { "off_min: 90", "off_min: 91", "contract gold, promise number 1: off_min 90 -> 91\n" },
        { "level: severe, working_min: 480, basis: working", "level: severe, working_min: 480",
          "contract gold, promise number 2: basis working -> (none)\n" },
        { "[customer_delay, force_majeure]", "[force_majeure]",
          "contract gold: exempts [customer_delay, force_majeure] -> [force_majeure]\n" },
        { "ack_min: 20", "ack_min: 21", "escalation steep: ack_min 20 -> 21\n" },
        { "contract: gold, warranty_until: 2030-02-28", "contract: gold",
          "site tower: warranty_until \"2030-02-28\" -> (none)\n" },
        { "holidays: hours\n", "covers: true\n",
          "roster shifts: covers (none) -> true\n"
          "roster shifts: holidays hours -> (none)\n" },
        { "who: dora, compiled: 1s.AICsjwQAwNEC", "who: quinn, compiled: 1s.AICsjwQAwNEC",
          "roster shifts: compiled [{who: ann, compiled: \"1s.AICsjwQAwNEC\"}, {who: dora, "
          "compiled: "
          "\"1s.AICsjwQAwNEC\"}] -> [{who: ann, compiled: \"1s.AICsjwQAwNEC\"}, {who: quinn, "
          "compiled: \"1s.AICsjwQAwNEC\"}]\n" },
    };
    (void)state;
    for (size_t i = 0; i < countof(changes); i++) {
        char *yaml = edited(town, changes[i].old, changes[i].new);
        if (changes[i].line != NULL) {
            expect(town, yaml, changes[i].line);
        } else {
            struct plan *p = parse(town), *q = parse(yaml);
            struct buf b = { 0 };
            plan_diff(p, q, &b);
            assert_true(b.len > 0);
            buf_fini(&b);
            plan_free(p);
            plan_free(q);
        }
        free(yaml);
    }
}

static void
another_order_matters_only_where_it_means_something(void **state)
{
    (void)state;
    char *cut = edited(town, "  - id: desk\n    code: D1\n", "");
    char *moved = edited(cut, "territories:\n", "territories:\n  - id: desk\n    code: D1\n");
    expect(town, moved, "territories: in another order\n");
    free(cut);
    free(moved);
    cut = edited(town, "  - {id: C 2, contract: gold}\n", "");
    moved = edited(cut, "customers:\n", "customers:\n  - {id: C 2, contract: gold}\n");
    expect(town, moved, "");
    free(cut);
    free(moved);
}

static void
long_values_are_counted_not_shown(void **state)
{
    struct buf b = { 0 };
    (void)state;
    buf_printf(&b, "    area: [{lat: 0, lon: 0}");
    for (int i = 0; i < 20; i++)
        buf_printf(&b, ", {lat: %d.5, lon: %d}", i, i * i / 3);
    buf_printf(&b, "]\n");
    char *yaml = edited(town,
                        "    area: [{lat: 0, lon: 0}, {lat: 0, lon: 10}, {lat: 10, lon: 10}, {lat: "
                        "10, lon: 0}]\n",
                        buf_cstr(&b));
    expect(town, yaml, "territory west: area changed (4 items -> 21)\n");
    free(yaml);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_is_one_line_that_names_it),
        cmocka_unit_test(another_order_matters_only_where_it_means_something),
        cmocka_unit_test(long_values_are_counted_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
