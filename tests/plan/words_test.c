/* Words of level rules in texts. */
#include "tests/plan/fixture.h"

static uint64_t
bits(const struct plan *p, const char *text)
{
    return plan_words(p, str_of(text));
}

static void
any_word_of_a_rule_sets_its_bit(void **state)
{
    (void)state;
    struct plan *p = parse(town);
    assert_int_equal(bits(p, ""), 0);
    assert_int_equal(bits(p, "all is well"), 0);
    assert_int_equal(bits(p, "the roof is on FIRE"), 1);
    assert_int_equal(bits(p, "fire"), 1);
    assert_int_equal(bits(p, "机房着火了"), 1);
    assert_int_equal(bits(p, "着 火"), 0);
    assert_int_equal(bits(p, "no Smoke without fiRe"), 3);
    assert_int_equal(bits(p, "smok"), 0);
    plan_free(p);
}

static void
the_sample_knows_its_severe_words(void **state)
{
    (void)state;
    char *yaml = file("deploy/sample/plan.yaml");
    struct plan *p = parse(yaml);
    assert_true(bits(p, "我们公司网络全部中断") != 0);
    assert_true(bits(p, "ALL USERS are offline") == bits(p, "业务中断，请尽快"));
    assert_int_equal(bits(p, "the printer is slow"), 0);
    plan_free(p);
    free(yaml);
}

/* Wherever it stands, in texts short and long, and never by accident. */
static void
a_word_is_found_anywhere_and_only_where_it_is(void **state)
{
    struct rng rng = seed();
    (void)state;
    struct plan *p = parse(town);
    for (int i = 0; i < 300; i++) {
        size_t len = 10 + rng_below(&rng, i % 10 == 0 ? 30000 : 200);
        char *text = malloc(len); /* exactly: a sanitizer sees a read past the end */
        for (size_t j = 0; j < len; j++)
            text[j] = "abcd \n"[rng_below(&rng, 6)];
        assert_int_equal(plan_words(p, str_bytes(text, len)), 0);
        bool put = rng_below(&rng, 2) == 0;
        if (put)
            memcpy(text + rng_below(&rng, len - 4), "SmokE", 5);
        assert_int_equal(plan_words(p, str_bytes(text, len)), put ? 2 : 0);
        free(text);
    }
    plan_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_word_of_a_rule_sets_its_bit),
        cmocka_unit_test(the_sample_knows_its_severe_words),
        cmocka_unit_test(a_word_is_found_anywhere_and_only_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
