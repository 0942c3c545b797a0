/* email_lmtp_test.c - the LMTP machine: whole dialogues, the same however their bytes are cut. */
#include "tests/check.h"

#include "gateways/email/lmtp.h"

static const char *
refuses(void *own, const char *address)
{
    (void)own;
    return strncmp(address, "gone", 4) == 0 ? "550 5.1.1 no such address here" : NULL;
}

#define HELLO "220 gw LMTP ready\r\n"
#define LHLO                                                                                       \
    "250-gw\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n"      \
    "250 SIZE 64\r\n"
#define GO "354 end it with a dot on a line of its own\r\n"

static const struct {
    const char *what, *said, *replies, *messages; /* messages: each as "from>rcpt,rcpt:text;" */
} rows[] = {
    { "a mail for two",
      "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<f@g>\r\nRCPT TO:<h@g>\r\nDATA\r\n"
      "Hi\r\n\r\nyou\r\n.\r\nQUIT\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n" GO
                 "250 f@g\r\n250 h@g\r\n221 2.0.0 bye\r\n",
      "a@b>f@g,h@g:Hi\r\n\r\nyou\r\n;" },
    { "one recipient is refused",
      "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<gone@g>\r\nRCPT TO:<h@g>\r\n"
      "DATA\r\n.\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n550 5.1.1 no such address here\r\n250 2.1.5 ok\r\n" GO
                 "250 h@g\r\n",
      ">h@g:;" },
    { "dots are unstuffed, and only CR LF . CR LF ends it",
      "lhlo x\r\nmail from:<a@b> SIZE=9 BODY=8BITMIME\r\nrcpt to:<f@g>\r\ndata\r\n"
      "..a\r\n.b\r\n\n.\n\r.\r\r\n.\rc\r\n.\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n" GO "250 f@g\r\n",
      "a@b>f@g:.a\r\nb\r\n\n.\n\r.\r\r\n\rc\r\n;" },
    { "two mails in one go",
      "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<f@g>\r\nDATA\r\n1\r\n.\r\n"
      "MAIL FROM:<c@d>\r\nRCPT TO:<h@g>\r\nDATA\r\n2\r\n.\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n" GO "250 f@g\r\n250 2.1.0 ok\r\n"
                 "250 2.1.5 ok\r\n" GO "250 h@g\r\n",
      "a@b>f@g:1\r\n;c@d>h@g:2\r\n;" },
    { "too large is said for each, and the next goes on",
      "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<f@g>\r\nRCPT TO:<h@g>\r\nDATA\r\n"
      "123456789012345678901234567890123456789012345678901234567890123456789\r\n.\r\nNOOP\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n" GO
                 "552 5.3.4 the message is too large\r\n552 5.3.4 the message is too large\r\n"
                 "250 2.0.0 ok\r\n",
      "" },
    { "out of turn",
      "MAIL FROM:<a@b>\r\nLHLO\r\nEHLO x\r\nLHLO x\r\nDATA\r\nRCPT TO:<f@g>\r\n"
      "MAIL FROM:<a@b\r\nMAIL FROM:<a@b> SIZE=65\r\nMAIL FROM:<a@b> X=1\r\nNONSENSE\r\n"
      "MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>\r\nRSET\r\nDATA\r\nVRFY x\r\n",
      HELLO "503 5.5.1 LHLO first\r\n501 5.5.4 LHLO needs a name\r\n"
            "500 5.5.1 this is LMTP: say LHLO\r\n" LHLO
            "503 5.5.1 no valid recipients\r\n503 5.5.1 MAIL first\r\n"
            "501 5.5.4 MAIL FROM:<address> is wanted\r\n552 5.3.4 the message is too large\r\n"
            "555 5.5.4 no such parameter\r\n500 5.5.1 no such command\r\n250 2.1.0 ok\r\n"
            "503 5.5.1 one MAIL at a time\r\n501 5.5.4 RCPT TO:<address> is wanted\r\n"
            "250 2.0.0 ok\r\n503 5.5.1 no valid recipients\r\n252 2.5.2 send some mail and see\r\n",
      "" },
    { "a quoted local part may hold a bracket",
      "LHLO x\r\nMAIL FROM:<\"a>b\"@c>\r\n"
      "RCPT TO:<f@g>\r\nDATA\r\n.\r\n",
      HELLO LHLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n" GO "250 f@g\r\n", "\"a>b\"@c>f@g:;" },
};

static void
take(struct lmtp *l, struct buf *messages)
{
    char reply[400];
    size_t count = l->rcpts_count;
    buf_printf(messages, "%s>", l->from);
    for (size_t i = 0; i < count; i++)
        buf_printf(messages, "%s%s", i > 0 ? "," : "", l->rcpts[i]);
    buf_printf(messages, ":%.*s;", STR_ARG(buf_str(&l->message)));
    for (size_t i = 0; i < count; i++) {
        snprintf(reply, sizeof(reply), "250 %s", l->rcpts[i]);
        lmtp_answer(l, reply);
    }
}

/* Feeds it in pieces of at most `most` bytes, of random length when there is a seed. */
static void
talk(struct str said, size_t most, struct rng *r, struct buf *replies, struct buf *messages)
{
    struct lmtp l;
    lmtp_init(&l, "gw", 64, refuses, NULL);
    for (size_t at = 0; at < said.len && l.stage != LMTP_OVER;) {
        size_t left = said.len - at, len = r == NULL ? most : 1 + rng_below(r, most);
        size_t eaten = lmtp_eat(&l, str_bytes(said.at + at, len < left ? len : left));
        at += eaten;
        if (l.stage == LMTP_WHOLE)
            take(&l, messages);
        else
            assert_true(eaten > 0);
    }
    buf_put(replies, l.out.data, l.out.len);
    lmtp_fini(&l);
}

static void
the_table_of_dialogues_holds_at_every_cut(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t i = 0; i < countof(rows); i++)
        for (size_t most = 1; most < 200; most += most < 10 ? 1 : 63) {
            struct buf replies = { 0 }, messages = { 0 };
            talk(str_of(rows[i].said), most, most % 2 == 0 ? &r : NULL, &replies, &messages);
            if (!str_is(buf_str(&replies), rows[i].replies))
                fail_msg("%s, by %zu:\n%s\nnot\n%s", rows[i].what, most, buf_cstr(&replies),
                         rows[i].replies);
            if (!str_is(buf_str(&messages), rows[i].messages))
                fail_msg("%s, by %zu: %s not %s", rows[i].what, most, buf_cstr(&messages),
                         rows[i].messages);
            buf_fini(&replies);
            buf_fini(&messages);
        }
}

static void
any_text_passes_a_message_unchanged(void **state)
{
    (void)state;
    static const char letters[] = "\r\n.a";
    struct rng r = seed();
    for (unsigned round = 0; round < 5000; round++) {
        struct buf text = { 0 }, said = { 0 }, replies = { 0 }, messages = { 0 }, want = { 0 };
        for (size_t i = rng_below(&r, 30); i > 0; i--)
            buf_put_u8(&text, (uint8_t)letters[rng_below(&r, 4)]);
        buf_put(&text, "\r\n", 2);
        buf_printf(&said, "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<f@g>\r\nDATA\r\n");
        for (size_t i = 0; i < text.len; i++) { /* stuffed as RFC 5321 says */
            bool begins = i == 0 || (i >= 2 && memcmp(text.data + i - 2, "\r\n", 2) == 0);
            if (begins && text.data[i] == '.')
                buf_put(&said, ".", 1);
            buf_put(&said, text.data + i, 1);
        }
        buf_printf(&said, ".\r\n");
        buf_printf(&want, "a@b>f@g:%.*s;", STR_ARG(buf_str(&text)));
        talk(buf_str(&said), 7, &r, &replies, &messages);
        assert_true(str_eq(buf_str(&messages), buf_str(&want)));
        struct buf *const all[] = { &text, &said, &replies, &messages, &want };
        for (size_t i = 0; i < countof(all); i++)
            buf_fini(all[i]);
    }
}

static void
a_long_line_and_many_errors_end_it(void **state)
{
    (void)state;
    struct lmtp l;
    struct buf line = { 0 };
    lmtp_init(&l, "gw", 64, refuses, NULL);
    for (size_t i = 0; i < 5000; i++)
        buf_put_u8(&line, 'x');
    buf_printf(&line, "\r\n");
    assert_int_equal(lmtp_eat(&l, buf_str(&line)), line.len);
    assert_non_null(strstr(buf_cstr(&l.out), "500 5.5.2"));
    for (size_t i = 0; i < 30 && l.stage != LMTP_OVER; i++)
        lmtp_eat(&l, STR("x\r\n"));
    assert_int_equal(l.stage, LMTP_OVER);
    assert_non_null(strstr(buf_cstr(&l.out), "421 4.7.0"));
    assert_int_equal(lmtp_eat(&l, STR("LHLO x\r\n")), 0);
    buf_fini(&line);
    lmtp_fini(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_dialogues_holds_at_every_cut),
        cmocka_unit_test(any_text_passes_a_message_unchanged),
        cmocka_unit_test(a_long_line_and_many_errors_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
