/* limit_test.c - a table of limits: what a sender may send when. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/limit.h"

static const struct {
    const char *what;
    struct limit_rate sender, all;
    int64_t at;       /* after so long (ms) ... */
    unsigned sent;    /* ... so many are sent by one sender ... */
    unsigned allowed; /* ... and so many are taken */
} rows[] = {
    { "no limit", { 0, 0 }, { 0, 0 }, 0, 1000, 1000 },
    { "a burst", { 5, 10 }, { 0, 0 }, 0, 1000, 5 },
    { "one comes back in six seconds", { 5, 10 }, { 0, 0 }, 6000, 1000, 1 },
    { "none a millisecond earlier", { 5, 10 }, { 0, 0 }, 5999, 1000, 0 },
    { "no more than the burst after an hour", { 5, 10 }, { 0, 0 }, 3600000, 1000, 5 },
    { "nothing comes back at no rate", { 5, 0 }, { 0, 0 }, 3600000, 1000, 0 },
    { "all together", { 0, 0 }, { 7, 60 }, 0, 1000, 7 },
    { "all together again", { 0, 0 }, { 7, 60 }, 2000, 1000, 2 },
    { "the stricter one counts", { 5, 60 }, { 3, 60 }, 0, 1000, 3 },
};

static unsigned
taken(struct limits *l, const char *sender, unsigned sent, int64_t now)
{
    unsigned n = 0;
    for (unsigned i = 0; i < sent; i++)
        n += limits_take(l, str_of(sender), now) == 0;
    return n;
}

static void
the_table_of_limits_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct limits *l = limits_new(rows[i].sender, rows[i].all, 10);
        int64_t begin = 1000000;
        if (rows[i].at > 0)
            taken(l, "a", 1000, begin);
        unsigned n = taken(l, "a", rows[i].sent, begin + rows[i].at);
        if (n != rows[i].allowed)
            fail_msg("%s: %u, not %u", rows[i].what, n, rows[i].allowed);
        limits_free(l);
    }
}

static void
who_waits_as_long_as_told_is_taken(void **state)
{
    (void)state;
    struct rng r = seed();
    for (unsigned round = 0; round < 200; round++) {
        struct limit_rate rate = { 1 + (unsigned)rng_below(&r, 9),
                                   1 + (unsigned)rng_below(&r, 5000) };
        struct limits *l = limits_new(rate, (struct limit_rate){ 0, 0 }, 10);
        int64_t now = 5;
        taken(l, "a", 10, now);
        for (unsigned i = 0; i < 20; i++) {
            int64_t wait = limits_take(l, STR("a"), now);
            now += wait;
            if (wait > 0)
                assert_int_equal(limits_take(l, STR("a"), now), 0);
        }
        limits_free(l);
    }
}

static void
one_sender_does_not_spend_anothers(void **state)
{
    (void)state;
    struct limits *l = limits_new((struct limit_rate){ 3, 1 }, (struct limit_rate){ 0, 0 }, 2);
    assert_int_equal(taken(l, "a", 10, 0), 3);
    assert_int_equal(taken(l, "b", 10, 0), 3);
    assert_int_equal(taken(l, "a", 10, 0), 0);
    assert_int_equal(taken(l, "c", 10, 0), 3); /* b leaves the table */
    assert_int_equal(taken(l, "a", 10, 0), 0);
    assert_int_equal(taken(l, "b", 10, 0), 3);
    limits_free(l);
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_limits_holds),
        cmocka_unit_test(who_waits_as_long_as_told_is_taken),
        cmocka_unit_test(one_sender_does_not_spend_anothers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
