/* arena_test.c - memory given back all at once: zeroed, aligned, nobody else's. */
#include "common/base/arena.h"
#include "tests/check.h"

#include <stdalign.h>

enum { PIECES = 400 };

static struct rng rng;

static size_t
draw_size(void)
{
    return rng_below(&rng, rng_below(&rng, 20) == 0 ? 200000 : 500);
}

static void
pieces_are_zeroed_aligned_and_apart(void **state)
{
    struct arena a = { 0 };
    uint8_t *pieces[PIECES];
    size_t sizes[PIECES];
    (void)state;
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < PIECES; i++) {
            sizes[i] = draw_size();
            pieces[i] = arena_alloc(&a, sizes[i]);
            assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_true(pieces[i][k] == 0);
            memset(pieces[i], (int)(i & 0xff), sizes[i]);
        }
        for (size_t i = 0; i < PIECES; i++)
            for (size_t k = 0; k < sizes[i]; k++)
                assert_true(pieces[i][k] == (i & 0xff));
        arena_clear(&a);
    }
    arena_fini(&a);
    assert_null(a.blocks);
}

static void
a_copy_is_the_arenas_own(void **state)
{
    struct arena a = { 0 };
    char text[] = "words";
    struct str copy = arena_copy(&a, str_of(text));
    (void)state;
    memset(text, 'x', 5);
    assert_true(str_is(copy, "words"));
    assert_int_equal(arena_copy(&a, (struct str){ NULL, 0 }).len, 0);
    arena_fini(&a);
}

static void
clearing_keeps_a_block_and_steady_use_takes_no_more(void **state)
{
    struct arena a = { 0 };
    (void)state;
    arena_clear(&a);
    void *first = arena_alloc(&a, 100);
    for (size_t round = 0; round < 1000; round++) {
        for (size_t i = 0; i < 100; i++)
            arena_alloc(&a, 100);
        arena_clear(&a);
        assert_ptr_equal(arena_alloc(&a, 100), first);
        arena_clear(&a);
    }
    arena_fini(&a);
}

static void
what_took_several_blocks_is_one_afterwards(void **state)
{
    struct arena a = { 0 };
    void *first = NULL;
    (void)state;
    for (size_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < 3000; i++) { /* 300,000 bytes, and what aligning them takes */
            char *at = arena_alloc(&a, 100);
            if (i == 0 && round > 0) {
                assert_true(round == 1 || at == first);
                first = at;
            }
            assert_true(round == 0 || at == (char *)first + i * 112);
        }
        arena_clear(&a);
    }
    arena_fini(&a);
}

static void
one_large_guest_does_not_stay(void **state)
{
    struct arena a = { 0 };
    (void)state;
    arena_alloc(&a, 10 * 1000 * 1000);
    arena_clear(&a);
    assert_null(a.blocks);
    arena_alloc(&a, 100);
    arena_alloc(&a, 10 * 1000 * 1000);
    arena_clear(&a);
    assert_null(a.blocks);
    arena_fini(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_copy_is_the_arenas_own),
        cmocka_unit_test(clearing_keeps_a_block_and_steady_use_takes_no_more),
        cmocka_unit_test(what_took_several_blocks_is_one_afterwards),
        cmocka_unit_test(one_large_guest_does_not_stay),
    };
    rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
