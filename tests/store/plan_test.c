/* plan_test.c - versions of the plan, one after the other, and everybody told. */
#include "private.h"

static struct private_redis redis;
static struct store *office, *worker;
static const struct territory_id all[] = { { "north" }, { "south" }, { "triage" } };

/* How many 'p' entries that name this version wait in the inbox. */
static size_t
told(struct territory_id t, const char *version)
{
    struct arena a = { 0 };
    struct inbox box = { .territory = t, .cursor = "0-0" };
    int64_t now;
    size_t n = 0;
    assert_int_equal(store_read(worker, &box, 1, 100, 0, &a, &now), OK);
    for (size_t i = 0; i < box.count; i++)
        n += box.entries[i].kind == 'p' && str_is(box.entries[i].bytes, version);
    arena_fini(&a);
    return n;
}

static void
a_plan_is_put_version_by_version_and_every_territory_told(void **state)
{
    (void)state;
    uint8_t sig[64], sig_back[64];
    uint32_t version = 99;
    struct buf b = { 0 };
    memset(sig, 5, sizeof(sig));
    assert_int_equal(store_plan_current(worker, &version), OK);
    assert_int_equal(version, 0);
    assert_int_equal(store_plan_get(worker, 1, &b), ERR_UNKNOWN);
    assert_int_equal(store_map_get(worker, 1, &b, sig_back), ERR_UNKNOWN);
    assert_int_equal(store_plan_put(office, 2, STR("plan"), STR("map"), sig, all, 3), ERR_CONFLICT);
    assert_int_equal(store_plan_put(office, 1, STR("plan"), STR("map"), sig, all, 3), OK);
    assert_int_equal(store_plan_put(office, 2, STR("plan 2"), STR("map 2"), sig, all, 3), OK);
    assert_int_equal(store_plan_put(office, 1, STR("plan"), STR("map"), sig, all, 3), ERR_CONFLICT);
    assert_int_equal(store_plan_current(worker, &version), OK);
    assert_int_equal(version, 2);
    for (size_t i = 0; i < countof(all); i++) {
        assert_int_equal(told(all[i], "1"), 1);
        assert_int_equal(told(all[i], "2"), 1);
    }
    assert_int_equal(store_plan_get(worker, 1, &b), OK); /* versions are kept */
    assert_true(str_is(buf_str(&b), "plan"));
    assert_int_equal(store_plan_get(worker, 2, &b), OK);
    assert_true(str_is(buf_str(&b), "plan 2"));
    assert_int_equal(store_map_get(worker, 2, &b, sig_back), OK);
    assert_true(str_is(buf_str(&b), "map 2"));
    assert_memory_equal(sig, sig_back, 64);
    buf_fini(&b);
}

static void
the_same_version_again_tells_again_and_another_content_is_a_conflict(void **state)
{
    (void)state;
    uint8_t sig[64], other[64];
    memset(sig, 5, sizeof(sig));
    memset(other, 6, sizeof(other));
    assert_int_equal(store_plan_put(office, 2, STR("plan 2"), STR("map 2"), sig, all, 3), OK);
    assert_int_equal(told(all[1], "2"), 2);
    assert_int_equal(store_plan_put(office, 2, STR("plan X"), STR("map 2"), sig, all, 3),
                     ERR_CONFLICT);
    assert_int_equal(store_plan_put(office, 2, STR("plan 2"), STR("map X"), sig, all, 3),
                     ERR_CONFLICT);
    assert_int_equal(store_plan_put(office, 2, STR("plan 2"), STR("map 2"), other, all, 3),
                     ERR_CONFLICT);
    assert_int_equal(told(all[1], "2"), 2);
}

static int
open_all(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    office = private_store(&redis, "operator");
    worker = private_store(&redis, "worker");
    return store_up(office, 60000) == OK && store_up(worker, 60000) == OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    store_free(office);
    store_free(worker);
    private_stop(&redis);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_put_version_by_version_and_every_territory_told),
        cmocka_unit_test(the_same_version_again_tells_again_and_another_content_is_a_conflict),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
