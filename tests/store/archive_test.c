/* archive_test.c - what left Redis for a file is there, once, and shows every scratch. */
#include "common/store/history.h"
#include "private.h"
#include "tests/seed.h"

static struct private_redis redis;
static struct store *store;
static struct keys *keys;
static int territories;

/* ---- a territory with a past */

static struct territory_id
fresh_territory(void)
{
    struct territory_id t = { "" };
    snprintf(t.s, sizeof(t.s), "t%d", territories++);
    return t;
}

static const char *
shelf_of(struct territory_id t, const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % countof(paths)];
    snprintf(path, sizeof(paths[0]), "%s/archive%s%s%s%s", redis.dir, t.s[0] == '\0' ? "" : "/",
             t.s, name[0] == '\0' ? "" : "/", name);
    return path;
}

static const char *
folder(void)
{
    return shelf_of((struct territory_id){ "" }, "");
}

static struct ticket_id
ticket_number(uint64_t n)
{
    struct ticket_id id = { { 0 } };
    memcpy(id.b, &n, sizeof(n));
    return id;
}

/* `count` commits; each closes the ticket of its version, with a record that says `word`. */
static void
live(struct territory_id t, struct head *h, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        char text[64], record[96];
        struct ticket_id id = ticket_number(h->version + 1);
        snprintf(text, sizeof(text), "log of %d %s", (int)h->version + 1, word);
        snprintf(record, sizeof(record), "%s: the sealed record of ticket %d", word,
                 (int)h->version + 1);
        struct pair closed = { str_bytes(id.b, sizeof(id.b)), str_of(record) };
        struct commit c = private_next(t, h);
        c.closed = &closed;
        c.closed_count = 1;
        c.log = str_of(text);
        chain_effects(&c, c.effects);
        chain_next(&c.chain, &c.parent, h->incarnation, c.version, c.effects, c.log);
        assert_int_equal(private_commit(store, &c), OK);
        private_follow(h, &c);
    }
}

static struct head
hold_again(struct territory_id t, const struct head *h, uint8_t life)
{
    struct head out;
    struct incarnation fresh;
    memset(fresh.b, life, sizeof(fresh.b));
    assert_int_equal(store_take(store, t, h->holder, private_nonce(2), "w2", &fresh, &out), OK);
    return out;
}

/* ---- making files as a worker does */

struct taking {
    struct archive_draft draft;
    struct buf ids;
    struct territory_id territory;
    uint64_t last;
};

static enum err
take_entry(void *context, const struct log_entry *e)
{
    struct taking *k = context;
    if (e->version > k->last ||
        (k->draft.head.entries > 0 && !same_id(k->draft.head.incarnation, e->incarnation)))
        return ERR_AGAIN;
    archive_add(&k->draft, k->territory, e);
    buf_put(&k->ids, e->closed.at, e->closed.len);
    return OK;
}

static enum err
take_ticket(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct taking *k = context;
    archive_add_ticket(&k->draft, id, sealed);
    return OK;
}

/* The bytes of a file with the oldest entries in Redis up to `last`, and their tickets. */
static void
draw_up(struct territory_id t, uint64_t last, struct buf *file, char name[SHELF_NAME])
{
    struct taking k = { .territory = t, .last = last };
    const struct principal_id signer = { "w1" };
    enum err e = store_log(store, t, 0, take_entry, &k);
    assert_true(e == OK || e == ERR_AGAIN);
    assert_int_equal(store_closed(store, t, buf_str(&k.ids), take_ticket, &k), OK);
    shelf_name(name, &k.draft.head);
    archive_finish(&k.draft, signer, keys, clock_wall_ms(), file);
    archive_draft_fini(&k.draft);
    buf_fini(&k.ids);
}

static void
put_away(struct territory_id t, uint64_t last, char name[SHELF_NAME])
{
    struct buf file = { 0 };
    draw_up(t, last, &file, name);
    assert_int_equal(shelf_put(folder(), t, name, "w1", buf_str(&file)), OK);
    buf_fini(&file);
}

static enum err
forget_as(struct territory_id t, const char *name, uint8_t who)
{
    struct buf bytes = { 0 };
    struct archive a;
    assert_int_equal(shelf_read(folder(), t, name, &bytes, &a), OK);
    assert_true(archive_signed(&a, keys_public(keys)->sign));
    enum err e = store_forget(store, t, private_nonce(who), &a);
    buf_fini(&bytes);
    return e;
}

static size_t
in_redis(struct territory_id t, enum territory_key k)
{
    int64_t n = -1;
    assert_true(str_int(str_of(SAY(store, k == KEY_LOG ? "XLEN" : "HLEN", key_of(t, k).s)), &n));
    return (size_t)n;
}

/* ---- reading it all */

struct reading {
    uint64_t version, count, files, faults;
    struct chain chain;
    bool whole;
    char words[512]; /* the first fault */
    void (*in_between)(struct reading *);
    struct territory_id territory;
};

static enum err
on_entry(void *context, const struct log_entry *e)
{
    struct reading *r = context;
    struct chain right;
    chain_next(&right, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    r->whole = r->whole && e->version == r->version + 1 && same_id(e->parent, r->chain) &&
               same_id(e->chain, right);
    r->version = e->version;
    r->chain = e->chain;
    r->count++;
    if (r->in_between != NULL)
        r->in_between(r);
    return OK;
}

static void
on_fault(void *context, const char *words)
{
    struct reading *r = context;
    if (r->faults++ == 0)
        snprintf(r->words, sizeof(r->words), "%s", words);
}

static void
on_file(void *context, const char *name unused, const struct archive *a)
{
    struct reading *r = context;
    assert_true(archive_signed(a, keys_public(keys)->sign));
    r->files++;
}

static struct reading
read_all_while(struct territory_id t, void (*in_between)(struct reading *))
{
    struct reading r = { .whole = true, .in_between = in_between, .territory = t };
    const struct history_reader reader = { on_entry, on_fault, on_file, &r };
    assert_int_equal(history_log(store, folder(), t, &reader), OK);
    return r;
}

static struct reading
read_all(struct territory_id t)
{
    return read_all_while(t, NULL);
}

#define IS_WHOLE(t, head)                                                                          \
    do {                                                                                           \
        struct reading r_ = read_all(t);                                                           \
        assert_string_equal(r_.words, "");                                                         \
        assert_true(r_.whole);                                                                     \
        assert_int_equal(r_.version, (head).version);                                              \
        assert_true(same_id(r_.chain, (head).chain));                                              \
    } while (0)

#define TELLS(t, word)                                                                             \
    do {                                                                                           \
        struct reading r_ = read_all(t);                                                           \
        assert_true(r_.faults > 0);                                                                \
        if (strstr(r_.words, word) == NULL)                                                        \
            fail_msg("'%s' is not in: %s", word, r_.words);                                        \
    } while (0)

static enum err
count_ticket(void *context, enum record_hash h unused, struct str id unused, struct str sealed)
{
    size_t *n = context;
    *n += sealed.len > 0;
    return OK;
}

static size_t
tickets_on_shelf(struct territory_id t)
{
    size_t n = 0;
    struct buf why = { 0 };
    assert_int_equal(history_tickets(folder(), t, count_ticket, &n, &why), OK);
    assert_int_equal(why.len, 0);
    return n;
}

/* ---- the tests */

static void
what_is_archived_leaves_redis_and_is_read_as_one_log(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    char name[SHELF_NAME];
    live(t, &h, 100, "a");
    put_away(t, 40, name);
    IS_WHOLE(t, h); /* the same entries in both: killed between writing and forgetting */
    assert_int_equal(forget_as(t, name, 1), OK);
    assert_int_equal(in_redis(t, KEY_LOG), 60);
    assert_int_equal(in_redis(t, KEY_CLOSED), 60);
    assert_int_equal(tickets_on_shelf(t), 40);
    IS_WHOLE(t, h);
    put_away(t, 99, name);
    assert_int_equal(forget_as(t, name, 1), OK);
    assert_int_equal(in_redis(t, KEY_LOG), 1);
    IS_WHOLE(t, h);
    live(t, &h, 3, "a");
    IS_WHOLE(t, h);
    assert_int_equal(read_all(t).files, 2);
}

/* Another machine's holder did not see the file that its predecessor left, and wrote a longer one.
 */
static void
twins_of_two_machines_put_together_are_one_log(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    char left[SHELF_NAME], longer[SHELF_NAME], after[SHELF_NAME];
    live(t, &h, 60, "a");
    put_away(t, 20, left);
    put_away(t, 35, longer);
    assert_int_equal(forget_as(t, longer, 1), OK);
    assert_int_equal(forget_as(t, left, 1), ERR_DIVERGED);
    put_away(t, 50, after);
    assert_int_equal(forget_as(t, after, 1), OK);
    IS_WHOLE(t, h);
    assert_int_equal(read_all(t).files, 3);
    assert_int_equal(unlink(shelf_of(t, longer)), 0);
    TELLS(t, "versions 21 to 35 are missing");
    assert_int_equal(unlink(shelf_of(t, left)), 0);
    TELLS(t, "versions 1 to 35 are missing");
}

static void
only_the_holder_forgets_and_only_what_is_there_and_never_the_newest(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory(), other = fresh_territory();
    struct head h = private_hold(store, t, 1), o = private_hold(store, other, 1);
    char name[SHELF_NAME], all[SHELF_NAME], foreign[SHELF_NAME];
    live(t, &h, 20, "a");
    live(other, &o, 20, "b");
    put_away(t, 10, name);
    put_away(t, 20, all);
    put_away(other, 10, foreign);
    struct buf bytes = { 0 };
    struct archive a;
    assert_int_equal(forget_as(t, name, 7), ERR_FENCED);
    assert_int_equal(forget_as(t, all, 1), ERR_DIVERGED);
    assert_int_equal(shelf_read(folder(), other, foreign, &bytes, &a), OK);
    assert_int_equal(store_forget(store, t, private_nonce(1), &a), ERR_DIVERGED);
    buf_fini(&bytes);
    assert_int_equal(in_redis(t, KEY_LOG), 20);
    assert_int_equal(in_redis(t, KEY_CLOSED), 20);
    assert_int_equal(forget_as(t, name, 1), OK);
    assert_int_equal(forget_as(t, name, 1), ERR_DIVERGED); /* done already */
    assert_int_equal(in_redis(t, KEY_LOG), 10);
    IS_WHOLE(t, h);
}

static void
a_ticket_that_was_written_again_since_stays(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    char name[SHELF_NAME];
    live(t, &h, 5, "a");
    put_away(t, 4, name);
    struct ticket_id id = ticket_number(2);
    struct pair again = { str_bytes(id.b, sizeof(id.b)),
                          STR("another sealing of the same ticket") };
    struct commit c = private_next(t, &h);
    c.closed = &again;
    c.closed_count = 1;
    chain_effects(&c, c.effects);
    chain_next(&c.chain, &c.parent, h.incarnation, c.version, c.effects, c.log);
    assert_int_equal(private_commit(store, &c), OK);
    assert_int_equal(forget_as(t, name, 1), OK);
    assert_int_equal(in_redis(t, KEY_CLOSED), 2); /* numbers 5 and 2 */
    struct buf sealed = { 0 };
    bool closed;
    assert_int_equal(store_ticket(store, t, id, &sealed, &closed), OK);
    assert_true(closed && str_eq(buf_str(&sealed), again.bytes));
    buf_fini(&sealed);
}

static void
memory_that_is_full_can_still_be_freed(void **state)
{
    (void)state;
    struct private_redis small;
    struct territory_id t = fresh_territory();
    char name[SHELF_NAME];
    struct store *everywhere = store;
    private_new(&small, "3mb");
    store = private_store(&small, "worker");
    assert_int_equal(store_up(store, 60000), OK);
    struct head h = private_hold(store, t, 1);
    live(t, &h, 30, "a");
    struct store *broker = private_store(&small, "broker");
    char much[30000];
    memset(much, 'x', sizeof(much));
    const struct intake_entry e = { 'r', { "g" }, { much, sizeof(much) } };
    enum err said = OK;
    for (int i = 0; i < 400 && said == OK; i++)
        said = private_append(broker, t, &e, 1, 0);
    assert_int_equal(said, ERR_BUSY);
    put_away(t, 29, name);
    assert_int_equal(forget_as(t, name, 1), OK);
    assert_int_equal(in_redis(t, KEY_LOG), 1);
    store_free(broker);
    store_free(store);
    store = everywhere;
    private_stop(&small);
}

static void
a_file_that_is_missing_or_cut_or_not_ours_is_told_by_name(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    char first[SHELF_NAME], second[SHELF_NAME], aside[256];
    live(t, &h, 30, "a");
    put_away(t, 10, first);
    assert_int_equal(forget_as(t, first, 1), OK);
    put_away(t, 20, second);
    assert_int_equal(forget_as(t, second, 1), OK);
    IS_WHOLE(t, h);
    snprintf(aside, sizeof(aside), "%s/aside", redis.dir);
    assert_int_equal(rename(shelf_of(t, second), aside), 0);
    TELLS(t, "versions 11 to 20 are missing");
    assert_int_equal(rename(shelf_of(t, first), shelf_of(t, second)), 0);
    TELLS(t, "is not what its name says");
    assert_int_equal(rename(shelf_of(t, second), shelf_of(t, first)), 0);
    assert_int_equal(rename(aside, shelf_of(t, second)), 0);
    IS_WHOLE(t, h);
    assert_int_equal(truncate(shelf_of(t, first), 700), 0);
    TELLS(t, first);
    assert_int_equal(unlink(shelf_of(t, first)), 0);
    TELLS(t, "versions 1 to 10 are missing");
}

static void
cut_anywhere_or_changed_anywhere_a_file_is_not_read(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct buf file = { 0 };
    struct archive a;
    char name[SHELF_NAME];
    live(t, &h, 6, "a");
    draw_up(t, 5, &file, name);
    assert_int_equal(archive_decode(&a, buf_str(&file)), OK);
    assert_int_equal(a.head.entries, 5);
    assert_int_equal(a.head.records, 5);
    assert_true(archive_signed(&a, keys_public(keys)->sign));
    for (size_t len = 0; len < file.len; len++) {
        uint8_t *part = memcpy(grow(NULL, len + 1), file.data, len);
        assert_int_not_equal(archive_decode(&a, str_bytes(part, len)), OK);
        free(part);
    }
    for (size_t i = 0; i < file.len; i++)
        for (size_t bit = 0; bit < 8; bit += 1 + i % 3) {
            file.data[i] ^= (uint8_t)(1u << bit);
            bool good = archive_decode(&a, buf_str(&file)) == OK &&
                        archive_signed(&a, keys_public(keys)->sign);
            assert_false(good);
            file.data[i] ^= (uint8_t)(1u << bit);
        }
    buf_put_u8(&file, 0);
    assert_int_equal(archive_decode(&a, buf_str(&file)), ERR_TRUNCATED);
    buf_fini(&file);
}

/* A digest proves nothing against who computes it anew: lengths and links are checked themselves.
 */
static void
numbers_that_lie_lead_nowhere(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct buf file = { 0 };
    struct archive a;
    struct rng rng = seed();
    char name[SHELF_NAME];
    live(t, &h, 6, "a");
    draw_up(t, 5, &file, name);
    struct buf lie = { 0 };
    size_t refused = 0;
    for (int i = 0; i < 20000; i++) {
        buf_clear(&lie);
        buf_put(&lie, file.data, file.len);
        size_t at = 8 + rng_below(&rng, lie.len - 8 - 96);
        lie.data[at] = (uint8_t)(rng_below(&rng, 2) ? 0xff : rng_below(&rng, 256));
        digest_32(lie.data + lie.len - 96, str_bytes(lie.data, lie.len - 96));
        refused += archive_decode(&a, buf_str(&lie)) != OK;
    }
    assert_true(refused > 10000); /* and none of them crashed the reader */
    buf_fini(&lie);
    buf_fini(&file);
}

static void
copy_aof(const char *from, const char *to)
{
    char command[400];
    store_free(store);
    private_signal(&redis, SIGKILL);
    snprintf(command, sizeof(command), "cd '%s' && rm -rf '%s' && cp -a '%s' '%s'", redis.dir, to,
             from, to);
    assert_int_equal(system(command), 0);
    private_start(&redis);
    store = private_store(&redis, "worker");
    assert_int_equal(store_up(store, 60000), OK);
}

/* Versions 51 to 100 were archived; then the store came back at 80, and lived on as another. */
static void
after_a_rollback_the_line_is_that_of_the_head(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1), old;
    char name[SHELF_NAME];
    live(t, &h, 80, "a");
    put_away(t, 50, name);
    assert_int_equal(forget_as(t, name, 1), OK);
    old = h;
    copy_aof("appendonlydir", "yesterday");
    live(t, &h, 30, "lost");
    put_away(t, 100, name);
    assert_int_equal(forget_as(t, name, 1), OK);
    IS_WHOLE(t, h);
    copy_aof("yesterday", "appendonlydir");
    h = hold_again(t, &old, 9);
    assert_int_equal(h.version, 80);
    IS_WHOLE(t, h); /* the lost entries are on the shelf, and no part of it */
    live(t, &h, 20, "b");
    IS_WHOLE(t, h);
    put_away(t, 100, name); /* ends with its incarnation, at 80 */
    assert_int_equal(forget_as(t, name, 2), OK);
    assert_int_equal(in_redis(t, KEY_LOG), 20);
    IS_WHOLE(t, h);
    assert_int_equal(unlink(shelf_of(t, name)), 0);
    IS_WHOLE(t, h); /* the file that goes on to 100 has these entries, too */
    put_away(t, 90, name);
    assert_int_equal(forget_as(t, name, 2), OK);
    IS_WHOLE(t, h);
    assert_int_equal(read_all(t).files, 3);
}

static void
archive_meanwhile(struct reading *r)
{
    char name[SHELF_NAME];
    if (r->count == 10 || r->count == 70) {
        put_away(r->territory, r->count == 10 ? 60 : 99, name);
        assert_int_equal(forget_as(r->territory, name, 1), OK);
    }
}

static void
who_reads_while_it_is_archived_misses_nothing_and_reads_nothing_twice(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    live(t, &h, 120, "a");
    struct reading r = read_all_while(t, archive_meanwhile);
    assert_string_equal(r.words, "");
    assert_true(r.whole);
    assert_int_equal(r.count, 120);
    assert_int_equal(in_redis(t, KEY_LOG), 21);
}

static void
a_disk_that_does_not_take_it_is_an_error_and_leaves_no_such_file(void **state)
{
    (void)state;
    struct territory_id t = fresh_territory();
    struct head h = private_hold(store, t, 1);
    struct buf file = { 0 };
    char name[SHELF_NAME], found[SHELF_NAME];
    live(t, &h, 5, "a");
    draw_up(t, 4, &file, name);
    assert_int_equal(shelf_put("/dev/null", t, name, "w1", buf_str(&file)), ERR_IO);
    assert_int_equal(shelf_put(folder(), t, name, "no/such/folder", buf_str(&file)), ERR_IO);
    assert_false(shelf_find(folder(), t, h.incarnation, 1, found));
    /* a temporary file that somebody left is no file, and is written over */
    FILE *half = fopen(shelf_of(t, "w1.tmp"), "w");
    assert_non_null(half);
    fputs("half", half);
    fclose(half);
    IS_WHOLE(t, h);
    assert_int_equal(shelf_put(folder(), t, name, "w1", buf_str(&file)), OK);
    assert_int_not_equal(access(shelf_of(t, "w1.tmp"), F_OK), 0);
    assert_true(shelf_find(folder(), t, h.incarnation, 1, found));
    assert_string_equal(found, name);
    assert_false(shelf_find(folder(), t, h.incarnation, 2, found));
    buf_fini(&file);
}

static int
open_all(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    keys = keys_new();
    store = private_store(&redis, "worker");
    return store_up(store, 60000) == OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    store_free(store);
    keys_free(keys);
    private_stop(&redis);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_archived_leaves_redis_and_is_read_as_one_log),
        cmocka_unit_test(twins_of_two_machines_put_together_are_one_log),
        cmocka_unit_test(only_the_holder_forgets_and_only_what_is_there_and_never_the_newest),
        cmocka_unit_test(a_ticket_that_was_written_again_since_stays),
        cmocka_unit_test(memory_that_is_full_can_still_be_freed),
        cmocka_unit_test(a_file_that_is_missing_or_cut_or_not_ours_is_told_by_name),
        cmocka_unit_test(cut_anywhere_or_changed_anywhere_a_file_is_not_read),
        cmocka_unit_test(numbers_that_lie_lead_nowhere),
        cmocka_unit_test(after_a_rollback_the_line_is_that_of_the_head),
        cmocka_unit_test(who_reads_while_it_is_archived_misses_nothing_and_reads_nothing_twice),
        cmocka_unit_test(a_disk_that_does_not_take_it_is_an_error_and_leaves_no_such_file),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
