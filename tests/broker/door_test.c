/* door_test.c - keys, numbers, principals; and the chart that they are looked up in. */
#include "tests/broker/city.h"

#include "broker/door.h"

struct fixture {
    struct city city;
    struct chart chart;
    struct door door;
};

static enum err
apply(struct fixture *f)
{
    struct buf map = { 0 }, why = { 0 };
    uint8_t signature[64];
    city_map(&f->city, &map, signature);
    enum err err = chart_take(&f->chart, f->city.version, buf_str(&map), signature, 0, &why);
    buf_fini(&map);
    buf_fini(&why);
    return err;
}

static int
set_up(void **state)
{
    struct fixture *f = zalloc(sizeof(*f));
    city_init(&f->city);
    chart_init(&f->chart, NULL, keys_public(f->city.operator_keys)->sign);
    door_init(&f->door, &f->chart);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    door_fini(&f->door);
    chart_fini(&f->chart);
    city_fini(&f->city);
    free(f);
    return 0;
}

/* The raw CURVE key of somebody in the plan, as ZAP would show it. */
static const uint8_t *
curve_of(const struct fixture *f, enum who who)
{
    const struct principal *p =
        atlas_principal(chart_current(&f->chart), principal(people[who].name));
    assert_non_null(p);
    return p->curve;
}

static void
nobody_comes_in_before_there_is_a_plan(void **state)
{
    struct fixture *f = *state;
    char user[24];
    assert_false(door_admit(&f->door, (const uint8_t[32]){ 1 }, user));
}

static void
clients_come_in_and_strangers_and_workers_do_not(void **state)
{
    struct fixture *f = *state;
    char user[24];
    uint32_t n;
    assert_int_equal(apply(f), OK);
    const enum who in[] = { GATEWAY, ENGINEER, DISPATCHER };
    for (size_t i = 0; i < countof(in); i++) {
        assert_true(door_admit(&f->door, curve_of(f, in[i]), user));
        assert_true(door_number(&f->door, user, &n));
        assert_string_equal(door_who(&f->door, n)->id.s, people[in[i]].name);
    }
    assert_false(door_admit(&f->door, curve_of(f, WORKER), user));
    assert_false(door_admit(&f->door, (const uint8_t[32]){ 1 }, user));
    assert_int_equal(f->door.keys_count, 3); /* strangers cost no memory */
}

static void
a_name_that_the_door_never_gave_is_nobody(void **state)
{
    struct fixture *f = *state;
    uint32_t n;
    char user[24] = "0";
    assert_false(door_number(&f->door, user, &n));
    assert_int_equal(apply(f), OK);
    assert_true(door_admit(&f->door, curve_of(f, GATEWAY), user));
    static const char bad[][24] = { "1", "-1", "", "e07", "99999999999999999999" };
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(door_number(&f->door, bad[i], &n));
    memset(user, '7', sizeof(user));
    assert_false(door_number(&f->door, user, &n));
}

static void
a_revoked_or_replaced_key_is_out_with_the_new_plan(void **state)
{
    struct fixture *f = *state;
    char user[24];
    uint32_t gateway, engineer;
    assert_int_equal(apply(f), OK);
    assert_true(door_admit(&f->door, curve_of(f, GATEWAY), user));
    assert_true(door_number(&f->door, user, &gateway));
    assert_true(door_admit(&f->door, curve_of(f, ENGINEER), user));
    assert_true(door_number(&f->door, user, &engineer));
    uint8_t lost[32];
    memcpy(lost, curve_of(f, ENGINEER), sizeof(lost));

    f->city.version = 2;
    f->city.revoked[GATEWAY] = true;
    keys_free(f->city.keys[ENGINEER]); /* a lost phone: the same engineer, a new key */
    f->city.keys[ENGINEER] = keys_new();
    assert_int_equal(apply(f), OK);
    assert_null(door_who(&f->door, gateway));
    assert_null(door_who(&f->door, engineer));
    assert_false(door_admit(&f->door, lost, user));
    assert_true(door_admit(&f->door, curve_of(f, ENGINEER), user));

    f->city.version = 3;
    f->city.revoked[GATEWAY] = false;
    assert_int_equal(apply(f), OK);
    assert_string_equal(door_who(&f->door, gateway)->id.s, people[GATEWAY].name);
    assert_null(door_who(&f->door, engineer));
}

static void
a_map_that_the_operator_did_not_sign_is_not_believed(void **state)
{
    struct fixture *f = *state;
    struct buf map = { 0 }, why = { 0 };
    uint8_t signature[64];
    city_map(&f->city, &map, signature);
    for (size_t i = 0; i < map.len; i += 1 + map.len / 97) {
        map.data[i] ^= 1;
        assert_int_equal(chart_take(&f->chart, 1, buf_str(&map), signature, 0, &why), ERR_KEY);
        map.data[i] ^= 1;
    }
    signature[5] ^= 1;
    assert_int_equal(chart_take(&f->chart, 1, buf_str(&map), signature, 0, &why), ERR_KEY);
    signature[5] ^= 1;
    assert_null(chart_current(&f->chart));
    /* Signed, but for another number: an old map put in a new one's place. */
    assert_int_equal(chart_take(&f->chart, 2, buf_str(&map), signature, 0, &why), ERR_VERSION);
    assert_null(chart_current(&f->chart));
    assert_int_equal(chart_take(&f->chart, 1, buf_str(&map), signature, 0, &why), OK);
    /* Signed, but no map at all. */
    sign(signature, f->city.operator_keys, STR("version: [1"));
    assert_int_not_equal(chart_take(&f->chart, 2, STR("version: [1"), signature, 0, &why), OK);
    assert_int_equal(atlas_version(chart_current(&f->chart)), 1);
    buf_fini(&map);
    buf_fini(&why);
}

static void
an_older_map_is_kept_for_addresses_and_never_becomes_current(void **state)
{
    struct fixture *f = *state;
    bool coming;
    f->city.version = 2;
    f->city.revoked[GATEWAY] = true;
    assert_int_equal(apply(f), OK);
    f->city.version = 1;
    f->city.revoked[GATEWAY] = false;
    assert_int_equal(apply(f), OK);
    assert_int_equal(atlas_version(chart_current(&f->chart)), 2);
    assert_int_equal(atlas_version(chart_of(&f->chart, 1, 0, &coming)), 1);
    assert_false(coming);
    assert_null(chart_of(&f->chart, 3, 0, &coming));
    assert_true(coming); /* not known: looked for before it is refused */
    assert_null(chart_of(&f->chart, 0, 0, &coming));
    assert_false(coming);
}

static void
at_least_the_last_sixteen_versions_are_kept(void **state)
{
    struct fixture *f = *state;
    bool coming;
    for (uint32_t v = 1; v <= 3 * CHART_KEPT; v++) {
        f->city.version = v;
        assert_int_equal(apply(f), OK);
        for (uint32_t k = v; k > 0 && k + CHART_LAST > v; k--) {
            const struct atlas *a = chart_of(&f->chart, k, v, &coming);
            assert_non_null(a);
            assert_int_equal(atlas_version(a), k);
        }
    }
    assert_null(chart_of(&f->chart, 1, 0, &coming));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_comes_in_before_there_is_a_plan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clients_come_in_and_strangers_and_workers_do_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_the_door_never_gave_is_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_revoked_or_replaced_key_is_out_with_the_new_plan, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_map_that_the_operator_did_not_sign_is_not_believed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_older_map_is_kept_for_addresses_and_never_becomes_current, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_least_the_last_sixteen_versions_are_kept, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
