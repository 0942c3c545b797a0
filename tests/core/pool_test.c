/* pool_test.c - about workers/core/pool.c: many lists beside plain arrays. */
#include "tests/check.h"
#include "workers/core/pool.h"

enum { LISTS = 40, LONGEST = 200 };

struct twin {
    struct run list;
    uint64_t plain[LONGEST];
};

static void
check(const struct pool *p, const struct twin *twins)
{
    for (size_t i = 0; i < LISTS; i++) {
        const uint64_t *items = run_items(p, &twins[i].list);
        assert_true(twins[i].list.cap >= twins[i].list.count);
        for (uint32_t k = 0; k < twins[i].list.count; k++)
            assert_true(items[k] == twins[i].plain[k]);
    }
}

static void
change(struct pool *p, struct twin *t, struct rng *r)
{
    uint32_t count = t->list.count;
    if (rng_below(r, 20) == 0) {
        run_free(p, &t->list);
        assert_int_equal(t->list.count, 0);
    } else if (count < LONGEST) {
        run_reserve(p, &t->list, count + 1);
        t->plain[count] = rng_next(r);
        ((uint64_t *)run_items(p, &t->list))[t->list.count++] = t->plain[count];
    }
}

static void
lists_do_not_touch_each_other_and_a_copy_is_the_same(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct twin twins[LISTS];
    struct pool p, copy;
    pool_init(&p, sizeof(uint64_t));
    pool_init(&copy, sizeof(uint64_t));
    for (int i = 0; i < 50000; i++) {
        change(&p, &twins[rng_below(&r, LISTS)], &r);
        if (i % 500 == 0) {
            check(&p, twins);
            pool_copy(&copy, &p);
            check(&copy, twins);
        }
    }
    pool_fini(&p);
    pool_fini(&copy);
}

static void
runs_left_behind_serve_the_next_list(void **state)
{
    (void)state;
    struct pool p;
    struct run list = { 0 };
    pool_init(&p, sizeof(uint64_t));
    pool_reserve(&p, 2 * LONGEST);
    const uint8_t *before = p.items;
    for (int round = 0; round < 1000; round++) {
        for (uint32_t want = 1; want <= LONGEST / 2; want++)
            run_reserve(&p, &list, want);
        run_free(&p, &list);
    }
    assert_ptr_equal(p.items, before);
    pool_fini(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_do_not_touch_each_other_and_a_copy_is_the_same),
        cmocka_unit_test(runs_left_behind_serve_the_next_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
