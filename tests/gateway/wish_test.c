/* wish_test.c - what customers' short messages ask for, in every channel: the words, and that no
 * verb is given which the ticket's life refuses. */
#include "tests/check.h"

#include "common/wire/names.h"
#include "gateways/wish.h"
#include "workers/core/life.h"

static const struct {
    const char *text;
    enum wish wish;
    const char *number, *rest;
} rows[] = {
    { "催单", WISH_NUDGE, "", "" },
    { "催单！！", WISH_NUDGE, "", "" },
    { "催单 快点吧", WISH_NUDGE, "", "快点吧" },
    { "催单快点吧", WISH_NUDGE, "", "快点吧" },
    { "Nudge N1-0123456789-4", WISH_NUDGE, "N1-0123456789-4", "" },
    { "催单n1-0123456789-4", WISH_NUDGE, "N1-0123456789-4", "" },
    { "n1-0123456789-4 nudge", WISH_NUDGE, "N1-0123456789-4", "" },
    { "ｎｕｄｇｅ，ｎ１－０１２３４５６７８９－４", WISH_NUDGE, "N1-0123456789-4", "" },
    { "nudge, please", WISH_NUDGE, "", "please" },
    { "any news?", WISH_NUDGE, "", "" },
    { "请尽快！客户在等", WISH_NUDGE, "", "客户在等" },
    { "N1-0123456789-4", WISH_STATUS, "N1-0123456789-4", "" },
    { "N1-0123456789-4 the Gate is locked", WISH_NOTE, "N1-0123456789-4", "the Gate is locked" },
    { "接受", WISH_YES, "", "" },
    { "YES.", WISH_YES, "", "" },
    { "同意。", WISH_YES, "", "" },
    { "已修好，谢谢", WISH_YES, "", "" },
    { "ok, thanks!", WISH_YES, "", "" },
    { "accepted", WISH_YES, "", "" },
    { "不同意", WISH_NO, "", "" },
    { "不同意，太贵", WISH_NO, "", "太贵" },
    { "拒绝，还在漏水", WISH_NO, "", "还在漏水" },
    { "reject Still leaking", WISH_NO, "", "Still leaking" },
    { "reject C1-0123456789-4: Still leaking", WISH_NO, "C1-0123456789-4", "Still leaking" },
    { "没修好还在漏", WISH_REOPEN, "", "还在漏" },
    { "Not fixed: it drips again", WISH_REOPEN, "", "it drips again" },
    { "取消", WISH_CANCEL, "", "" },
    { "cancel, it works again", WISH_CANCEL, "", "it works again" },
    { "继续", WISH_RESUME, "", "" },
    { "5", WISH_SCORE, "", "" },
    { "５分", WISH_SCORE, "", "" },
    { "评分：4", WISH_SCORE, "", "" },
    { "5/5", WISH_SCORE, "", "" },
    { "Score: 1 awful", WISH_SCORE, "", "awful" },
    { "4分，很快", WISH_SCORE, "", "很快" },
    { "C1-0123456789-4 3", WISH_SCORE, "C1-0123456789-4", "" },
    { "补充 门锁着", WISH_NOTE, "", "门锁着" },
    { "note: cancel your dog", WISH_NOTE, "", "cancel your dog" },
    { "投诉 态度差", WISH_COMPLAIN, "", "态度差" },
    { "进度", WISH_STATUS, "", "" },
    { "status n1-0000000001-2", WISH_STATUS, "N1-0000000001-2", "" },
    /* words of his own */
    { "no power in building 3", WISH_NONE, "", "no power in building 3" },
    { " yes the lift is stuck again ", WISH_NONE, "", "yes the lift is stuck again" },
    { "cancel my subscription", WISH_NONE, "", "cancel my subscription" },
    { "accept payments does not work", WISH_NONE, "", "accept payments does not work" },
    { "取消不了预约", WISH_NONE, "", "取消不了预约" },
    { "拒绝访问", WISH_NONE, "", "拒绝访问" },
    { "不接受信用卡", WISH_NONE, "", "不接受信用卡" },
    { "notebook does not start", WISH_NONE, "", "notebook does not start" },
    { "nudged", WISH_NONE, "", "nudged" },
    { "okapi", WISH_NONE, "", "okapi" },
    { "urgent: the lift is stuck", WISH_NONE, "", "urgent: the lift is stuck" },
    { "6", WISH_NONE, "", "6" },
    { "55", WISH_NONE, "", "55" },
    { "15", WISH_NONE, "", "15" },
    { "5 floors without water", WISH_NONE, "", "5 floors without water" },
    { "5星酒店停电", WISH_NONE, "", "5星酒店停电" },
    { "好了吗", WISH_NONE, "", "好了吗" },
    { "三号楼断电", WISH_NONE, "", "三号楼断电" },
    { "AB-0123456789 is broken", WISH_NONE, "", "AB-0123456789 is broken" },
    { "", WISH_NONE, "", "" },
    { "。", WISH_NONE, "", "。" },
};

static void
words_are_read_and_reports_are_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        const struct wished w = wish_of(str_of(rows[i].text));
        if (w.wish != rows[i].wish || !str_is(w.rest, rows[i].rest) ||
            strcmp(w.number, rows[i].number) != 0)
            fail_msg("\"%s\": %d, \"%s\", \"%.*s\"", rows[i].text, w.wish, w.number,
                     STR_ARG(w.rest));
        assert_true((w.score > 0) == (w.wish == WISH_SCORE));
    }
    assert_int_equal(wish_of(STR("４")).score, 4);
    assert_int_equal(wish_of(STR("满意度：3分")).score, 3);
}

static void
a_wish_is_a_verb_where_the_ticket_takes_it_and_nowhere_else(void **state)
{
    (void)state;
    for (enum wish w = WISH_NONE; w < WISHES; w++)
        for (enum ticket_state s = TICKET_TRIAGED; s < TICKET_STATES; s++) {
            const char *name = wish_verb(w, state_name(s));
            enum verb v = name == NULL ? VERB_NOTE : verb_named(str_of(name));
            if (v == VERBS || life_allows(s, v, ROLE_GATEWAY) != REFUSAL_NONE)
                fail_msg("%s of a ticket that is %s", name, state_name(s));
        }
    for (enum wish w = WISH_NUDGE; w < WISHES; w++)
        assert_true((wish_verb(w, wish_state(w)) != NULL) == (w != WISH_STATUS));
}

static const struct {
    enum wish wish;
    const char *state, *verb;
} meanings[] = {
    { WISH_YES, "resolved", "approve" },
    { WISH_YES, "pending_customer", "quote_accept" },
    { WISH_YES, "queued", NULL },
    { WISH_NO, "closed", "reopen" },
    { WISH_NO, "rejected", "appeal" },
    { WISH_NO, "pending_customer", "quote_decline" },
    { WISH_NO, "working", NULL },
    { WISH_REOPEN, "closed", "reopen" },
    { WISH_REOPEN, "working", "nudge" },
    { WISH_SCORE, "closed", "survey_answer" },
    { WISH_SCORE, "working", NULL },
    { WISH_NUDGE, "closed", NULL },
    { WISH_NUDGE, "resolved", NULL },
    { WISH_NUDGE, "", "nudge" },
    { WISH_CANCEL, "received", "cancel" },
    { WISH_RESUME, "pending_customer", "resume" },
    { WISH_RESUME, "held", NULL },
    { WISH_NOTE, "cancelled", "note" },
    { WISH_COMPLAIN, "closed", "complain" },
    { WISH_NONE, "queued", NULL },
};

static void
a_wish_means_what_the_state_of_the_ticket_makes_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(meanings); i++) {
        const char *verb = wish_verb(meanings[i].wish, meanings[i].state);
        if (meanings[i].verb == NULL)
            assert_null(verb);
        else
            assert_string_equal(verb, meanings[i].verb);
    }
    assert_true(wish_wants_words("reopen") && !wish_wants_words("approve"));
}

/* ---- the table of docs/gateways.md */

static const char *const names[WISHES] = {
    [WISH_NUDGE] = "urge",          [WISH_YES] = "good",        [WISH_NO] = "not good",
    [WISH_REOPEN] = "not repaired", [WISH_CANCEL] = "withdraw", [WISH_RESUME] = "go on",
    [WISH_SCORE] = "score",         [WISH_NOTE] = "more words", [WISH_COMPLAIN] = "complain",
    [WISH_STATUS] = "how is it",
};

static void
check_words(enum wish wish, struct str cell)
{
    for (size_t i = 0; i < cell.len; i++)
        if (cell.at[i] == ';')
            ((char *)(uintptr_t)cell.at)[i] = ',';
    while (cell.len > 0) {
        struct str item = str_cut(&cell, ','), word = str_trim(str_cut(&item, '*'));
        if (word.len > 0 && wish_of(word).wish != wish)
            fail_msg("docs/gateways.md: %.*s is not \"%s\"", STR_ARG(word), names[wish]);
    }
}

static void
check_verbs(enum wish wish, struct str cell)
{
    while (cell.len > 0) {
        struct str item = str_cut(&cell, ','), verb;
        bool found = false;
        str_cut(&item, '`');
        verb = str_cut(&item, '`');
        for (enum ticket_state s = TICKET_TRIAGED; s < TICKET_STATES && verb.len > 0; s++) {
            const char *name = wish_verb(wish, state_name(s));
            found = found || (name != NULL && str_is(verb, name));
        }
        if (verb.len > 0 && !found)
            fail_msg("docs/gateways.md: \"%s\" is never %.*s", names[wish], STR_ARG(verb));
    }
}

static void
the_table_of_the_page_is_the_table_of_the_code(void **state)
{
    (void)state;
    char line[1024];
    size_t seen = 0;
    enum wish wish = WISH_NONE;
    FILE *f = fopen("docs/gateways.md", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL && !str_starts(str_of(line), STR("| | words |")))
        ;
    while (fgets(line, sizeof(line), f) != NULL && line[0] == '|') {
        struct str row = str_of(line + 1), name = str_trim(str_cut(&row, '|'));
        for (enum wish w = WISH_NUDGE; w < WISHES; w++)
            if (str_is(name, names[w])) {
                wish = w;
                seen++;
            }
        check_words(wish, str_cut(&row, '|'));
        check_verbs(wish, str_cut(&row, '|'));
    }
    fclose(f);
    assert_int_equal(seen, WISHES - 1);
}

static void
any_bytes_are_read_within_their_bounds(void **state)
{
    (void)state;
    static const char *const pieces[] = { "1",  "没修好",          "催单", "拒绝",
                                          " ",  "n1-0123456789-4", "no",   "５",
                                          "。", "\xe3\x80",        "\xff", "-" };
    struct rng rng = seed();
    for (size_t round = 0; round < 20000; round++) {
        struct buf b = { 0 };
        for (size_t i = rng_below(&rng, round % 50 == 0 ? 600 : 6); i > 0; i--) {
            const char *piece = pieces[rng_below(&rng, countof(pieces))];
            buf_put(&b, piece, strlen(piece));
        }
        char *exact = malloc(b.len + 1); /* a read past it is seen */
        memcpy(exact, b.data == NULL ? (const uint8_t *)"" : b.data, b.len);
        const struct wished w = wish_of(str_bytes(exact, b.len));
        assert_true(w.rest.len <= b.len && strlen(w.number) < sizeof(w.number));
        if (w.rest.len > 0)
            assert_true(w.rest.at >= exact && w.rest.at + w.rest.len <= exact + b.len);
        assert_true(w.wish == WISH_SCORE ? w.score >= 1 && w.score <= 5 : w.score == 0);
        free(exact);
        buf_fini(&b);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read_and_reports_are_left_alone),
        cmocka_unit_test(a_wish_is_a_verb_where_the_ticket_takes_it_and_nowhere_else),
        cmocka_unit_test(a_wish_means_what_the_state_of_the_ticket_makes_of_it),
        cmocka_unit_test(the_table_of_the_page_is_the_table_of_the_code),
        cmocka_unit_test(any_bytes_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
