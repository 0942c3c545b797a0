/* phone_menu_test.c - calls through the menu: who presses what, and what becomes of it. */
#include "tests/check.h"

#include "gateways/phone/menu.h"

#include <string.h>

static struct menu_table *
table_of(const char *text)
{
    struct buf why = { 0 };
    struct menu_table *t = menu_table_read("menu", str_of(text), &why);
    if (t == NULL)
        print_error("%s\n", buf_cstr(&why));
    assert_non_null(t);
    buf_fini(&why);
    return t;
}

/* A call played by a script: digits are keys, '.' a silence, 'v' three seconds of words, 'x' a
 * hang-up. What is said is let play when the script has ' '. Returns the act at the script's end.
 */
static struct menu_act
play(struct menu *m, const struct menu_act *first, const char *script)
{
    struct menu_act a = *first;
    for (; *script != '\0'; script++) {
        struct menu_word w = { .key = *script, .recorded_ms = *script == 'v' ? 3000 : 0 };
        assert_int_not_equal(a.what, DO_HANG_UP);
        enum menu_heard heard = *script == 'x'                                       ? HEARD_GONE
                                : *script == ' ' || *script == '.' || *script == 'v' ? HEARD_ENDED
                                                                                     : HEARD_KEY;
        a = menu_hear(m, heard, &w);
    }
    return a;
}

static struct menu_act
call(struct menu *m, const struct menu_table *t, const char *script)
{
    *m = (struct menu){ .table = t };
    struct menu_act first = menu_begin(m);
    return play(m, &first, script);
}

static bool
says(const struct menu_act *a, const char *prompt)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->prompts[i], prompt) == 0)
            return a->what == DO_SAY;
    return false;
}

static void
a_whole_call_becomes_a_report_with_its_number_said_twice(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    struct menu_act a = call(&m, t, "111001#4711#12 v");
    assert_int_equal(a.what, DO_REPORT);
    assert_string_equal(m.values[MENU_LANG], "zh");
    assert_string_equal(m.values[MENU_CUSTOMER], "C-1001");
    assert_string_equal(m.values[MENU_SITE], "4711");
    assert_string_equal(m.values[MENU_CATEGORY], "power-failure");
    assert_int_equal(menu_hint(&m), 1);
    assert_int_equal(m.recorded_ms, 3000);
    a = menu_hear(&m, HEARD_TAKEN, NULL);
    assert_true(says(&a, "taken"));
    a = menu_hear(&m, HEARD_ENDED, NULL);
    assert_int_equal(a.what, DO_NUMBER);
    a = menu_hear(&m, HEARD_TOLD, &(struct menu_word){ .number = "C1-0123456789-4" });
    assert_int_equal(a.count, 2 * (1 + 13));
    assert_string_equal(a.prompts[1], "c-c");
    assert_string_equal(a.prompts[13], "c-4");
    a = menu_hear(&m, HEARD_ENDED, NULL);
    assert_true(says(&a, "bye"));
    a = menu_hear(&m, HEARD_ENDED, NULL);
    assert_int_equal(a.what, DO_HANG_UP);
    menu_table_free(t);
}

static void
who_is_known_is_not_asked_again(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m = { .table = t, .values = { "", "en", "acme", "city-hall" } };
    (void)state;
    struct menu_act a = menu_begin(&m);
    assert_true(says(&a, "main"));
    a = play(&m, &a, "1");
    assert_true(says(&a, "category"));
    menu_table_free(t);
}

static void
a_hang_up_is_a_report_when_enough_was_told_and_nothing_otherwise(void **state)
{
    static const struct {
        const char *script;
        bool report;
    } calls[] = { { "x", false },           { "1x", false },          { "11x", false },
                  { "111001#x", false },    { "111001#4#x", false },  { "111001#4#1x", true },
                  { "111001#4#11x", true }, { "111001#4#11 x", true } };
    struct menu_table *t = table_of(menu_standard());
    (void)state;
    for (size_t i = 0; i < countof(calls); i++) {
        struct menu m;
        struct menu_act a = call(&m, t, calls[i].script);
        assert_int_equal(a.what, calls[i].report ? DO_REPORT : DO_HANG_UP);
        if (calls[i].report)
            a = menu_hear(&m, HEARD_TAKEN, NULL);
        assert_int_equal(a.what, DO_HANG_UP);
    }
    menu_table_free(t);
}

static void
a_hang_up_while_the_journal_is_written_changes_nothing(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    struct menu_act a = call(&m, t, "111001#4#11 vx");
    assert_int_equal(a.what, DO_GO_ON);
    a = menu_hear(&m, HEARD_TAKEN, NULL);
    assert_int_equal(a.what, DO_HANG_UP);
    menu_table_free(t);
}

static void
silence_asks_again_and_then_goes_on_or_ends(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    struct menu_act a = call(&m, t, "1 . . .");
    assert_true(says(&a, "bye")); /* the main menu leads nowhere without an answer */
    a = call(&m, t, "11 . . .");
    assert_true(says(&a, "site")); /* a customer number may be left out */
    a = call(&m, t, "11**9* v");
    assert_int_equal(a.what, DO_REPORT);
    assert_string_equal(m.values[MENU_CATEGORY], "other");
    assert_int_equal(menu_hint(&m), -1);
    menu_table_free(t);
}

static void
a_wrong_key_is_answered_with_the_question(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    struct menu_act a = call(&m, t, "18");
    assert_true(says(&a, "again") && says(&a, "main"));
    menu_table_free(t);
}

static void
codes_take_what_they_name_and_nothing_else(void **state)
{
    struct menu_table *t = table_of("step site digits site field=site most=4 next=end\n"
                                    "code 1001 city-hall\ncode 12 dock 3\n"
                                    "step end report taken\n");
    struct menu m;
    (void)state;
    call(&m, t, "12#");
    assert_string_equal(m.values[MENU_SITE], "dock 3");
    call(&m, t, "1001"); /* the longest needs no # */
    assert_string_equal(m.values[MENU_SITE], "city-hall");
    struct menu_act a = call(&m, t, "99#");
    assert_true(says(&a, "unknown"));
    a = play(&m, &a, "12*1001");
    assert_string_equal(m.values[MENU_SITE], "city-hall");
    menu_table_free(t);
}

static void
status_and_nudge_answer_and_lead_back(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    struct menu_act a = call(&m, t, "12");
    assert_int_equal(a.what, DO_STATUS);
    a = menu_hear(&m, HEARD_TOLD,
                  &(struct menu_word){ .number = "C1-0123456789-4", .state = "en_route" });
    assert_true(says(&a, "status") && says(&a, "state-en-route"));
    a = play(&m, &a, " 3");
    assert_int_equal(a.what, DO_EVENT);
    a = menu_hear(&m, HEARD_TOLD, NULL);
    assert_true(says(&a, "no-ticket"));
    a = play(&m, &a, " 3");
    a = menu_hear(&m, HEARD_TAKEN, NULL);
    assert_true(says(&a, "nudged"));
    a = play(&m, &a, " 3");
    a = menu_hear(&m, HEARD_NOT_TAKEN, NULL);
    assert_true(says(&a, "not-taken"));
    menu_table_free(t);
}

static void
a_disk_that_does_not_take_it_is_said(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct menu m;
    (void)state;
    call(&m, t, "11**11 v");
    struct menu_act a = menu_hear(&m, HEARD_NOT_TAKEN, NULL);
    assert_true(says(&a, "not-taken"));
    a = menu_hear(&m, HEARD_GONE, NULL);
    assert_int_equal(a.what, DO_HANG_UP);
    menu_table_free(t);
}

/* Whatever is pressed, a call ends; each prompt that is said is one that menu_prompt names. */
static void
every_call_ends(void **state)
{
    struct menu_table *t = table_of(menu_standard());
    struct rng rng = seed();
    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        struct menu m = { .table = t };
        struct menu_act a = menu_begin(&m);
        size_t acts = 0;
        for (; a.what != DO_HANG_UP; acts++) {
            enum menu_heard what = (enum menu_heard)rng_below(&rng, HEARD_GONE + (acts > 900));
            struct menu_word w = { .key = "0123456789*#"[rng_below(&rng, 12)],
                                   .number = rng_below(&rng, 2) ? "C1-12" : NULL,
                                   .recorded_ms = (int32_t)rng_below(&rng, 5000) };
            for (size_t i = 0; i < a.count; i++) {
                size_t k = 0;
                while (strcmp(menu_prompt(t, k), a.prompts[i]) != 0)
                    assert_non_null(menu_prompt(t, ++k));
            }
            assert_true(acts < 1000);
            a = menu_hear(&m, what, &w);
        }
    }
    menu_table_free(t);
}

static void
a_table_that_is_wrong_says_where(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "menu: no step" },
        { "stop a choose a\n", "menu:1: a line begins with" },
        { "step a choose a\n", "step a: it has no keys" },
        { "step a choose a\nkey 1 - b\n", "key 1 leads to b: no such step" },
        { "step a choose a\nkey 11 - a\n", "menu:2: key DIGIT" },
        { "step a choose a\nkey 1 - a\nkey 1 - a\n", "menu:3: this key is above" },
        { "step a digits a\n", "step a: next= is missing" },
        { "step a digits a next=a most=99\n", "menu:1: an option that is none" },
        { "step a sing a\n", "menu:1: no such kind" },
        { "step a status a\nstep a status a\n", "menu:2: a step of this name" },
        { "step a status a\ncode 1 b\n", "menu:2: a code belongs" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct buf why = { 0 };
        assert_null(menu_table_read("menu", str_of(rows[i].text), &why));
        assert_non_null(strstr(buf_cstr(&why), rows[i].why));
        buf_fini(&why);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_call_becomes_a_report_with_its_number_said_twice),
        cmocka_unit_test(who_is_known_is_not_asked_again),
        cmocka_unit_test(a_hang_up_is_a_report_when_enough_was_told_and_nothing_otherwise),
        cmocka_unit_test(a_hang_up_while_the_journal_is_written_changes_nothing),
        cmocka_unit_test(silence_asks_again_and_then_goes_on_or_ends),
        cmocka_unit_test(a_wrong_key_is_answered_with_the_question),
        cmocka_unit_test(codes_take_what_they_name_and_nothing_else),
        cmocka_unit_test(status_and_nudge_answer_and_lead_back),
        cmocka_unit_test(a_disk_that_does_not_take_it_is_said),
        cmocka_unit_test(every_call_ends),
        cmocka_unit_test(a_table_that_is_wrong_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
