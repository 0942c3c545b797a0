/* record_test.c - numbers, octets and instants as records spell them: one spelling each. */
#include "workers/core/record.h"

#include "tests/check.h"
#include "tests/seed.h"

static struct buf b;

static struct cur
put_again(void)
{
    return cur_of(buf_str(&b));
}

static void
a_count_takes_the_bytes_it_needs_and_no_other_spelling(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t round = 0; round < 5000; round++) {
        uint64_t n = rng_next(&r) >> (2 + rng_below(&r, 62));
        size_t bits = 0;
        while (bits < 62 && n >> bits != 0)
            bits++;
        buf_clear(&b);
        record_put_count(&b, n);
        assert_int_equal(b.len, bits == 0 ? 1 : (bits + 6) / 7);
        struct cur c = put_again();
        assert_int_equal(record_get_count(&c, n), n);
        assert_true(cur_done(&c));
        c = put_again();
        if (n > 0)
            assert_int_equal(record_get_count(&c, n - 1), 0);
        assert_int_equal(c.failed, n > 0);
        b.data[b.len - 1] |= 0x80; /* and a zero: the same number, longer */
        buf_put_u8(&b, 0);
        c = put_again();
        record_get_count(&c, UINT64_MAX);
        assert_true(c.failed);
    }
    buf_clear(&b);
    for (size_t i = 0; i < 20; i++)
        buf_put_u8(&b, 0xff);
    struct cur c = put_again();
    record_get_count(&c, UINT64_MAX);
    assert_true(c.failed);
}

static void
octets_end_within_the_record(void **state)
{
    static const char words[300] = "words";
    (void)state;
    for (size_t len = 0; len <= sizeof(words); len++) {
        buf_clear(&b);
        record_put_text(&b, str_bytes(words, len));
        struct cur c = put_again();
        assert_true(str_eq(record_get_text(&c), str_bytes(words, len)));
        assert_true(cur_done(&c));
        c = cur_of(str_bytes(b.data, b.len - 1));
        assert_int_equal(record_get_text(&c).len, 0);
        assert_true(c.failed);
    }
}

static void
an_instant_comes_back_from_its_distance(void **state)
{
    static const instant edges[] = { -INSTANT_MAX, -1, 0, 1, 1700000000000, INSTANT_MAX };
    (void)state;
    for (size_t i = 0; i < countof(edges); i++)
        for (size_t k = 0; k <= countof(edges); k++) {
            instant at = k == countof(edges) ? NEVER : edges[k];
            buf_clear(&b);
            record_put_since(&b, edges[i], at);
            struct cur c = put_again();
            assert_int_equal(record_get_since(&c, edges[i]), at);
            assert_true(cur_done(&c));
            if (at == edges[i] || at == NEVER)
                assert_int_equal(b.len, 1);
        }
    buf_clear(&b);
    record_put_since(&b, 0, 1);
    struct cur c = put_again();
    assert_int_equal(record_get_since(&c, INSTANT_MAX), 0);
    assert_true(c.failed); /* beyond */
    buf_clear(&b);
    record_put_count(&b, 2);
    c = put_again();
    record_get_since(&c, 0);
    assert_true(c.failed); /* no distance, but before */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_takes_the_bytes_it_needs_and_no_other_spelling),
        cmocka_unit_test(octets_end_within_the_record),
        cmocka_unit_test(an_instant_comes_back_from_its_distance),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_fini(&b);
    return failed;
}
