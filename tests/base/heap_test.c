/* heap_test.c - the heap against a search for the least. */
#include "common/base/heap.h"
#include "tests/check.h"

enum { ITEMS = 60 };

struct item {
    uint64_t due;
    size_t id;
    struct heap_at at;
};

static struct rng rng;

static bool
before(const struct heap_at *a, const struct heap_at *b)
{
    const struct item *x = container_of(a, const struct item, at);
    const struct item *y = container_of(b, const struct item, at);
    return x->due < y->due || (x->due == y->due && x->id < y->id);
}

static void
check_same(const struct heap *h, const struct item *items)
{
    const struct item *least = NULL;
    size_t inside = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        if (items[i].at.place == 0)
            continue;
        inside++;
        assert_ptr_equal(h->items[items[i].at.place - 1], &items[i].at);
        if (least == NULL || before(&items[i].at, &least->at))
            least = &items[i];
    }
    assert_int_equal(h->count, inside);
    assert_ptr_equal(heap_first(h), least == NULL ? NULL : &least->at);
}

static void
the_first_is_the_least_whatever_moves(void **state)
{
    struct item items[ITEMS];
    struct heap h;
    (void)state;
    heap_init(&h, before);
    assert_null(heap_first(&h));
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (struct item){ 0, i, { 0 } };
    for (size_t step = 0; step < 30000; step++) {
        struct item *it = &items[rng_below(&rng, ITEMS)];
        bool set = rng_below(&rng, 10) < (step / 1000 % 2 == 0 ? 8u : 2u);
        if (set) {
            it->due = rng_below(&rng, 40); /* many ties */
            heap_set(&h, &it->at);
            assert_int_not_equal(it->at.place, 0);
        } else {
            heap_del(&h, &it->at);
            assert_int_equal(it->at.place, 0);
        }
        check_same(&h, items);
    }
    heap_fini(&h);
}

static void
taking_the_first_again_and_again_sorts(void **state)
{
    struct item items[ITEMS];
    struct heap h;
    (void)state;
    for (size_t round = 0; round < 200; round++) {
        heap_init(&h, before);
        for (size_t i = 0; i < ITEMS; i++) {
            items[i] = (struct item){ rng_below(&rng, 1000), i, { 0 } };
            heap_set(&h, &items[i].at);
        }
        for (struct heap_at *last = NULL, *first; (first = heap_first(&h)) != NULL; last = first) {
            assert_true(last == NULL || before(last, first));
            heap_del(&h, first);
        }
        assert_int_equal(h.count, 0);
        heap_fini(&h);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_the_least_whatever_moves),
        cmocka_unit_test(taking_the_first_again_and_again_sorts),
    };
    rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
