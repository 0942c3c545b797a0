/* email_fixture_test.c - the mails of other parsers' test suites, when they are there: each is
 * read, none becomes an empty report where a person would see text, and those of a sample that
 * people have looked at become what they saw. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/email/bounce.h"
#include "gateways/email/reply.h"

#include <ftw.h>
#include <unistd.h>

static const char archive[] = "../shared/data/mail-fixtures.tar.xz";
static char folder[] = "/tmp/fl-mails-XXXXXX";

/* ---- what a person sees; text: how the report begins. NULL: not looked at */
static const struct {
    const char *file, *from, *name, *subject, *text, *attached;
    enum mail_kind kind;
} sample[] = {
    { "cpython-test_email/msg_14.txt", "bbb@ddd.com", NULL, "This is a test message",
      "Hi,\n\nI'm sorry but I'm using a drainbread ISP", NULL, MAIL_PERSON },
    { "cpython-test_email/msg_35.txt", "aperson@dom.ain", "", "here's something interesting",
      "counter to RFC 5322, there's no separating newline here", NULL, MAIL_PERSON },
    { "enmime/testdata/parts/empty-ctype-bad-content.raw", "", "", "",
      "Use the View Invoices function or locate the account", NULL, MAIL_PERSON },
    { "enmime/testdata/mail/qp-utf8-header.raw", NULL, "James Hillyerd",
      "MIME UTF8 Test \u00a2 More Text", "Lorem ipsum dolor sit amet", NULL, MAIL_PERSON },
    { "mikel-mail/multi_charset/japanese.eml", "raasdnil@gmail.com", "Mikel Lindsaar", "まみむめも",
      "かきくえこ", NULL, MAIL_PERSON },
    { "mikel-mail/multi_charset/japanese_attachment.eml", NULL, NULL, "testing", "testing",
      "てすと.txt", MAIL_PERSON },
    { "mikel-mail/multi_charset/japanese_iso_2022.eml", NULL, NULL, "まみむめも", "すみません。",
      NULL, MAIL_PERSON },
    { "mikel-mail/multi_charset/japanese_shift_jis.eml", NULL, "", "test", "あいうえお\n", NULL,
      MAIL_PERSON },
    { "mikel-mail/multi_charset/ks_c_5601-1987.eml", "from@example.com", "", "test", "스티해", NULL,
      MAIL_PERSON },
    { "mikel-mail/mime_emails/raw_email7.eml", "foo@example.com", NULL, "testing",
      "This is the first part.", "test.pdf", MAIL_PERSON },
    { "mikel-mail/rfc2822/example13.eml", NULL, "John Doe", "Saying Hello",
      "This is a message just to say hello.", NULL, MAIL_PERSON },
    { "flanker/messages/8bitmime.eml", "bob@example.com", "bob", "2 RCPT MIME", "Превел", NULL,
      MAIL_PERSON },
    { "flanker/messages/quoted-printable.eml", NULL, NULL, NULL, "Hello Bob,\n\nPlease note", NULL,
      MAIL_PERSON },
    { "php-mime-mail-parser/m0018", "name@company.com", NULL, "[Korea] Name",
      "My traveling companions!", "사진.JPG", MAIL_PERSON },
    { "php-mime-mail-parser/issue115", "name@company.com", "Name",
      "Testing MIME E-mail composing with cid", "This is an HTML message.", "background.jpg",
      MAIL_PERSON },
    { "stalwart-mail-parser/legacy/013.eml", "doug@example.com", "Doug Sauder",
      "Die Hasen und die Frösche (Microsoft Outlook 00)", "Die Hasen und die Frösche\n\n", NULL,
      MAIL_PERSON },
    { "stalwart-mail-parser/legacy/016.eml", NULL, NULL, NULL, "Die Hasen und die Frösche",
      "HasenundFrösche.txt", MAIL_PERSON },
    { "stalwart-mail-parser/thirdparty/010.eml", "", "", "こんにちは", "人権の無視及", NULL,
      MAIL_PERSON },
    { "zbateson-mail-mime-parser/m0022.txt", "test@test.sk", NULL, "long att", "", "aaa.txt",
      MAIL_PERSON },
    { "talon-replies/standard_replies/aol.eml", "xxx@aol.com", "Megan Odin", "Re: Test", "Hello",
      NULL, MAIL_PERSON },
    { "talon-replies/standard_replies/apple_mail_2.eml", NULL, "Adam Renberg", "Re: Hello there",
      "Hello", NULL, MAIL_PERSON },
    { "talon-replies/standard_replies/hotmail.eml", NULL, "Alexey Q", "RE: Test", "Hello", NULL,
      MAIL_PERSON },
    { "talon-replies/standard_replies/thunderbird.eml", NULL, NULL, "Re: Test", NULL, NULL,
      MAIL_PERSON },
};

/* No words, and a person sees none: an empty body, a rule, a vCard's card. The others without words
 * have files or are reports of delivery. */
static const char *const wordless[] = {
    "enmime/testdata/mail/header-only.raw",
    "enmime/testdata/parts/header-only.raw",
    "enmime/testdata/parts/barren-content-type.raw",
    "enmime/testdata/parts/malformed-content-type-params.raw",
    "enmime/testdata/parts/missing-closing-param-quote.raw",
    "cpython-test_email/msg_18.txt",
    "flanker/messages/false-multipart.eml",
    "mikel-mail/error_emails/bad_date_header.eml",
    "mikel-mail/error_emails/bad_date_header2.eml",
    "mikel-mail/error_emails/empty_in_reply_to.eml",
    "mikel-mail/error_emails/missing_body.eml",
    "mikel-mail/error_emails/must_supply_encoding.eml",
};

static size_t mails, failed;

static void
read_file(const char *path, struct buf *bytes)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t got; (got = fread(buf_reserve(bytes, 65536), 1, 65536, f)) > 0;)
        bytes->len += got;
    fclose(f);
}

static bool
may_say_nothing(const char *name, const struct mail *m, struct str bytes)
{
    bool binary = bytes.len == 0 || memchr(bytes.at, 0, bytes.len) != NULL;
    for (size_t i = 0; i < countof(wordless); i++)
        if (strcmp(name, wordless[i]) == 0)
            return true;
    return m->files_count > 0 || m->files_dropped > 0 || m->status.len > 0 || binary;
}

static int
read_one(const char *path, const struct stat *s, int kind, struct FTW *at)
{
    (void)s, (void)at;
    const char *name = path + strlen(folder) + 1, *dot = strrchr(path, '.');
    if (kind != FTW_F || (dot != NULL && (strcmp(dot, ".json") == 0 || strcmp(dot, ".html") == 0)))
        return 0;
    struct buf bytes = { 0 }, own = { 0 }, answer = { 0 }, why = { 0 };
    struct mail m;
    read_file(path, &bytes);
    mime_read(&m, buf_str(&bytes), 1 << 20);
    reply_put_new(&own, buf_str(&m.text), str_of(m.subject));
    reply_put(&answer, buf_str(&m.text));
    failed += bounce_kind(&m, "", "fault@dispatch.example", &why) == MAIL_FAILED;
    mails++;
    if (!str_is_utf8(buf_str(&m.text)) || !str_is_utf8(str_of(m.subject)) ||
        !str_is_utf8(str_of(m.from_name)))
        fail_msg("%s is not read as UTF-8", name);
    if (str_trim(buf_str(&own)).len == 0 && !may_say_nothing(name, &m, buf_str(&bytes)))
        fail_msg("%s says nothing", name);
    mime_free(&m);
    struct buf *const all[] = { &bytes, &own, &answer, &why };
    for (size_t i = 0; i < countof(all); i++)
        buf_fini(all[i]);
    return 0;
}

static void
every_mail_of_other_parsers_is_read_and_says_what_it_says(void **state)
{
    (void)state;
    if (access(archive, R_OK) != 0)
        skip();
    assert_int_equal(nftw(folder, read_one, 16, FTW_PHYS), 0);
    printf("%zu mails, %zu of them reports of failure\n", mails, failed);
    assert_true(mails > 1000);
    assert_true(failed > 400);
}

static void
assert_same(const char *file, const char *what, const char *is, const char *wanted)
{
    if (wanted != NULL && strcmp(is, wanted) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\"", file, what, is, wanted);
}

static void
a_sample_becomes_what_people_saw(void **state)
{
    (void)state;
    if (access(archive, R_OK) != 0)
        skip();
    for (size_t i = 0; i < countof(sample); i++) {
        char path[300];
        const char *file = sample[i].file, *text = sample[i].text;
        struct buf bytes = { 0 }, own = { 0 }, why = { 0 };
        struct mail m;
        snprintf(path, sizeof(path), "%s/%s", folder, file);
        read_file(path, &bytes);
        mime_read(&m, buf_str(&bytes), 1 << 20);
        reply_put_new(&own, buf_str(&m.text), str_of(m.subject));
        assert_same(file, "from", m.from, sample[i].from);
        assert_same(file, "name", m.from_name, sample[i].name);
        assert_same(file, "subject", m.subject, sample[i].subject);
        if (text != NULL && strncmp(buf_cstr(&own), text, strlen(text)) != 0)
            fail_msg("%s begins \"%.80s\"", file, buf_cstr(&own));
        bool there = sample[i].attached == NULL;
        for (size_t k = 0; k < m.files_count; k++)
            there = there || strcmp(m.files[k].name, sample[i].attached) == 0;
        if (!there)
            fail_msg("%s: %s is not attached", file, sample[i].attached);
        assert_int_equal(bounce_kind(&m, "a@b", "fault@dispatch.example", &why), sample[i].kind);
        mime_free(&m);
        buf_fini(&bytes);
        buf_fini(&own);
        buf_fini(&why);
    }
}

static int
unpack(void **state)
{
    char command[400];
    (void)state;
    if (access(archive, R_OK) != 0) {
        printf("%s is not there\n", archive);
        return 0;
    }
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(command, sizeof(command), "tar xJf %s -C %s", archive, folder);
    return system(command) != 0;
}

static int
clear(void **state)
{
    char command[400];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return access(archive, R_OK) == 0 && system(command) != 0;
}

int
main(void)
{
    seal_open_library();
    mime_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mail_of_other_parsers_is_read_and_says_what_it_says),
        cmocka_unit_test(a_sample_becomes_what_people_saw),
    };
    return cmocka_run_group_tests(tests, unpack, clear);
}
