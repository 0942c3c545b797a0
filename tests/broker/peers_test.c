/* peers_test.c - connections come, speak, fall silent, and have their places taken. */
#include <setjmp.h>
#include <stdarg.h>

#include "broker/peers.h"
#include "tests/seed.h"

#include <cmocka.h>

static size_t drops;

static void
on_drop(void *context, struct peer *p)
{
    (void)context;
    (void)p;
    drops++;
}

static struct peer_id
routing(uint32_t n)
{
    struct peer_id id = { .len = 5 };
    memset(id.b + 5, 0xee, sizeof(id.b) - 5); /* what lies behind the length does not count */
    memcpy(id.b + 1, &n, sizeof(n));
    id.b[0] = 0;
    return id;
}

static void
a_peer_is_known_by_routing_id_and_key_together(void **state)
{
    (void)state;
    struct peers ps;
    peers_init(&ps, on_drop, NULL);
    struct peer_id id = routing(1);
    struct peer *p = peers_heard(&ps, &id, 7, 0);
    assert_ptr_equal(peers_heard(&ps, &id, 7, 5), p);
    assert_ptr_equal(peers_find(&ps, &id, 7), p);
    assert_null(peers_find(&ps, &id, 8));
    memset(id.b + id.len, 0, sizeof(id.b) - id.len);
    assert_ptr_equal(peers_find(&ps, &id, 7), p);
    peers_fini(&ps);
}

static void
another_key_under_the_same_routing_id_begins_from_nothing(void **state)
{
    (void)state;
    struct peers ps;
    peers_init(&ps, on_drop, NULL);
    struct peer_id id = routing(1);
    struct peer *p = peers_heard(&ps, &id, 7, 0);
    p->greeted = true;
    p->open = 3;
    drops = 0;
    struct peer *q = peers_heard(&ps, &id, 8, 1);
    assert_int_equal(drops, 1);
    assert_false(q->greeted);
    assert_int_equal(q->open, 0);
    assert_null(peers_find(&ps, &id, 7));
    peers_fini(&ps);
}

static void
whoever_is_silent_for_thirty_seconds_is_dropped_and_nobody_else(void **state)
{
    (void)state;
    enum { PEERS = 200, STEPS = 20000 };
    struct rng r = seed();
    struct peers ps;
    int64_t heard[PEERS], now = 0;
    bool known[PEERS] = { false };
    peers_init(&ps, on_drop, NULL);
    for (int i = 0; i < STEPS; i++) {
        now += (int64_t)rng_below(&r, 300);
        uint32_t n = (uint32_t)rng_below(&r, PEERS);
        struct peer_id id = routing(n);
        assert_int_equal(peers_heard(&ps, &id, n, now)->heard_ms, now);
        known[n] = true;
        heard[n] = now;
        peers_sweep(&ps, now);
        size_t count = 0;
        for (uint32_t k = 0; k < PEERS; k++) {
            known[k] = known[k] && now - heard[k] < PEER_SILENCE_MS;
            count += known[k];
        }
        assert_int_equal(peers_count(&ps), count);
    }
    for (uint32_t k = 0; k < PEERS; k++) {
        struct peer_id id = routing(k);
        assert_int_equal(peers_find(&ps, &id, k) != NULL, known[k]);
    }
    peers_fini(&ps);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_is_known_by_routing_id_and_key_together),
        cmocka_unit_test(another_key_under_the_same_routing_id_begins_from_nothing),
        cmocka_unit_test(whoever_is_silent_for_thirty_seconds_is_dropped_and_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
