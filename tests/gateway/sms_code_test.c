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

static const struct {
    const char *text;
    enum wish wish;
    const char *number, *rest;
} customers[] = {
    { "催单", WISH_NUDGE, "", "" },
    { "催单！！", WISH_NUDGE, "", "" },
    { "催单 快点吧", WISH_NUDGE, "", "快点吧" },
    { "Nudge N1-0123456789-4", WISH_NUDGE, "N1-0123456789-4", "" },
    { "n1-0123456789-4 nudge", WISH_NUDGE, "n1-0123456789-4", "" },
    { "N1-0123456789-4", WISH_STATUS, "N1-0123456789-4", "" },
    { "N1-0123456789-4 the Gate is locked", WISH_NOTE, "N1-0123456789-4", "the Gate is locked" },
    { "接受", WISH_YES, "", "" },
    { "YES.", WISH_YES, "", "" },
    { "同意。", WISH_YES, "", "" },
    { "不同意", WISH_NO, "", "" },
    { "拒绝，还在漏水", WISH_NO, "", "还在漏水" },
    { "reject Still leaking", WISH_NO, "", "Still leaking" },
    { "取消", WISH_CANCEL, "", "" },
    { "cancel", WISH_CANCEL, "", "" },
    { "5", WISH_SCORE, "", "" },
    { "５分", WISH_SCORE, "", "" },
    { "补充 门锁着", WISH_NOTE, "", "门锁着" },
    { "投诉 态度差", WISH_COMPLAIN, "", "态度差" },
    { "进度", WISH_STATUS, "", "" },
    /* words of his own */
    { "no power in building 3", WISH_NONE, "", "" },
    { "yes the lift is stuck again", WISH_NONE, "", "" },
    { "cancel my subscription", WISH_NONE, "", "" },
    { "notebook does not start", WISH_NONE, "", "" },
    { "accepted", WISH_NONE, "", "" },
    { "6", WISH_NONE, "", "" },
    { "55", WISH_NONE, "", "" },
    { "5 floors without water", WISH_NONE, "", "" },
    { "好了吗", WISH_NONE, "", "" },
    { "三号楼断电", WISH_NONE, "", "" },
    { "", WISH_NONE, "", "" },
};

static void
customers_words_are_read_and_reports_are_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(customers); i++) {
        const struct customer_said said = sms_customer_code(str_of(customers[i].text));
        if (said.wish != customers[i].wish)
            printf("at: %s\n", customers[i].text);
        assert_int_equal(said.wish, customers[i].wish);
        assert_string_equal(said.number, customers[i].number);
        assert_string_equal(said.rest, customers[i].rest);
    }
    assert_int_equal(sms_customer_code(STR("４")).score, 4);
}

static void
a_word_means_what_the_tickets_state_allows(void **state)
{
    (void)state;
    assert_string_equal(sms_customer_verb(WISH_YES, "resolved"), "approve");
    assert_string_equal(sms_customer_verb(WISH_YES, "pending_customer"), "quote_accept");
    assert_null(sms_customer_verb(WISH_YES, "queued"));
    assert_string_equal(sms_customer_verb(WISH_NO, "closed"), "reopen");
    assert_string_equal(sms_customer_verb(WISH_NO, "rejected"), "appeal");
    assert_string_equal(sms_customer_verb(WISH_SCORE, "closed"), "survey_answer");
    assert_null(sms_customer_verb(WISH_SCORE, "working"));
    assert_null(sms_customer_verb(WISH_NUDGE, "closed"));
    assert_string_equal(sms_customer_verb(WISH_NUDGE, ""), "nudge");
    assert_null(sms_customer_verb(WISH_STATUS, "queued"));
    assert_true(sms_wants_note("reopen"));
    assert_false(sms_wants_note("approve"));
    assert_string_equal(sms_crew_verb(CREW_ACCEPT, ORDER_TRANSFER), "take_over");
    assert_string_equal(sms_crew_verb(CREW_DECLINE, ORDER_HELP), "step_back");
    assert_null(sms_crew_verb(CREW_RESOLVE, ORDER_HELP));
    assert_null(sms_crew_verb(CREW_NONE, ORDER_OFFER));
}

static void
any_bytes_are_read_within_their_bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = { "1",  "a",  "催单", "拒绝",     " ",    "n1-0123456789-4",
                                          "no", "５", "。",   "\xe3\x80", "\xff", "-" };
    struct rng rng = seed();
    for (size_t round = 0; round < 20000; round++) {
        struct buf b = { 0 };
        for (size_t i = rng_below(&rng, round % 50 == 0 ? 600 : 6); i > 0; i--) {
            const char *piece = pieces[rng_below(&rng, countof(pieces))];
            buf_put(&b, piece, strlen(piece));
        }
        const struct crew_said e = sms_crew_code(buf_str(&b));
        const struct customer_said c = sms_customer_code(buf_str(&b));
        assert_true(e.number < 100 && strlen(e.rest) < sizeof(e.rest));
        assert_true(strlen(c.rest) < sizeof(c.rest) && strlen(c.number) < sizeof(c.number));
        assert_true(str_is_utf8(str_of(c.rest)) && str_is_utf8(str_of(e.rest)));
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engineers_codes_are_read),
        cmocka_unit_test(customers_words_are_read_and_reports_are_left_alone),
        cmocka_unit_test(a_word_means_what_the_tickets_state_allows),
        cmocka_unit_test(any_bytes_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
