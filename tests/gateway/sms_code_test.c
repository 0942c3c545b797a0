/* sms_code_test.c - tables of messages: which are codes, and what they ask for. */
#include "tests/check.h"

#include "gateways/sms/code.h"

#include <string.h>

static const struct {
    const char *text;
    enum crew_code code;
    unsigned number;
    const char *rest, *reason;
} crew[] = {
    { "1a", CREW_ACCEPT, 1, "", "busy" },
    { " 12 A. ", CREW_ACCEPT, 12, "", "busy" },
    { "1接单", CREW_ACCEPT, 1, "", "busy" },
    { "１ａ", CREW_ACCEPT, 1, "", "busy" }, /* full-width */
    { "2d", CREW_DECLINE, 2, "", "busy" },
    { "2d far", CREW_DECLINE, 2, "far", "far" },
    { "2拒远", CREW_DECLINE, 2, "远", "far" },
    { "2拒单，下班了", CREW_DECLINE, 2, "下班了", "shift" },
    { "3c 4711", CREW_COME, 3, "4711", "busy" },
    { "3到", CREW_COME, 3, "", "busy" },
    { "4r Fuse was blown", CREW_RESOLVE, 4, "Fuse was blown", "busy" },
    { "5g", CREW_GO, 5, "", "busy" },
    { "6w", CREW_WORK, 6, "", "busy" },
    { "?", CREW_LIST, 0, "", "busy" },
    { "？", CREW_LIST, 0, "", "busy" },
    { "列表", CREW_LIST, 0, "", "busy" },
    { "1", CREW_NONE, 1, "", "busy" },
    { "a", CREW_NONE, 0, "", "busy" },
    { "1 apple", CREW_NONE, 1, "", "busy" },
    { "123a", CREW_NONE, 0, "", "busy" },
    { "0a", CREW_NONE, 0, "", "busy" },
    { "", CREW_NONE, 0, "", "busy" },
};

static void
engineers_codes_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(crew); i++) {
        const struct crew_said said = sms_crew_code(str_of(crew[i].text));
        assert_int_equal(said.code, crew[i].code);
        assert_int_equal(said.number, crew[i].number);
        assert_string_equal(said.rest, crew[i].rest);
        assert_string_equal(said.reason, crew[i].reason);
    }
}

static void
a_code_means_what_the_order_asks(void **state)
{
    (void)state;
    assert_string_equal(sms_crew_verb(CREW_ACCEPT, ORDER_TRANSFER), "take_over");
    assert_string_equal(sms_crew_verb(CREW_DECLINE, ORDER_HELP), "step_back");
    assert_null(sms_crew_verb(CREW_RESOLVE, ORDER_HELP));
    assert_null(sms_crew_verb(CREW_NONE, ORDER_OFFER));
}

static void
any_bytes_are_read_within_their_bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = { "1", "a",  "接单", "拒", "远",       " ",
                                          "r", "５", "？",   "。", "\xe3\x80", "\xff" };
    struct rng rng = seed();
    for (size_t round = 0; round < 20000; round++) {
        struct buf b = { 0 };
        for (size_t i = rng_below(&rng, round % 50 == 0 ? 600 : 6); i > 0; i--) {
            const char *piece = pieces[rng_below(&rng, countof(pieces))];
            buf_put(&b, piece, strlen(piece));
        }
        const struct crew_said e = sms_crew_code(buf_str(&b));
        assert_true(e.number < 100 && strlen(e.rest) < sizeof(e.rest));
        assert_true(str_is_utf8(str_of(e.rest)));
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engineers_codes_are_read),
        cmocka_unit_test(a_code_means_what_the_order_asks),
        cmocka_unit_test(any_bytes_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
