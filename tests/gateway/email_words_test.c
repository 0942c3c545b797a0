/* email_words_test.c - what a person has written himself, and what he asks for. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/email/address.h"
#include "gateways/email/answer.h"
#include "gateways/email/html.h"
#include "gateways/email/letter.h"
#include "gateways/email/reply.h"

static const struct {
    const char *text, *own;
} replies[] = {
    { "催单\n\n在 2026年11月20日 下午5:10，报修台 <f@g> 写道：\n> 已收到\n", "催单" },
    { "still broken\r\n\r\nOn Fri, Nov 20, 2026 at 5:10 PM Fault desk\r\n<f@g> wrote:\r\n> x\r\n",
      "still broken" },
    { "好的\n\n------------------ 原始邮件 ------------------\n发件人: \"报修台\"<f@g>;\n",
      "好的" },
    { "ok\n\n发件人：报修台\n发送时间：2026年\n收件人：李\n主题：Re\n\nold", "ok" },
    { "5\n\n发自我的iPhone", "5" },
    { "thanks\n-- \nLi Wei\nHead of IT", "thanks" },
    { "> will you be there?\nyes\n> when?\nat five\n", "yes\nat five" },
    { "see below\n\nFrom: Fault desk <f@g>\nSent: Friday\nTo: Li\nSubject: Re: x\n\nold",
      "see below" },
    { "On Friday Fault desk wrote:\n> it is repaired\n\n> is it?\n\nno\n-- \nLi Wei", "no" },
    { "On Friday Fault desk wrote:\n> it is repaired\n", "" },
    { "From: the cellar comes a smell\nof gas", "From: the cellar comes a smell\nof gas" },
    { "在车站那边写道具都坏了", "在车站那边写道具都坏了" },
    { "\n\n\na\n\n\n\nb\n", "a\n\nb" },
    { "", "" },
};

static void
only_own_words_are_left_of_a_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(replies); i++) {
        struct buf own = { 0 };
        reply_put(&own, str_of(replies[i].text));
        if (!str_is(buf_str(&own), replies[i].own))
            fail_msg("\"%s\": \"%s\"", replies[i].text, buf_cstr(&own));
        buf_fini(&own);
    }
}

static void
a_forwarded_report_is_kept(void **state)
{
    (void)state;
    static const char text[] = "---------- Forwarded message ---------\nFrom: x\n\nno power here";
    struct buf own = { 0 };
    reply_put_new(&own, str_of(text), STR("Fwd: power"));
    assert_non_null(strstr(buf_cstr(&own), "no power here"));
    buf_clear(&own);
    reply_put_new(&own, STR("> all quoted\n> here"), STR("x"));
    assert_string_equal(buf_cstr(&own), "> all quoted\n> here");
    buf_clear(&own);
    reply_put_new(&own, STR("-- \nonly a signature"), STR("x"));
    assert_string_equal(buf_cstr(&own), "-- \nonly a signature");
    buf_fini(&own);
}

static const struct {
    const char *words, *state, *verb;
    int64_t score;
} answers[] = {
    { "催单", "accepted", "nudge", 0 },
    { "请尽快！客户在等", "queued", "nudge", 0 },
    { "Nudge", "queued", "nudge", 0 },
    { "已修好，谢谢", "resolved", "approve", 0 },
    { "approve", "resolved", "approve", 0 },
    { "OK", "pending_customer", "quote_accept", 0 },
    { "同意", "pending_customer", "quote_accept", 0 },
    { "不同意，太贵", "pending_customer", "quote_decline", 0 },
    { "没修好，还是漏水", "resolved", "reopen", 0 },
    { "Not fixed: it drips again", "closed", "reopen", 0 },
    { "not fixed", "rejected", "appeal", 0 },
    { "取消", "queued", "cancel", 0 },
    { "5", "closed", "survey_answer", 5 },
    { "评分：4", "closed", "survey_answer", 4 },
    { "3分", "closed", "survey_answer", 3 },
    { "Score: 1 awful", "closed", "survey_answer", 1 },
    { "5", "accepted", "note", 0 },
    { "6", "closed", "note", 0 },
    { "15", "closed", "note", 0 },
    { "nobody was here", "accepted", "note", 0 },
    { "okapi", "resolved", "note", 0 },
    { "the key is with the neighbour", "accepted", "note", 0 },
    { "note: cancel your dog", "accepted", "note", 0 },
    { "approve of what you do I cannot, for all that I have tried to understand it in these days",
      "resolved", "note", 0 },
    { "", "", "note", 0 },
};

static void
the_table_of_answers_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(answers); i++) {
        struct answer a = answer_of(str_of(answers[i].words), answers[i].state);
        if (strcmp(a.verb, answers[i].verb) != 0 || a.score != answers[i].score)
            fail_msg("\"%s\" in \"%s\": %s %d", answers[i].words, answers[i].state, a.verb,
                     (int)a.score);
    }
}

static const struct {
    const char *html, *text;
} pages[] = {
    { "<p>漏水</p>", "漏水\n" },
    { "a<br>b<div>c</div>d", "a\nb\nc\nd\n" },
    { "<head><style>p{}</style></head><body>x &amp; y&nbsp;z &#28431;&#x6c34;</body>",
      "x & y z 漏水\n" },
    { "<ul><li>one<li>two</ul>", "- one\n- two\n" },
    { "yes<blockquote>no<br>never</blockquote>end", "yes\n> no\n> never\nend\n" },
    { "1 < 2 &unknown; <!-- no --> 3", "1 < 2 &unknown; 3\n" },
    { "ok<div id=\"divRplyFwdMsg\">From: x</div>", "ok\n-----Original Message-----\nFrom: x\n" },
    { "<script>no</script", "" },
    { "<", "<\n" },
    { "<a title=\"1 > 2\">x</a>", "x\n" },
    { "&#0;&#1114112;&#xd800;x&#", "x&#\n" },
};

static void
a_page_becomes_what_a_person_sees(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(pages); i++) {
        struct buf text = { 0 };
        html_put_text(&text, str_of(pages[i].html));
        if (!str_is(buf_str(&text), pages[i].text))
            fail_msg("%s: \"%s\"", pages[i].html, buf_cstr(&text));
        buf_fini(&text);
    }
}

/* ---- addresses */

static const struct seal_key key = { { 1, 2, 3 } };
static const char ours[] = "fault@dispatch.example, help@other.example";

static void
a_signed_address_names_its_report_and_no_other_does(void **state)
{
    (void)state;
    struct rng r = seed();
    const struct seal_key other = { { 9 } };
    for (unsigned round = 0; round < 500; round++) {
        uint8_t report[16], read[16];
        struct buf a = { 0 };
        for (size_t i = 0; i < 16; i++)
            report[i] = (uint8_t)rng_below(&r, 256);
        enum address_kind kind = round % 2 == 0 ? ADDRESS_REPLY : ADDRESS_BOUNCE;
        address_put(&a, ours, &key, kind, report);
        assert_true(a.len < 64 + strlen("@dispatch.example"));
        assert_int_equal(address_read(ours, &key, buf_str(&a), read), kind);
        assert_memory_equal(read, report, 16);
        assert_true(address_read(ours, &other, buf_str(&a), read) != kind);
        size_t at = 6 + rng_below(&r, 43); /* any letter of the tag */
        char old = (char)a.data[at];
        a.data[at] = old == 'q' ? 'w' : 'q';
        enum address_kind altered = address_read(ours, &key, buf_str(&a), read);
        /* the id's last letter has bits that mean nothing: they are signed all the same */
        assert_true(altered == ADDRESS_PLAIN || altered == ADDRESS_FORGED);
        a.data[at] = (uint8_t)(old >= 'a' ? old - 32 : old); /* some servers write so */
        assert_int_equal(address_read(ours, &key, buf_str(&a), read), kind);
        buf_fini(&a);
    }
}

static void
the_table_of_addresses_holds(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        enum address_kind kind;
    } table[] = {
        { "fault@dispatch.example", ADDRESS_PLAIN },
        { "FAULT@Dispatch.Example", ADDRESS_PLAIN },
        { "fault+T4711.k7q2@dispatch.example", ADDRESS_PLAIN },
        { "help+x@other.example", ADDRESS_PLAIN },
        { "help@dispatch.example", ADDRESS_OTHER },
        { "faults@dispatch.example", ADDRESS_OTHER },
        { "fault", ADDRESS_OTHER },
        { "", ADDRESS_OTHER },
        { "@", ADDRESS_OTHER },
        { "fault+b"
          "aaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaaa"
          "@dispatch.example",
          ADDRESS_FORGED },
    };
    uint8_t report[16];
    for (size_t i = 0; i < countof(table); i++)
        if (address_read(ours, &key, str_of(table[i].address), report) != table[i].kind)
            fail_msg("%s", table[i].address);
}

/* ---- letters */

static void
nothing_from_outside_becomes_a_header(void **state)
{
    (void)state;
    struct buf data = { 0 }, mail = { 0 };
    letter_put_thread(&data, "电梯 故障", "a1@customer.example", "<r0@x> <r1@x>", 4000);
    const struct letter_head h = { .from_name = "报修台",
                                   .from = "fault+r@d.example",
                                   .to = "li@c.example",
                                   .id = "fl.1@d.example",
                                   .loop = "fault@d.example",
                                   .date = "now",
                                   .number = "C1-1",
                                   .data = buf_cstr(&data),
                                   .lang = "zh" };
    letter_put(&mail, &h, STR("已收到"));
    const char *text = buf_cstr(&mail);
    assert_non_null(strstr(text, "\r\nIn-Reply-To: <a1@customer.example>\r\n"
                                 "References: <r0@x>\r\n <r1@x>\r\n <a1@customer.example>\r\n"));
    assert_non_null(strstr(text, "\r\nAuto-Submitted: auto-replied\r\n"));
    for (size_t i = 0; i < mail.len; i++)
        assert_true(mail.data[i] < 0x80);
    buf_fini(&data);
    buf_fini(&mail);
}

static void
a_long_thread_keeps_its_first_and_last_references(void **state)
{
    (void)state;
    struct buf references = { 0 }, data = { 0 };
    for (int i = 0; i < 1000; i++)
        buf_printf(&references, "%s<%d@x>", i > 0 ? " " : "", i);
    letter_put_thread(&data, "s", "id@x", buf_cstr(&references), 4000);
    assert_true(data.len <= 4000);
    assert_non_null(strstr(buf_cstr(&data), "s\nid@x\n<0@x> <"));
    assert_non_null(strstr(buf_cstr(&data), "<999@x>"));
    buf_fini(&references);
    buf_fini(&data);
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_own_words_are_left_of_a_reply),
        cmocka_unit_test(a_forwarded_report_is_kept),
        cmocka_unit_test(the_table_of_answers_holds),
        cmocka_unit_test(a_page_becomes_what_a_person_sees),
        cmocka_unit_test(a_signed_address_names_its_report_and_no_other_does),
        cmocka_unit_test(the_table_of_addresses_holds),
        cmocka_unit_test(nothing_from_outside_becomes_a_header),
        cmocka_unit_test(a_long_thread_keeps_its_first_and_last_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
