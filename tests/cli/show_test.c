/* show_test.c - updates on the screen: whose words, whose zone. */
#include "tests/check.h"

#include "cli/show.h"

#include <stdio.h>
#include <time.h>

static const struct command command = { .name = "watch" };
static const struct fl_update offer = { .kind = "offer",
                                        .at = INT64_C(1795246200000), /* 2026-11-21 07:30 UTC */
                                        .due = INT64_C(1795246500000),
                                        .number = "N1-0123456789-4",
                                        .level = "severe",
                                        .category = "lift",
                                        .text = "stuck\n\"again\"" };

static void
assert_shown(const struct show *how, const char *want)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&shown, &size);
    assert_non_null(to);
    show_update(to, how, &offer);
    fclose(to);
    assert_string_equal(shown, want);
    free(shown);
}

static void
an_update_is_shown_in_the_zone_and_the_language_asked_for(void **state)
{
    (void)state;
    setenv("TZ", "CST-8", 1);
    tzset();
    assert_shown(&(struct show){ .to = FL_TO_ENGINEER, .lang = FL_EN },
                 "15:30:00 Offer N1-0123456789-4: severe fault, lift. Accept or decline before "
                 "11-21 15:35.\n         \"stuck \"again\"\"\n");
    assert_shown(&(struct show){ .to = FL_TO_ENGINEER, .lang = FL_ZH },
                 "15:30:00 派单N1-0123456789-4：严重故障，lift。请于11月21日15:35前接单或拒单。\n"
                 "         \"stuck \"again\"\"\n");
}

static void
the_language_is_the_option_else_the_locales_else_english(void **state)
{
    (void)state;
    static const struct {
        const char *given, *all, *lang;
        enum fl_lang want;
    } rows[] = {
        { NULL, "", "zh_CN.UTF-8", FL_ZH },
        { NULL, "", "en_GB.UTF-8", FL_EN },
        { NULL, "", "", FL_EN },
        { NULL, "zh_TW", "en_GB", FL_ZH },
        { NULL, "C", "zh_CN", FL_EN },
        { "en", "", "zh_CN", FL_EN },
        { "zh", "C", "C", FL_ZH },
    };
    struct show how = { 0 };
    unsetenv("LC_MESSAGES");
    for (size_t i = 0; i < countof(rows); i++) {
        setenv("LC_ALL", rows[i].all, 1);
        setenv("LANG", rows[i].lang, 1);
        assert_true(show_lang(&how, &command, rows[i].given));
        assert_int_equal(how.lang, rows[i].want);
    }
    assert_false(show_lang(&how, &command, "fr"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_is_shown_in_the_zone_and_the_language_asked_for),
        cmocka_unit_test(the_language_is_the_option_else_the_locales_else_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
