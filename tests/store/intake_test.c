/* intake_test.c - appending as a broker does, reading as a worker does. */
#include "private.h"

#include "tests/seed.h"

static struct private_redis redis, small;
static struct store *broker, *worker;

static void
what_goes_in_comes_out_in_order_byte_for_byte(void **state)
{
    (void)state;
    struct rng r = seed();
    struct territory_id t = { "order" };
    static const char kinds[] = "rexp";
    enum { ROUNDS = 20, MOST = 50 };
    static char bytes[ROUNDS * MOST][64];
    static struct intake_entry all[ROUNDS * MOST];
    size_t count = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t n = 1 + rng_below(&r, MOST);
        for (size_t i = count; i < count + n; i++) {
            size_t len = rng_below(&r, sizeof(bytes[0]));
            for (size_t k = 0; k < len; k++)
                bytes[i][k] = (char)rng_next(&r);
            all[i] = (struct intake_entry){ kinds[rng_below(&r, 4)], { "" }, { bytes[i], len } };
            snprintf(all[i].who.s, sizeof(all[i].who.s), "who-%d", (int)rng_below(&r, 9));
        }
        assert_int_equal(private_append(broker, t, all + count, n, 0), OK);
        count += n;
    }

    struct arena a = { 0 };
    struct inbox box = { .territory = t, .cursor = "0-0" };
    size_t seen = 0;
    int64_t now = 0;
    do {
        assert_int_equal(store_read(worker, &box, 1, 37, 0, &a, &now), OK);
        for (size_t i = 0; i < box.count; i++, seen++) {
            assert_int_equal(box.entries[i].kind, all[seen].kind);
            assert_string_equal(box.entries[i].who.s, all[seen].who.s);
            assert_true(str_eq(box.entries[i].bytes, all[seen].bytes));
            memcpy(box.cursor, box.entries[i].id, sizeof(box.cursor));
        }
    } while (box.count > 0);
    assert_int_equal(seen, count);
    assert_true(now > 1600000000000 && llabs((long long)(now - clock_wall_ms())) < 60000);
    arena_fini(&a);
}

static void
one_wait_reads_many_territories_each_to_its_batch(void **state)
{
    (void)state;
    struct inbox boxes[5];
    struct intake_entry entries[3] = { { 'r', { "g1" }, STR("a") },
                                       { 'r', { "g1" }, STR("b") },
                                       { 'r', { "g1" }, STR("c") } };
    for (size_t i = 0; i < countof(boxes); i++) {
        boxes[i] = (struct inbox){ .cursor = "0-0" };
        snprintf(boxes[i].territory.s, sizeof(boxes[i].territory.s), "many%zu", i);
        if (i > 0 && i != 3) /* two are empty */
            assert_int_equal(private_append(broker, boxes[i].territory, entries, i > 3 ? 3 : i, 0),
                             OK);
    }
    struct arena a = { 0 };
    int64_t now;
    assert_int_equal(store_read(worker, boxes, countof(boxes), 2, 1000, &a, &now), OK);
    static const size_t want[] = { 0, 1, 2, 0, 2 };
    for (size_t i = 0; i < countof(boxes); i++)
        assert_int_equal(boxes[i].count, want[i]);
    assert_int_equal(store_read(worker, boxes, 0, 2, 1000, &a, &now), OK); /* nothing held yet */
    arena_fini(&a);
}

static void
a_wait_ends_when_something_comes_or_the_time_is_over(void **state)
{
    (void)state;
    struct inbox box = { .territory = { "quiet" }, .cursor = "0-0" };
    struct arena a = { 0 };
    int64_t now, begun = clock_mono_ms();
    assert_int_equal(store_read(worker, &box, 1, 10, 30, &a, &now), OK);
    assert_int_equal(box.count, 0);
    assert_true(clock_mono_ms() - begun >= 29);

    pid_t child = fork();
    if (child == 0) {
        struct store *s = private_store(&redis, "broker");
        struct intake_entry e = { 'r', { "g1" }, STR("hello") };
        enum err answer = store_up(s, 60000);
        store_append(s, box.territory, &e, 1, 0, answer_to, &answer);
        store_wait(s, 60000);
        _exit(answer == OK ? 0 : 1);
    }
    assert_int_equal(store_read(worker, &box, 1, 10, 8000, &a, &now), OK);
    assert_int_equal(box.count, 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    arena_fini(&a);
}

static void
a_full_inbox_answers_busy_and_takes_none(void **state)
{
    (void)state;
    struct territory_id t = { "full" };
    struct intake_entry entries[4] = { { 'r', { "g1" }, STR("a") },
                                       { 'r', { "g1" }, STR("b") },
                                       { 'r', { "g1" }, STR("c") },
                                       { 'r', { "g1" }, STR("d") } };
    assert_int_equal(private_append(broker, t, entries, 4, 5), OK);
    assert_int_equal(private_append(broker, t, entries, 2, 5), ERR_BUSY);
    assert_string_equal(SAY(broker, "XLEN", key_of(t, KEY_INBOX).s), "4");
    assert_int_equal(private_append(broker, t, entries, 1, 5), OK);
    assert_int_equal(private_append(broker, t, entries, 1, 5), ERR_BUSY);
    assert_int_equal(private_append(broker, t, entries, 4, 0), OK);
}

static void
an_inbox_of_another_type_is_an_error_and_the_next_call_works(void **state)
{
    (void)state;
    struct territory_id t = { "typed" };
    struct intake_entry e = { 'r', { "g1" }, STR("a") };
    SAY(worker, "HSET", key_of(t, KEY_INBOX).s, "a", "b");
    assert_int_equal(private_append(broker, t, &e, 1, 5), ERR_IO);
    SAY(worker, "DEL", key_of(t, KEY_INBOX).s);
    assert_int_equal(private_append(broker, t, &e, 1, 5), OK);
}

static void
an_entry_of_another_shape_is_told_as_such(void **state)
{
    (void)state;
    struct inbox box = { .territory = { "shape" }, .cursor = "0-0" };
    const char *key = "fl:{shape}:inbox";
    struct arena a = { 0 };
    int64_t now;
    SAY(worker, "XADD", key, "*", "x", "y");
    SAY(worker, "XADD", key, "*", "w", "", "b", "y");
    SAY(worker, "XADD", key, "*", "w", "ra-name-much-longer-than-a-name", "b", "y");
    SAY(worker, "XADD", key, "*", "w", "rg1", "b", "good");
    assert_int_equal(store_read(worker, &box, 1, 10, 0, &a, &now), OK);
    assert_int_equal(box.count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(box.entries[i].kind, '?');
    assert_int_equal(box.entries[3].kind, 'r');
    arena_fini(&a);
}

struct found {
    char who[8][24];
    char where[8][24];
    size_t count;
};

static enum err
on_place(void *context, enum record_hash h, struct str key, struct str bytes)
{
    struct found *f = context;
    (void)h;
    assert_true(str_fill(f->who[f->count], 24, key) && str_fill(f->where[f->count], 24, bytes));
    f->count++;
    return OK;
}

static void
the_latest_place_of_an_engineer_is_kept(void **state)
{
    (void)state;
    struct territory_id t = { "places" };
    enum err answers[3] = { NOT_YET, NOT_YET, NOT_YET };
    store_place(broker, t, (struct engineer_id){ "e1" }, STR("old"), answer_to, &answers[0]);
    store_place(broker, t, (struct engineer_id){ "e2" }, STR("there"), answer_to, &answers[1]);
    store_place(broker, t, (struct engineer_id){ "e1" }, STR("here"), answer_to, &answers[2]);
    assert_int_equal(store_wait(broker, 60000), OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(answers[i], OK);
    struct found f = { .count = 0 };
    assert_int_equal(store_places(worker, t, on_place, &f), OK);
    assert_int_equal(f.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(f.where[i], strcmp(f.who[i], "e1") == 0 ? "here" : "there");
}

static void
full_memory_stops_intake_but_not_what_frees_it(void **state)
{
    (void)state;
    struct territory_id t = { "oom" };
    private_new(&small, "3mb");
    struct store *b = private_store(&small, "broker"), *w = private_store(&small, "worker");
    assert_int_equal(store_up(w, 60000), OK);
    struct head h = private_hold(w, t, 1);
    char *big = zalloc(ENTRY_MAX);
    struct intake_entry e = { 'r', { "g1" }, { big, ENTRY_MAX } };
    enum err answer = OK;
    int count = 0;
    /* To the brim: until not even the smallest entry is taken. */
    for (; e.bytes.len > 0; e.bytes.len /= 2)
        for (answer = OK; answer == OK && count++ < 10000;)
            answer = private_append(b, t, &e, 1, 0);
    assert_int_equal(answer, ERR_BUSY);

    /* Taking, trying, beating and committing go on, and the commit makes room. */
    uint32_t tries;
    assert_int_equal(store_beat(w, "w1", 1), OK);
    assert_int_equal(store_take(w, t, h.holder, private_nonce(2), "w2", NULL, &h), OK);
    assert_int_equal(store_attempt(w, t, h.holder, "1-1", &tries), OK);
    assert_int_equal(store_bury(w, "w1", 1), OK);
    assert_int_equal(store_release(w, t, h.holder), OK);
    assert_int_equal(store_take(w, t, (struct nonce){ { 0 } }, h.holder, "w2", NULL, &h), OK);
    e.bytes.len = 1;
    assert_int_equal(private_append(b, t, &e, 1, 0), ERR_BUSY); /* still */
    struct commit c = private_next(t, &h);
    snprintf(c.cursor, sizeof(c.cursor), "99999999999999-0");
    assert_int_equal(private_commit(w, &c), OK);
    assert_int_equal(private_append(b, t, &e, 1, 0), OK);
    free(big);
    store_free(b);
    store_free(w);
    private_stop(&small);
}

static int
open_all(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    worker = private_store(&redis, "worker");
    broker = private_store(&redis, "broker");
    return store_up(worker, 60000) == OK && store_up(broker, 60000) == OK ? 0 : -1;
}

static int
close_all(void **state)
{
    (void)state;
    store_free(broker);
    store_free(worker);
    private_stop(&redis);
    private_stop(&small); /* if its test has failed */
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out_in_order_byte_for_byte),
        cmocka_unit_test(one_wait_reads_many_territories_each_to_its_batch),
        cmocka_unit_test(a_wait_ends_when_something_comes_or_the_time_is_over),
        cmocka_unit_test(a_full_inbox_answers_busy_and_takes_none),
        cmocka_unit_test(an_inbox_of_another_type_is_an_error_and_the_next_call_works),
        cmocka_unit_test(an_entry_of_another_shape_is_told_as_such),
        cmocka_unit_test(the_latest_place_of_an_engineer_is_kept),
        cmocka_unit_test(full_memory_stops_intake_but_not_what_frees_it),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
