/* crc_test.c - the checksum against its published check value, and in pieces. */
#include "tests/client/scratch.h"

#include "common/client/crc.h"

static void
the_check_value_is_the_published_one(void **state)
{
    (void)state;
    assert_int_equal(crc_add(0, STR("123456789")), 0xcbf43926u);
    assert_int_equal(crc_add(0, STR("")), 0);
}

static void
pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    struct rng r = seed();
    char bytes[200];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)rng_next(&r);
    for (int round = 0; round < 500; round++) {
        size_t len = rng_below(&r, sizeof(bytes) + 1), cut = rng_below(&r, len + 1);
        uint32_t whole = crc_add(0, (struct str){ bytes, len });
        uint32_t first = crc_add(0, (struct str){ bytes, cut });
        assert_int_equal(crc_add(first, (struct str){ bytes + cut, len - cut }), whole);
    }
}

static void
every_single_flipped_bit_changes_it(void **state)
{
    (void)state;
    uint8_t bytes[64] = { 1, 2, 3 };
    uint32_t good = crc_add(0, str_bytes(bytes, sizeof(bytes)));
    for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(crc_add(0, str_bytes(bytes, sizeof(bytes))), good);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_is_the_published_one),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(every_single_flipped_bit_changes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
