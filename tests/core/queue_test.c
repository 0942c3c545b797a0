/* queue_test.c - about workers/core/queue.c: beside a plain array that is sorted when asked. */
#include "tests/check.h"
#include "workers/core/queue.h"

enum { ITEMS = 300, SLOTS = 3, LEVELS = 2 };

struct item {
    struct queue_at at;
    size_t slot, level;
    bool in;
};

static int
order(const void *a, const void *b)
{
    const struct item *const *x = a, *const *y = b;
    return queue_order(&(*x)->at, &(*y)->at);
}

static void
check(const struct queue *q, struct item *items)
{
    size_t all = 0;
    for (size_t s = 0; s < SLOTS; s++)
        for (size_t l = 0; l < LEVELS; l++) {
            struct item *want[ITEMS];
            size_t count = 0;
            for (size_t i = 0; i < ITEMS; i++)
                if (items[i].in && items[i].slot == s && items[i].level == l)
                    want[count++] = &items[i];
            qsort(want, count, sizeof(want[0]), order);
            struct queue_at *at = NULL;
            for (size_t i = 0; i < count; i++)
                assert_ptr_equal(at = queue_next(q, s, l, at), &want[i]->at);
            assert_null(queue_next(q, s, l, at));
            all += count;
        }
    assert_int_equal(q->count, all);
}

static void
whatever_comes_and_goes_it_stays_in_order(void **state)
{
    (void)state;
    struct rng r = seed();
    static struct item items[ITEMS];
    struct queue q;
    queue_init(&q, SLOTS, LEVELS);
    for (size_t i = 0; i < ITEMS; i++) {
        uint64_t id = rng_next(&r);
        memcpy(items[i].at.id.b, &id, sizeof(id));
        items[i].at.received_at = (instant)rng_below(&r, 20); /* many ties */
        items[i].slot = rng_below(&r, SLOTS);
        items[i].level = rng_below(&r, LEVELS);
    }
    for (int round = 0; round < 3000; round++) {
        struct item *x = &items[rng_below(&r, ITEMS)];
        if (x->in)
            queue_del(&q, x->slot, x->level, &x->at);
        else
            queue_add(&q, x->slot, x->level, &x->at);
        x->in = !x->in;
        if (round % 50 == 0)
            check(&q, items);
    }
    check(&q, items);
    queue_fini(&q);
}

static void
equal_times_are_ordered_by_id(void **state)
{
    (void)state;
    struct queue q;
    struct queue_at a = { .received_at = 5, .id = { { 1 } } },
                    b = { .received_at = 5, .id = { { 2 } } };
    queue_init(&q, 1, 1);
    assert_null(queue_next(&q, 0, 0, NULL));
    queue_add(&q, 0, 0, &b);
    queue_add(&q, 0, 0, &a);
    assert_ptr_equal(queue_next(&q, 0, 0, NULL), &a);
    assert_ptr_equal(queue_next(&q, 0, 0, &a), &b);
    queue_fini(&q);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_and_goes_it_stays_in_order),
        cmocka_unit_test(equal_times_are_ordered_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
