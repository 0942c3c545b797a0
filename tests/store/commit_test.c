/* commit_test.c - the fence and the writes of fl_commit, against a real Redis. */
#include "private.h"

static struct private_redis redis;
static struct store *store;
static int territories;

static struct territory_id
fresh_territory(void)
{
    struct territory_id t = { "" };
    snprintf(t.s, sizeof(t.s), "t%d", territories++);
    return t;
}

static const char *
key(struct territory_id t, enum territory_key k)
{
    static struct key keys[8];
    static unsigned turn;
    struct key *at = &keys[turn++ % countof(keys)];
    *at = key_of(t, k);
    return at->s;
}

static struct head
head_of(struct territory_id t)
{
    struct head h;
    assert_int_equal(store_head(store, t, &h), OK);
    return h;
}

static void
digest_reply(struct digest *d, struct reply r)
{
    digest_add(d, reply_text(r));
    for (size_t i = 0; i < reply_count(r); i++)
        digest_reply(d, reply_at(r, i));
}

static void
digest_key(struct digest *d, struct key k, bool hash)
{
    struct reply r;
    struct str ask[] = { hash ? STR("HGETALL") : STR("XRANGE"), str_of(k.s), STR("-"), STR("+") };
    assert_int_equal(redis_ask(store_redis(store), 60000, hash ? 2 : 4, ask, &r), OK);
    digest_reply(d, r);
    reply_free(&r);
}

/* Everything that a commit of ours may touch: to show that nothing was written. */
static void
digest_of_all(struct territory_id t, uint8_t out[32])
{
    struct digest d;
    static const enum territory_key hashes[] = { KEY_HEAD,      KEY_TICKETS,    KEY_CLOSED,
                                                 KEY_ENGINEERS, KEY_PRINCIPALS, KEY_REPORTS,
                                                 KEY_LEARNED };
    static const enum territory_key streams[] = { KEY_INBOX, KEY_LOG, KEY_WATCH, KEY_OUTBOX,
                                                  KEY_QUARANTINE };
    digest_begin(&d);
    for (size_t i = 0; i < countof(hashes); i++)
        digest_key(&d, key_of(t, hashes[i]), true);
    for (size_t i = 0; i < countof(streams); i++)
        digest_key(&d, key_of(t, streams[i]), false);
    digest_key(&d, key_mail(t, (struct principal_id){ "g1" }), false);
    digest_key(&d, key_mail(t, (struct principal_id){ "e1" }), false);
    digest_end(&d, out);
}

/* A commit that writes to every key. */
struct rich {
    struct pair tickets[2], engineers[1], principals[1], reports[1], learned[1], closed[1],
        quarantine[1];
    struct commit_mail mail[2];
    struct commit_watch watch[2];
    struct commit_out out[1];
};

static struct commit
rich_commit(struct territory_id t, const struct head *h, struct rich *r)
{
    *r = (struct rich){
        .tickets = { { STR("ticket-1"), STR("sealed one") },
                     { STR("ticket-2"), STR("sealed two") } },
        .engineers = { { STR("e1"), STR("an engineer") } },
        .principals = { { STR("g1"), STR("marks") } },
        .reports = { { STR("report-1"), STR("digest") } },
        .learned = { { STR("c-lift"), STR("sums") } },
        .closed = { { STR("ticket-0"), STR("done") } },
        .quarantine = { { STR("5-5"), STR("bad") } },
        .mail = { { { "g1" }, h->version + 1, STR("letter to g1"), { 0 } },
                  { { "e1" }, h->version + 1, STR("letter to e1"), { 0 } } },
        .out = { { { "south" }, STR("help") } },
    };
    struct commit c = private_next(t, h);
    c.records[HASH_TICKETS] = r->tickets;
    c.records_count[HASH_TICKETS] = countof(r->tickets);
    c.records[HASH_ENGINEERS] = r->engineers;
    c.records_count[HASH_ENGINEERS] = countof(r->engineers);
    c.records[HASH_PRINCIPALS] = r->principals;
    c.records_count[HASH_PRINCIPALS] = countof(r->principals);
    c.records[HASH_REPORTS] = r->reports;
    c.records_count[HASH_REPORTS] = countof(r->reports);
    c.records[HASH_LEARNED] = r->learned;
    c.records_count[HASH_LEARNED] = countof(r->learned);
    c.closed = r->closed;
    c.closed_count = countof(r->closed);
    c.mail = r->mail;
    c.mail_count = countof(r->mail);
    c.out = r->out;
    c.out_count = countof(r->out);
    c.quarantine = r->quarantine;
    c.quarantine_count = countof(r->quarantine);
    c.meta = STR("counters");
    r->watch[0] = (struct commit_watch){ 3 * h->version + 1, STR("letter to all") };
    r->watch[1] = (struct commit_watch){ 3 * h->version + 3, STR("another to all") };
    c.watch = r->watch;
    c.watch_count = countof(r->watch);
    c.plan = 7;
    chain_effects(&c, c.effects);
    chain_next(&c.chain, &c.parent, h->incarnation, c.version, c.effects, c.log);
    return c;
}

static void
a_commit_writes_all_that_it_says(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct intake_entry entries[3] = { { 'r', { "g1" }, STR("one") },
                                       { 'e', { "e1" }, STR("two") },
                                       { 'r', { "g1" }, STR("three") } };
    assert_int_equal(private_append(store, t, entries, 3, 0), OK);
    struct arena a = { 0 };
    struct inbox box = { .territory = t, .cursor = "0-0" };
    int64_t now;
    assert_int_equal(store_read(store, &box, 1, 100, 0, &a, &now), OK);
    assert_int_equal(box.count, 3);

    struct commit c = rich_commit(t, &h, &r);
    memset(c.signature, 9, sizeof(c.signature));
    memcpy(c.cursor, box.entries[1].id, sizeof(c.cursor));
    assert_int_equal(private_commit(store, &c), OK);

    struct head after = head_of(t);
    assert_int_equal(after.version, 1);
    assert_memory_equal(&after.chain, &c.chain, sizeof(c.chain));
    assert_memory_equal(&after.commit, &c.id, sizeof(c.id));
    assert_memory_equal(after.signature, c.signature, sizeof(c.signature));
    assert_string_equal(after.signer.s, "w1");
    assert_string_equal(after.cursor, c.cursor);
    assert_int_equal(after.plan, 7);
    assert_string_equal(SAY(store, "HGET", key(t, KEY_HEAD), "meta"), "counters");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_TICKETS), "ticket-2"), "sealed two");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_ENGINEERS), "e1"), "an engineer");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_PRINCIPALS), "g1"), "marks");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_REPORTS), "report-1"), "digest");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_LEARNED), "c-lift"), "sums");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_CLOSED), "ticket-0"), "done");
    assert_string_equal(SAY(store, "XLEN", key_mail(t, (struct principal_id){ "g1" }).s), "1");
    assert_string_equal(SAY(store, "XLEN", key_mail(t, (struct principal_id){ "e1" }).s), "1");
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_WATCH)), "2");
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_OUTBOX)), "1");
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_QUARANTINE)), "1");
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_LOG)), "1");
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_INBOX)), "1"); /* the third waits */
    assert_int_equal(store_read(store, &box, 1, 100, 0, &a, &now), OK);
    assert_int_equal(box.count, 1);
    assert_int_equal(box.entries[0].kind, 'r');
    assert_true(str_is(box.entries[0].bytes, "three"));

    /* And the next takes records away again. */
    private_follow(&h, &c);
    c = private_next(t, &h);
    struct pair gone[2] = { { STR("ticket-1"), { 0 } }, { STR("ticket-3"), STR("sealed three") } };
    c.records[HASH_TICKETS] = gone;
    c.records_count[HASH_TICKETS] = 2;
    assert_int_equal(private_commit(store, &c), OK);
    assert_string_equal(SAY(store, "HLEN", key(t, KEY_TICKETS)), "2");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_TICKETS), "ticket-1"), "(nil)");
    assert_string_equal(SAY(store, "HGET", key(t, KEY_HEAD), "meta"), "counters");
    arena_fini(&a);
}

static void
a_commit_repeated_after_a_lost_answer_is_a_duplicate_whoever_holds_by_now(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    uint8_t before[32], after[32];
    struct commit c = rich_commit(t, &h, &r);
    assert_int_equal(private_commit(store, &c), OK);
    digest_of_all(t, before);
    assert_int_equal(private_commit(store, &c), ERR_DUPLICATE);
    digest_of_all(t, after);
    assert_memory_equal(before, after, 32);
    private_hold(store, t, 2);
    assert_int_equal(private_commit(store, &c), ERR_DUPLICATE);
}

/* One clause of the fence each: everything else about the commit is right. */
static void
refused(struct territory_id t, const struct commit *c, enum err why)
{
    uint8_t before[32], after[32];
    digest_of_all(t, before);
    assert_int_equal(private_commit(store, c), why);
    digest_of_all(t, after);
    assert_memory_equal(before, after, 32);
}

static void
who_no_longer_holds_is_fenced(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    private_hold(store, t, 2);
    refused(t, &c, ERR_FENCED);
    c.holder = private_nonce(2); /* and it was for this alone */
    assert_int_equal(private_commit(store, &c), OK);
}

static void
who_released_is_fenced(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    assert_int_equal(store_release(store, t, private_nonce(1)), OK);
    refused(t, &c, ERR_FENCED);
}

static void
nobody_may_commit_to_a_territory_that_is_not_there(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = { .holder = private_nonce(1), .cursor = "0-0" };
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    refused(t, &c, ERR_FENCED);
}

static void
another_parent_chain_diverges(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    c.parent.b[31] ^= 1;
    refused(t, &c, ERR_DIVERGED);
    c.parent.b[31] ^= 1;
    assert_int_equal(private_commit(store, &c), OK);
}

static void
another_version_diverges_even_under_the_same_chain(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    c.version = 2;
    refused(t, &c, ERR_DIVERGED);
    c.version = 1;
    assert_int_equal(private_commit(store, &c), OK);
}

static void
commits_may_be_queued_on_one_another(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    enum err answers[50];
    for (size_t i = 0; i < countof(answers); i++) {
        struct commit c = private_next(t, &h);
        answers[i] = NOT_YET;
        store_commit(store, &c, answer_to, &answers[i]);
        private_follow(&h, &c);
    }
    assert_int_equal(store_wait(store, 60000), OK);
    for (size_t i = 0; i < countof(answers); i++)
        assert_int_equal(answers[i], OK);
    assert_int_equal(head_of(t).version, 50);
}

static void
a_key_of_another_type_refuses_the_whole_commit(void **state)
{
    (void)state;
    static const enum territory_key keys[] = { KEY_INBOX,   KEY_LOG,        KEY_WATCH,
                                               KEY_OUTBOX,  KEY_QUARANTINE, KEY_TICKETS,
                                               KEY_CLOSED,  KEY_ENGINEERS,  KEY_PRINCIPALS,
                                               KEY_REPORTS, KEY_LEARNED,    TERRITORY_KEYS };
    for (size_t i = 0; i < countof(keys); i++) {
        struct territory_id t = fresh_territory();
        struct head h = private_hold(store, t, 1);
        struct rich r;
        struct commit c = rich_commit(t, &h, &r);
        struct key mail = key_mail(t, (struct principal_id){ "e1" });
        struct key wrong = keys[i] == TERRITORY_KEYS ? mail : key_of(t, keys[i]);
        const char *bad = wrong.s;
        bool stream = keys[i] == KEY_INBOX || keys[i] == KEY_LOG || keys[i] == KEY_WATCH ||
                      keys[i] == KEY_OUTBOX || keys[i] == KEY_QUARANTINE ||
                      keys[i] == TERRITORY_KEYS;
        snprintf(c.cursor, sizeof(c.cursor), "1-1");
        if (stream)
            assert_string_equal(SAY(store, "HSET", bad, "a", "b"), "1");
        else
            assert_true(strchr(SAY(store, "XADD", bad, "*", "a", "b"), '-') != NULL);
        assert_int_equal(private_commit(store, &c), ERR_IO);
        /* Nothing of it is there. */
        struct head after = head_of(t);
        assert_int_equal(after.version, 0);
        assert_string_equal(after.cursor, "0-0");
        for (size_t k = 1; k < countof(keys); k++) {
            if (k == i)
                continue;
            const char *other = keys[k] == TERRITORY_KEYS
                                    ? key_mail(t, (struct principal_id){ "g1" }).s
                                    : key(t, keys[k]);
            bool is_stream = keys[k] == KEY_LOG || keys[k] == KEY_WATCH || keys[k] == KEY_OUTBOX ||
                             keys[k] == KEY_QUARANTINE || keys[k] == TERRITORY_KEYS;
            assert_string_equal(SAY(store, is_stream ? "XLEN" : "HLEN", other), "0");
        }
        assert_string_equal(SAY(store, "DEL", bad), "1");
        assert_int_equal(private_commit(store, &c), OK);
    }
}

/* fl_commit as no caller of ours would say it: an empty commit on `h`, then so many letters said
 * and so many values given. */
static const char *
raw_commit(struct territory_id t, const struct head *h, size_t tickets, size_t letters,
           size_t values)
{
    enum { MOST = 8000 };
    static const enum territory_key order[12] = { KEY_INBOX,   KEY_HEAD,      KEY_LOG,
                                                  KEY_WATCH,   KEY_OUTBOX,    KEY_QUARANTINE,
                                                  KEY_TICKETS, KEY_ENGINEERS, KEY_PRINCIPALS,
                                                  KEY_REPORTS, KEY_LEARNED,   KEY_CLOSED };
    static struct str argv[MOST];
    static char texts[3][16];
    struct key keys[12], mail = key_mail(t, (struct principal_id){ "g1" });
    struct commit c = private_next(t, h);
    size_t n = 0;
    snprintf(texts[0], 16, "%zu", 12 + letters);
    snprintf(texts[1], 16, "%zu", tickets);
    snprintf(texts[2], 16, "%zu", letters);
    argv[n++] = STR("FCALL");
    argv[n++] = STR("fl_commit");
    argv[n++] = str_of(texts[0]);
    for (size_t i = 0; i < 12; i++) {
        keys[i] = key_of(t, order[i]);
        argv[n++] = str_of(keys[i].s);
    }
    for (size_t i = 0; i < letters; i++)
        argv[n++] = str_of(mail.s);
    const struct str fixed[19] = { STR(LIBRARY),
                                   str_bytes(c.holder.b, 16),
                                   str_bytes(c.id.b, 16),
                                   STR("0"),
                                   STR("1"),
                                   str_bytes(c.parent.b, 32),
                                   str_bytes(c.chain.b, 32),
                                   str_bytes(c.effects, 32),
                                   STR("w1"),
                                   str_bytes(c.signature, 64),
                                   STR("0-0"),
                                   STR("0-1"),
                                   STR("0"),
                                   STR("log"),
                                   STR(""),
                                   STR("0"),
                                   STR("0"),
                                   STR("bell"),
                                   STR("") };
    memcpy(argv + n, fixed, sizeof(fixed));
    n += countof(fixed);
    for (size_t i = 0; i < 16; i++)
        argv[n++] = i == 0 ? str_of(texts[1]) : i == 12 ? str_of(texts[2]) : STR("0");
    for (size_t i = 0; i < values; i++)
        argv[n++] = STR("1");
    assert_true(n <= MOST);
    return private_say(store, n, argv);
}

static void
a_head_of_another_type_is_refused(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = { .holder = private_nonce(1), .cursor = "0-0" };
    struct commit c = private_next(t, &h);
    SAY(store, "XADD", key(t, KEY_HEAD), "*", "a", "b");
    assert_int_equal(private_commit(store, &c), ERR_IO);
    const char *said = raw_commit(t, &h, 0, 0, 0);
    assert_true(strncmp(said, "FLTYPE fl:{", 11) == 0 && strstr(said, ":head ") != NULL);
}

static void
a_log_ahead_of_its_head_refuses_the_commit(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct rich r;
    struct commit c = rich_commit(t, &h, &r);
    SAY(store, "XADD", key(t, KEY_LOG), "5-0", "a", "b");
    refused(t, &c, ERR_IO);
}

static void
nine_thousand_records_go_in_one_commit(void **state)
{
    (void)state;
    enum { MANY = 9000 };
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct pair *list = zalloc(MANY * sizeof(*list));
    char(*names)[16] = zalloc(MANY * sizeof(*names));
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "ticket-%zu", i);
        list[i] = (struct pair){ str_of(names[i]), str_of(names[i]) };
    }
    struct commit c = private_next(t, &h);
    c.records[HASH_TICKETS] = c.closed = list;
    c.records_count[HASH_TICKETS] = c.closed_count = MANY;
    assert_int_equal(private_commit(store, &c), OK);
    assert_string_equal(SAY(store, "HLEN", key(t, KEY_TICKETS)), "9000");
    for (size_t i = 0; i < MANY; i += 997)
        assert_string_equal(SAY(store, "HGET", key(t, KEY_CLOSED), names[i]), names[i]);
    private_follow(&h, &c);

    for (size_t i = 0; i < MANY - 1; i++)
        list[i].bytes.len = 0;
    c = private_next(t, &h);
    c.records[HASH_TICKETS] = list;
    c.records_count[HASH_TICKETS] = MANY;
    assert_int_equal(private_commit(store, &c), OK);
    assert_string_equal(SAY(store, "HLEN", key(t, KEY_TICKETS)), "1");
    free(list);
    free(names);
}

static void
a_commit_past_the_limits_is_told_before_anything_is_sent(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    char *big = zalloc(RECORD_MAX + 1);
    struct pair record = { STR("ticket"), { big, RECORD_MAX + 1 } };
    struct commit c = private_next(t, &h);
    c.records[HASH_TICKETS] = &record;
    c.records_count[HASH_TICKETS] = 1;
    refused(t, &c, ERR_TOO_BIG);
    record.bytes.len--;
    assert_int_equal(private_commit(store, &c), OK);
    private_follow(&h, &c);

    struct commit_mail *mail = zalloc((MAIL_MAX + 1) * sizeof(*mail));
    for (size_t i = 0; i <= MAIL_MAX; i++) {
        snprintf(mail[i].who.s, sizeof(mail[i].who.s), "r%zu", i);
        mail[i].sequence = 1;
        mail[i].letter = STR("hello");
    }
    c = private_next(t, &h);
    c.mail = mail;
    c.mail_count = MAIL_MAX + 1;
    refused(t, &c, ERR_TOO_BIG);
    c.mail_count = MAIL_MAX;
    assert_int_equal(private_commit(store, &c), OK);
    free(mail);
    free(big);
}

static void
a_full_mailbox_is_replaced_by_its_resync_letter(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct key box = key_mail(t, (struct principal_id){ "g1" });
    for (uint64_t i = 1; i <= 4; i++) {
        struct commit_mail mail = { { "g1" }, i * 10, STR("letter"), { 0 } };
        struct commit c = private_next(t, &h);
        c.mail = &mail;
        c.mail_count = 1;
        c.mailbox_max = 3;
        if (i == 4) { /* full, and no letter to replace it: told, and nothing written */
            refused(t, &c, ERR_BUSY);
            assert_string_equal(SAY(store, "XLEN", box.s), "3");
            mail.resync = STR("resync");
        }
        assert_int_equal(private_commit(store, &c), OK);
        private_follow(&h, &c);
    }
    assert_string_equal(SAY(store, "XLEN", box.s), "1");
    struct reply r;
    struct str ask[] = { STR("XRANGE"), str_of(box.s), STR("-"), STR("+") };
    assert_int_equal(redis_ask(store_redis(store), 60000, 4, ask, &r), OK);
    struct reply entry = reply_at(r, 0);
    assert_true(str_is(reply_text(reply_at(entry, 0)), "40-0"));
    assert_true(str_is(reply_text(reply_at(reply_at(entry, 1), 1)), "resync"));
    reply_free(&r);
}

static void
sequences_that_begin_anew_replace_the_mailbox_of_the_past(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct key box = key_mail(t, (struct principal_id){ "g1" });
    static const struct {
        uint64_t sequence;
        bool confirmed; /* before the next */
        const char *first;
    } steps[] = { { 90, false, "letter" },
                  { 1, false, "resync" },
                  { 2, true, "resync" },
                  { 1, false, "letter" } };
    for (size_t i = 0; i < countof(steps); i++) {
        struct commit_mail mail = { { "g1" }, steps[i].sequence, STR("letter"), STR("resync") };
        struct commit c = private_next(t, &h);
        c.mail = &mail;
        c.mail_count = 1;
        struct commit_watch watch = { steps[i].sequence, STR("all") };
        c.watch = &watch;
        c.watch_count = 1;
        assert_int_equal(private_commit(store, &c), OK);
        private_follow(&h, &c);
        struct reply r;
        struct str ask[] = { STR("XRANGE"), str_of(box.s), STR("-"), STR("+") };
        assert_int_equal(redis_ask(store_redis(store), 60000, 4, ask, &r), OK);
        assert_true(str_is(reply_text(reply_at(reply_at(reply_at(r, 0), 1), 1)), steps[i].first));
        reply_free(&r);
        if (steps[i].confirmed) {
            store_confirm(store, t, (struct principal_id){ "g1" }, UINT64_MAX);
            assert_int_equal(store_wait(store, 60000), OK);
        }
    }
}

static void
the_watch_stream_is_trimmed_by_length(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    for (uint64_t i = 1; i <= 700; i++) {
        struct commit c = private_next(t, &h);
        struct commit_watch watch = { i, STR("all") };
        c.watch = &watch;
        c.watch_count = 1;
        c.watch_max = 10;
        store_commit(store, &c, NULL, NULL);
        private_follow(&h, &c);
    }
    assert_int_equal(store_wait(store, 60000), OK);
    int left = atoi(SAY(store, "XLEN", key(t, KEY_WATCH)));
    assert_true(left >= 10 && left < 300); /* whole nodes go */
}

static void
a_caller_of_another_version_is_refused(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    const char *said =
        SAY(store, "FCALL", "fl_append", "1", key(t, KEY_INBOX), "1", "0", "rg", "x");
    assert_true(strncmp(said, "FLVERSION ", 10) == 0);
    said = SAY(store, "FCALL", "fl_append", "1", key(t, KEY_INBOX), LIBRARY, "0", "rg");
    assert_true(strncmp(said, "FLARGS ", 7) == 0);
    said = SAY(store, "FCALL", "fl_commit", "1", key(t, KEY_INBOX), LIBRARY, "0", "rg");
    assert_true(strncmp(said, "FLARGS ", 7) == 0);
    assert_string_equal(SAY(store, "XLEN", key(t, KEY_INBOX)), "0");
}

/* Lists that do not fill the arguments would shift everything behind them. */
static void
a_commit_with_miscounted_lists_is_refused(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    assert_true(strncmp(raw_commit(t, &h, 2, 0, 3), "FLARGS ", 7) == 0);
    assert_true(strncmp(raw_commit(t, &h, 2, 0, 5), "FLARGS ", 7) == 0);
    assert_true(strncmp(raw_commit(t, &h, 0, MAIL_MAX + 1, 3 * (MAIL_MAX + 1)), "FLARGS ", 7) == 0);
    assert_int_equal(head_of(t).version, 0);
    assert_string_equal(raw_commit(t, &h, 2, 0, 4), "OK");
    assert_int_equal(head_of(t).version, 1);
}

static void
a_commit_without_an_id_of_its_own_is_refused(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct commit c = private_next(t, &h);
    memset(&c.id, 0, sizeof(c.id)); /* what the head says before the first commit */
    refused(t, &c, ERR_IO);
}

static int
open_all(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    store = private_store(&redis, "worker");
    return store_up(store, 60000) == OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    store_free(store);
    private_stop(&redis);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_writes_all_that_it_says),
        cmocka_unit_test(a_commit_repeated_after_a_lost_answer_is_a_duplicate_whoever_holds_by_now),
        cmocka_unit_test(who_no_longer_holds_is_fenced),
        cmocka_unit_test(who_released_is_fenced),
        cmocka_unit_test(nobody_may_commit_to_a_territory_that_is_not_there),
        cmocka_unit_test(another_parent_chain_diverges),
        cmocka_unit_test(another_version_diverges_even_under_the_same_chain),
        cmocka_unit_test(commits_may_be_queued_on_one_another),
        cmocka_unit_test(a_key_of_another_type_refuses_the_whole_commit),
        cmocka_unit_test(a_head_of_another_type_is_refused),
        cmocka_unit_test(a_log_ahead_of_its_head_refuses_the_commit),
        cmocka_unit_test(nine_thousand_records_go_in_one_commit),
        cmocka_unit_test(a_commit_past_the_limits_is_told_before_anything_is_sent),
        cmocka_unit_test(a_full_mailbox_is_replaced_by_its_resync_letter),
        cmocka_unit_test(sequences_that_begin_anew_replace_the_mailbox_of_the_past),
        cmocka_unit_test(the_watch_stream_is_trimmed_by_length),
        cmocka_unit_test(a_caller_of_another_version_is_refused),
        cmocka_unit_test(a_commit_with_miscounted_lists_is_refused),
        cmocka_unit_test(a_commit_without_an_id_of_its_own_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
