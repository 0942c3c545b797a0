/* Words of level rules in texts. */
#include "tests/plan/fixture.h"

static uint64_t
bits(const struct plan *p, const char *text)
{
    return plan_words(p, str_of(text), STR(""), NULL);
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
    struct plan *p = parse_sample(yaml);
    assert_true(bits(p, "我们公司网络全部中断") != 0);
    static const char *const severe[] = { "ALL USERS are offline",
                                          "业务中断，请尽快",
                                          "数据库服务器突然崩溃了",
                                          "核心交换机故障，全网中断",
                                          "机房服务器宕机",
                                          "备份服务器失效",
                                          "系统即将瘫痪",
                                          "The Operating System has crashed twice",
                                          "our network is DOWN",
                                          "the database server is not booting",
                                          "authentication server failed" };
    static const char *const mild[] = { "the printer is slow", "网络有点慢", "一个电话有杂音",
                                        "please break down the costs", "系统时间不对" };
    for (size_t i = 0; i < countof(severe); i++)
        if (bits(p, severe[i]) == 0)
            fail_msg("%s", severe[i]);
    for (size_t i = 0; i < countof(mild); i++)
        if (bits(p, mild[i]) != 0)
            fail_msg("%s", mild[i]);
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
        assert_int_equal(plan_words(p, str_bytes(text, len), STR(""), NULL), 0);
        bool put = rng_below(&rng, 2) == 0;
        if (put)
            memcpy(text + rng_below(&rng, len - 4), "SmokE", 5);
        assert_int_equal(plan_words(p, str_bytes(text, len), STR(""), NULL), put ? 2 : 0);
        free(text);
    }
    plan_free(p);
}

static const char patterns[] =
    "level_rules:\n"
    "  - {match: ['^disk\\s+\\d+', '硬盘.{0,3}坏'], words: [raid], level: severe}\n"
    "  - {category: other, level: severe}\n"
    "  - {device: ['^core-\\d', 核心], match: [slow], level: severe}\n"
    "  - {device: [x], level: severe}\n";

static struct plan *
with_patterns(const char *rules)
{
    char *yaml = edited(town, "level_rules:\n", rules);
    struct plan *p = parse(yaml);
    free(yaml);
    return p;
}

/* Bits: 0 match or words of the first rule, 1 and 2 of the third, 3 of the fourth, then the town's.
 */
static void
words_and_match_share_a_bit_and_device_has_its_own(void **state)
{
    static const struct {
        const char *text, *device;
        uint64_t bits;
    } cases[] = {
        { "Disk  7 fails", "", 1 },
        { "a disk 7", "", 0 },
        { "RAID", "", 1 },
        { "硬盘又坏了", "", 1 },
        { "slow", "", 2 },
        { "", "CORE-1", 4 },
        { "", "the core-1", 0 },
        { "", "第二核心", 4 },
        { "slow", "core-9x", 2 | 4 | 8 },
        { "core-1", "slow", 0 },
        { "disk 1 fire", "X", 1 | 8 | 16 },
    };
    (void)state;
    struct plan *p = with_patterns(patterns);
    for (size_t i = 0; i < countof(cases); i++) {
        uint64_t given_up = 1;
        assert_int_equal(plan_words(p, str_of(cases[i].text), str_of(cases[i].device), &given_up),
                         cases[i].bits);
        assert_int_equal(given_up, 0);
    }
    static const unsigned rules[] = { 0, 2, 2, 3, 4, 6, 7, 7 }; /* of each bit */
    for (unsigned bit = 0; bit < countof(rules); bit++)
        assert_int_equal(plan_words_rule(p, bit), rules[bit]);
    plan_free(p);
}

/* The engine asks for the same bits that plan_words sets. */
static void
rules_ask_for_the_bits_that_words_set(void **state)
{
    (void)state;
    struct plan *p = with_patterns(patterns);
    struct territory_id t = { "west" };
    struct rules *r = plan_rules(p, t);
    static const int expected[][2] = { { 0, -1 }, { -1, -1 }, { 1, 2 }, { -1, 3 },
                                       { 4, -1 }, { -1, -1 }, { 5, -1 } };
    assert_int_equal(r->level_rules_count, countof(expected));
    for (size_t i = 0; i < countof(expected); i++) {
        assert_int_equal(r->level_rules[i].words, expected[i][0]);
        assert_int_equal(r->level_rules[i].device, expected[i][1]);
    }
    rules_free(r);
    plan_free(p);
}

/* A rule with a bomb in it is told, and the others still work. */
static void
a_bomb_gives_up_alone(void **state)
{
    (void)state;
    struct plan *p = with_patterns("level_rules:\n  - {match: ['(a+)+\\d'], level: severe}\n"
                                   "  - {match: [aab], level: severe}\n");
    char text[6000];
    uint64_t given_up = 0;
    memset(text, 'a', sizeof(text));
    memcpy(text + sizeof(text) - 8, "aaab fir", 8);
    assert_int_equal(plan_words(p, str_bytes(text, sizeof(text)), STR(""), &given_up), 2);
    assert_int_equal(given_up, 1);
    assert_int_equal(plan_words(p, STR("aaa 1 aaa1"), STR(""), &given_up), 1);
    assert_int_equal(given_up, 0);
    plan_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_word_of_a_rule_sets_its_bit),
        cmocka_unit_test(the_sample_knows_its_severe_words),
        cmocka_unit_test(words_and_match_share_a_bit_and_device_has_its_own),
        cmocka_unit_test(rules_ask_for_the_bits_that_words_set),
        cmocka_unit_test(a_bomb_gives_up_alone),
        cmocka_unit_test(a_word_is_found_anywhere_and_only_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
