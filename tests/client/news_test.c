/* news_test.c - what goes in comes out, in its order. */
#include "tests/client/scratch.h"

#include "common/client/news.h"

static void
what_goes_in_comes_out_in_its_order(void **state)
{
    (void)state;
    struct rng r = seed();
    struct news_queue q = { 0 };
    uint64_t in = 0, out = 0, letters = 0;
    for (int i = 0; i < 5000; i++) {
        if (rng_below(&r, 100) < (i < 2500 ? 60u : 40u)) {
            struct news *n =
                rng_below(&r, 2) == 0 ? news_push(&q, FL_UPDATE) : news_say(&q, FL_DOWN, "", "why");
            n->sequence = in++;
            news_keep(n, STR("bytes"));
            letters += n->kind == FL_UPDATE;
        } else {
            struct news n;
            if (!news_pop(&q, &n)) {
                assert_int_equal(in, out);
                continue;
            }
            assert_int_equal(n.sequence, out++);
            letters -= n.kind == FL_UPDATE;
            assert_true(n.kind == FL_UPDATE ? n.text == NULL : strcmp(n.text, "why") == 0);
            news_drop(&n);
        }
        assert_int_equal(q.letters, letters);
        assert_int_equal(q.count, in - out);
    }
    news_fini(&q); /* with what is left */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out_in_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
