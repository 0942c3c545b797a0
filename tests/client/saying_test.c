/* saying_test.c - a gateway says an update without a client, within the bytes that it gives. */
#include "tests/check.h"

#include "faultline/client.h"

#include <string.h>

static const struct fl_update accepted = { .kind = "ticket",
                                           .number = "N1-0123456789-4",
                                           .state = "accepted",
                                           .version = 4,
                                           .level = "severe",
                                           .name = "李娜",
                                           .phone = "555-0107" };

static void
an_update_as_the_client_gives_it_is_said(void **state)
{
    (void)state;
    char line[3 * 70 + 1];
    struct fl_saying s = { .lang = FL_ZH, .to = FL_TO_CUSTOMER, .units_max = 70 };
    size_t len = fl_say(line, sizeof(line), &s, &accepted);
    assert_string_equal(line,
                        "故障单N1-0123456789-4：已接单，由工程师李娜为您处理，电话555-0107。");
    assert_int_equal(len, strlen(line));
    assert_in_range(fl_say_units(line, true), 1, 70);
    assert_false(fl_say_is_gsm7(line));
    s = (struct fl_saying){ .lang = FL_EN, .to = FL_TO_DISPATCHER };
    fl_say(line, sizeof(line), &s, &accepted);
    assert_string_equal(line, "N1-0123456789-4 accepted: severe fault 李娜 555-0107");
}

static void
a_line_that_does_not_fit_its_bytes_is_not_begun(void **state)
{
    (void)state;
    char line[100];
    const struct fl_saying s = { .lang = FL_ZH };
    size_t len = fl_say(NULL, 0, &s, &accepted);
    for (size_t size = 1; size <= len + 1; size++) {
        memset(line, 'x', sizeof(line));
        assert_int_equal(fl_say(line, size, &s, &accepted), len);
        assert_int_equal(strlen(line), size > len ? len : 0);
        assert_int_equal(line[size], 'x');
    }
}

static void
nothing_and_words_of_a_later_version_are_said_somehow(void **state)
{
    (void)state;
    static const struct fl_update strange[] = {
        { 0 },
        { .kind = "", .state = "", .verb = "", .refusal = "" },
        { .kind = "ticket", .state = "frozen" },
        { .kind = "verdict", .verb = "frobnicate", .refusal = "weather" },
        { .kind = "ticket",
          .state = "accepted",
          .name = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十" },
    };
    char line[400];
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        const struct fl_saying s = { .lang = FL_EN };
        assert_in_range(fl_say(line, sizeof(line), &s, &strange[i]), 1, sizeof(line) - 1);
        assert_null(strpbrk(line, "{}[]"));
    }
    /* 63 bytes of the last one's name: 21 letters. */
    assert_non_null(strstr(line, "engineer 一二三四五六七八九十一二三四五六七八九十一."));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_as_the_client_gives_it_is_said),
        cmocka_unit_test(a_line_that_does_not_fit_its_bytes_is_not_begun),
        cmocka_unit_test(nothing_and_words_of_a_later_version_are_said_somehow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
