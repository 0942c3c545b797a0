/* sms_text_test.c - letters of telephones there and back, and the one form of a number. */
#include "tests/check.h"

#include "faultline/client.h"
#include "gateways/sms/code.h"
#include "gateways/sms/text.h"
#include "gateways/wish.h"

#include <zlib.h>

#define UCI "../shared/data/sms-uci.tsv.gz"

static const struct numbering china = { "86", 11 }, america = { "1", 10 };

static const struct {
    const struct numbering *at;
    const char *raw, *want;
    bool good;
} numbers[] = {
    { &china, "+8613800138000", "+8613800138000", true },
    { &china, "8613800138000", "+8613800138000", true },
    { &china, "008613800138000", "+8613800138000", true },
    { &china, "08613800138000", "+8613800138000", true },
    { &china, "13800138000", "+8613800138000", true },
    { &china, "013800138000", "+8613800138000", true },
    { &china, " +86 138-0013-8000 ", "+8613800138000", true },
    { &china, "+86 (138) 0013.8000", "+8613800138000", true },
    { &china, "01012345678", "+861012345678", true },
    { &china, "10086", "10086", true },
    { &china, "00442071234567", "+442071234567", true },
    { &china, "442071234567", "+442071234567", true },
    { &america, "6175550100", "+16175550100", true },
    { &america, "16175550100", "+16175550100", true },
    { &america, "+1 617 555 0100", "+16175550100", true },
    { &china, "BANK", "BANK", false },
    { &china, "", "", false },
    { &china, "+", "+", false },
    { &china, "0000000000000000", "0000000000000000", false },
    { &china, "12345678901234567", "12345678901234567", false },
    { &china, "13800138000x", "13800138000x", false },
    { &china, "123456789012345678901234567890123456789", "12345678901234567890123", false },
};

static void
every_way_of_writing_a_number_gives_one_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(numbers); i++) {
        char to[NUMBER_SIZE], again[NUMBER_SIZE];
        bool good = sms_number(to, numbers[i].at, str_of(numbers[i].raw));
        assert_string_equal(to, numbers[i].want);
        assert_int_equal(good, numbers[i].good);
        assert_int_equal(sms_number(again, numbers[i].at, str_of(to)), good);
        assert_string_equal(again, to);
    }
}

static struct kannel_sms
sms_of(int32_t coding, struct str words)
{
    struct kannel_sms s = kannel_sms_none();
    s.coding = coding;
    s.words = words;
    return s;
}

static void
assert_text(int32_t coding, struct str words, const char *want)
{
    struct buf b = { 0 };
    const struct kannel_sms s = sms_of(coding, words);
    assert_true(sms_text(&b, &s));
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void
letters_are_read_in_each_coding(void **state)
{
    (void)state;
    struct buf b = { 0 };
    const struct kannel_sms binary = sms_of(KANNEL_8BIT, STR("\1\2"));
    assert_text(KANNEL_7BIT, STR(" no power\r\nat all\t! "), "no power\nat all !");
    assert_text(KANNEL_7BIT, STR("caf\xe9"), "caf\u00e9"); /* Latin-1 */
    assert_text(KANNEL_UNSET, STR("caf\u00e9"), "caf\u00e9");
    assert_text(KANNEL_7BIT, STR("a\0b"), "a b");
    assert_text(KANNEL_UCS2, STR("\x4e\x09\x53\xf7\x69\x7c"), "三号楼");
    assert_text(KANNEL_UCS2, STR("\xd8\x3d\xde\x00!"), "😀");       /* an odd byte is dropped */
    assert_text(KANNEL_UCS2, STR("\xd8\x3d\x4e\x09"), "\ufffd三"); /* half a letter */
    assert_text(KANNEL_UCS2, STR(""), "");
    assert_false(sms_text(&b, &binary));
    assert_true(sms_is_chinese(STR("ok 好")));
    assert_false(sms_is_chinese(STR("caf\u00e9 \xff")));
    buf_fini(&b);
}

static void
any_bytes_are_printable_text_or_none(void **state)
{
    (void)state;
    struct rng rng = seed();
    for (size_t round = 0; round < 5000; round++) {
        struct buf bytes = { 0 }, text = { 0 }, wide = { 0 }, again = { 0 };
        size_t len = rng_below(&rng, 160);
        for (size_t i = 0; i < len; i++)
            buf_put_u8(&bytes, (uint8_t)rng_below(&rng, 256));
        const struct kannel_sms s =
            sms_of((round & 1) != 0 ? KANNEL_UCS2 : KANNEL_7BIT, buf_str(&bytes));
        assert_true(sms_text(&text, &s));
        assert_true(str_is_utf8(buf_str(&text)));
        sms_put_utf16(&wide, buf_str(&text));
        const struct kannel_sms back = sms_of(KANNEL_UCS2, buf_str(&wide));
        assert_true(sms_text(&again, &back));
        assert_string_equal(buf_cstr(&again), buf_cstr(&text));
        buf_fini(&bytes);
        buf_fini(&text);
        buf_fini(&wide);
        buf_fini(&again);
    }
}

/* One line "label<TAB>text" of the collection through frame, machine, text and codes. */
static enum wish
through(struct str text)
{
    struct kannel k = { 0 };
    struct kannel_message m;
    struct buf frame = { 0 }, words = { 0 }, wide = { 0 };
    bool gsm7 = fl_say_is_gsm7(text.at);
    if (!gsm7)
        sms_put_utf16(&wide, text);
    struct kannel_sms s = sms_of(gsm7 ? KANNEL_7BIT : KANNEL_UCS2, gsm7 ? text : buf_str(&wide));
    kannel_put_sms(&frame, &s);
    for (size_t i = 0; i < frame.len; i++)
        kannel_eat(&k, str_bytes(frame.data + i, 1));
    assert_true(kannel_next(&k, &m));
    assert_true(sms_text(&words, &m.sms));
    assert_true(words.len > 0);
    if (str_is_printable(text)) /* some have control characters of Windows' */
        assert_true(str_eq(buf_str(&words), str_trim(text)));
    const struct wished said = wish_of(buf_str(&words));
    enum wish wish = said.wish;
    assert_true(said.rest.len <= words.len && str_is_utf8(said.rest));
    assert_int_equal(sms_crew_code(buf_str(&words)).code == CREW_NONE || words.len < 16, true);
    kannel_fini(&k);
    buf_fini(&frame);
    buf_fini(&words);
    buf_fini(&wide);
    return wish;
}

static void
messages_that_people_sent_come_through_whole_and_few_are_taken_for_codes(void **state)
{
    (void)state;
    char line[4096];
    size_t count = 0, codes = 0;
    gzFile f = gzopen(UCI, "rb");
    if (f == NULL)
        skip();
    assert_non_null(gzgets(f, line, sizeof(line))); /* the heading */
    while (gzgets(f, line, sizeof(line)) != NULL) {
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        tab[strcspn(tab, "\r\n")] = '\0';
        count++;
        codes += through(str_of(tab + 1)) != WISH_NONE;
    }
    gzclose(f);
    printf("%zu messages, %zu taken for codes\n", count, codes);
    assert_int_equal(count, 5574);
    assert_true(codes < 25); /* "Ok.", "Yes", "No": their whole text */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_writing_a_number_gives_one_number),
        cmocka_unit_test(letters_are_read_in_each_coding),
        cmocka_unit_test(any_bytes_are_printable_text_or_none),
        cmocka_unit_test(messages_that_people_sent_come_through_whole_and_few_are_taken_for_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
