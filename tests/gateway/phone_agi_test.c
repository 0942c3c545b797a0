/* phone_agi_test.c - what a real Asterisk said, recorded (tests/data/agi: A is Asterisk's line, S
 * was ours), whole and a byte at a time. */
#include "tests/check.h"

#include "gateways/phone/agi.h"

#include <stdio.h>
#include <string.h>

struct said {
    enum agi_got got;
    int code;
    int64_t result, endpos;
    char text[AGI_TEXT];
};

static void
read_bytes(struct buf *out, const char *name)
{
    char path[128], line[512];
    snprintf(path, sizeof(path), "tests/data/agi/%s.txt", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL)
        if (line[0] == 'A')
            buf_put(out, line + 2, strlen(line + 2));
    fclose(f);
}

/* Everything that comes of a recording, fed `step` bytes at a time. */
static size_t
hear(struct agi *a, const char *name, size_t step, struct said *said, size_t room)
{
    struct buf all = { 0 };
    size_t count = 0, at = 0;
    agi_init(a);
    read_bytes(&all, name);
    while (at < all.len) {
        enum agi_got got;
        size_t len = all.len - at < step ? all.len - at : step;
        at += agi_eat(a, str_bytes(all.data + at, len), &got);
        assert_int_not_equal(got, AGI_WRONG);
        if (got == AGI_MORE)
            continue;
        assert_true(count < room);
        said[count] = (struct said){ got, a->code, a->result, a->endpos, "" };
        memcpy(said[count++].text, a->text, AGI_TEXT);
    }
    buf_fini(&all);
    return count;
}

static void
a_recorded_call_is_understood(void **state)
{
    struct said said[64];
    struct agi a;
    (void)state;
    assert_int_equal(hear(&a, "normal", 65536, said, 64), 20);
    assert_int_equal(said[0].got, AGI_BEGUN);
    assert_string_equal(a.uniqueid, "1795195698.1");
    assert_string_equal(a.caller, ""); /* "unknown" */
    assert_string_equal(a.script, "fault?site=B3&lang=zh");
    assert_int_equal(said[6].result, '1'); /* STREAM FILE, ended by a key */
    assert_int_equal(said[6].endpos, 7200);
    assert_int_equal(said[8].result, 0); /* WAIT FOR DIGIT: silence */
    assert_int_equal(said[9].result, -1);
    assert_string_equal(said[9].text, "randomerror");
    assert_int_equal(said[10].result, '#'); /* RECORD FILE */
    assert_string_equal(said[10].text, "dtmf");
    assert_int_equal(said[10].endpos, 32190);
    assert_int_equal(said[14].code, 510);
    assert_int_equal(said[15].code, 520);
}

static void
a_hang_up_is_heard_once_and_then_everything_is_refused(void **state)
{
    struct said said[64];
    struct agi a;
    size_t hangups = 0, refused = 0, count;
    (void)state;
    count = hear(&a, "hangup", 65536, said, 64);
    for (size_t i = 0; i < count; i++) {
        hangups += said[i].got == AGI_HANGUP;
        refused += said[i].got == AGI_REPLY && said[i].code == 511;
    }
    assert_int_equal(hangups, 1);
    assert_true(refused >= 5);
    count = hear(&a, "hangup-quiet", 65536, said, 64);
    for (hangups = refused = 0; count > 0; count--) {
        hangups += said[count - 1].got == AGI_HANGUP;
        refused += said[count - 1].code == 511;
    }
    assert_int_equal(hangups, 0); /* AGISIGHUP=no */
    assert_true(refused >= 5);
}

static void
a_byte_at_a_time_is_the_same(void **state)
{
    static const char *const names[] = { "normal", "hangup", "hangup-quiet" };
    (void)state;
    for (size_t i = 0; i < countof(names); i++)
        for (size_t step = 1; step < 40; step++) {
            struct said whole[64] = { 0 }, pieces[64] = { 0 };
            struct agi a;
            assert_int_equal(hear(&a, names[i], 65536, whole, 64),
                             hear(&a, names[i], step, pieces, 64));
            assert_memory_equal(whole, pieces, sizeof(whole));
        }
}

static void
what_is_no_asterisk_is_wrong_for_good(void **state)
{
    static const char *const lines[] = { "GET / HTTP/1.1\r\n", "\n",
                                         "agi_network: yes\n\nnonsense\n" };
    (void)state;
    for (size_t i = 0; i < countof(lines); i++) {
        struct agi a;
        struct str rest = str_of(lines[i]);
        enum agi_got got = AGI_MORE;
        agi_init(&a);
        while (rest.len > 0 && got != AGI_WRONG) {
            size_t eaten = agi_eat(&a, rest, &got);
            rest = str_bytes(rest.at + eaten, rest.len - eaten);
        }
        assert_int_equal(got, AGI_WRONG);
        assert_int_equal(agi_eat(&a, STR("200 result=1\n"), &got), 0);
        assert_int_equal(got, AGI_WRONG);
    }
}

static void
a_usage_of_many_lines_is_one_reply(void **state)
{
    struct agi a;
    enum agi_got got;
    struct str text = STR("agi_x: 1\n\n520-Invalid command syntax.  Proper usage follows:\n"
                          " Usage: STREAM FILE\n520 End of proper usage.\n200 result=1\n");
    (void)state;
    agi_init(&a);
    size_t at = agi_eat(&a, text, &got);
    at += agi_eat(&a, str_bytes(text.at + at, text.len - at), &got);
    assert_int_equal(got, AGI_REPLY);
    assert_int_equal(a.code, 520);
    at += agi_eat(&a, str_bytes(text.at + at, text.len - at), &got);
    assert_int_equal(a.code, 200);
    assert_int_equal(at, text.len);
}

static void
a_file_s_name_is_quoted(void **state)
{
    struct buf out = { 0 };
    (void)state;
    agi_put_play(&out, "/a b/\"c\n");
    agi_put_record(&out, "/r", 60000, 3);
    agi_put_wait(&out, 4000);
    assert_string_equal(buf_cstr(&out),
                        "STREAM FILE \"/a b/\\\"c_\" \"0123456789*#\"\n"
                        "RECORD FILE \"/r\" wav \"#\" 60000 s=3\nWAIT FOR DIGIT 4000\n");
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_call_is_understood),
        cmocka_unit_test(a_hang_up_is_heard_once_and_then_everything_is_refused),
        cmocka_unit_test(a_byte_at_a_time_is_the_same),
        cmocka_unit_test(what_is_no_asterisk_is_wrong_for_good),
        cmocka_unit_test(a_usage_of_many_lines_is_one_reply),
        cmocka_unit_test(a_file_s_name_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
