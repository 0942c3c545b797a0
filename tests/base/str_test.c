/* str_test.c - borrowed bytes. */
#include "common/base/str.h"
#include "tests/check.h"

static struct rng rng;

/* A short text of few letters, so that equals and prefixes come up often. */
static struct str
draw(char *memory, size_t size)
{
    size_t len = rng_below(&rng, size + 1);
    for (size_t i = 0; i < len; i++)
        memory[i] = "ab\xff"[rng_below(&rng, 3)];
    return (struct str){ len == 0 ? NULL : memory, len };
}

static int
sign(int n)
{
    return (n > 0) - (n < 0);
}

static void
order_and_equality_agree(void **state)
{
    char x[4], y[4], z[4];
    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        struct str a = draw(x, sizeof(x)), b = draw(y, sizeof(y)), c = draw(z, sizeof(z));
        assert_int_equal(str_eq(a, b), str_cmp(a, b) == 0);
        assert_int_equal(sign(str_cmp(a, b)), -sign(str_cmp(b, a)));
        if (str_cmp(a, b) <= 0 && str_cmp(b, c) <= 0)
            assert_true(str_cmp(a, c) <= 0);
        assert_int_equal(str_starts(a, b), a.len >= b.len && str_eq(str_bytes(a.at, b.len), b));
    }
    assert_true(str_cmp(STR("a"), STR("\xff")) < 0); /* bytes have no sign */
    assert_true(str_is(STR("word"), "word") && !str_is(STR("word"), "words"));
    assert_true(str_is(str_of(NULL), "") && str_of("four").len == 4);
}

static void
cutting_gives_the_parts_that_joining_takes(void **state)
{
    char memory[12], joined[16];
    (void)state;
    for (size_t round = 0; round < 5000; round++) {
        struct str whole = draw(memory, sizeof(memory)), rest = whole;
        size_t len = 0, marks = 0, cuts = 0;
        for (size_t i = 0; i < whole.len; i++)
            marks += whole.at[i] == 'b' ? 1 : 0;
        for (bool more = true; more; cuts++) {
            struct str part = str_cut(&rest, 'b');
            if (part.len > 0)
                memcpy(joined + len, part.at, part.len);
            len += part.len;
            more = rest.at != NULL;
            if (more)
                joined[len++] = 'b';
        }
        assert_int_equal(cuts, marks + 1);
        assert_true(str_eq(whole, str_bytes(joined, len)));
    }
}

static void
trimming_takes_blanks_and_nothing_else(void **state)
{
    (void)state;
    assert_true(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
    assert_true(str_is(str_trim(STR("   ")), ""));
    assert_true(str_is(str_trim(STR("")), ""));
    assert_true(str_is(str_trim((struct str){ NULL, 0 }), ""));
    assert_true(str_is(str_trim(STR("a")), "a"));
}

static void
whole_numbers_are_read_as_printed(void **state)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "--1",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "0x1",
                                       "a",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "18446744073709551616",
                                       "99999999999999999999" };
    static const int64_t ends[] = { 0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1 };
    (void)state;
    for (size_t round = 0; round < 5000; round++) {
        char text[32];
        int64_t n = (int64_t)rng_next(&rng) >> rng_below(&rng, 64), back = ~n;
        if (round < countof(ends))
            n = ends[round];
        snprintf(text, sizeof(text), "%" PRId64, n);
        assert_true(str_int(str_of(text), &back));
        assert_true(back == n);
    }
    for (size_t i = 0; i < countof(bad); i++) {
        int64_t untouched = 77;
        assert_false(str_int(str_of(bad[i]), &untouched));
        assert_int_equal(untouched, 77);
    }
}

static void
degrees_are_read_as_printed_and_stay_on_earth(void **state)
{
    static const char *const bad[] = { "",
                                       "-",
                                       ".",
                                       "-.5",
                                       "1,5",
                                       "1.5x",
                                       "x",
                                       "1.-5",
                                       "--1",
                                       "181",
                                       "180.0000001",
                                       "-180.5",
                                       "1e2",
                                       "9999999999999999999999",
                                       "12.34567890123x" };
    int32_t n = 77;
    (void)state;
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(str_e7(str_of(bad[i]), &n));
    assert_int_equal(n, 77);
    for (size_t round = 0; round < 5000; round++) {
        char text[32];
        int32_t e7 = (int32_t)((int64_t)rng_below(&rng, 3600000001) - 1800000000);
        int32_t size = e7 < 0 ? -e7 : e7;
        snprintf(text, sizeof(text), "%s%d.%07d%s", e7 < 0 ? "-" : "", size / 10000000,
                 size % 10000000, round % 2 == 0 ? "" : "99");
        assert_true(str_e7(str_of(text), &n));
        assert_int_equal(n, e7);
    }
    assert_true(str_e7(STR("-71.0824"), &n) && n == -710824000);
    assert_true(str_e7(STR("42"), &n) && n == 420000000);
    assert_true(str_e7(STR("-0.5"), &n) && n == -5000000);
    assert_true(str_e7(STR("180"), &n) && n == 1800000000);
    assert_true(str_e7(STR("-180.0"), &n) && n == -1800000000);
}

/* A second opinion, from the definition: decode, and demand that nothing shorter would do. */
static size_t
slow_letter(struct str s)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (s.len == 0)
        return 0;
    uint8_t first = (uint8_t)s.at[0];
    if (first < 0x80)
        return 1;
    size_t len = 0;
    while (len < 8 && (first & (0x80 >> len)) != 0)
        len++;
    if (len < 2 || len > 4 || s.len < len)
        return 0;
    uint32_t code = first & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (((uint8_t)s.at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((uint8_t)s.at[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least[len] || code > 0x10ffff || surrogate ? 0 : len;
}

static void
letters_are_those_of_utf8(void **state)
{
    static const uint8_t seconds[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
                                       0x9f, 0xa0, 0xbf, 0xc0, 0xff };
    (void)state;
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t k = 0; k < countof(seconds) * countof(seconds); k++) {
                char s[4] = { (char)first, (char)second, (char)seconds[k / countof(seconds)],
                              (char)seconds[k % countof(seconds)] };
                for (size_t len = k == 0 ? 0 : 4; len <= 4; len++)
                    assert_int_equal(str_letter(str_bytes(s, len)), slow_letter(str_bytes(s, len)));
            }
}

static void
a_text_is_utf8_when_all_of_it_is(void **state)
{
    char text[8];
    (void)state;
    for (size_t round = 0; round < 200000; round++) {
        static const uint8_t bytes[] = {
            'a', 0xc3, 0xa9, 0xe4, 0xbd, 0xa0, 0xf0, 0x9f, 0x98, 0x80
        };
        size_t len = rng_below(&rng, sizeof(text) + 1), at = 0, letter;
        for (size_t i = 0; i < len; i++)
            text[i] = (char)bytes[i > 0 && rng_below(&rng, 4) > 0 ? (round + i) % sizeof(bytes)
                                                                  : rng_below(&rng, sizeof(bytes))];
        while (at < len && (letter = slow_letter(str_bytes(text + at, len - at))) > 0)
            at += letter;
        assert_int_equal(str_is_utf8(str_bytes(text, len)), at == len);
        assert_int_equal(str_is_printable(str_bytes(text, len)), at == len);
    }
}

static void
control_characters_do_not_print(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0xa0; c++) {
        char one[2] = { (char)c, 0 }, two[2] = { (char)0xc2, (char)c };
        struct str s = c < 0x80 ? str_bytes(one, 1) : str_bytes(two, 2);
        assert_true(str_is_utf8(s));
        assert_int_equal(str_is_printable(s), c >= 0x20 && c < 0x7f);
    }
    assert_true(str_is_printable(STR("\xc2\xa0")));
    assert_true(str_is_printable((struct str){ NULL, 0 }));
}

static void
filling_pads_with_zeros_or_refuses(void **state)
{
    char to[4], memory[8];
    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        struct str s = draw(memory, sizeof(memory));
        memset(to, 'x', sizeof(to));
        assert_int_equal(str_fill(to, sizeof(to), s), s.len < sizeof(to));
        for (size_t i = 0; i < sizeof(to); i++)
            assert_int_equal(to[i], s.len < sizeof(to) && i < s.len ? s.at[i] : 0);
    }
    char *copy = str_dup(STR("gift"));
    assert_string_equal(copy, "gift");
    free(copy);
    copy = str_dup((struct str){ NULL, 0 });
    assert_string_equal(copy, "");
    free(copy);
}

static void
hex_there_and_back(void **state)
{
    uint8_t bytes[20], back[20];
    char text[41];
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        size_t len = rng_below(&rng, sizeof(bytes) + 1);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)rng_next(&rng);
        hex_of(text, bytes, len);
        assert_int_equal(strlen(text), 2 * len);
        assert_true(hex_to(back, len, str_of(text)));
        assert_memory_equal(bytes, back, len == 0 ? 1 : len);
        assert_false(hex_to(back, len + 1, str_of(text)));
        if (len > 0) {
            text[rng_below(&rng, 2 * len)] = "g/:@`G "[rng_below(&rng, 7)];
            assert_false(hex_to(back, len, str_of(text)));
        }
        memcpy(back, bytes, sizeof(back));
    }
    assert_true(hex_to(back, 2, STR("aBCd")) && back[0] == 0xab && back[1] == 0xcd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_equality_agree),
        cmocka_unit_test(cutting_gives_the_parts_that_joining_takes),
        cmocka_unit_test(trimming_takes_blanks_and_nothing_else),
        cmocka_unit_test(whole_numbers_are_read_as_printed),
        cmocka_unit_test(degrees_are_read_as_printed_and_stay_on_earth),
        cmocka_unit_test(letters_are_those_of_utf8),
        cmocka_unit_test(a_text_is_utf8_when_all_of_it_is),
        cmocka_unit_test(control_characters_do_not_print),
        cmocka_unit_test(filling_pads_with_zeros_or_refuses),
        cmocka_unit_test(hex_there_and_back),
    };
    rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
