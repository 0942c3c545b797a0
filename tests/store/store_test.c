/* store_test.c - the library, the walls between users, and a Redis that is killed. */
#include "private.h"

#include "tests/seed.h"

static struct private_redis redis;

static int
stop(void **state)
{
    (void)state;
    private_stop(&redis);
    return 0;
}

/* A library of that version, which knows nothing else. */
static void
load_foreign(const struct private_redis *p, int version)
{
    char code[256];
    struct redis *r = redis_new(p->where, "worker", WORKER_PASSWORD, NULL, NULL);
    struct reply loaded;
    snprintf(
        code, sizeof(code),
        "#!lua name=faultline\nredis.register_function('fl_version', function() return %d end)",
        version);
    struct str load[] = { STR("FUNCTION"), STR("LOAD"), STR("REPLACE"), str_of(code) };
    assert_int_equal(redis_ask(r, 60000, countof(load), load, &loaded), OK);
    assert_int_equal(reply_kind(loaded), REPLY_TEXT);
    reply_free(&loaded);
    redis_free(r);
}

static void
the_library_is_loaded_by_those_who_may_and_others_wait_for_it(void **state)
{
    (void)state;
    private_new(&redis, "256mb");
    struct store *broker = private_store(&redis, "broker");
    assert_int_equal(store_up(broker, 300), ERR_AGAIN);
    struct store *worker = private_store(&redis, "worker");
    assert_int_equal(store_up(worker, 60000), OK);
    assert_int_equal(store_up(broker, 60000), OK); /* it has asked again */
    store_free(worker);

    load_foreign(&redis, STORE_VERSION - 1); /* an older release's: replaced */
    worker = private_store(&redis, "worker");
    assert_int_equal(store_up(worker, 60000), OK);
    struct intake_entry e = { 'r', { "g1" }, STR("x") };
    assert_int_equal(private_append(worker, (struct territory_id){ "t" }, &e, 1, 0), OK);
    store_free(worker);

    load_foreign(&redis, STORE_VERSION + 1); /* a newer one's: left alone */
    worker = private_store(&redis, "worker");
    assert_int_equal(store_up(worker, 60000), ERR_VERSION);
    assert_string_equal(SAY(worker, "FCALL", "fl_version", "0"), "5");
    store_free(worker);
    store_free(broker);
    private_stop(&redis);
}

static void
without_a_redis_a_waiting_call_gives_up_and_a_queued_one_is_closed(void **state)
{
    (void)state;
    seal_open_library();
    struct store_options o = { "unix:/nowhere/redis.sock", NULL, NULL, true };
    struct store *s = store_new(&o);
    struct intake_entry e = { 'r', { "g1" }, STR("x") };
    enum err answer = NOT_YET;
    assert_false(store_is_up(s));
    assert_int_equal(store_up(s, 50), ERR_AGAIN);
    store_append(s, (struct territory_id){ "t" }, &e, 1, 0, answer_to, &answer);
    store_wait(s, 1000);
    assert_int_equal(answer, ERR_CLOSED);
    store_free(s);
}

/* ---- walls */

#define T   "fl:{t}:"
#define NO  false
#define YES true
static const struct {
    const char *user;
    bool may;
    const char *argv[8];
} walls[] = {
    /* what a broker is for */
    { "broker", YES, { "FCALL", "fl_append", "1", T "inbox", LIBRARY, "0", "rg", "x" } },
    { "broker", YES, { "XTRIM", T "mail:g1", "MINID", "1-1" } },
    { "broker", YES, { "XRANGE", T "mail:g1", "-", "+" } },
    { "broker", YES, { "XRANGE", T "watch", "-", "+" } },
    { "broker", YES, { "HSET", T "places", "e1", "x" } },
    { "broker", YES, { "HMGET", T "head", "ver" } },
    { "broker", YES, { "HGETALL", "fl:workers" } },
    { "broker", YES, { "GET", "fl:plan:current" } },
    { "broker", YES, { "HMGET", "fl:map:1", "yaml" } },
    { "broker", YES, { "INFO", "memory" } },
    /* and what it is not */
    { "broker", NO, { "HSET", T "head", "holder", "me" } },
    { "broker", NO, { "FCALL", "fl_release", "1", T "head", LIBRARY, "0123456789abcdef" } },
    { "broker", NO, { "FCALL", "fl_append", "1", T "outbox", LIBRARY, "0", "rg", "x" } },
    { "broker", NO, { "FCALL", "fl_beat", "1", "fl:workers", LIBRARY, "w", "1" } },
    { "broker", NO, { "HGETALL", T "tickets" } },
    { "broker", NO, { "XRANGE", T "log", "-", "+" } },
    { "broker", NO, { "XRANGE", T "inbox", "-", "+" } },
    { "broker", NO, { "XTRIM", T "inbox", "MAXLEN", "0" } },
    { "broker", NO, { "XADD", T "mail:g1", "*", "l", "x" } },
    { "broker", NO, { "XADD", T "watch", "*", "l", "x" } },
    { "broker", NO, { "HSET", T "tickets", "a", "b" } },
    { "broker", NO, { "HSET", "fl:plan:1", "sealed", "x" } },
    { "broker", NO, { "SET", "fl:plan:current", "1" } },
    { "broker", NO, { "PUBLISH", T "bell", "g1" } },
    { "broker", NO, { "DEL", T "inbox" } },
    { "broker", NO, { "FUNCTION", "LOAD", "REPLACE", "#!lua name=faultline" } },
    { "broker", NO, { "FUNCTION", "FLUSH" } },
    /* a worker writes territories, no plan and no place */
    { "worker", YES, { "HSET", T "head", "x", "y" } },
    { "worker", YES, { "HGETALL", T "places" } },
    { "worker", YES, { "HGET", "fl:plan:1", "sealed" } },
    { "worker", NO, { "HSET", T "places", "e1", "x" } },
    { "worker", NO, { "HSET", "fl:plan:1", "sealed", "x" } },
    { "worker", NO, { "HSET", "fl:map:1", "yaml", "x" } },
    { "worker", NO, { "HSET", "elsewhere", "a", "b" } },
    { "worker", NO, { "FUNCTION", "DELETE", "faultline" } },
    { "worker", NO, { "SHUTDOWN" } },
    /* an operator reads all and puts plans */
    { "operator", YES, { "HGETALL", T "tickets" } },
    { "operator", YES, { "XRANGE", T "log", "-", "+" } },
    { "operator", YES, { "FCALL", "fl_append", "1", T "inbox", LIBRARY, "0", "p", "1" } },
    { "operator", NO, { "HSET", T "head", "x", "y" } },
    { "operator", NO, { "HSET", T "tickets", "x", "y" } },
    { "operator", NO, { "XTRIM", T "inbox", "MAXLEN", "0" } },
    { "operator", NO, { "XADD", T "log", "*", "x", "y" } },
    { "operator", NO, { "DEL", T "mail:g1" } },
    { "operator", NO, { "FCALL", "fl_beat", "1", "fl:workers", LIBRARY, "w", "1" } },
};
/* What nobody may. */
static const char *const never[][4] = {
    { "EVAL", "return 1", "0" },
    { "EVALSHA", "x", "0" },
    { "SCRIPT", "FLUSH" },
    { "CONFIG", "GET", "*" },
    { "CONFIG", "SET", "a", "b" },
    { "FLUSHALL" },
    { "FLUSHDB" },
    { "SAVE" },
    { "BGSAVE" },
    { "BGREWRITEAOF" },
    { "DEBUG", "SLEEP", "0" },
    { "ACL", "LIST" },
    { "KEYS", "*" },
    { "REPLICAOF", "no", "one" },
    { "CLIENT", "KILL", "x" },
    { "MONITOR" },
    { "RESTORE", "a", "0", "x" },
};

static void
say_wall(struct store *s, const char *user, const char *const *argv, size_t most, bool may)
{
    size_t argc = 0;
    struct str list[8];
    for (; argc < most && argv[argc] != NULL; argc++)
        list[argc] = str_of(argv[argc]);
    const char *said = private_say(s, argc, list);
    bool refused = strncmp(said, "NOPERM", 6) == 0 || strstr(said, "ACL failure") != NULL ||
                   strstr(said, "not allowed") != NULL;
    if (refused == may)
        fail_msg("%s: %s %s: %s", user, argv[0], argc > 1 ? argv[1] : "", said);
    if (may && strncmp(said, "ERR", 3) == 0)
        fail_msg("%s: %s: %s", user, argv[0], said);
}

static void
each_user_may_what_its_work_needs_and_no_more(void **state)
{
    (void)state;
    static const char *const users[] = { "worker", "broker", "operator" };
    private_new(&redis, "256mb");
    for (size_t u = 0; u < countof(users); u++) {
        struct store *s = private_store(&redis, users[u]);
        assert_int_equal(store_up(s, 60000), OK);
        for (size_t i = 0; i < countof(walls); i++)
            if (strcmp(walls[i].user, users[u]) == 0)
                say_wall(s, users[u], walls[i].argv, 8, walls[i].may);
        for (size_t i = 0; i < countof(never); i++)
            say_wall(s, users[u], never[i], 4, false);
        store_free(s);
    }

    /* And nobody is nobody, or the default user. */
    struct redis *stranger = redis_new(redis.where, NULL, NULL, NULL, NULL);
    struct reply r;
    assert_int_not_equal(redis_ask(stranger, 200, 1, (struct str[]){ STR("DBSIZE") }, &r), OK);
    redis_free(stranger);
    stranger = redis_new(redis.where, "default", "", NULL, NULL);
    assert_int_not_equal(redis_ask(stranger, 200, 1, (struct str[]){ STR("DBSIZE") }, &r), OK);
    redis_free(stranger);
    private_stop(&redis);
}

/* ---- a Redis that is killed */

enum { COMMITS = 400 };
static const struct territory_id where = { "t" };

struct run {
    struct head at[COMMITS + 1]; /* after so many commits */
    struct commit commits[COMMITS + 1];
    struct pair tickets[COMMITS + 1];
    struct commit_mail mail[COMMITS + 1];
    char names[COMMITS + 1][16];
    enum err answers[COMMITS + 1];
};

/* Another commit for this version, on what is there before it. */
static void
refresh(struct run *r, size_t i)
{
    static int names;
    snprintf(r->names[i], sizeof(r->names[i]), "%d", ++names);
    r->tickets[i] = (struct pair){ str_of(r->names[i]), STR("sealed") };
    r->mail[i] = (struct commit_mail){ { "g1" }, i, str_of(r->names[i]), { 0 } };
    r->at[i] = r->at[i - 1];
    struct commit *c = &r->commits[i];
    *c = private_next(where, &r->at[i]);
    c->records[HASH_TICKETS] = &r->tickets[i];
    c->mail = &r->mail[i];
    c->mailbox_max = 0;
    c->records_count[HASH_TICKETS] = c->mail_count = 1;
    private_follow(&r->at[i], c);
}

static struct run *
run_new(const struct head *h)
{
    struct run *r = zalloc(sizeof(*r));
    r->at[0] = *h;
    for (size_t i = 1; i <= COMMITS; i++)
        refresh(r, i);
    return r;
}

/* The store holds some first commits, whole, and nothing of the others. Returns how many. */
static size_t
prefix(struct store *s, const struct run *r)
{
    struct head h;
    char want[24];
    assert_int_equal(store_head(s, where, &h), OK);
    assert_true(h.version <= COMMITS);
    assert_memory_equal(&h.chain, &r->at[h.version].chain, sizeof(h.chain));
    snprintf(want, sizeof(want), "%d", (int)h.version);
    assert_string_equal(SAY(s, "XLEN", key_of(where, KEY_LOG).s), want);
    assert_string_equal(SAY(s, "HLEN", key_of(where, KEY_TICKETS).s), want);
    assert_string_equal(SAY(s, "XLEN", key_mail(where, (struct principal_id){ "g1" }).s), want);
    return (size_t)h.version;
}

static size_t
answered(const struct run *r)
{
    size_t n = 0;
    while (n < COMMITS && r->answers[n + 1] == OK)
        n++;
    return n;
}

static void
a_redis_killed_amid_commits_keeps_a_prefix_with_all_that_was_answered(void **state)
{
    (void)state;
    struct rng rng = seed();
    for (int round = 0; round < 3; round++) {
        private_new(&redis, "256mb");
        struct store *s = private_store(&redis, "worker");
        assert_int_equal(store_up(s, 60000), OK);
        struct head h = private_hold(s, where, 1);
        struct run *r = run_new(&h);
        size_t kill_after = 1 + rng_below(&rng, COMMITS / 2);
        for (size_t i = 1; i <= COMMITS; i++) {
            r->answers[i] = NOT_YET;
            store_commit(s, &r->commits[i], answer_to, &r->answers[i]);
        }
        while (answered(r) < kill_after)
            redis_work(store_redis(s));
        private_signal(&redis, SIGKILL);
        assert_int_equal(store_wait(s, 60000), OK); /* the rest is answered: closed */
        size_t acked = answered(r);
        for (size_t i = acked + 1; i <= COMMITS; i++)
            assert_int_equal(r->answers[i], ERR_CLOSED);

        private_start(&redis);
        assert_int_equal(store_up(s, 60000), OK);
        size_t there = prefix(s, r);
        printf("killed after %zu of %d, %zu answered, %zu there\n", kill_after, COMMITS, acked,
               there);
        assert_true(there >= acked);
        /* The last one that is there is a duplicate; those behind it go on as if nothing had been.
         */
        assert_int_equal(private_commit(s, &r->commits[there]), ERR_DUPLICATE);
        if (there > 1)
            assert_int_equal(private_commit(s, &r->commits[there - 1]), ERR_DIVERGED);
        for (size_t i = there + 1; i <= COMMITS; i++)
            assert_int_equal(private_commit(s, &r->commits[i]), OK);
        assert_int_equal(prefix(s, r), COMMITS);
        store_free(s);
        private_stop(&redis);
        free(r);
    }
}

/* Redis is started as a site does it: aof_mend first. Between the cuts it goes on committing, so
 * that what a torn commit left behind would come alive at the next start. */
static void
an_append_only_file_cut_anywhere_holds_a_prefix_of_commits_for_ever(void **state)
{
    (void)state;
    struct rng rng = seed();
    private_new(&redis, "256mb");
    struct store *s = private_store(&redis, "worker");
    assert_int_equal(store_up(s, 60000), OK);
    struct head h = private_hold(s, where, 1);
    struct run *r = run_new(&h);
    for (size_t i = 1; i <= COMMITS / 2; i++)
        store_commit(s, &r->commits[i], NULL, NULL);
    assert_int_equal(store_wait(s, 60000), OK);
    assert_int_equal(prefix(s, r), COMMITS / 2);
    store_free(s);

    char path[128];
    struct stat st;
    size_t before = COMMITS / 2;
    snprintf(path, sizeof(path), "%s/appendonlydir/appendonly.aof.1.incr.aof", redis.dir);
    for (int round = 0; round < 10; round++) {
        private_signal(&redis, SIGKILL);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(truncate(path, st.st_size - 1 - (off_t)rng_below(&rng, 2500)), 0);
        private_start(&redis);
        s = private_store(&redis, "worker");
        assert_int_equal(store_up(s, 60000), OK);
        size_t now = prefix(s, r);
        assert_true(now < before);
        for (before = now; before < now + 2; before++) /* others than those that were cut */
            refresh(r, before + 1);
        for (size_t i = now + 1; i <= before; i++)
            assert_int_equal(private_commit(s, &r->commits[i]), OK);
        assert_int_equal(prefix(s, r), before);
        store_free(s);
    }
    private_stop(&redis);
    free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_library_is_loaded_by_those_who_may_and_others_wait_for_it,
                                  stop),
        cmocka_unit_test_teardown(
            without_a_redis_a_waiting_call_gives_up_and_a_queued_one_is_closed, stop),
        cmocka_unit_test_teardown(each_user_may_what_its_work_needs_and_no_more, stop),
        cmocka_unit_test_teardown(
            a_redis_killed_amid_commits_keeps_a_prefix_with_all_that_was_answered, stop),
        cmocka_unit_test_teardown(
            an_append_only_file_cut_anywhere_holds_a_prefix_of_commits_for_ever, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
