/* outbox_test.c - words between territories: all of them, in order, at least once. */
#include "private.h"

#include <inttypes.h>

static struct private_redis redis;
static struct store *store;
static const struct territory_id here = { "here" }, a_town = { "a" }, b_town = { "b" };

/* One commit with `count` words, to `a` and `b` in turn; each word is its number. */
static void
say_words(struct head *h, size_t *said, size_t count)
{
    static struct commit_out out[600];
    static char texts[600][8];
    assert_true(count <= countof(out));
    struct commit c = private_next(here, h);
    for (size_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%d", (int)(*said)++);
        out[i] = (struct commit_out){ i % 2 == 0 ? a_town : b_town, str_of(texts[i]) };
    }
    c.out = out;
    c.out_count = count;
    assert_int_equal(private_commit(store, &c), OK);
    private_follow(h, &c);
}

struct moved {
    bool done;
    enum err err;
    size_t count;
};

static void
on_moved(void *context, enum err answer, size_t count)
{
    *(struct moved *)context = (struct moved){ true, answer, count };
}

static enum err
forward(size_t *count)
{
    struct moved m = { .done = false };
    store_forward(store, here, on_moved, &m);
    assert_int_equal(store_wait(store, 60000), OK);
    assert_true(m.done);
    *count = m.count;
    return m.err;
}

/* What arrived: with a mark that drops repeats, as a receiver keeps it, every word is there. */
static size_t
arrived(struct territory_id t, int64_t first, size_t *in_all)
{
    struct arena a = { 0 };
    struct inbox box = { .territory = t, .cursor = "0-0" };
    int64_t now, next = first;
    size_t n = 0;
    assert_int_equal(store_read(store, &box, 1, 10000, 0, &a, &now), OK);
    for (size_t i = 0; i < box.count; i++) {
        int64_t word;
        assert_int_equal(box.entries[i].kind, 'x');
        assert_string_equal(box.entries[i].who.s, "here");
        assert_true(str_int(box.entries[i].bytes, &word));
        assert_true(word <= next); /* nothing comes before what was said before it */
        if (word == next) {
            next += 2;
            n++;
        }
    }
    *in_all = box.count;
    arena_fini(&a);
    return n;
}

static void
words_arrive_in_order_and_again_when_a_mover_dies_half_way(void **state)
{
    (void)state;
    struct head h = private_hold(store, here, 1);
    size_t said = 0, moved = 1, in_all;
    assert_int_equal(forward(&moved), OK);
    assert_int_equal(moved, 0);
    say_words(&h, &said, 600);
    assert_int_equal(forward(&moved), OK);
    assert_int_equal(moved, 256);

    /* One that died after the append and before it could forget: its words come again. */
    struct intake_entry again = { 'x', { "here" }, STR("256") };
    assert_int_equal(private_append(store, a_town, &again, 1, 0), OK);
    for (size_t left = 600 - 256; left > 0; left -= moved) {
        assert_int_equal(forward(&moved), OK);
        assert_true(moved > 0 && moved <= left);
    }
    assert_int_equal(forward(&moved), OK);
    assert_int_equal(moved, 0);
    assert_int_equal(arrived(a_town, 0, &in_all), 300);
    assert_int_equal(in_all, 301);
    assert_int_equal(arrived(b_town, 1, &in_all), 300);
    assert_int_equal(in_all, 300);
}

static void
what_cannot_be_delivered_stays_in_the_outbox(void **state)
{
    (void)state;
    struct head h;
    size_t said = 600, moved;
    assert_int_equal(store_head(store, here, &h), OK);
    SAY(store, "DEL", key_of(b_town, KEY_INBOX).s);
    SAY(store, "HSET", key_of(b_town, KEY_INBOX).s, "not", "a stream");
    say_words(&h, &said, 4);
    assert_int_equal(forward(&moved), ERR_IO);
    assert_int_equal(moved, 2);
    assert_string_equal(SAY(store, "XLEN", key_of(here, KEY_OUTBOX).s), "2");
    SAY(store, "DEL", key_of(b_town, KEY_INBOX).s);
    assert_int_equal(forward(&moved), OK);
    assert_int_equal(moved, 2);
    size_t in_all;
    assert_int_equal(arrived(b_town, 601, &in_all), 2);
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
        cmocka_unit_test(words_arrive_in_order_and_again_when_a_mover_dies_half_way),
        cmocka_unit_test(what_cannot_be_delivered_stays_in_the_outbox),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
