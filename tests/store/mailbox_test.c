/* mailbox_test.c - letters, marks and bells. */
#include "private.h"

static struct private_redis redis;
static struct store *broker, *worker;

struct got {
    enum err answer;
    uint64_t sequences[64];
    char first[32];
    size_t count;
};

static void
on_letters(void *context, enum err answer, const struct letter_entry *list, size_t count)
{
    struct got *g = context;
    g->answer = answer;
    g->count = count;
    for (size_t i = 0; i < count; i++)
        g->sequences[i] = list[i].sequence;
    if (count > 0)
        str_fill(g->first, sizeof(g->first), list[0].bytes);
}

static struct got
letters(struct territory_id t, const char *who, uint64_t after, size_t count)
{
    struct got g = { .answer = NOT_YET };
    struct principal_id p = { "" };
    snprintf(p.s, sizeof(p.s), "%s", who);
    store_letters(broker, t, p, strcmp(who, "watch") == 0, after, count, on_letters, &g);
    assert_int_equal(store_wait(broker, 60000), OK);
    assert_int_equal(g.answer, OK);
    return g;
}

/* Letters 10, 20, ... to g1 and e1 and to the dispatchers, a commit each. */
static void
post(struct territory_id t, struct head *h, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t sequence = 10 * (h->version + 1);
        char text[32];
        snprintf(text, sizeof(text), "letter %d", (int)sequence);
        struct commit_mail mail[2] = { { { "g1" }, sequence, str_of(text), { 0 } },
                                       { { "e1" }, sequence, str_of(text), { 0 } } };
        struct commit c = private_next(t, h);
        c.mail = mail;
        c.mail_count = 2;
        struct commit_watch watch = { sequence, str_of(text) };
        c.watch = &watch;
        c.watch_count = 1;
        enum err answer;
        do /* a connection that Redis' end took along */
            answer = private_commit(worker, &c);
        while (answer == ERR_CLOSED);
        assert_int_equal(answer, OK);
        private_follow(h, &c);
    }
}

static void
letters_come_in_order_after_a_mark(void **state)
{
    (void)state;
    struct territory_id t = { "marks" };
    struct head h = private_hold(worker, t, 1);
    assert_int_equal(letters(t, "g1", 0, 10).count, 0);
    post(t, &h, 8);
    static const char *const boxes[] = { "g1", "e1", "watch" };
    for (size_t b = 0; b < countof(boxes); b++)
        for (uint64_t after = 0; after <= 85; after += 5) {
            struct got g = letters(t, boxes[b], after, 3);
            size_t left = 8 - (size_t)(after / 10 > 8 ? 8 : after / 10);
            assert_int_equal(g.count, left < 3 ? left : 3);
            for (size_t i = 0; i < g.count; i++)
                assert_int_equal(g.sequences[i], (after / 10 + 1 + i) * 10);
        }
    assert_string_equal(letters(t, "g1", 10, 1).first, "letter 20");
    assert_int_equal(letters(t, "g1", UINT64_MAX, 3).count, 0);
}

static void
confirming_forgets_up_to_the_mark_and_no_more(void **state)
{
    (void)state;
    struct territory_id t = { "confirm" };
    struct head h = private_hold(worker, t, 1);
    post(t, &h, 5);
    struct principal_id g1 = { "g1" };
    static const struct {
        uint64_t mark, first;
        size_t left;
    } steps[] = { { 9, 10, 5 },  { 10, 20, 4 }, { 35, 40, 2 }, { 10, 40, 2 },
                  { 40, 50, 1 }, { 50, 0, 0 },  { 50, 0, 0 } };
    for (size_t i = 0; i < countof(steps); i++) {
        store_confirm(broker, t, g1, steps[i].mark);
        struct got g = letters(t, "g1", 0, 64);
        assert_int_equal(g.count, steps[i].left);
        if (g.count > 0)
            assert_int_equal(g.sequences[0], steps[i].first);
    }
    assert_int_equal(letters(t, "e1", 0, 64).count, 5); /* his own are all there */
    post(t, &h, 1);
    assert_int_equal(letters(t, "g1", 0, 64).sequences[0], 60);
}

struct rung {
    char text[256];
    size_t anew; /* rings that may have been missed */
};

static void
on_bell(void *context, struct territory_id t, struct principal_id who)
{
    struct rung *r = context;
    size_t len = strlen(r->text);
    if (no_name(t))
        r->anew++;
    else
        snprintf(r->text + len, sizeof(r->text) - len, "%s:%s ", t.s, who.s);
}

static void
listen_until(struct bells *b, const struct rung *r, size_t anew, size_t len)
{
    int64_t deadline = clock_mono_ms() + 60000;
    while ((r->anew < anew || strlen(r->text) < len) && clock_mono_ms() < deadline)
        redis_drain(bells_redis(b), 20);
    assert_true(r->anew >= anew && strlen(r->text) >= len);
}

static void
a_commit_rings_for_each_recipient_and_a_new_connection_says_so(void **state)
{
    (void)state;
    struct territory_id t = { "bells" };
    struct head h = private_hold(worker, t, 1);
    struct rung r = { .anew = 0 };
    struct store_options o = { redis.where, "broker", BROKER_PASSWORD, false };
    struct bells *b = bells_new(&o, on_bell, &r);
    listen_until(b, &r, 1, 0);
    struct commit silent = private_next(t, &h);
    assert_int_equal(private_commit(worker, &silent), OK); /* nobody is told anything */
    private_follow(&h, &silent);
    post(t, &h, 1);
    static const char want[] = "bells:g1 bells:e1 bells:watch ";
    listen_until(b, &r, 1, sizeof(want) - 1);
    assert_string_equal(r.text, want);

    private_signal(&redis, SIGKILL);
    private_start(&redis);
    r.text[0] = '\0';
    listen_until(b, &r, 2, 0);
    post(t, &h, 1);
    listen_until(b, &r, 2, sizeof(want) - 1);
    assert_string_equal(r.text, want);
    bells_free(b);
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
    return 0;
}

static void
on_life(void *context, enum err answer, struct incarnation life)
{
    struct head *h = context;
    h->exists = answer == OK;
    h->incarnation = life;
}

static void
a_broker_may_ask_which_life_a_territory_lives(void **state)
{
    (void)state;
    struct territory_id t = { "life" }, never = { "never" };
    struct head founded = private_hold(worker, t, 1), got = { 0 };
    store_life(broker, t, on_life, &got);
    assert_int_equal(store_wait(broker, 60000), OK);
    assert_true(got.exists && same_id(got.incarnation, founded.incarnation));
    store_life(broker, never, on_life, &got);
    assert_int_equal(store_wait(broker, 60000), OK);
    assert_false(got.exists);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_come_in_order_after_a_mark),
        cmocka_unit_test(confirming_forgets_up_to_the_mark_and_no_more),
        cmocka_unit_test(a_broker_may_ask_which_life_a_territory_lives),
        cmocka_unit_test(a_commit_rings_for_each_recipient_and_a_new_connection_says_so),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
