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
promises_objects_and_codes_are_said(void **state)
{
    (void)state;
    static const struct {
        struct fl_update u;
        enum fl_reader to;
        const char *words[2];
    } rows[] = {
        { { .kind = "alarm", .number = "N1-0123456789-4", .clock = "response", .share_pct = 75 },
          FL_TO_DISPATCHER,
          { "Alarm N1-0123456789-4: response: 75 % of the promised time has passed",
            "告警N1-0123456789-4：响应时限已用75%" } },
        { { .kind = "object",
            .number = "N1-0123456789-4",
            .object = 2,
            .object_kind = "quote",
            .object_state = "open",
            .has_amount = true,
            .amount = 12950,
            .why = "new fan" },
          FL_TO_CUSTOMER,
          { "Ticket N1-0123456789-4: the repair would cost 129.50: new fan. Do you accept?",
            "故障单N1-0123456789-4：维修报价129.50：new fan。请确认是否接受。" } },
        { { .kind = "opened", .number = "N1-0123456789-4", .code = "0815" },
          FL_TO_CUSTOMER,
          { "Ticket N1-0123456789-4 has been opened for your report. Tell your engineer 0815 when "
            "he arrives.",
            "您的报障已受理，故障单N1-0123456789-4。工程师到场时请告知验证码0815。" } },
    };
    char line[400];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
        struct fl_saying s = { .lang = i % 2 == 0 ? FL_EN : FL_ZH, .to = rows[i / 2].to };
        fl_say(line, sizeof(line), &s, &rows[i / 2].u);
        assert_string_equal(line, rows[i / 2].words[i % 2]);
    }
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
        cmocka_unit_test(promises_objects_and_codes_are_said),
        cmocka_unit_test(a_line_that_does_not_fit_its_bytes_is_not_begun),
        cmocka_unit_test(nothing_and_words_of_a_later_version_are_said_somehow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
