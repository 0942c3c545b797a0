/* parcel_test.c - several messages in one frame arrive as they would have come alone. */
#include "tests/io/help.h"

#include "common/io/clock.h"
#include "common/io/seal.h"
#include "common/io/sock.h"

enum { LIMIT_MS = 60000, FRAME_MAX = 4096 };

static char folder[64], endpoint[128];
static struct sockets *house, *guests;
static struct keys *broker_keys, *alice_keys;
static struct sock *router, *alice;
static struct buf why, frame;

static bool
door(void *context, const uint8_t public_key[32], char user[24])
{
    (void)context;
    (void)public_key;
    snprintf(user, 24, "alice");
    return true;
}

static int
setup(void **state)
{
    (void)state;
    scratch_make(folder, sizeof(folder));
    snprintf(endpoint, sizeof(endpoint), "ipc://%s/broker.sock", folder);
    house = sockets_new();
    guests = sockets_new();
    const char *server = keys_public(broker_keys)->curve;
    router = sock_router(house, endpoint, server, keys_curve_secret(broker_keys), door, NULL, &why);
    assert_non_null(router);
    alice = sock_dealer(guests, endpoint, server, keys_public(alice_keys)->curve,
                        keys_curve_secret(alice_keys), &why);
    assert_non_null(alice);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    sock_free(alice);
    sock_free(router);
    sockets_free(house);
    sockets_free(guests);
    buf_fini(&why);
    buf_fini(&frame);
    scratch_remove(folder);
    return 0;
}

/* The next message at `s`. */
static bool
hears(struct sock *s, struct peer_id *from, struct str *bytes)
{
    int64_t deadline = clock_mono_ms() + LIMIT_MS;
    while (clock_mono_ms() < deadline) {
        char user[24];
        struct wait w[2] = { { .sock = s, .fd = -1 }, { .sock = router, .fd = -1 } };
        wait_for(w, 2, 20);
        sock_serve_zap(router);
        if (sock_receive(s, from, s == router ? user : NULL, bytes) == OK) {
            if (s == router)
                assert_string_equal(user, "alice");
            return true;
        }
    }
    return false;
}

static void
expect(struct sock *s, struct str text)
{
    struct peer_id from;
    struct str bytes;
    assert_true(hears(s, &from, &bytes));
    assert_true(str_eq(bytes, text));
}

static void
messages_of_all_sizes_arrive_in_order_both_ways(void **state)
{
    struct rng rng = seeded();
    struct peer_id from;
    struct str got;
    uint8_t bytes[2 * FRAME_MAX];
    (void)state;
    fill_random(&rng, bytes, sizeof(bytes));
    bytes[0] = 0x93; /* a message is an array: it begins with no mark */
    assert_int_equal(sock_send(alice, NULL, STR("hello")), OK);
    assert_true(hears(router, &from, &got));
    for (size_t way = 0; way < 2; way++) {
        size_t lens[400];
        for (size_t i = 0; i < countof(lens); i++) {
            lens[i] = 1 + (size_t)rng_below(&rng, i % 10 == 0 ? sizeof(bytes) : 100);
            struct str m = str_bytes(bytes, lens[i]);
            bool now = rng_below(&rng, 20) == 0; /* passes none that was to go soon */
            enum err e = way == 0 ? (now ? sock_send : sock_send_soon)(alice, NULL, m)
                                  : (now ? sock_send : sock_send_soon)(router, &from, m);
            assert_int_equal(e, OK);
        }
        assert_int_equal(sock_flush(way == 0 ? alice : router), OK);
        for (size_t i = 0; i < countof(lens); i++)
            expect(way == 0 ? router : alice, str_bytes(bytes, lens[i]));
    }
}

static void
put_piece(uint32_t len, struct str bytes)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_put_u8(&frame, (uint8_t)(len >> shift));
    buf_put(&frame, bytes.at, bytes.len);
}

static void
what_fits_no_length_is_given_out_as_it_is(void **state)
{
    static const struct {
        uint32_t len;
        const char *rest, *given;
    } rows[] = {
        { 4, "abc", "\0\0\0\4abc" },                 /* a byte short */
        { 0, "abc", "\0\0\0\0abc" },                 /* nothing is no message */
        { UINT32_MAX, "abc", "\377\377\377\377abc" } /* much more than there is */
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        buf_clear(&frame);
        buf_put_u8(&frame, 0xc1);
        put_piece(4, STR("good"));
        put_piece(rows[i].len, str_of(rows[i].rest));
        assert_int_equal(sock_send(alice, NULL, buf_str(&frame)), OK);
        expect(router, STR("good"));
        expect(router, str_bytes(rows[i].given, 7));
    }
    assert_int_equal(sock_send(alice, NULL, STR("\xc1")), OK);
    expect(router, STR("\xc1"));
    assert_int_equal(sock_send(alice, NULL, STR("\xc1xyz")), OK);
    expect(router, STR("xyz"));
}

static void
a_parcel_of_too_many_ends_at_the_limit(void **state)
{
    (void)state;
    buf_put_u8(&frame, 0xc1);
    for (size_t i = 0; i < 300; i++)
        put_piece(1, STR("x"));
    assert_int_equal(sock_send(alice, NULL, buf_str(&frame)), OK);
    for (size_t i = 0; i < 256; i++)
        expect(router, STR("x"));
    expect(router, str_bytes(frame.data + 1 + 256 * 5, 44 * 5)); /* the rest is no message */
    assert_int_equal(sock_send(alice, NULL, STR("next")), OK);
    expect(router, STR("next"));
}

static void
what_is_left_of_a_parcel_wakes_who_waits(void **state)
{
    struct wait w = { .sock = router, .fd = -1 };
    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sock_send_soon(alice, NULL, STR("x")), OK);
    assert_int_equal(sock_flush(alice), OK);
    for (size_t i = 0; i < 2; i++) {
        expect(router, STR("x"));
        wait_for(&w, 1, LIMIT_MS);
        assert_true(w.ready);
    }
    expect(router, STR("x"));
    wait_for(&w, 1, 0);
    assert_false(w.ready);
}

static int
group_setup(void **state)
{
    (void)state;
    seal_open_library();
    broker_keys = keys_new();
    alice_keys = keys_new();
    return 0;
}

static int
group_teardown(void **state)
{
    (void)state;
    keys_free(broker_keys);
    keys_free(alice_keys);
    return 0;
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(messages_of_all_sizes_arrive_in_order_both_ways),
        test(what_fits_no_length_is_given_out_as_it_is),
        test(a_parcel_of_too_many_ends_at_the_limit),
        test(what_is_left_of_a_parcel_wakes_who_waits),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
