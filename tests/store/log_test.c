/* log_test.c - the log can be read from any version on, and its chain can be proved. */
#include "private.h"

static struct private_redis redis;
static struct store *store;

struct audit {
    uint64_t first, count, version;
    struct chain chain; /* of the entry before */
    bool whole;         /* every link holds */
    size_t incarnations;
    struct incarnation incarnation;
    uint64_t stop_at;
};

/* An auditor as docs/store.md lets one be written. */
static enum err
on_entry(void *context, const struct log_entry *e)
{
    struct audit *a = context;
    struct chain chain;
    if (a->count++ == 0)
        a->first = e->version;
    else
        a->whole = a->whole && e->version == a->version + 1 && same_id(e->parent, a->chain);
    chain_next(&chain, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    a->whole = a->whole && same_id(chain, e->chain);
    a->version = e->version;
    a->chain = e->chain;
    if (a->incarnations == 0 || !same_id(a->incarnation, e->incarnation))
        a->incarnations++;
    a->incarnation = e->incarnation;
    return e->version == a->stop_at ? ERR_KEY : OK;
}

static void
commit_some(struct territory_id t, struct head *h, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[32];
        snprintf(text, sizeof(text), "log of %d", (int)h->version + 1);
        struct commit c = private_next(t, h);
        c.log = str_of(text);
        chain_next(&c.chain, &c.parent, h->incarnation, c.version, c.effects, c.log);
        store_commit(store, &c, NULL, NULL);
        private_follow(h, &c);
    }
    assert_int_equal(store_wait(store, 60000), OK);
}

static void
the_log_is_a_chain_from_any_version_on_and_across_incarnations(void **state)
{
    (void)state;
    struct territory_id t = { "log" };
    struct head h = private_hold(store, t, 1);
    commit_some(t, &h, 70);
    struct incarnation fresh = { { 77 } };
    assert_int_equal(store_take(store, t, h.holder, private_nonce(2), "w2", &fresh, &h), OK);
    commit_some(t, &h, 30);
    static const uint64_t after[] = { 0, 1, 31, 32, 33, 64, 69, 70, 98, 99 };
    for (size_t i = 0; i < countof(after); i++) {
        struct audit a = { .whole = true };
        assert_int_equal(store_log(store, t, after[i], on_entry, &a), OK);
        assert_int_equal(a.first, after[i] + 1);
        assert_int_equal(a.count, 100 - after[i]);
        assert_true(a.whole);
        assert_true(same_id(a.chain, h.chain));
        assert_int_equal(a.incarnations, after[i] < 70 ? 2 : 1);
    }
    struct audit none = { .whole = true };
    assert_int_equal(store_log(store, t, 100, on_entry, &none), OK);
    assert_int_equal(none.count, 0);
    struct audit stopped = { .whole = true, .stop_at = 40 };
    assert_int_equal(store_log(store, t, 0, on_entry, &stopped), ERR_KEY);
    assert_int_equal(stopped.count, 40);
}

static void
an_entry_of_another_shape_is_a_syntax_error(void **state)
{
    (void)state;
    struct territory_id t = { "shape" };
    struct audit a = { .whole = true };
    SAY(store, "XADD", key_of(t, KEY_LOG).s, "1-0", "b", "x");
    assert_int_equal(store_log(store, t, 0, on_entry, &a), ERR_SYNTAX);
}

/* Each part of a commit that the digest covers changes it; what it must not cover does not. */
static void
effects_cover_every_write(void **state)
{
    (void)state;
    struct pair pairs[6];
    struct commit_mail mail = { { "g1" }, 1, STR("letter"), { 0 } };
    struct commit_out out = { { "south" }, STR("help") };
    struct commit_watch watch = { 1, STR("watch") };
    struct commit c = { .territory = { "t" },
                        .cursor = "1-1",
                        .plan = 1,
                        .meta = STR("meta"),
                        .mail = &mail,
                        .mail_count = 1,
                        .watch = &watch,
                        .watch_count = 1,
                        .out = &out,
                        .out_count = 1 };
    for (size_t i = 0; i < countof(pairs); i++)
        pairs[i] = (struct pair){ STR("key"), STR("bytes") };
    for (enum record_hash h = HASH_TICKETS; h < RECORD_HASHES; h++) {
        c.records[h] = &pairs[h - 1];
        c.records_count[h] = 1;
    }
    c.closed = &pairs[4];
    c.quarantine = &pairs[5];
    c.closed_count = c.quarantine_count = 1;
    uint8_t was[32], is[32];
    chain_effects(&c, was);
#define CHANGES(place, value)                                                                      \
    do {                                                                                           \
        __typeof__(place) kept = place;                                                            \
        place = value;                                                                             \
        chain_effects(&c, is);                                                                     \
        assert_memory_not_equal(was, is, 32);                                                      \
        place = kept;                                                                              \
    } while (0)
    for (size_t i = 0; i < countof(pairs); i++) {
        CHANGES(pairs[i].key, STR("kez"));
        CHANGES(pairs[i].bytes, STR("bytez"));
        CHANGES(pairs[i].bytes, STR(""));
    }
    CHANGES(c.territory, ((struct territory_id){ "u" }));
    CHANGES(c.cursor[0], '2');
    CHANGES(c.plan, 2);
    CHANGES(c.meta, STR("mete"));
    CHANGES(mail.who, ((struct principal_id){ "g2" }));
    CHANGES(mail.sequence, 2);
    CHANGES(mail.letter, STR("lettes"));
    CHANGES(watch.letter, STR("watcc"));
    CHANGES(watch.sequence, 2);
    CHANGES(c.watch_count, 0);
    CHANGES(out.to, ((struct territory_id){ "north" }));
    CHANGES(out.sealed, STR("helq"));
    CHANGES(c.mail_count, 0);
    CHANGES(c.closed_count, 0);
#undef CHANGES
    /* A letter kept ready for a full mailbox, and the commit's own marks, are no part of it. */
    mail.resync = STR("resync");
    c.id.b[0] = c.holder.b[0] = c.signature[0] = 1;
    chain_effects(&c, is);
    assert_memory_equal(was, is, 32);
    /* What moves from one list to its neighbour is another commit. */
    c.records_count[HASH_TICKETS] = 0;
    struct pair two[2] = { pairs[0], pairs[1] };
    c.records[HASH_ENGINEERS] = two;
    c.records_count[HASH_ENGINEERS] = 2;
    chain_effects(&c, is);
    assert_memory_not_equal(was, is, 32);
}

static void
the_chain_is_the_documented_hash(void **state)
{
    (void)state;
    struct chain parent, chain;
    struct incarnation inc;
    uint8_t effects[32], want[32], log[32];
    random_bytes(&parent, sizeof(parent));
    random_bytes(&inc, sizeof(inc));
    random_bytes(effects, sizeof(effects));
    chain_next(&chain, &parent, inc, 0x0102030405060708u, effects, STR("sealed"));
    struct buf b = { 0 };
    digest_32(log, STR("sealed"));
    buf_put(&b, "faultline-chain", 15);
    buf_put(&b, parent.b, 32);
    buf_put(&b, inc.b, 16);
    buf_put(&b, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    buf_put(&b, effects, 32);
    buf_put(&b, log, 32);
    digest_32(want, buf_str(&b));
    assert_memory_equal(chain.b, want, 32);
    buf_fini(&b);
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
        cmocka_unit_test(the_log_is_a_chain_from_any_version_on_and_across_incarnations),
        cmocka_unit_test(an_entry_of_another_shape_is_a_syntax_error),
        cmocka_unit_test(effects_cover_every_write),
        cmocka_unit_test(the_chain_is_the_documented_hash),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
