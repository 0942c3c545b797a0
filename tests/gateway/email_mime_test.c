/* email_mime_test.c - mails taken apart: charsets, encoded-words, files, bounces. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/email/bounce.h"
#include "gateways/email/charset.h"
#include "gateways/email/header.h"

static const struct {
    const char *value, *text;
} values[] = {
    { "=?utf-8?B?eOeUtQ==?=\r\n =?utf-8?B?5qKv5pWF6Zqc6K+3?=", "x电梯故障请" },
    { "=?gbk?B?tefM3bnK1c/H?=\r\n =?gbk?B?6w==?=", "电梯故障请" },
    { "=?gbk?B?tefM3bk=?=\r\n =?gbk?B?ytXPx+s=?=", "电梯故障请" },
    { "=?utf-8?Q?=78=E7=94=B5=E6=A2?=\r\n =?utf-8?Q?=AF=E6=95=85=E9=9A=9C=E8=AF=B7?=",
      "x电梯故障请" },
    { "=?hz-gb-2312?B?fns2TzVnQUt+fQ==?=", "断电了" },
    { "plain =?utf-8?q?a_b?= and =?iso-8859-1*de?q?=E4?= end", "plain a b and ä end" },
    { "=?utf-8?b?", "=?utf-8?b?" },
    { "=?nonsense?b?YWJj?=", "abc" },
    { "\xcf\xfb\xb7\xc0\xb1\xa8\xbe\xaf", "消防报警" },
    { "caf\xe9 noir", "café noir" },
    { "=?utf-8?b?"
      "?= x",
      "x" },
    { "a\r\n\tb\x01"
      "c",
      "a b c" },
};

static void
encoded_words_are_joined_before_they_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(values); i++) {
        struct buf text = { 0 };
        header_put_text(&text, str_of(values[i].value), STR(""));
        if (!str_is(buf_str(&text), values[i].text))
            fail_msg("%s: \"%s\"", values[i].value, buf_cstr(&text));
        buf_fini(&text);
    }
}

static const struct {
    const char *charset, *bytes, *text;
} charsets[] = {
    { "gb2312", "\xd6\xec\xe9\x46\xbb\xf9", "朱镕基" },
    { "big5", "\xb9\x71\xb1\xe8", "電梯" },
    { "big5", "\x94\xdc\xb0\xb1\xb9\x71", "啫停電" },
    { "hz-gb-2312", "~{6O5gAK~}~~", "断电了~" },
    { "iso-2022-jp", "\x1b$BDdEE$G$9\x1b(B", "停電です" },
    { "utf-8", "ok \xe5\xa5\xbd\xe5\xa5\xbd\xe5\xa5\xbd\xff", "ok 好好好\xef\xbf\xbd" },
    { "utf-8", "\xcf\xfb\xb7\xc0\xb1\xa8\xbe\xaf", "消防报警" },
    { "x-unknown-cs", "\xe6\x96\xad\xe7\x94\xb5", "断电" },
    { "us-ascii", "\xe6\x96\xad", "断" },
    { "", "\xe9t\xe9", "été" },
    { "windows-1252", "\x93x\x94", "“x”" },
};

static void
charsets_mean_what_mailers_mean(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(charsets); i++) {
        struct buf text = { 0 };
        charset_put(&text, str_of(charsets[i].charset), str_of(charsets[i].bytes));
        if (!str_is(buf_str(&text), charsets[i].text))
            fail_msg("%s of row %zu: \"%s\"", charsets[i].charset, i, buf_cstr(&text));
        buf_fini(&text);
    }
}

static void
any_bytes_become_letters(void **state)
{
    (void)state;
    static const char *const names[] = { "",         "utf-8",         "gbk",   "big5",
                                         "hz",       "iso-2022-jp",   "utf-7", "utf-16",
                                         "nonsense", "ks_c_5601-1987" };
    struct rng r = seed();
    for (unsigned round = 0; round < 3000; round++) {
        uint8_t bytes[64];
        struct buf text = { 0 };
        size_t len = rng_below(&r, sizeof(bytes));
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)rng_below(&r, 256);
        charset_put(&text, str_of(names[round % countof(names)]), str_bytes(bytes, len));
        assert_true(str_is_utf8(buf_str(&text)));
        assert_null(text.len == 0 ? NULL : memchr(text.data, 0, text.len));
        buf_fini(&text);
    }
}

static void
mailboxes_are_found_as_people_write_them(void **state)
{
    (void)state;
    struct str rest = STR("\"Li, Wei\" <li@c.example>, plain@x.example (note), Desk: a@b, <c@d>;");
    static const char *const wanted[] = { "li@c.example", "plain@x.example", "a@b", "c@d" };
    char address[320];
    struct str name;
    for (size_t i = 0; i < countof(wanted); i++) {
        assert_true(header_mailbox(&rest, address, sizeof(address), &name));
        assert_string_equal(address, wanted[i]);
    }
    assert_false(header_mailbox(&rest, address, sizeof(address), &name));
}

/* ---- whole mails */

static void
words_and_files_come_out_of_a_mail(void **state)
{
    (void)state;
    static const char mail[] =
        "From: =?gbk?B?wO65pA==?= <li@c.example>\r\nSubject: x\r\nMessage-ID: <m1@c>\r\n"
        "In-Reply-To: <r1@d>\r\nReferences: <r0@d>\r\n <r1@d>\r\n"
        "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        "Content-Type: multipart/alternative; boundary=C\r\n\r\n--C\r\n"
        "Content-Type: text/html; charset=gb18030\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "PHA+wqnLrjwvcD4=\r\n--C\r\nContent-Type: text/plain; charset=gb2312\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n\xc2\xa9\xcb\xae\xc1\xcb\r\n--C--\r\n--B\r\n"
        "Content-Type: image/jpeg; name*=gb18030''%C2%A9%CB%AE.jpg\r\n"
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n/9j/\r\n--B\r\n"
        "Content-Type: image/png\r\nContent-Disposition: attachment; "
        "filename=\"=?gbk?B?1dU=?= =?gbk?B?xqwucG5n?=\"\r\n\r\nxx\r\n--B--\r\n";
    struct mail m;
    mime_read(&m, STR(mail), 1000);
    assert_string_equal(m.from, "li@c.example");
    assert_string_equal(m.from_name, "李工");
    assert_string_equal(m.id, "m1@c");
    assert_string_equal(m.references, "<r0@d> <r1@d>");
    assert_string_equal(buf_cstr(&m.text), "漏水了");
    assert_int_equal(m.files_count, 2);
    assert_string_equal(m.files[0].name, "漏水.jpg");
    assert_string_equal(m.files[0].type, "image/jpeg");
    assert_int_equal(m.files[0].bytes.len, 3);
    assert_string_equal(m.files[1].name, "照片.png");
    mime_free(&m);
    mime_read(&m, STR(mail), 2);
    assert_int_equal(m.files_dropped, 1); /* three bytes are one too many */
    mime_free(&m);
}

static const struct {
    const char *what, *mail, *text;
} odd[] = {
    { "a type that is none", "From: a@b\nContent-Type: text\n\nno light", "no light" },
    { "a type that is none, in parts",
      "From: a@b\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: <html>\n\n"
      "no <b>light</b><br>\n--B--\n",
      "no light" },
    { "no empty line behind the header", "From: a@b\nSubject: x\nno light here", "no light here" },
    { "no header", "no light here\nat all", "no light here\nat all" },
    { "plain text in a charset",
      "From: a@b\nContent-Type: text/plain; charset=gbk\n\n\xb6\xcf\xb5\xe7", "断电" },
    { "the same, coded",
      "From: a@b\nContent-Type: text/plain; charset=gbk\nContent-Transfer-Encoding: base64\n\n"
      "ts+15w==\n",
      "断电" },
};

static void
where_a_person_would_see_text_there_is_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(odd); i++) {
        struct mail m;
        mime_read(&m, str_of(odd[i].mail), 1000);
        if (!str_eq(str_trim(buf_str(&m.text)), str_of(odd[i].text)))
            fail_msg("%s: \"%s\"", odd[i].what, buf_cstr(&m.text));
        mime_free(&m);
    }
}

static const struct {
    const char *mail, *sender;
    enum mail_kind kind;
    const char *why;
} kinds[] = {
    { "From: a@b\n\nhello", "a@b", MAIL_PERSON, "" },
    { "From: a@b\nAuto-Submitted: no\n\nhello", "a@b", MAIL_PERSON, "" },
    { "From: a@b\nAuto-Submitted: auto-replied\n\nI am away", "a@b", MAIL_AUTO, "Auto-Submitted" },
    { "From: a@b\nSubject: =?utf-8?b?6Ieq5Yqo5Zue5aSN?=: x\n\nx", "a@b", MAIL_AUTO, "Subject" },
    { "From: a@b\nList-Id: <l.b>\n\nx", "a@b", MAIL_MACHINE, "List-Id" },
    { "From: a@b\n\nx", "", MAIL_MACHINE, "null sender" },
    { "From: a@b\nAuto-Submitted: auto-generated\nSubject: PROBLEM: disk full\n\nx", "a@b",
      MAIL_MACHINE, "Auto-Submitted" },
    { "From: a@b\nAuto-Submitted: auto-generated\nSubject: Automatic reply: x\n\nx", "a@b",
      MAIL_AUTO, "Subject" },
    { "From: fault+x@dispatch.example\n\nx", "a@b", MAIL_LOOP, "it is one of ours" },
    { "From: a@b\nX-Loop: fault@dispatch.example\n\nx", "a@b", MAIL_LOOP, "it is one of ours" },
    { "From: MAILER-DAEMON@b\nSubject: Undelivered Mail Returned to Sender\n\nx", "", MAIL_FAILED,
      "Undelivered Mail Returned to Sender" },
    { "From: MAILER-DAEMON@b\nContent-Type: multipart/report; boundary=B\n\n--B\n\nno\n--B\n"
      "Content-Type: message/delivery-status\n\nReporting-MTA: dns; b\n\nFinal-Recipient: rfc822; "
      "c@d\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n--B--\n",
      "", MAIL_FAILED, "5.1.1 550 no such user" },
    { "From: MAILER-DAEMON@b\nContent-Type: multipart/report; boundary=B\n\n--B\n\nno\n--B\n"
      "Content-Type: message/delivery-status\n\nReporting-MTA: dns; b\n\nAction: delayed\n"
      "Status: 4.4.1\n--B--\n",
      "", MAIL_DELAYED, "4.4.1 " },
};

static void
machines_are_told_from_people(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(kinds); i++) {
        struct mail m;
        struct buf why = { 0 };
        mime_read(&m, str_of(kinds[i].mail), 1000);
        enum mail_kind kind = bounce_kind(&m, kinds[i].sender, "fault@dispatch.example", &why);
        if (kind != kinds[i].kind || !str_is(buf_str(&why), kinds[i].why))
            fail_msg("row %zu: %d \"%s\"", i, (int)kind, buf_cstr(&why));
        buf_fini(&why);
        mime_free(&m);
    }
}

static void
a_very_deep_mail_ends(void **state)
{
    (void)state;
    static const int depths[] = { 15, 300, 900, 5000 };
    for (size_t k = 0; k < countof(depths); k++) {
        struct buf b = { 0 };
        struct mail m;
        buf_printf(&b, "From: a@b\n");
        for (int i = 0; i < depths[k]; i++)
            buf_printf(&b, "Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n", i, i);
        buf_printf(&b, "Content-Type: text/plain\n\nwords\n");
        mime_read(&m, buf_str(&b), 1000);
        assert_true(depths[k] > 15 || strstr(buf_cstr(&m.text), "words") != NULL);
        mime_free(&m);
        buf_fini(&b);
    }
}

int
main(void)
{
    seal_open_library();
    mime_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoded_words_are_joined_before_they_are_decoded),
        cmocka_unit_test(charsets_mean_what_mailers_mean),
        cmocka_unit_test(any_bytes_become_letters),
        cmocka_unit_test(mailboxes_are_found_as_people_write_them),
        cmocka_unit_test(words_and_files_come_out_of_a_mail),
        cmocka_unit_test(where_a_person_would_see_text_there_is_text),
        cmocka_unit_test(machines_are_told_from_people),
        cmocka_unit_test(a_very_deep_mail_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
