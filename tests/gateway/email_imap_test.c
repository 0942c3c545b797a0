/* email_imap_test.c - the machine that looks into a mailbox: whole dialogues, the same however the
 * server's bytes are cut. */
#include "tests/check.h"

#include "gateways/email/imap.h"

struct owner {
    struct buf told; /* mails and what was settled */
    uint32_t before;
    bool disk_good;
};

static uint32_t
settled(void *own, uint32_t validity)
{
    return validity == 7 ? ((struct owner *)own)->before : 0;
}

static enum imap_fate
on_mail(void *own, struct str message, bool too_large)
{
    struct owner *o = own;
    buf_printf(&o->told, "%s%.*s;", too_large ? "LARGE" : "", STR_ARG(message));
    if (too_large)
        return IMAP_REFUSED;
    return message.len > 0 && message.at[0] == 'L' ? IMAP_LATER : IMAP_TAKEN;
}

static void
settle(void *own, uint32_t validity, uint32_t uid)
{
    buf_printf(&((struct owner *)own)->told, "settled %u/%u;", validity, uid);
}

#define SELECTED "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\nf1 OK [READ-WRITE] done\r\n"
#define SELECT   "f1 SELECT \"IN\\\"BOX\"\r\n"
#define SEARCH   "f2 UID SEARCH UNSEEN UNDELETED\r\n"
#define SEEN     "+FLAGS.SILENT (\\Seen)\r\n"

static const struct {
    const char *what, *said, *asked, *told;
    const char *moved, *why;
    uint32_t before;
    bool disk_bad;
} rows[] = {
    { .what = "an empty folder",
      .said = SELECTED "* SEARCH\r\nf2 OK\r\n* BYE\r\nf3 OK\r\n",
      .asked = SELECT SEARCH "f3 LOGOUT\r\n" },
    { .what = "two mails, the UID before and behind the mail, and a literal that is none of ours",
      .said = SELECTED "* SEARCH 5 4 5\r\nf2 OK\r\n"
                       "* 1 FETCH (UID 4 BODY[] {6}\r\nf3 OK\n FLAGS ())\r\n"
                       "* OK {3}\r\nxyz ignored\r\n* 2 FETCH (FLAGS (\\Seen))\r\n"
                       "* 2 FETCH (BODY[] {2}\r\n)\n UID 5)\r\nf3 OK\r\nf4 OK\r\nf5 OK\r\n",
      .asked = SELECT SEARCH "f3 UID FETCH 4,5 (UID BODY.PEEK[])\r\nf4 UID STORE 4,5 " SEEN
                             "f5 LOGOUT\r\n",
      .told = "f3 OK\n;)\n;settled 7/5;" },
    { .what = "what was settled is marked and not fetched",
      .said = SELECTED "* SEARCH 1 3 9\r\nf2 OK\r\nf3 OK\r\n"
                       "* 9 FETCH (UID 9 BODY[] {1}\r\nx)\r\nf4 OK\r\nf5 OK\r\nf6 OK\r\n",
      .asked = SELECT SEARCH "f3 UID STORE 1,3 " SEEN "f4 UID FETCH 9 (UID BODY.PEEK[])\r\n"
                             "f5 UID STORE 9 " SEEN "f6 LOGOUT\r\n",
      .told = "x;settled 7/9;",
      .before = 3 },
    { .what = "taken ones are moved, too large ones and ones that do not come are flagged",
      .said = SELECTED "* SEARCH 1 2 3\r\nf2 OK\r\n* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n"
                       "* 2 FETCH (UID 2 BODY[] {12}\r\n123456789012)\r\nf3 OK\r\nf4 OK\r\n"
                       "f5 OK\r\nf6 OK\r\n",
      .asked = SELECT SEARCH "f3 UID FETCH 1,2,3 (UID BODY.PEEK[])\r\n"
                             "f4 UID MOVE 1 \"Done\"\r\n"
                             "f5 UID STORE 2,3 +FLAGS.SILENT (\\Seen \\Flagged)\r\nf6 LOGOUT\r\n",
      .told = "x;LARGE;settled 7/3;",
      .moved = "Done" },
    { .what = "one that cannot be taken now is left, and nothing above it counts as settled",
      .said = SELECTED "* SEARCH 1 2 3\r\nf2 OK\r\n* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n"
                       "* 2 FETCH (UID 2 BODY[] {1}\r\nL)\r\n* 3 FETCH (UID 3 BODY[] {1}\r\nz)\r\n"
                       "f3 OK\r\nf4 OK\r\nf5 OK\r\n",
      .asked = SELECT SEARCH "f3 UID FETCH 1,2,3 (UID BODY.PEEK[])\r\nf4 UID STORE 1,3 " SEEN
                             "f5 LOGOUT\r\n",
      .told = "x;L;z;settled 7/1;" },
    { .what = "what is not on disk is not marked",
      .said = SELECTED "* SEARCH 1\r\nf2 OK\r\n* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\nf3 OK\r\n"
                       "f4 OK\r\n",
      .asked = SELECT SEARCH "f3 UID FETCH 1 (UID BODY.PEEK[])\r\nf4 LOGOUT\r\n",
      .told = "x;",
      .disk_bad = true },
    { .what = "there is no such folder",
      .said = "f1 NO [NONEXISTENT] none such\r\n",
      .asked = SELECT,
      .why = "imap_folder cannot be opened: NO [NONEXISTENT] none such" },
    { .what = "a server without UIDVALIDITY",
      .said = "f1 OK\r\n",
      .asked = SELECT,
      .why = "the server says no UIDVALIDITY" },
    { .what = "it ends in between",
      .said = SELECTED "* BYE shutting down\r\n",
      .asked = SELECT SEARCH,
      .why = "the server ended it: BYE shutting down" },
};

static void
talk(size_t row, size_t most, struct rng *r)
{
    struct owner o = { .before = rows[row].before, .disk_good = !rows[row].disk_bad };
    struct imap m;
    struct str said = str_of(rows[row].said);
    imap_init(&m, &(struct imap_options){ .folder = "IN\"BOX",
                                          .moved = rows[row].moved == NULL ? "" : rows[row].moved,
                                          .size_max = 10,
                                          .settled = settled,
                                          .mail = on_mail,
                                          .settle = settle,
                                          .own = &o });
    for (size_t at = 0; at < said.len;) {
        size_t left = said.len - at, len = r == NULL ? most : 1 + rng_below(r, most);
        len = len < left ? len : left;
        imap_eat(&m, str_bytes(said.at + at, len));
        at += len;
        while (m.stage == IMAP_BATCH)
            imap_settle(&m, o.disk_good);
    }
    assert_int_equal(m.stage, IMAP_OVER);
    if (strcmp(buf_cstr(&m.out), rows[row].asked) != 0)
        fail_msg("%s, by %zu:\n%s\nnot\n%s", rows[row].what, most, buf_cstr(&m.out),
                 rows[row].asked);
    assert_string_equal(buf_cstr(&o.told), rows[row].told == NULL ? "" : rows[row].told);
    assert_string_equal(buf_cstr(&m.why), rows[row].why == NULL ? "" : rows[row].why);
    imap_fini(&m);
    buf_fini(&o.told);
}

static void
the_table_of_dialogues_holds_at_every_cut(void **state)
{
    (void)state;
    struct rng r = seed();
    for (size_t i = 0; i < countof(rows); i++)
        for (size_t most = 1; most < 40; most++)
            talk(i, most, most % 2 == 0 ? &r : NULL);
}

static void
many_mails_are_fetched_in_batches(void **state)
{
    (void)state;
    enum { MAILS = 2 * IMAP_BATCH_MAX + 1 };
    struct owner o = { .disk_good = true };
    struct buf said = { 0 };
    struct imap m;
    imap_init(&m, &(struct imap_options){ "INBOX", "", 10, settled, on_mail, settle, &o });
    imap_eat(&m, STR(SELECTED "* SEARCH"));
    for (unsigned i = 1; i <= MAILS; i++)
        buf_printf(&said, " %u", i);
    buf_printf(&said, "\r\nf2 OK\r\n");
    imap_eat(&m, buf_str(&said));
    for (unsigned uid = 1, tag = 3; m.step != 0 && tag < 9; tag += 2) {
        buf_clear(&said);
        for (unsigned i = 0; i < IMAP_BATCH_MAX && uid <= MAILS; i++, uid++)
            buf_printf(&said, "* %u FETCH (UID %u BODY[] {1}\r\nx)\r\n", uid, uid);
        buf_printf(&said, "f%u OK\r\n", tag);
        imap_eat(&m, buf_str(&said));
        assert_int_equal(m.stage, IMAP_BATCH);
        imap_settle(&m, true);
        buf_clear(&said);
        buf_printf(&said, "f%u OK\r\n", tag + 1);
        imap_eat(&m, buf_str(&said));
    }
    imap_eat(&m, STR("f9 OK\r\n"));
    assert_int_equal(m.stage, IMAP_OVER);
    assert_non_null(strstr(buf_cstr(&o.told), "settled 7/32;"));
    assert_non_null(strstr(buf_cstr(&o.told), "settled 7/65;"));
    assert_non_null(strstr(buf_cstr(&m.out), "f7 UID FETCH 65 (UID"));
    imap_fini(&m);
    buf_fini(&o.told);
    buf_fini(&said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_dialogues_holds_at_every_cut),
        cmocka_unit_test(many_mails_are_fetched_in_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
