/* learned_test.c - a bounded table that comes back from its records, whatever their order. */
#include "tests/check.h"
#include "tests/core/world.h"
#include "workers/core/learned.h"

static struct learned_key
key_of(uint32_t n)
{
    struct learned_key k = { { LEARNED_TRIP, 0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n },
                             5 };
    return k;
}

/* The records as Redis would keep them. */
static void
commit(struct learned *l, struct world_store *store)
{
    size_t count;
    struct buf b = { 0 };
    const struct learned_key *keys = learned_changes(l, &count);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&b);
        learned_encode(learned_find(l, &keys[i]), &b);
        world_store_put(store, &(struct change){ RECORD_LEARNED, str_bytes(keys[i].b, keys[i].len),
                                                 buf_str(&b) });
        assert_true(i == 0 || memcmp(keys[i - 1].b, keys[i].b, sizeof(keys[i].b)) < 0);
    }
    learned_settle(l);
    buf_fini(&b);
}

static void
load(struct learned *l, const struct world_store *store)
{
    const struct world_record *r;
    for (size_t i = 0; (r = map_next(&store->map, &i)) != NULL;) {
        struct str key = str_bytes(r->key.key, r->key.len);
        assert_int_equal(learned_restore(l, key, buf_str(&r->bytes)), OK);
        assert_int_equal(learned_restore(l, key, buf_str(&r->bytes)), ERR_SYNTAX); /* twice */
    }
}

static void
assert_equal(const struct learned *a, const struct learned *b)
{
    size_t n, m;
    const struct tally **x = learned_sorted(a, &n), **y = learned_sorted(b, &m);
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        assert_memory_equal(&x[i]->key, &y[i]->key, sizeof(x[i]->key));
        assert_int_equal(x[i]->count, y[i]->count);
        assert_true(x[i]->seen_ms == y[i]->seen_ms && x[i]->expected_ms == y[i]->expected_ms);
    }
    free(x);
    free(y);
}

/* Far more keys than fit: the table stays bounded, and a copy that is loaded from the records now
 * and then lives on like the original. */
static void
a_loaded_table_goes_on_like_the_one_that_stayed(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct learned stays = { 0 }, comes = { 0 };
    struct world_store store;
    world_store_init(&store);
    for (int i = 0; i < 60000; i++) {
        uint32_t n = (uint32_t)rng_below(&rng, rng_below(&rng, 2) ? 300 : 20000);
        struct learned_key k = key_of(n);
        msec seen = (msec)rng_below(&rng, HOURS), expected = (msec)rng_below(&rng, HOURS);
        learned_add(&stays, &k, seen, expected);
        learned_add(&comes, &k, seen, expected);
        if (rng_below(&rng, 200) != 0)
            continue;
        commit(&comes, &store);
        if (rng_below(&rng, 10) == 0) {
            learned_fini(&comes);
            load(&comes, &store);
        }
    }
    assert_equal(&stays, &comes);
    size_t count, often = 0;
    free(learned_sorted(&stays, &count));
    assert_true(count > 3000 && count <= LEARNED_BUCKETS * LEARNED_WAYS);
    for (uint32_t n = 0; n < 300; n++) { /* what is seen often has stayed */
        struct learned_key k = key_of(n);
        often += learned_find(&stays, &k) != NULL;
    }
    assert_true(often > 270);
    learned_fini(&stays);
    learned_fini(&comes);
    world_store_fini(&store);
}

static void
old_sums_fade(void **state)
{
    (void)state;
    struct learned l = { 0 };
    struct learned_key k = key_of(1);
    for (int i = 0; i < 5000; i++)
        learned_add(&l, &k, HOURS, 0);
    for (int i = 0; i < 5000; i++)
        learned_add(&l, &k, MINUTES, 0);
    const struct tally *t = learned_find(&l, &k);
    assert_true(t->count <= LEARNED_MOST);
    assert_true(t->seen_ms / t->count < 2 * MINUTES);
    learned_fini(&l);
}

/* Whoever decides by it need not look at everything again after each trip. */
static void
what_is_seen_is_told_when_the_hour_is_over(void **state)
{
    (void)state;
    struct learned l = { 0 };
    struct learned_key k = key_of(1);
    learned_now(&l, 7 * HOURS + 1);
    learned_add(&l, &k, MINUTES, 3);
    assert_int_equal(learned_ask(&l, &k).count, 0);
    learned_now(&l, 8 * HOURS);
    learned_add(&l, &k, 3 * MINUTES, 4);
    learned_add(&l, &k, 5 * MINUTES, 5);
    struct lesson told = learned_ask(&l, &k);
    assert_int_equal(told.count, 1);
    assert_true(told.seen_ms == MINUTES && told.expected_ms == 3);
    learned_now(&l, 9 * HOURS);
    told = learned_ask(&l, &k);
    assert_int_equal(told.count, 3);
    assert_true(told.seen_ms == 9 * MINUTES && told.expected_ms == 12);
    learned_fini(&l);
}

/* The hour's beginning, and the sums of then. */
#define NONE_BEFORE "\0\0\0\0"

static void
what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *bytes;
        size_t len;
    } bad[] = {
        { "t", "\1\1\1\1" NONE_BEFORE, 8 },         { "x12", "\1\1\1\1" NONE_BEFORE, 8 },
        { "t12", "\2\1\1\1" NONE_BEFORE, 8 },       { "t12", "\1\0\1\1" NONE_BEFORE, 8 },
        { "t12", "\1\1\1" NONE_BEFORE, 7 },         { "t12", "\1\1\1\1\1" NONE_BEFORE, 9 },
        { "t12", "\1\x81\x10\1\1" NONE_BEFORE, 9 }, /* 2049 times */
    };
    struct learned l = { 0 };
    for (size_t i = 0; i < countof(bad); i++)
        assert_int_equal(
            learned_restore(&l, str_of(bad[i].key), str_bytes(bad[i].bytes, bad[i].len)),
            ERR_SYNTAX);
    assert_int_equal(learned_restore(&l, STR("t12"), str_bytes("\1\1\1\1" NONE_BEFORE, 8)), OK);
    learned_fini(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loaded_table_goes_on_like_the_one_that_stayed),
        cmocka_unit_test(old_sums_fade),
        cmocka_unit_test(what_is_seen_is_told_when_the_hour_is_over),
        cmocka_unit_test(what_is_no_record_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
