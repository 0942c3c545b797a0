/* load_test.c - records come back, all of them, in chunks. */
#include "private.h"

static struct private_redis redis;
static struct store *store;

enum { MANY = 2500 };

struct loaded {
    size_t by_hash[RECORD_HASHES];
    uint8_t seen[RECORD_HASHES][MANY]; /* how often */
    enum record_hash last;
    bool in_order;
    size_t progress;
    size_t stop_after; /* 0: never */
    size_t count;
};

static enum err
on_record(void *context, enum record_hash h, struct str key, struct str bytes)
{
    struct loaded *l = context;
    int64_t n;
    l->in_order = l->in_order && h >= l->last;
    l->last = h;
    l->by_hash[h]++;
    l->count++;
    if (h == HASH_META) {
        assert_int_equal(key.len, 0);
        assert_true(str_is(bytes, "counters"));
        return OK;
    }
    assert_true(str_int(key, &n) && n >= 0 && n < MANY);
    assert_true(str_eq(key, bytes)); /* as it was put */
    l->seen[h][n]++;
    return l->count == l->stop_after ? ERR_KEY : OK;
}

static void
on_progress(void *context)
{
    struct loaded *l = context;
    l->progress++;
}

static void
every_record_is_loaded_once_by_hash_with_progress_between_chunks(void **state)
{
    (void)state;
    struct territory_id t = { "load" };
    static char names[MANY][8];
    static struct pair list[MANY];
    struct head h = private_hold(store, t, 1);
    struct commit c = private_next(t, &h);
    static const size_t counts[RECORD_HASHES] = { 0, MANY, 3, 600, 1, 40 };
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "%d", (int)i);
        list[i] = (struct pair){ str_of(names[i]), str_of(names[i]) };
    }
    for (enum record_hash k = HASH_TICKETS; k < RECORD_HASHES; k++) {
        c.records[k] = list;
        c.records_count[k] = counts[k];
    }
    c.closed = list; /* never loaded */
    c.closed_count = 9;
    c.meta = STR("counters");
    assert_int_equal(private_commit(store, &c), OK);

    struct loaded *l = zalloc(sizeof(*l));
    l->in_order = true;
    assert_int_equal(store_load(store, t, on_record, on_progress, l), OK);
    assert_true(l->in_order);
    assert_int_equal(l->by_hash[HASH_META], 1);
    for (enum record_hash k = HASH_TICKETS; k < RECORD_HASHES; k++) {
        assert_int_equal(l->by_hash[k], counts[k]);
        for (size_t i = 0; i < counts[k]; i++)
            assert_int_equal(l->seen[k][i], 1);
    }
    assert_true(l->progress >= 7); /* three chunks of tickets, one of each other */

    *l = (struct loaded){ .in_order = true, .stop_after = 1200 };
    assert_int_equal(store_load(store, t, on_record, on_progress, l), ERR_KEY);
    assert_int_equal(l->count, 1200);
    free(l);
}

static void
a_territory_with_nothing_in_it_loads_nothing(void **state)
{
    (void)state;
    struct loaded *l = zalloc(sizeof(*l));
    assert_int_equal(store_load(store, (struct territory_id){ "empty" }, on_record, NULL, l), OK);
    assert_int_equal(l->count, 0);
    free(l);
}

static void
one_ticket_is_found_open_or_closed_or_not(void **state)
{
    (void)state;
    struct territory_id t = { "one" };
    struct ticket_id open = { { 0, 1, '\n', 0xff } }, closed = { { 2 } }, none = { { 3 } };
    struct pair open_pair = { str_bytes(open.b, 16), STR("an open one") };
    struct pair closed_pair = { str_bytes(closed.b, 16), STR("a closed one") };
    struct head h = private_hold(store, t, 1);
    struct commit c = private_next(t, &h);
    c.records[HASH_TICKETS] = &open_pair;
    c.records_count[HASH_TICKETS] = 1;
    c.closed = &closed_pair;
    c.closed_count = 1;
    assert_int_equal(private_commit(store, &c), OK);
    struct buf b = { 0 };
    bool is_closed;
    assert_int_equal(store_ticket(store, t, open, &b, &is_closed), OK);
    assert_true(str_is(buf_str(&b), "an open one") && !is_closed);
    assert_int_equal(store_ticket(store, t, closed, &b, &is_closed), OK);
    assert_true(str_is(buf_str(&b), "a closed one") && is_closed);
    assert_int_equal(store_ticket(store, t, none, &b, &is_closed), OK);
    assert_true(b.len == 0 && !is_closed);
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
        cmocka_unit_test(every_record_is_loaded_once_by_hash_with_progress_between_chunks),
        cmocka_unit_test(a_territory_with_nothing_in_it_loads_nothing),
        cmocka_unit_test(one_ticket_is_found_open_or_closed_or_not),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
