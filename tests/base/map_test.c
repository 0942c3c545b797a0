/* map_test.c - the map against an array that is searched from end to end. */
#include "common/base/map.h"
#include "tests/check.h"

enum { KEYS = 300, KEY_MAX = 24 };

static struct rng rng;

/* Key i of `size` bytes: differs from the others in its last bytes only. */
static void
key_of(uint8_t *key, size_t size, size_t i)
{
    memset(key, 7, size);
    key[size - 1] = (uint8_t)i;
    if (size > 1)
        key[size - 2] = (uint8_t)(i >> 8);
}

static void
check_same(const struct map *m, char *const *model, size_t keys)
{
    uint8_t key[KEY_MAX];
    bool seen[KEYS] = { 0 };
    size_t count = 0, i = 0;
    for (char *v; (v = map_next(m, &i)) != NULL; count++) {
        size_t k = 0;
        while (k < keys && model[k] != v)
            k++;
        assert_true(k < keys && !seen[k]);
        seen[k] = true;
        key_of(key, m->key_size, k);
        assert_memory_equal(map_key(m, i), key, m->key_size);
    }
    for (size_t k = 0; k < keys; k++) {
        key_of(key, m->key_size, k);
        assert_ptr_equal(map_get(m, key), model[k]);
        assert_int_equal(seen[k], model[k] != NULL);
    }
    assert_int_equal(m->count, count);
}

static void
a_map_is_what_was_put_and_not_deleted(void **state)
{
    static const size_t sizes[] = { 1, 7, 8, 9, 16, KEY_MAX };
    static char values[2000];
    (void)state;
    for (size_t s = 0; s < countof(sizes); s++) {
        size_t keys = sizes[s] == 1 ? 256 : KEYS;
        char *model[KEYS] = { NULL };
        struct map m;
        map_init(&m, sizes[s]);
        for (size_t step = 0; step < countof(values); step++) {
            uint8_t key[KEY_MAX];
            /* Waves of filling and emptying, so that runs of neighbours are cut. */
            bool put = rng_below(&rng, 10) < (step / 300 % 2 == 0 ? 8u : 2u);
            size_t k = rng_below(&rng, keys);
            key_of(key, sizes[s], k);
            if (put) {
                assert_ptr_equal(map_put(&m, key, &values[step]), model[k]);
                model[k] = &values[step];
            } else {
                assert_ptr_equal(map_del(&m, key), model[k]);
                model[k] = NULL;
            }
            if (step % 50 == 0)
                check_same(&m, model, keys);
        }
        check_same(&m, model, keys);
        for (size_t k = 0; k < keys; k++) {
            uint8_t key[KEY_MAX];
            key_of(key, sizes[s], k);
            map_del(&m, key);
        }
        assert_int_equal(m.count, 0);
        map_fini(&m);
    }
}

static void
an_empty_map_has_nothing(void **state)
{
    struct map m;
    size_t i = 0;
    (void)state;
    map_init(&m, 4);
    assert_null(map_get(&m, "four"));
    assert_null(map_del(&m, "four"));
    assert_null(map_next(&m, &i));
    map_fini(&m);
}

static void
a_quarter_of_its_slots_stays_free(void **state)
{
    struct map m;
    (void)state;
    map_init(&m, sizeof(uint64_t));
    for (uint64_t k = 0; k < 50000; k++) {
        map_put(&m, &k, &m);
        assert_true(m.count * 4 <= m.cap * 3);
        assert_true(m.cap == 16 || m.count * 3 > m.cap); /* and grows no earlier than it must */
    }
    map_fini(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_what_was_put_and_not_deleted),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(a_quarter_of_its_slots_stays_free),
    };
    rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
