/* rec_test.c - lists keep their order whichever end a record comes in by. */
#include "tests/client/scratch.h"

#include "common/client/rec.h"

static void
lists_by_number_stay_sorted_and_slabs_are_used_again(void **state)
{
    (void)state;
    struct rng r = seed();
    struct rec_pool pool = { 0 };
    struct rec_list list = { 0 };
    struct rec *all[300];
    for (size_t i = 0; i < countof(all); i++) {
        all[i] = rec_new(&pool);
        all[i]->number = i;
        assert_null(all[i]->older);
    }
    bool in[countof(all)] = { false };
    for (int round = 0; round < 3000; round++) {
        size_t i = rng_below(&r, countof(all));
        if (in[i])
            rec_list_remove(&list, all[i]);
        else if (rng_below(&r, 2) == 0)
            rec_list_insert(&list, all[i]);
        else
            rec_list_return(&list, all[i]);
        in[i] = !in[i];
    }
    size_t count = 0;
    for (const struct rec *a = list.first; a != NULL; a = a->next, count++)
        assert_true(
            in[a->number] &&
            (a->next == NULL ? list.last == a : a->number < a->next->number && a->next->prev == a));
    assert_int_equal(count, list.count);
    size_t slabs = pool.count;
    for (size_t i = 0; i < countof(all); i++)
        rec_free(&pool, all[i]);
    for (size_t i = 0; i < countof(all); i++)
        assert_non_null(rec_new(&pool));
    assert_int_equal(pool.count, slabs);
    rec_pool_fini(&pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_by_number_stay_sorted_and_slabs_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
