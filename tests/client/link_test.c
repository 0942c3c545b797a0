/* link_test.c - whom it calls next, and when: on a clock of the test's own. */
#include "tests/client/fake.h"

static struct link
link_to(struct sockets *sockets, struct keys *keys, size_t count)
{
    struct link l = { .tempo = &tempo_default,
                      .sockets = sockets,
                      .brokers_count = count,
                      .secret_key = keys_curve_secret(keys),
                      .jitter = seed() };
    l.brokers = zalloc(count * sizeof(*l.brokers));
    for (size_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "inproc://nobody-%zu", i);
        l.brokers[i] = str_dup(str_of(name));
    }
    l.software = str_dup(STR("test"));
    memcpy(l.server_key, keys_public(keys)->curve, 41);
    memcpy(l.public_key, keys_public(keys)->curve, 41);
    return l;
}

static void
every_broker_has_its_turn_and_full_rounds_wait_longer_up_to_a_limit(void **state)
{
    (void)state;
    seal_open_library();
    struct sockets *sockets = sockets_new();
    struct keys *keys = keys_new();
    struct link l = link_to(sockets, keys, 3);
    int64_t now = 1000, longest = 0;
    for (unsigned attempt = 0; attempt < 60; attempt++) {
        assert_int_equal(l.at, attempt % 3);
        assert_null(link_turn(&l, now, false));
        assert_int_equal(l.state, LINK_GREETING);
        now = link_next(&l, false);
        assert_null(link_turn(&l, now - 1, false));
        assert_non_null(link_turn(&l, now, false)); /* nobody answers */
        assert_int_equal(l.state, LINK_IDLE);
        int64_t wait = link_next(&l, false) - now;
        assert_in_range(wait, 50, 30 * SECONDS);
        if ((attempt + 1) % 3 != 0)
            assert_in_range(wait, 50, 100); /* others are still to be tried */
        longest = wait > longest ? wait : longest;
        now += wait;
    }
    assert_true(longest > 15 * SECONDS);
    link_fini(&l);
    keys_free(keys);
    sockets_free(sockets);
}

static void
silence_is_pinged_and_then_ends_the_connection(void **state)
{
    (void)state;
    seal_open_library();
    struct sockets *sockets = sockets_new();
    struct keys *keys = keys_new();
    struct link l = link_to(sockets, keys, 1);
    assert_null(link_turn(&l, 1000, false));
    link_welcome(&l, 1000);
    assert_int_equal(link_next(&l, false), 1000 + tempo_default.ping_ms);
    assert_int_equal(link_next(&l, true), 1000 + tempo_default.ping_asking_ms);
    assert_null(link_turn(&l, 1000 + tempo_default.ping_ms, false));
    assert_int_equal(l.pinged_at, 1000 + tempo_default.ping_ms);
    assert_null(link_turn(&l, 1000 + tempo_default.dead_ms - 1, false));
    assert_non_null(link_turn(&l, 1000 + tempo_default.dead_ms, false));
    assert_null(l.sock);
    link_fini(&l);
    keys_free(keys);
    sockets_free(sockets);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_broker_has_its_turn_and_full_rounds_wait_longer_up_to_a_limit),
        cmocka_unit_test(silence_is_pinged_and_then_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
