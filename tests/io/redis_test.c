/* redis_test.c - the connection against a real Redis of its own, and against a false one that
 * answers a byte at a time, or nonsense. */
#include "tests/io/private_redis.h"

#include "common/io/log.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct private_redis server;
static struct redis *r;
static struct buf trace; /* what callbacks saw, in order */

static int
setup(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR);
    buf_clear(&trace);
    scratch_make(server.folder, sizeof(server.folder));
    private_redis_start(&server, NULL, NULL);
    r = redis_new(server.where, NULL, NULL, NULL, NULL);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    if (r != NULL)
        redis_free(r);
    r = NULL;
    private_redis_stop(&server);
    scratch_remove(server.folder);
    buf_fini(&trace);
    return 0;
}

/* ---- callbacks and commands */

static void
note(void *context, enum err err, struct reply reply)
{
    buf_printf(&trace, "%s", (const char *)context);
    if (err != OK)
        buf_printf(&trace, "!%s", err == ERR_CLOSED ? "closed" : err_text(err));
    else if (reply_kind(reply) == REPLY_NUMBER)
        buf_printf(&trace, "=%lld", (long long)reply_number(reply));
    else
        buf_printf(&trace, "=%.*s", STR_ARG(reply_text(reply)));
    buf_printf(&trace, " ");
}

static void
count(void *context, enum err err, struct reply reply)
{
    (void)reply;
    ((size_t *)context)[err == OK ? 0 : 1]++;
}

#define CALL(fn, context, ...)                                                                     \
    redis_call(r, fn, (void *)(uintptr_t)(context), countof(((struct str[]){ __VA_ARGS__ })),      \
               (struct str[]){ __VA_ARGS__ })
#define ASK(owned, limit, ...)                                                                     \
    redis_ask(r, limit, countof(((struct str[]){ __VA_ARGS__ })), (struct str[]){ __VA_ARGS__ },   \
              owned)

static void
ask_text(const char *expected, struct str a, struct str b)
{
    struct reply reply;
    assert_int_equal(redis_ask(r, 60000, b.at == NULL ? 1 : 2, (struct str[]){ a, b }, &reply), OK);
    assert_true(str_is(reply_text(reply), expected));
    reply_free(&reply);
}

/* ---- the ordinary */

static void
an_ask_connects_and_waits_for_its_answer(void **state)
{
    (void)state;
    assert_false(redis_is_up(r));
    assert_int_equal(redis_fd(r), -1);
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    assert_true(redis_is_up(r));
    assert_true(redis_fd(r) >= 0);
    ask_text("x y", STR("ECHO"), STR("x y"));
}

static void
every_kind_of_reply_is_seen_as_what_it_is(void **state)
{
    (void)state;
    struct reply a;
    assert_int_equal(ASK(&a, 60000, STR("GET"), STR("absent")), OK);
    assert_int_equal(reply_kind(a), REPLY_NIL);
    assert_int_equal(reply_number(a), 0);
    assert_int_equal(reply_count(a), 0);
    assert_int_equal(reply_text(a).len, 0);
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("INCRBY"), STR("n"), STR("-9223372036854775808")), OK);
    assert_int_equal(reply_kind(a), REPLY_NUMBER);
    assert_true(reply_number(a) == INT64_MIN);
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("NOSUCH")), OK);
    assert_int_equal(reply_kind(a), REPLY_ERROR);
    assert_true(str_starts(reply_text(a), STR("ERR unknown command")));
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("RPUSH"), STR("l"), STR("a"), STR(""), STR("c")), OK);
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("LRANGE"), STR("l"), STR("0"), STR("-1")), OK);
    assert_int_equal(reply_kind(a), REPLY_LIST);
    assert_int_equal(reply_count(a), 3);
    assert_true(str_is(reply_text(reply_at(a, 2)), "c"));
    assert_int_equal(reply_kind(reply_at(a, 1)), REPLY_TEXT);
    assert_int_equal(reply_kind(reply_at(a, 3)), REPLY_NIL); /* past the end */
    reply_free(&a);
    reply_free(&a); /* again is harmless */
}

static void
expect_next(void *context, enum err err, struct reply reply)
{
    int64_t *expected = context;
    assert_int_equal(err, OK);
    assert_int_equal(reply_number(reply), ++*expected);
}

static void
ten_thousand_answers_come_in_order(void **state)
{
    (void)state;
    int64_t last = 0;
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    for (int i = 0; i < 10000; i++)
        CALL(expect_next, &last, STR("INCR"), STR("n"));
    assert_int_equal(redis_in_flight(r), 10000);
    assert_true(redis_wants_write(r));
    assert_int_equal(redis_drain(r, 60000), OK);
    assert_int_equal(last, 10000);
    assert_int_equal(redis_in_flight(r), 0);
    assert_false(redis_wants_write(r));
}

static void
large_and_binary_values_come_back_whole(void **state)
{
    (void)state;
    struct rng rng = seeded();
    size_t len = 6 * 1024 * 1024 + 13;
    struct buf value = { 0 };
    struct reply a;
    fill_random(&rng, buf_extend(&value, len), len);
    assert_int_equal(ASK(&a, 60000, STR("SET"), STR("k\0\r\n"), buf_str(&value)), OK);
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("GET"), STR("k\0\r\n")), OK);
    assert_int_equal(reply_text(a).len, len);
    assert_memory_equal(reply_text(a).at, value.data, len);
    reply_free(&a);
    buf_fini(&value);
}

/* ---- callbacks that call */

static void
count_down(void *context, enum err err, struct reply reply)
{
    int *left = context;
    assert_int_equal(err, OK);
    assert_true(str_is(reply_text(reply), "PONG"));
    if (--*left > 0)
        CALL(count_down, left, STR("PING"));
}

static void
a_callback_may_queue_another_call(void **state)
{
    (void)state;
    int left = 300;
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    CALL(count_down, &left, STR("PING"));
    assert_int_equal(redis_drain(r, 60000), OK);
    assert_int_equal(left, 0);
}

static void
ask_inside(void *context, enum err err, struct reply reply)
{
    note(context, err, reply);
    ask_text("inner", STR("ECHO"), STR("inner"));
    buf_printf(&trace, "asked ");
}

static void
an_ask_waits_its_turn_among_calls_in_flight_even_inside_a_callback(void **state)
{
    (void)state;
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    CALL(note, "a", STR("INCR"), STR("n"));
    CALL(ask_inside, "b", STR("INCR"), STR("n"));
    CALL(note, "c", STR("INCR"), STR("n"));
    ask_text("outer", STR("ECHO"), STR("outer"));
    assert_string_equal(buf_cstr(&trace), "a=1 b=2 c=3 asked ");
}

static void
an_ask_that_gives_up_leaves_later_answers_in_their_places(void **state)
{
    (void)state;
    struct reply a;
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    assert_int_equal(ASK(&a, 30, STR("BLPOP"), STR("nothing"), STR("0.2")), ERR_AGAIN);
    assert_null(a.r);
    assert_int_equal(redis_in_flight(r), 1);
    ask_text("mine", STR("ECHO"), STR("mine"));
    assert_int_equal(redis_in_flight(r), 0);
}

static void
a_drain_gives_up_in_time(void **state)
{
    (void)state;
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    CALL(note, "a", STR("BLPOP"), STR("nothing"), STR("0.3"));
    assert_int_equal(redis_drain(r, 20), ERR_AGAIN);
    assert_int_equal(trace.len, 0);
    assert_int_equal(redis_drain(r, 60000), OK);
    assert_string_equal(buf_cstr(&trace), "a= ");
}

/* ---- losing Redis */

static void
a_call_while_down_is_answered_closed_at_the_next_turn(void **state)
{
    (void)state;
    CALL(note, "a", STR("PING"));
    CALL(NULL, NULL, STR("PING"));
    assert_int_equal(trace.len, 0);
    assert_int_equal(redis_wait_ms(r), 0);
    redis_work(r);
    assert_string_equal(buf_cstr(&trace), "a!closed ");
}

static void
call_again(void *context, enum err err, struct reply reply)
{
    (void)reply;
    if (err == ERR_CLOSED)
        ++*(int *)context;
    CALL(call_again, context, STR("PING"));
}

static void
who_calls_again_at_once_while_down_waits_a_turn_for_each_answer(void **state)
{
    (void)state;
    int closed = 0;
    private_redis_stop(&server);
    CALL(call_again, &closed, STR("PING"));
    redis_work(r);
    assert_int_equal(closed, 1);
    redis_work(r);
    assert_int_equal(closed, 2);
    redis_free(r); /* nor does freeing go on for ever */
    r = NULL;
    assert_int_equal(closed, 3);
}

static void
calls_in_flight_at_a_crash_are_closed_each_once_and_the_next_connection_works(void **state)
{
    (void)state;
    size_t answers[2] = { 0 };
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    CALL(count, answers, STR("BLPOP"), STR("nothing"), STR("0"));
    for (int i = 0; i < 500; i++)
        CALL(count, answers, STR("INCR"), STR("n"));
    redis_work(r);
    private_redis_stop(&server);
    work_until_up(r, false);
    assert_int_equal(answers[0], 0);
    assert_int_equal(answers[1], 501);
    assert_int_equal(redis_fd(r), -1);
    private_redis_start(&server, NULL, NULL);
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    assert_int_equal(answers[0] + answers[1], 501);
}

static void
free_closes_what_is_in_flight(void **state)
{
    (void)state;
    size_t answers[2] = { 0 };
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    for (int i = 0; i < 100; i++)
        CALL(count, answers, STR("PING"));
    redis_free(r);
    r = NULL;
    assert_int_equal(answers[0], 0);
    assert_int_equal(answers[1], 100);
}

static void
on_up(void *context, struct redis *which)
{
    struct reply a;
    struct str ping[] = { STR("ECHO"), STR("first") };
    assert_int_equal(redis_ask(which, 60000, 2, ping, &a), OK); /* may ask, too */
    reply_free(&a);
    ++*(int *)context;
}

static void
each_connection_begins_with_on_up(void **state)
{
    (void)state;
    int ups = 0;
    redis_free(r);
    r = redis_new(server.where, NULL, NULL, on_up, &ups);
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    assert_int_equal(ups, 1);
    private_redis_stop(&server);
    work_until_up(r, false);
    private_redis_start(&server, NULL, NULL);
    work_until_up(r, true);
    assert_int_equal(ups, 2);
}

static void
reconnecting_backs_off(void **state)
{
    (void)state;
    private_redis_stop(&server);
    int64_t before = clock_mono_ms(), longest = 0;
    for (int tries = 0; tries < 3; tries++) {
        int64_t wait = redis_wait_ms(r);
        longest = wait > longest ? wait : longest;
        bool later = false;
        while (!later) { /* not before its time */
            poll(NULL, 0, (int)redis_wait_ms(r));
            redis_work(r);
            later = redis_wait_ms(r) > 0;
        }
        assert_false(redis_is_up(r));
    }
    assert_true(longest >= 50);
    assert_true(clock_mono_ms() - before >= 50 + 100);
    assert_true(redis_wait_ms(r) <= 3000);
}

/* ---- passwords */

static void
restart_with_password(const char *user, const char *password)
{
    redis_free(r);
    private_redis_stop(&server);
    private_redis_start(&server, "--requirepass", "right");
    r = redis_new(server.where, user, password, NULL, NULL);
}

static void
the_right_password_lets_in(void **state)
{
    (void)state;
    restart_with_password(NULL, "right");
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    redis_free(r);
    r = redis_new(server.where, "default", "right", NULL, NULL);
    ask_text("PONG", STR("PING"), (struct str){ 0 });
}

static void
a_wrong_or_missing_password_is_told_as_forbidden_and_tried_slowly(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "default", "wrong" }, { "nobody", "right" }, { NULL, "wrong" }, { NULL, NULL }
    };
    struct reply a;
    restart_with_password(NULL, "right");
    ask_text("PONG", STR("PING"), (struct str){ 0 }); /* it is there */
    for (size_t i = 0; i < countof(wrong); i++) {
        redis_free(r);
        r = redis_new(server.where, wrong[i][0], wrong[i][1], NULL, NULL);
        const int64_t end = clock_mono_ms() + 60000;
        enum err err = ERR_AGAIN;
        while (err == ERR_AGAIN &&
               clock_mono_ms() < end) /* it may not have been let in yet to hear no */
            err = ASK(&a, 150, STR("PING"));
        assert_int_equal(err, ERR_FORBIDDEN);
        assert_false(redis_is_up(r));
        assert_true(redis_wait_ms(r) > 3000);
    }
}

/* ---- pub/sub */

static void
on_push(void *context, enum err err, struct reply reply)
{
    (void)context;
    assert_int_equal(err, OK);
    for (size_t i = 0; i < reply_count(reply); i++)
        buf_printf(&trace, "%.*s,", STR_ARG(reply_text(reply_at(reply, i))));
    buf_printf(&trace, " ");
}

static void
pushes_go_to_their_handler_and_answers_to_their_calls(void **state)
{
    (void)state;
    struct redis *speaker = redis_new(server.where, NULL, NULL, NULL, NULL);
    struct str publish[] = { STR("PUBLISH"), STR("bell.1"), STR("ding") };
    struct reply a;
    size_t answers[2] = { 0 };
    redis_on_push(r, on_push, NULL);
    ask_text("PONG", STR("PING"), (struct str){ 0 });
    CALL(count, answers, STR("SUBSCRIBE"), STR("bell.1"), STR("bell.2"));
    CALL(count, answers, STR("psubscribe"), STR("bell.*"));
    assert_int_equal(redis_drain(r, 60000), OK);
    assert_int_equal(answers[0], 2);
    assert_string_equal(buf_cstr(&trace), "subscribe,bell.1,, "); /* the last ones answer */
    buf_clear(&trace);
    assert_int_equal(redis_ask(speaker, 60000, 3, publish, &a), OK);
    assert_int_equal(reply_number(a), 2);
    reply_free(&a);
    CALL(count, answers, STR("UNSUBSCRIBE"), STR("bell.1"));
    assert_int_equal(redis_drain(r, 60000), OK);
    assert_int_equal(answers[0], 3);
    assert_int_equal(answers[1], 0);
    assert_string_equal(buf_cstr(&trace), "message,bell.1,ding, pmessage,bell.*,bell.1,ding, ");
    redis_free(speaker);
}

/* A list that begins with "message" is a push only where somebody subscribed. */
static void
a_list_of_messages_is_no_push(void **state)
{
    (void)state;
    struct reply a;
    redis_on_push(r, on_push, NULL);
    assert_int_equal(ASK(&a, 60000, STR("RPUSH"), STR("l"), STR("message"), STR("x"), STR("y")),
                     OK);
    reply_free(&a);
    assert_int_equal(ASK(&a, 60000, STR("LRANGE"), STR("l"), STR("0"), STR("-1")), OK);
    assert_int_equal(reply_count(a), 3);
    reply_free(&a);
    assert_int_equal(trace.len, 0);
}

/* ---- a false Redis */

struct falsity {
    int listening, fd;
};

static void
falsity_open(struct falsity *f)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    private_redis_stop(&server);
    redis_free(r);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/false.sock", server.folder);
    snprintf(server.where, sizeof(server.where), "unix:%s", address.sun_path);
    f->fd = -1;
    f->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listening, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(f->listening, 8), 0);
    r = redis_new(server.where, NULL, NULL, NULL, NULL);
}

static void
falsity_close(struct falsity *f)
{
    close(f->fd);
    close(f->listening);
}

static void
falsity_say(struct falsity *f, const char *at, size_t len)
{
    assert_int_equal(send(f->fd, at, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Accepts and answers the greeting. */
static void
falsity_greet(struct falsity *f)
{
    redis_work(r);
    f->fd = accept(f->listening, NULL, NULL);
    assert_true(f->fd >= 0);
    falsity_say(f, "+PONG\r\n", 7);
    work_until_up(r, true);
}

static void
answers_may_come_a_byte_at_a_time(void **state)
{
    (void)state;
    static const char answers[] =
        "+OK\r\n:42\r\n$5\r\na\r\nbc\r\n-ERR no\r\n$-1\r\n*2\r\n:1\r\n$0\r\n\r\n"
        "$1\r\nz\r\n";
    struct falsity f;
    falsity_open(&f);
    falsity_greet(&f);
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
    for (size_t i = 0; i < countof(names); i++)
        CALL(note, names[i], STR("X"));
    for (size_t i = 0; i < sizeof(answers) - 1; i++) {
        assert_int_equal(redis_in_flight(r) > 0, true);
        falsity_say(&f, answers + i, 1);
        redis_work(r);
    }
    assert_int_equal(redis_in_flight(r), 0);
    assert_string_equal(buf_cstr(&trace), "a=OK b=42 c=a\r\nbc d=ERR no e= f= g=z ");
    falsity_close(&f);
}

static void
nonsense_closes_the_connection_and_every_call(void **state)
{
    (void)state;
    static const char *const nonsense[] = { "hello\r\n", "$5\r\nabc\r\n*1\r\n+\r\n?", "*-7\r\n?",
                                            ":12x\r\n?", "\r\n" };
    for (size_t i = 0; i < countof(nonsense); i++) {
        size_t answers[2] = { 0 };
        struct falsity f;
        falsity_open(&f);
        falsity_greet(&f);
        CALL(count, answers, STR("X"));
        CALL(count, answers, STR("X"));
        CALL(count, answers, STR("X"));
        falsity_say(&f, nonsense[i], strlen(nonsense[i]));
        redis_work(r);
        close(f.fd);
        f.fd = -1;
        work_until_up(r, false);
        assert_int_equal(answers[0] + answers[1], 3);
        assert_true(answers[1] > 0);
        falsity_close(&f);
        assert_int_equal(unlink(server.where + 5), 0);
    }
}

static void
a_redis_that_is_loading_is_not_up(void **state)
{
    (void)state;
    struct falsity f;
    struct reply a;
    falsity_open(&f);
    redis_work(r);
    f.fd = accept(f.listening, NULL, NULL);
    static const char loading[] = "-LOADING Redis is loading the dataset in memory\r\n";
    falsity_say(&f, loading, strlen(loading));
    assert_int_equal(ASK(&a, 40, STR("PING")), ERR_AGAIN);
    assert_false(redis_is_up(r));
    close(f.fd);
    while (redis_fd(r) < 0)
        turn(r); /* it comes again */
    f.fd = accept(f.listening, NULL, NULL);
    falsity_say(&f, "+PONG\r\n", 7);
    work_until_up(r, true);
    falsity_close(&f);
}

static void
who_may_not_ping_is_in_none_the_less(void **state)
{
    (void)state;
    struct falsity f;
    falsity_open(&f);
    redis_work(r);
    f.fd = accept(f.listening, NULL, NULL);
    static const char answer[] =
        "-NOPERM this user has no permissions to run the 'ping' command\r\n";
    falsity_say(&f, answer, strlen(answer));
    work_until_up(r, true);
    falsity_close(&f);
}

static void
open_nowhere(void *where)
{
    redis_free(redis_new(where, NULL, NULL, NULL, NULL));
}

static void
a_malformed_place_is_named(void **state)
{
    (void)state;
    static const char *const wrong[] = { "localhost:6379", "unix:", "tcp:6379", "tcp::6379",
                                         "tcp:host:",      "",      "tcp:h:0",  "tcp:h:65536" };
    for (size_t i = 0; i < countof(wrong); i++) {
        struct buf said = { 0 };
        assert_int_equal(run_apart(open_nowhere, (void *)(uintptr_t)wrong[i], &said), 78);
        assert_says(&said, "setting redis");
        assert_says(&said, wrong[i]);
        buf_fini(&said);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(an_ask_connects_and_waits_for_its_answer),
        test(every_kind_of_reply_is_seen_as_what_it_is),
        test(ten_thousand_answers_come_in_order),
        test(large_and_binary_values_come_back_whole),
        test(a_callback_may_queue_another_call),
        test(an_ask_waits_its_turn_among_calls_in_flight_even_inside_a_callback),
        test(an_ask_that_gives_up_leaves_later_answers_in_their_places),
        test(a_drain_gives_up_in_time),
        test(a_call_while_down_is_answered_closed_at_the_next_turn),
        test(who_calls_again_at_once_while_down_waits_a_turn_for_each_answer),
        test(calls_in_flight_at_a_crash_are_closed_each_once_and_the_next_connection_works),
        test(free_closes_what_is_in_flight),
        test(each_connection_begins_with_on_up),
        test(reconnecting_backs_off),
        test(the_right_password_lets_in),
        test(a_wrong_or_missing_password_is_told_as_forbidden_and_tried_slowly),
        test(pushes_go_to_their_handler_and_answers_to_their_calls),
        test(a_list_of_messages_is_no_push),
        test(answers_may_come_a_byte_at_a_time),
        test(nonsense_closes_the_connection_and_every_call),
        test(a_redis_that_is_loading_is_not_up),
        test(who_may_not_ping_is_in_none_the_less),
        test(a_malformed_place_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
