/* sock_test.c - who gets in and who does not, over real sockets; each refusal beside a
 * control that gets in by the same way. */
#include "tests/io/help.h"

#include "common/io/clock.h"
#include "common/io/seal.h"
#include "common/io/sock.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <zmq.h>

enum { LIMIT_MS = 60000 };

static char folder[64], endpoint[128], path[128];
static struct sockets *house, *guests; /* broker's and clients' contexts */
static struct keys *broker_keys, *alice_keys, *mallory_keys;
static struct sock *router;
static struct buf why;

/* The door: alice comes in while she is welcome, nobody else does. */
static bool alice_welcome;
static int admitted, refused;

static bool
door(void *context, const uint8_t public_key[32], char user[24])
{
    char z85[41];
    (void)context;
    zmq_z85_encode(z85, public_key, 32);
    bool welcome = alice_welcome && strcmp(z85, keys_public(alice_keys)->curve) == 0;
    welcome ? admitted++ : refused++;
    if (welcome)
        snprintf(user, 24, "alice");
    return welcome;
}

static struct sock *
open_router(const char *where)
{
    return sock_router(house, where, keys_public(broker_keys)->curve,
                       keys_curve_secret(broker_keys), door, NULL, &why);
}

static struct sock *dealers[8]; /* those that are open */

static struct sock *
open_dealer(const struct keys *k)
{
    size_t i = 0;
    while (dealers[i] != NULL)
        assert_true(++i < countof(dealers));
    dealers[i] = sock_dealer(guests, endpoint, keys_public(broker_keys)->curve,
                             keys_public(k)->curve, keys_curve_secret(k), &why);
    assert_non_null(dealers[i]);
    return dealers[i];
}

static void
close_dealer(struct sock *s)
{
    for (size_t i = 0; i < countof(dealers); i++)
        if (dealers[i] == s)
            dealers[i] = NULL;
    sock_free(s);
}

static int
setup(void **state)
{
    (void)state;
    scratch_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/broker.sock", folder);
    snprintf(endpoint, sizeof(endpoint), "ipc://%s/broker.sock", folder);
    house = sockets_new();
    guests = sockets_new();
    alice_welcome = true;
    admitted = refused = 0;
    router = open_router(endpoint);
    assert_non_null(router);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(dealers); i++)
        if (dealers[i] != NULL)
            close_dealer(dealers[i]); /* of a test that failed */
    if (router != NULL)
        sock_free(router);
    router = NULL;
    sockets_free(house);
    sockets_free(guests);
    buf_fini(&why);
    scratch_remove(folder);
    return 0;
}

/* One turn of a broker; true when a message was there. */
static bool
turn(struct peer_id *from, char user[24], struct str *bytes)
{
    struct wait w = { .sock = router, .fd = -1 };
    wait_for(&w, 1, 20);
    sock_serve_zap(router);
    return sock_receive(router, from, user, bytes) == OK;
}

static bool
receive(struct peer_id *from, char user[24], struct str *bytes)
{
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    while (clock_mono_ms() < deadline)
        if (turn(from, user, bytes))
            return true;
    return false;
}

static void
expect_message(const char *text, struct peer_id *from)
{
    char user[24] = "";
    struct str bytes;
    assert_true(receive(from, user, &bytes));
    assert_string_equal(user, "alice");
    assert_true(str_is(bytes, text));
}

static void
expect_answer(struct sock *s, const char *text)
{
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    struct str bytes;
    enum err err = ERR_AGAIN;
    while (err == ERR_AGAIN && clock_mono_ms() < deadline) {
        struct wait w[2] = { { .sock = s, .fd = -1 }, { .sock = router, .fd = -1 } };
        wait_for(w, 2, 50);
        sock_serve_zap(router);
        err = sock_receive(s, NULL, NULL, &bytes);
    }
    assert_int_equal(err, OK);
    assert_true(str_is(bytes, text));
}

/* A message from `alice` comes through: whatever was sent before her had its time. */
static void
expect_alive(struct sock *alice)
{
    struct peer_id from;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(sock_send(alice, NULL, STR("alive")), OK);
        expect_message("alive", &from);
    }
}

/* The same after a broker's death: what she sent before she knew of it is gone, so she sends the
 * same again while there is no answer, as the protocol says. */
static void
expect_again(struct sock *alice)
{
    struct peer_id from;
    char user[24] = "";
    struct str bytes;
    int64_t deadline = clock_mono_ms() + 4 * LIMIT_MS;
    bool heard = false;
    while (!heard && clock_mono_ms() < deadline) {
        assert_int_equal(sock_send(alice, NULL, STR("alive")), OK);
        for (int i = 0; i < 10 && !heard; i++)
            heard = turn(&from, user, &bytes);
    }
    assert_true(heard);
    assert_string_equal(user, "alice");
    assert_true(str_is(bytes, "alive"));
}

/* Turns until the door has refused somebody; nothing may come through meanwhile. */
static void
expect_refusal(void)
{
    struct peer_id from;
    char user[24];
    struct str bytes;
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    while (refused == 0 && clock_mono_ms() < deadline)
        assert_false(turn(&from, user, &bytes));
    assert_int_equal(refused, 1);
}

/* ---- getting in */

static void
a_known_key_gets_in_under_its_name_and_is_answered(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    struct peer_id from;
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    expect_message("hello", &from);
    assert_true(from.len > 0);
    assert_int_equal(sock_send(router, &from, STR("welcome")), OK);
    expect_answer(alice, "welcome");
    assert_int_equal(admitted, 1);
    close_dealer(alice);
}

/* libzmq lets a refused dealer rest for good, so each try is a new one. */
static void
a_stranger_is_refused_while_a_friend_is_served(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    expect_alive(alice);
    for (int i = 0; i < 3; i++) {
        struct sock *mallory = open_dealer(mallory_keys);
        refused = 0;
        assert_int_equal(sock_send(mallory, NULL, STR("let me in")), OK);
        expect_refusal();
        expect_alive(alice);
        close_dealer(mallory);
    }
    assert_int_equal(admitted, 1);
    close_dealer(alice);
}

static void
a_revoked_key_gets_in_no_more_and_an_open_connection_still_bears_its_name(void **state)
{
    (void)state;
    struct sock *before = open_dealer(alice_keys);
    struct peer_id from;
    expect_alive(before);
    alice_welcome = false;
    struct sock *after = open_dealer(alice_keys);
    assert_int_equal(sock_send(after, NULL, STR("two")), OK);
    expect_refusal();
    /* ZAP is asked at the handshake alone, hence the name on every message: it is for the owner to
     * look it up each time */
    expect_alive(before);
    close_dealer(after);
    alice_welcome = true; /* the control */
    after = open_dealer(alice_keys);
    assert_int_equal(sock_send(after, NULL, STR("three")), OK);
    expect_message("three", &from);
    close_dealer(before);
    close_dealer(after);
}

/* ---- raw peers, without our own care */

static void *
raw_dealer(void *context)
{
    int linger = 0;
    void *s = zmq_socket(context, ZMQ_DEALER);
    assert_non_null(s);
    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof(linger));
    return s;
}

static void *
raw_alice(void *context)
{
    void *s = raw_dealer(context);
    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, keys_public(broker_keys)->curve, 41);
    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, keys_public(alice_keys)->curve, 41);
    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, keys_curve_secret(alice_keys), 41);
    return s;
}

static void
who_comes_without_curve_or_to_another_server_s_key_is_never_heard(void **state)
{
    (void)state;
    void *context = zmq_ctx_new(), *plain = raw_dealer(context), *lost = raw_alice(context);
    struct sock *alice = open_dealer(alice_keys);
    zmq_setsockopt(lost, ZMQ_CURVE_SERVERKEY, keys_public(mallory_keys)->curve, 41);
    assert_int_equal(zmq_connect(plain, endpoint), 0);
    assert_int_equal(zmq_connect(lost, endpoint), 0);
    zmq_send(plain, "plain", 5, ZMQ_DONTWAIT);
    zmq_send(lost, "lost", 4, ZMQ_DONTWAIT);
    expect_alive(alice);
    assert_int_equal(admitted, 1);
    zmq_close(plain);
    zmq_close(lost);
    zmq_ctx_term(context);
    close_dealer(alice);
}

static void
a_message_of_64_kib_passes_and_one_byte_more_ends_its_connection_alone(void **state)
{
    (void)state;
    static char big[SOCK_MESSAGE_MAX + 1];
    void *context = zmq_ctx_new(), *raw = raw_alice(context);
    struct sock *alice = open_dealer(alice_keys);
    struct peer_id from, bystander;
    char user[24];
    struct str bytes;
    memset(big, 'x', sizeof(big));
    assert_int_equal(sock_send(alice, NULL, STR("bystander")), OK);
    expect_message("bystander", &bystander);
    assert_int_equal(sock_send(alice, NULL, str_bytes(big, sizeof(big))), ERR_TOO_BIG);

    assert_int_equal(zmq_connect(raw, endpoint), 0);
    assert_int_equal(zmq_send(raw, big, SOCK_MESSAGE_MAX, 0), SOCK_MESSAGE_MAX);
    assert_true(receive(&from, user, &bytes));
    assert_int_equal(bytes.len, SOCK_MESSAGE_MAX);
    assert_int_equal(zmq_send(raw, big, sizeof(big), 0), (int)sizeof(big));
    assert_int_equal(zmq_send(raw, "after", 5, 0), 5);
    expect_message("after", &from); /* on a new connection; the big one never came */
    assert_int_equal(admitted, 3);
    assert_int_equal(sock_send(router, &bystander, STR("unharmed")), OK);
    expect_answer(alice, "unharmed");
    zmq_close(raw);
    zmq_ctx_term(context);
    close_dealer(alice);
}

static void
a_message_of_many_frames_is_dropped_whole(void **state)
{
    (void)state;
    void *context = zmq_ctx_new(), *raw = raw_alice(context);
    struct peer_id from;
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    zmq_send(raw, "", 0, ZMQ_SNDMORE);
    zmq_send(raw, "two frames", 10, 0);
    for (int i = 0; i < 9; i++)
        zmq_send(raw, "many", 4, ZMQ_SNDMORE);
    zmq_send(raw, "frames", 6, 0);
    zmq_send(raw, "one frame", 9, 0);
    expect_message("one frame", &from);
    zmq_close(raw);
    zmq_ctx_term(context);
}

static void
a_routing_id_of_more_than_32_bytes_is_not_served(void **state)
{
    (void)state;
    static const char name[101] = "x-name-of-a-hundred-bytes";
    static const size_t lengths[] = { 33, 64, 65, 100, 32 };
    void *context = zmq_ctx_new();
    struct peer_id from;
    for (size_t i = 0; i < countof(lengths); i++) {
        void *raw = raw_alice(context);
        zmq_setsockopt(raw, ZMQ_ROUTING_ID, name, lengths[i]);
        assert_int_equal(zmq_connect(raw, endpoint), 0);
        zmq_send(raw, "named", 5, 0);
        struct sock *alice = open_dealer(alice_keys);
        if (lengths[i] <= 32)
            expect_message("named", &from); /* the control */
        expect_alive(alice);
        close_dealer(alice);
        zmq_close(raw);
    }
    zmq_ctx_term(context);
}

static void
rubbish_on_the_wire_disturbs_nobody(void **state)
{
    (void)state;
    struct rng rng = seeded();
    struct sock *alice = open_dealer(alice_keys);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fds[40];
    assert_true(str_fill(address.sun_path, sizeof(address.sun_path), str_of(path)));
    expect_alive(alice);
    for (size_t i = 0; i < countof(fds); i++) {
        uint8_t rubbish[200] = {
            0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E'
        };
        size_t kept = rng_below(&rng, 80); /* of a greeting, zero-padded; then nonsense */
        fill_random(&rng, rubbish + kept, sizeof(rubbish) - kept);
        fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&address, sizeof(address)), 0);
        send(fds[i], rubbish, rng_below(&rng, sizeof(rubbish)) + 1, MSG_NOSIGNAL);
    }
    expect_alive(alice);
    for (size_t i = 0; i < countof(fds); i++)
        close(fds[i]);
    expect_alive(alice);
    assert_int_equal(admitted, 1);
    close_dealer(alice);
}

/* ---- without ZAP, nobody */

static void
while_nobody_serves_zap_nobody_gets_in(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    struct wait w = { .sock = router, .fd = -1 };
    struct peer_id from;
    char user[24];
    struct str bytes;
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    wait_for(&w, 1, LIMIT_MS); /* a handshake stands before the door */
    assert_true(w.ready);
    for (int i = 0; i < 20; i++) {
        wait_for(&w, 1, 10);
        assert_int_equal(sock_receive(router, &from, user, &bytes), ERR_AGAIN);
    }
    assert_int_equal(admitted, 0);
    expect_message("hello", &from);
    close_dealer(alice);
}

/* ---- sending */

static void
sending_to_who_is_gone_says_closed(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    struct peer_id from, nobody = { .b = { 0, 1, 2, 3, 4 }, .len = 5 };
    assert_int_equal(sock_send(router, &nobody, STR("x")), ERR_CLOSED);
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    expect_message("hello", &from);
    assert_int_equal(sock_send(router, &from, STR("x")), OK);
    close_dealer(alice);
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    enum err err = OK;
    while (err == OK && clock_mono_ms() < deadline) {
        struct wait w = { .sock = router, .fd = -1 };
        wait_for(&w, 1, 5);
        err = sock_send(router, &from, STR("x"));
    }
    assert_int_equal(err, ERR_CLOSED);
}

static void
a_full_queue_says_again_and_drains(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    static char kilo[1024];
    struct peer_id from;
    size_t sent = 0, got = 0;
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    expect_message("hello", &from);
    while (sent < 200000 && sock_send(router, &from, str_bytes(kilo, sizeof(kilo))) == OK)
        sent++;
    assert_true(sent >= 10000 && sent < 200000);
    assert_int_equal(sock_send(router, &from, STR("x")), ERR_AGAIN);
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    while (got < sent && clock_mono_ms() < deadline) {
        struct wait w = { .sock = alice, .fd = -1 };
        struct str bytes;
        wait_for(&w, 1, 50);
        while (sock_receive(alice, NULL, NULL, &bytes) == OK)
            got++;
    }
    assert_int_equal(got, sent);
    assert_int_equal(sock_send(router, &from, STR("x")), OK);
    close_dealer(alice);
}

static void
many_messages_arrive_in_order_with_their_bytes(void **state)
{
    (void)state;
    struct rng rng = seeded();
    struct sock *alice = open_dealer(alice_keys);
    uint8_t bytes[3000];
    fill_random(&rng, bytes, sizeof(bytes));
    for (size_t len = 0; len < sizeof(bytes); len += 7) {
        struct peer_id from;
        char user[24];
        struct str got;
        assert_int_equal(sock_send(alice, NULL, str_bytes(bytes, len)), OK);
        assert_true(receive(&from, user, &got));
        assert_true(str_eq(got, str_bytes(bytes, len)));
    }
    close_dealer(alice);
}

/* ---- binding */

static void
expect_no_router(const char *where, const char *says)
{
    struct sockets *other = sockets_new();
    buf_clear(&why);
    assert_null(sock_router(other, where, keys_public(broker_keys)->curve,
                            keys_curve_secret(broker_keys), door, NULL, &why));
    assert_says(&why, says);
    sockets_free(other);
}

static void
an_endpoint_in_use_is_refused_and_its_owner_goes_on(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    expect_no_router(endpoint, "in use");
    expect_alive(alice);
    close_dealer(alice);
}

/* The broker dies, and leaves its socket's file behind. */
static void
bury_house(void)
{
    struct stat st;
    sock_free(router);
    sockets_free(house);
    router = NULL;
    house = sockets_new();
    assert_int_equal(lstat(path, &st), 0);
}

static void
a_socket_file_that_a_dead_broker_left_is_no_hindrance(void **state)
{
    (void)state;
    bury_house();
    router = open_router(endpoint);
    assert_non_null(router);
    struct sock *alice = open_dealer(alice_keys);
    expect_alive(alice);
    close_dealer(alice);
}

static void
a_client_finds_the_next_broker_at_the_same_place(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    expect_alive(alice);
    bury_house();
    router = open_router(endpoint);
    assert_non_null(router);
    expect_again(alice);
    assert_int_equal(admitted, 2);
    close_dealer(alice);
}

static void
a_file_that_is_no_socket_is_left_alone(void **state)
{
    (void)state;
    char file[128], where[160];
    struct stat st;
    snprintf(file, sizeof(file), "%s/precious", folder);
    snprintf(where, sizeof(where), "ipc://%s", file);
    write_file(file, STR("words"), 0600);
    expect_no_router(where, "is not a socket");
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 5);
}

static void
the_socket_file_is_for_its_owner_alone(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    mode_t now = umask(022);
    umask(now);
    bury_house();
    router = open_router(endpoint);
    assert_non_null(router);
    assert_int_equal(umask(now), now); /* as it was */
}

static void
wrong_endpoints_and_keys_are_named(void **state)
{
    (void)state;
    const char *curve = keys_public(alice_keys)->curve, *secret = keys_curve_secret(alice_keys);
    const char *server = keys_public(broker_keys)->curve;
    expect_no_router("ipc:///nowhere/at/all.sock", "/nowhere/at/all.sock");
    expect_no_router("tcp://no such host:1", "no such host");
    buf_clear(&why);
    assert_null(open_router("ipc:///tmp/x"));
    assert_says(&why, "one router a context");
    static const struct {
        int which;
        const char *says;
    } wrong[] = {
        { 0, "broker's key" }, { 1, "public key" }, { 2, "secret key" }, { 3, "xyz://" }
    };
    for (size_t i = 0; i < countof(wrong); i++) {
        buf_clear(&why);
        assert_null(sock_dealer(guests, wrong[i].which == 3 ? "xyz://" : endpoint,
                                wrong[i].which == 0 ? "short" : server,
                                wrong[i].which == 1 ? "" : curve,
                                wrong[i].which == 2 ? "~" : secret, &why));
        assert_says(&why, wrong[i].says);
    }
}

/* ---- waiting */

static void
waiting_sees_descriptors_and_sockets_together(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct wait w[4] = { { .sock = router, .fd = -1 },
                         { .fd = ends[0] },
                         { .fd = -1 },
                         { .fd = ends[1], .want_write = false } };
    wait_for(w, 4, 0);
    for (size_t i = 0; i < 4; i++)
        assert_false(w[i].ready);
    w[3].want_write = true;
    wait_for(w, 4, LIMIT_MS);
    assert_true(w[3].ready && !w[0].ready && !w[1].ready && !w[2].ready);
    w[3].fd = -1;
    assert_int_equal(write(ends[1], "x", 1), 1);
    wait_for(w, 4, -1);
    assert_true(w[1].ready && !w[0].ready && !w[3].ready);
    wait_for(w, 0, 0);
    close(ends[0]);
    close(ends[1]);
}

static void
the_dealer_s_descriptor_becomes_readable(void **state)
{
    (void)state;
    struct sock *alice = open_dealer(alice_keys);
    struct peer_id from;
    struct str bytes;
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    expect_message("hello", &from);
    while (sock_receive(alice, NULL, NULL, &bytes) == OK)
        ;
    assert_int_equal(sock_send(router, &from, STR("x")), OK);
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    enum err err = ERR_AGAIN;
    while (err != OK && clock_mono_ms() < deadline) {
        struct wait w = { .fd = sock_fd(alice) };
        wait_for(&w, 1, LIMIT_MS);
        assert_true(w.ready);
        err = sock_receive(alice, NULL, NULL, &bytes);
    }
    assert_int_equal(err, OK);
    close_dealer(alice);
}

static int
group_setup(void **state)
{
    (void)state;
    seal_open_library();
    broker_keys = keys_new();
    alice_keys = keys_new();
    mallory_keys = keys_new();
    return 0;
}

static int
group_teardown(void **state)
{
    (void)state;
    keys_free(broker_keys);
    keys_free(alice_keys);
    keys_free(mallory_keys);
    return 0;
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_known_key_gets_in_under_its_name_and_is_answered),
        test(a_stranger_is_refused_while_a_friend_is_served),
        test(a_revoked_key_gets_in_no_more_and_an_open_connection_still_bears_its_name),
        test(who_comes_without_curve_or_to_another_server_s_key_is_never_heard),
        test(a_message_of_64_kib_passes_and_one_byte_more_ends_its_connection_alone),
        test(a_message_of_many_frames_is_dropped_whole),
        test(a_routing_id_of_more_than_32_bytes_is_not_served),
        test(rubbish_on_the_wire_disturbs_nobody),
        test(while_nobody_serves_zap_nobody_gets_in),
        test(sending_to_who_is_gone_says_closed),
        test(a_full_queue_says_again_and_drains),
        test(many_messages_arrive_in_order_with_their_bytes),
        test(an_endpoint_in_use_is_refused_and_its_owner_goes_on),
        test(a_socket_file_that_a_dead_broker_left_is_no_hindrance),
        test(a_client_finds_the_next_broker_at_the_same_place),
        test(a_file_that_is_no_socket_is_left_alone),
        test(the_socket_file_is_for_its_owner_alone),
        test(wrong_endpoints_and_keys_are_named),
        test(waiting_sees_descriptors_and_sockets_together),
        test(the_dealer_s_descriptor_becomes_readable),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
