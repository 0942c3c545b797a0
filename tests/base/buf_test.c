/* buf_test.c - bytes that grow, and the cursor that reads them back. */
#include "common/base/buf.h"
#include "tests/check.h"

static struct rng rng;

/* One value of a random type is put, or got and compared: `n` decides which and what. */
static void
put_value(struct buf *b, uint64_t n)
{
    static const char text[] = "a text of up to thirty-two bytes.";
    switch (n % 8) {
    case 0:
        buf_put_u8(b, (uint8_t)(n >> 8));
        break;
    case 1:
        buf_put_u16(b, (uint16_t)(n >> 8));
        break;
    case 2:
        buf_put_u32(b, (uint32_t)(n >> 8));
        break;
    case 3:
        buf_put_u64(b, n);
        break;
    case 4:
        buf_put_i32(b, (int32_t)(uint32_t)(n >> 8));
        break;
    case 5:
        buf_put_i64(b, (int64_t)n);
        break;
    case 6:
        buf_put_str(b, str_bytes(text, (n >> 8) % 33));
        break;
    default:
        buf_put(b, text, (n >> 8) % 33);
    }
}

static bool
same_value(struct cur *c, uint64_t n)
{
    static const char text[] = "a text of up to thirty-two bytes.";
    char bytes[33];
    size_t len = (n >> 8) % 33;
    switch (n % 8) {
    case 0:
        return cur_u8(c) == (uint8_t)(n >> 8);
    case 1:
        return cur_u16(c) == (uint16_t)(n >> 8);
    case 2:
        return cur_u32(c) == (uint32_t)(n >> 8);
    case 3:
        return cur_u64(c) == n;
    case 4:
        return cur_i32(c) == (int32_t)(uint32_t)(n >> 8);
    case 5:
        return cur_i64(c) == (int64_t)n;
    case 6:
        return str_eq(cur_str(c), str_bytes(text, len));
    default:
        cur_get(c, bytes, len);
        return str_eq(str_bytes(bytes, len), str_bytes(text, len));
    }
}

static void
what_is_put_is_got_in_order(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        size_t count = rng_below(&rng, 40);
        struct rng again = rng;
        buf_clear(&b);
        for (size_t i = 0; i < count; i++)
            put_value(&b, rng_next(&rng));
        struct cur c = cur_of(buf_str(&b));
        for (size_t i = 0; i < count; i++)
            assert_true(same_value(&c, rng_next(&again)));
        assert_true(cur_done(&c));
    }
    buf_fini(&b);
    assert_null(b.data);
}

static void
every_cut_is_noticed_once_and_for_all(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 50; round++) {
        struct rng start = rng;
        buf_clear(&b);
        for (size_t i = 0; i < 10; i++)
            put_value(&b, rng_next(&rng));
        for (size_t len = 0; len < b.len; len++) {
            char *cut = malloc(len == 0 ? 1 : len);
            assert_non_null(cut);
            memcpy(cut, b.data, len);
            struct rng again = start;
            struct cur c = cur_of(str_bytes(cut, len));
            for (size_t i = 0; i < 10; i++)
                (void)same_value(&c, rng_next(&again));
            assert_true(c.failed);
            assert_false(cur_done(&c));
            assert_int_equal(cur_u64(&c) | cur_u8(&c) | cur_u16(&c) | cur_u32(&c), 0);
            assert_int_equal(cur_str(&c).len, 0);
            uint8_t zeros[4] = { 1, 2, 3, 4 };
            cur_get(&c, zeros, sizeof(zeros));
            assert_int_equal(zeros[0] | zeros[1] | zeros[2] | zeros[3], 0);
            free(cut);
        }
    }
    buf_fini(&b);
}

static void
a_length_past_the_end_is_not_followed(void **state)
{
    static const char bomb[] = "\xff\xff\xff\xffxy";
    (void)state;
    struct cur c = cur_of(str_bytes(bomb, 6));
    struct str s = cur_str(&c);
    assert_true(c.failed && s.at == NULL && s.len == 0);
    c = cur_of((struct str){ NULL, 0 });
    assert_true(cur_done(&c));
    assert_int_equal(cur_u8(&c), 0);
    assert_true(c.failed);
}

static void
numbers_lie_little_end_first(void **state)
{
    struct buf b = { 0 };
    (void)state;
    buf_put_u16(&b, 0x0102);
    buf_put_u32(&b, 0x01020304);
    buf_put_i64(&b, -2);
    assert_memory_equal(b.data, "\2\1\4\3\2\1\xfe\xff\xff\xff\xff\xff\xff\xff", 14);
    assert_int_equal(b.len, 14);
    buf_fini(&b);
}

static void
growing_keeps_what_is_there(void **state)
{
    struct buf b = { 0 };
    (void)state;
    assert_non_null(buf_reserve(&b, 0));
    for (size_t i = 0; i < 100000; i++) {
        size_t more = rng_below(&rng, 4), before = b.len;
        uint8_t *at = rng_below(&rng, 2) == 0 ? buf_reserve(&b, more) : NULL;
        assert_int_equal(b.len, before);
        assert_true(b.cap >= b.len);
        if (at != NULL)
            assert_ptr_equal(at, b.data + b.len);
        buf_put_u8(&b, (uint8_t)i);
    }
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(b.data[i], (uint8_t)i);
    memset(buf_extend(&b, 5), 'e', 5);
    assert_int_equal(b.len, 100005);
    buf_fini(&b);
}

static void
printing_appends_and_ends_with_a_zero_that_does_not_count(void **state)
{
    struct buf b = { 0 };
    char expected[4096] = "";
    (void)state;
    assert_string_equal(buf_cstr(&b), "");
    for (int i = 0; i < 300; i++) {
        buf_printf(&b, "%d:%s;", i, i % 2 == 0 ? "even" : "odd");
        snprintf(expected + strlen(expected), 32, "%d:%s;", i, i % 2 == 0 ? "even" : "odd");
        assert_int_equal(b.len, strlen(expected));
        assert_string_equal(buf_cstr(&b), expected);
        assert_int_equal(b.len, strlen(expected));
    }
    buf_fini(&b);
}

/* As RFC 3629 draws it. */
static void
every_letter_is_put_as_str_letter_reads_it(void **state)
{
    static const struct {
        uint32_t c;
        const char *utf8;
    } rows[] = { { 'A', "A" },
                 { 0x7f, "\x7f" },
                 { 0x80, "\xc2\x80" },
                 { 0x7ff, "\xdf\xbf" },
                 { 0x800, "\xe0\xa0\x80" },
                 { 0x68af, "梯" },
                 { 0x10000, "\xf0\x90\x80\x80" },
                 { 0x10ffff, "\xf4\x8f\xbf\xbf" },
                 { 0x110000, "\xef\xbf\xbd" },
                 { 0xd800, "\xef\xbf\xbd" },
                 { 0xffffffff, "\xef\xbf\xbd" } };
    struct buf b = { 0 };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        buf_clear(&b);
        buf_put_letter(&b, rows[i].c);
        assert_string_equal(buf_cstr(&b), rows[i].utf8);
    }
    for (uint32_t c = 0; c < 0x110000; c++) {
        buf_clear(&b);
        buf_put_letter(&b, c);
        assert_int_equal(str_letter(buf_str(&b)), b.len);
    }
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_got_in_order),
        cmocka_unit_test(every_cut_is_noticed_once_and_for_all),
        cmocka_unit_test(a_length_past_the_end_is_not_followed),
        cmocka_unit_test(numbers_lie_little_end_first),
        cmocka_unit_test(growing_keeps_what_is_there),
        cmocka_unit_test(every_letter_is_put_as_str_letter_reads_it),
        cmocka_unit_test(printing_appends_and_ends_with_a_zero_that_does_not_count),
    };
    rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
