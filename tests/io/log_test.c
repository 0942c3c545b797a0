/* log_test.c - lines on standard error, and the clock that dates them. */
#include "tests/io/help.h"

#include "common/io/clock.h"
#include "common/io/log.h"

#include <time.h>

static void
say_before_open(void *context)
{
    (void)context;
    log_info("event=early n=%d", 7);
    log_debug("event=hidden");
}

static void
a_line_can_be_logged_before_log_open(void **state)
{
    (void)state;
    struct buf said = { 0 };
    assert_int_equal(run_apart(say_before_open, NULL, &said), 0);
    assert_says(&said, "] info event=early n=7\n");
    assert_null(strstr(buf_cstr(&said), "hidden"));
    buf_fini(&said);
}

static void
say_each_level(void *context)
{
    (void)context;
    log_open("worker", LOG_WARN);
    log_debug("event=one");
    log_info("event=two");
    log_warn("event=three");
    log_error("event=four");
}

static void
lines_below_the_least_level_are_left_out(void **state)
{
    (void)state;
    struct buf said = { 0 };
    int year, month, day, hour, minute, pid;
    double second;
    assert_int_equal(run_apart(say_each_level, NULL, &said), 0);
    assert_null(strstr(buf_cstr(&said), "event=one"));
    assert_null(strstr(buf_cstr(&said), "event=two"));
    assert_says(&said, " warn event=three\n");
    assert_says(&said, " error event=four\n");
    assert_int_equal(sscanf(buf_cstr(&said), "%4d-%2d-%2dT%2d:%2d:%lfZ worker[%d] warn ", &year,
                            &month, &day, &hour, &minute, &second, &pid),
                     7);
    buf_fini(&said);
}

static void
say_too_much(void *context)
{
    (void)context;
    log_info("event=long value=%05000d", 1);
    log_info("event=line\nevent=forged");
}

static void
a_line_stays_one_line_and_is_cut_when_too_long(void **state)
{
    (void)state;
    struct buf said = { 0 };
    size_t lines = 0;
    assert_int_equal(run_apart(say_too_much, NULL, &said), 0);
    for (size_t i = 0; i < said.len; i++)
        lines += said.data[i] == '\n';
    assert_int_equal(lines, 2);
    assert_says(&said, "000...\n");
    assert_true(said.len < 4200);
    buf_fini(&said);
}

static void
quoted_values_are_printable_and_bounded(void **state)
{
    (void)state;
    struct rng rng = seeded();
    assert_string_equal(log_quote("a\"b\\c\n\x01", 7), "\"a\\\"b\\\\c\\x0a\\x01\"");
    assert_string_equal(log_quote(NULL, 0), "\"\"");
    for (int round = 0; round < 2000; round++) {
        char bytes[600];
        size_t len = rng_below(&rng, sizeof(bytes));
        fill_random(&rng, bytes, len);
        const char *quoted = log_quote(bytes, len);
        size_t quoted_len = strlen(quoted);
        assert_true(quoted_len >= 2 && quoted_len < 256);
        assert_int_equal(quoted[0], '"');
        assert_int_equal(quoted[quoted_len - 1], '"');
        for (size_t i = 1; i + 1 < quoted_len; i++) {
            assert_true((unsigned char)quoted[i] >= 0x20 && quoted[i] != 0x7f);
            if (quoted[i] == '\\')
                i++;
            else
                assert_int_not_equal(quoted[i], '"');
        }
    }
}

static void
two_quotes_may_stand_in_one_line(void **state)
{
    (void)state;
    const char *a = log_quote("a", 1), *b = log_quote("b", 1);
    assert_string_equal(a, "\"a\"");
    assert_string_equal(b, "\"b\"");
}

static void
die_now(void *context)
{
    (void)context;
    log_open("broker", LOG_INFO);
    die("brokers: %s", "names no broker");
}

static void
to_die_names_the_program_and_exits_78(void **state)
{
    (void)state;
    struct buf said = { 0 };
    assert_int_equal(run_apart(die_now, NULL, &said), 78);
    assert_string_equal(buf_cstr(&said), "broker: brokers: names no broker\n");
    buf_fini(&said);
}

static void
an_instant_is_written_as_the_calendar_has_it(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *text;
    } known[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 951782400000 + 7, "2000-02-29T00:00:00.007Z" },
        { 1795210651123, "2026-11-20T21:37:31.123Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { 253402300799999, "9999-12-31T23:59:59.999Z" },
        { 253402300800000, "never" },
        { INT64_MAX, "never" },
        { INT64_MIN, "never" },
    };
    char text[32];
    for (size_t i = 0; i < countof(known); i++) {
        clock_text(text, known[i].at);
        assert_string_equal(text, known[i].text);
    }
}

static void
clocks_do_not_run_backwards_and_agree_on_now(void **state)
{
    (void)state;
    int64_t mono = clock_mono_ms(), fine = clock_mono_ns();
    for (int i = 0; i < 100000; i++) {
        int64_t mono_next = clock_mono_ms(), fine_next = clock_mono_ns();
        assert_true(mono_next >= mono && fine_next >= fine);
        mono = mono_next;
        fine = fine_next;
    }
    assert_true(clock_wall_ms() / 1000 - time(NULL) <= 1);
    assert_true(time(NULL) - clock_wall_ms() / 1000 <= 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_can_be_logged_before_log_open),
        cmocka_unit_test(lines_below_the_least_level_are_left_out),
        cmocka_unit_test(a_line_stays_one_line_and_is_cut_when_too_long),
        cmocka_unit_test(quoted_values_are_printable_and_bounded),
        cmocka_unit_test(two_quotes_may_stand_in_one_line),
        cmocka_unit_test(to_die_names_the_program_and_exits_78),
        cmocka_unit_test(an_instant_is_written_as_the_calendar_has_it),
        cmocka_unit_test(clocks_do_not_run_backwards_and_agree_on_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
