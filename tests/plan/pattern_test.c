/* Patterns: what they find, what is refused, and what they can cost. */
#include "tests/plan/fixture.h"

#include "common/plan/pattern.h"

#include <time.h>

static enum found
find(const char *pattern, struct str text)
{
    struct pattern *p = NULL;
    struct buf why = { 0 };
    struct finder *f = finder_new();
    if (pattern_new(&p, str_of(pattern), &why) != OK)
        fail_msg("%s: %s", pattern, buf_cstr(&why));
    enum found found = finder_find(f, p, text, PATTERN_STEPS_MAX);
    pattern_free(p);
    finder_free(f);
    buf_fini(&why);
    return found;
}

static void
letters_of_all_scripts_and_cases_are_found(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool found;
    } cases[] = {
        { "down", "System DOWN!", true },
        { "^down", "system down", false },
        { "^system", "System down", true },
        { "down$", "system down", true },
        { "a|b", "xxb", true },
        { "é", "CAFÉ", true },
        { "崩溃", "数据库崩溃", true },
        { "数据库.{0,3}崩溃", "数据库突然就崩溃", true },
        { "数据库.{0,2}崩溃", "数据库突然就崩溃", false },
        { "\\bdown\\b", "downtown", false },
        { "^\\w+$", "数据库", true },
        { "a.b", "a\nb", false },
        { "(?s)a.b", "a\nb", true },
        { "(?-i)Down", "down", false },
        { "", "", true },
        { "x", "", false },
    };
    (void)state;
    for (size_t i = 0; i < countof(cases); i++)
        if ((find(cases[i].pattern, str_of(cases[i].text)) == FOUND) != cases[i].found)
            fail_msg("%s in %s", cases[i].pattern, cases[i].text);
}

static void
what_is_no_pattern_is_told_with_its_place(void **state)
{
    static const struct {
        const char *pattern, *says;
    } cases[] = {
        { "(abc", "missing closing parenthesis at letter 5" },
        { "数据库[", "missing terminating ] for character class at letter 5" },
        { "*a", "quantifier does not follow a repeatable item at letter 1" },
        { "a)(b", "unmatched closing parenthesis at letter 2" },
        { "(a)\\1", "references back such as \\1 are not allowed" },
        { "a\\C", "disabled by the application at letter 4" },
        { "\\Qa", "may not begin with (*...) or end in a comment or an open \\Q" },
    };
    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        struct pattern *p = NULL;
        struct buf why = { 0 };
        enum err e = pattern_new(&p, str_of(cases[i].pattern), &why);
        if (e != ERR_SYNTAX || strstr(buf_cstr(&why), cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].pattern, buf_cstr(&why));
        buf_fini(&why);
    }
}

static double
now(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each of these takes from minutes to for ever without limits. */
static void
no_bomb_takes_long(void **state)
{
    static const char *const bombs[] = {
        "(a+)+\\d",
        "(a|aa)+\\d",
        "a*a*a*a*a*\\d",
        "(?:.*a){8}\\d",
        "(?:(?:a|c)*)*[yz]",
        "(?R)?a\\d",
        "(a(?1)?)\\d",
        "(?:\\w+\\s?)+$\\d",
        "(?:a?){200}a{200}b",
        "(?=(?:a*)*\\d)(a*)*x",
        "\\w+\\.",
    };
    static char same[32768], blocks[32768];
    (void)state;
    memset(same, 'a', sizeof(same));
    for (size_t i = 0; i < sizeof(blocks); i++)
        blocks[i] = i % 15 == 14 ? 'c' : 'a';
    double longest = 0;
    for (size_t i = 0; i < countof(bombs); i++)
        for (int k = 0; k < 2; k++) {
            double begin = now();
            assert_int_not_equal(find(bombs[i], str_bytes(k == 0 ? same : blocks, sizeof(same))),
                                 FOUND);
            if (now() - begin > longest)
                longest = now() - begin;
        }
    print_message("the longest search took %.1f ms\n", longest * 1000);
    assert_true(longest <
                10); /* without limits: minutes; a sanitizer and a busy machine are slow */
}

/* An honest pattern is never cut short. */
static void
ordinary_patterns_fit_in_the_fewest_steps(void **state)
{
    static const char *const patterns[] = {
        "(操作系统|数据库|系统|服务器|主机).{0,12}(崩溃|宕机|死机|瘫痪)",
        "(database|server)\\b.{0,40}\\b(crash(ed|es)?|down)\\b",
        "^(?!test).*(fail|down)",
    };
    static char text[PATTERN_TEXT_MAX];
    struct finder *f = finder_new();
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "the server in room 7 is slow "[i % 29];
    for (size_t i = 0; i < countof(patterns); i++) {
        struct pattern *p;
        struct buf why = { 0 };
        assert_int_equal(pattern_new(&p, str_of(patterns[i]), &why), OK);
        assert_int_equal(finder_find(f, p, str_bytes(text, sizeof(text)), PATTERN_STEPS_FEW),
                         FOUND_NOT);
        pattern_free(p);
        buf_fini(&why);
    }
    finder_free(f);
}

static void
long_texts_are_searched_to_their_limit_and_in_whole_letters(void **state)
{
    static char text[PATTERN_TEXT_MAX + 64];
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) { /* the limit falls on each byte of a letter */
        memset(text, ' ', shift);
        for (size_t i = shift; i + 3 <= sizeof(text); i += 3)
            memcpy(text + i, "啊", 3);
        size_t len = shift + (sizeof(text) - shift) / 3 * 3;
        assert_int_equal(find("啊$", str_bytes(text, len)), FOUND);
    }
    memset(text, ' ', sizeof(text));
    memcpy(text + PATTERN_TEXT_MAX - 3, "end", 3);
    assert_int_equal(find("end", str_bytes(text, sizeof(text))), FOUND);
    memcpy(text + PATTERN_TEXT_MAX - 3, " end", 4);
    assert_int_equal(find("end", str_bytes(text, sizeof(text))), FOUND_NOT);
}

/* Whatever the bytes of both, there is an answer; a sanitizer watches. */
static void
any_pattern_and_any_text_have_an_answer(void **state)
{
    static const char parts[][8] = { "a", "(",   ")",   "[",  "]",    "*",     "+", "?",
                                     "|", "\\",  "w",   "d",  "{2}",  "{0,9}", "^", "$",
                                     ".", "(?:", "(?=", "啊", "\xff", "b",     "-", "\\p{Han}" };
    struct rng rng = seed();
    struct finder *f = finder_new();
    int good = 0;
    (void)state;
    for (int i = 0; i < 4000; i++) {
        struct buf pattern = { 0 }, text = { 0 }, why = { 0 };
        struct pattern *p = NULL;
        for (uint64_t n = rng_below(&rng, 8); n > 0; n--)
            buf_printf(&pattern, "%s", parts[rng_below(&rng, countof(parts))]);
        for (uint64_t n = rng_below(&rng, 60); n > 0; n--)
            buf_printf(&text, "%s", parts[rng_below(&rng, countof(parts))]);
        if (pattern_new(&p, buf_str(&pattern), &why) == OK) {
            good++;
            (void)finder_find(f, p, buf_str(&text), PATTERN_STEPS_FEW);
        } else {
            assert_true(why.len > 0);
        }
        pattern_free(p);
        buf_fini(&pattern);
        buf_fini(&text);
        buf_fini(&why);
    }
    assert_true(good > 100);
    assert_int_equal(find("a", STR("\xff a")), FOUND_NOT);
    finder_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_all_scripts_and_cases_are_found),
        cmocka_unit_test(what_is_no_pattern_is_told_with_its_place),
        cmocka_unit_test(no_bomb_takes_long),
        cmocka_unit_test(ordinary_patterns_fit_in_the_fewest_steps),
        cmocka_unit_test(long_texts_are_searched_to_their_limit_and_in_whole_letters),
        cmocka_unit_test(any_pattern_and_any_text_have_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
