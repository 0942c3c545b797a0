/* number_test.c - numbers for people: what is misheard is noticed. */
#include "common/wire/body.h"
#include "tests/wire/draw.h"

static struct draw draw;

static void
draw_number(char out[32])
{
    struct ticket_id id;
    draw_bytes(&draw, id.b, sizeof(id.b));
    number_of(out, "N1", id);
}

static bool
good(const char *number)
{
    struct str code, digits;
    return number_check(str_of(number), &code, &digits);
}

/* Check digits worked out apart from this program, by a script whose MOD 11,10 gives 5 for
 * ISO 7064's own example, 0794. */
static void
a_number_is_the_code_the_ids_digits_and_a_check(void **state)
{
    static const struct {
        const char *code;
        uint64_t n; /* the id's first eight bytes */
        const char *number;
    } rows[] = {
        { "N1", 0, "N1-0000000000-1" },
        { "N1", 1000, "N1-0000001000-7" },
        { "N1", 1234567890, "N1-1234567890-3" },
        { "N-1", 79999999999, "N-1-9999999999-4" },
        { "LONGEST", UINT64_MAX, "LONGEST-3709551615-2" },
    };
    struct str code, digits;
    char number[32];
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct ticket_id id = { { 0 } };
        draw_bytes(&draw, id.b, sizeof(id.b)); /* the rest is no part of it */
        for (size_t k = 0; k < 8; k++)
            id.b[k] = (uint8_t)(rows[i].n >> (8 * (7 - k)));
        number_of(number, rows[i].code, id);
        assert_string_equal(number, rows[i].number);
        assert_true(number_check(str_of(number), &code, &digits));
        assert_true(str_is(code, rows[i].code));
        assert_memory_equal(digits.at, strrchr(number, '-') - 10, 10);
        assert_int_equal(digits.len, 10);
    }
}

static void
every_wrong_digit_is_noticed(void **state)
{
    char number[32];
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        draw_number(number);
        assert_true(good(number));
        for (size_t i = 3; i < 15; i++) {
            char was = number[i];
            if (was == '-')
                continue;
            for (char c = '0'; c <= '9'; c++) {
                number[i] = c;
                assert_int_equal(good(number), c == was);
            }
            number[i] = was;
        }
    }
}

static void
nearly_every_swap_of_neighbours_is_noticed(void **state)
{
    size_t swaps = 0, missed = 0;
    char number[32];
    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        draw_number(number);
        for (size_t i = 3; i < 12; i++) {
            if (number[i] == number[i + 1])
                continue;
            char first = number[i];
            number[i] = number[i + 1];
            number[i + 1] = first;
            swaps++;
            missed += good(number) ? 1 : 0;
            number[i + 1] = number[i];
            number[i] = first;
        }
    }
    print_message("%zu of %zu swaps missed\n", missed, swaps);
    assert_true(missed * 40 < swaps);
}

static void
what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = { "",
                                       "N1",
                                       "-0000000000-1",
                                       "N1-000000000-1",
                                       "N1-00000000000-1",
                                       "N1-0000000000-",
                                       "N1-0000000000",
                                       "N1-0000000000-x",
                                       "N1-000000000a-1",
                                       "N1 0000000000-1",
                                       "N1-0000000000 1",
                                       "N1-0000000000-1 ",
                                       "TOOLONGX-0000000000-1" };
    struct str code, digits;
    char number[32];
    (void)state;
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(good(bad[i]));
    assert_false(number_check((struct str){ NULL, 0 }, &code, &digits));
    for (size_t round = 0; round < 100; round++) {
        draw_number(number);
        for (size_t len = 0; len < 15; len++)
            assert_false(number_check(str_bytes(number, len), &code, &digits));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_the_code_the_ids_digits_and_a_check),
        cmocka_unit_test(every_wrong_digit_is_noticed),
        cmocka_unit_test(nearly_every_swap_of_neighbours_is_noticed),
        cmocka_unit_test(what_is_no_number_is_refused),
    };
    draw.rng = seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
