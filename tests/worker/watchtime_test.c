/* watchtime_test.c - clocks in step, apart, and stepped. */
#include <setjmp.h>
#include <stdarg.h>

#include "tests/seed.h"
#include "workers/watchtime.h"

#include <cmocka.h>

enum { LIMIT = 2000 };
#define T0 INT64_C(1800000000000)

/* A reading at `mono`, with both clocks right but for these errors, and the answer that slow. */
static struct clock_reading
reading(int64_t mono, int64_t own_error, int64_t redis_error, int64_t took)
{
    return (struct clock_reading){ .own_before = T0 + mono + own_error,
                                   .own_after = T0 + mono + own_error + took,
                                   .mono_before = mono,
                                   .mono_after = mono + took,
                                   .redis = T0 + mono + redis_error + took / 2 };
}

static void
each_step_of_a_clock_is_judged_by_the_table(void **state)
{
    static const struct {
        const char *name;
        int64_t own_before, redis_before; /* errors before */
        int64_t own_after, redis_after;   /* and after the step */
        enum clock_doubt doubt;
    } rows[] = {
        { "nothing", 0, 0, 0, 0, CLOCK_SANE },
        { "half a second apart", 0, 500, 0, 500, CLOCK_SANE },
        { "just within the limit", 0, LIMIT, 0, LIMIT, CLOCK_SANE },
        { "own slews a little", 0, 0, 300, 0, CLOCK_SANE },
        { "own ahead by an hour", 0, 0, 3600000, 0, CLOCK_OWN_JUMP },
        { "own back by three days", 0, 0, -259200000, 0, CLOCK_OWN_JUMP },
        { "Redis ahead by two days", 0, 0, 0, 172800000, CLOCK_REDIS_JUMP },
        { "Redis back by three seconds", 0, 0, 0, -3000, CLOCK_REDIS_JUMP },
        { "both step together", 0, 0, 3600000, 3600000, CLOCK_OWN_JUMP },
        { "apart from the first", 0, 5000, 0, 5000, CLOCK_APART },
        { "own behind from the first", -5000, 0, -5000, 0, CLOCK_APART },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct watchtime w;
        watchtime_init(&w, LIMIT);
        for (int64_t at = 0; at < 3000; at += 200) {
            struct clock_reading r = reading(at, rows[i].own_before, rows[i].redis_before, 4);
            watchtime_read(&w, &r);
        }
        struct clock_reading r = reading(3000, rows[i].own_after, rows[i].redis_after, 4);
        watchtime_read(&w, &r);
        if (w.doubt != rows[i].doubt)
            fail_msg("%s: %s", rows[i].name, clock_doubt_text(w.doubt));
        assert_int_equal(watchtime_sane(&w), rows[i].doubt == CLOCK_SANE);
    }
}

static void
a_doubt_is_told_once_and_ends_when_the_clocks_have_agreed_for_a_while(void **state)
{
    struct watchtime w;
    int doubted = 0, resumed = 0;
    (void)state;
    watchtime_init(&w, LIMIT);
    for (int64_t at = 0; at < 60000; at += 100) {
        int64_t wrong = at >= 10000 && at < 20000 ? 3600000 : 0; /* steps away, and back */
        struct clock_reading r = reading(at, wrong, 0, 2);
        enum clock_news news = watchtime_read(&w, &r);
        doubted += news == CLOCK_DOUBTED;
        resumed += news == CLOCK_RESUMED;
        if (at >= 10000 && at < 20000 + CLOCK_STEADY_MS)
            assert_false(watchtime_sane(&w));
    }
    assert_true(watchtime_sane(&w));
    assert_int_equal(doubted, 1);
    assert_int_equal(resumed, 1);
}

static void
a_slow_answer_is_not_a_wrong_clock(void **state)
{
    struct rng r = seed();
    struct watchtime w;
    int64_t at = 0;
    (void)state;
    watchtime_init(&w, LIMIT);
    for (int i = 0; i < 2000; i++) {
        struct clock_reading c = reading(at, 0, 0, (int64_t)rng_below(&r, 30000));
        c.redis = c.own_before + (int64_t)rng_below(&r, (uint64_t)(c.own_after - c.own_before) + 1);
        assert_int_equal(watchtime_read(&w, &c), CLOCK_AS_BEFORE);
        at = c.mono_after + (int64_t)rng_below(&r, 1000);
    }
    assert_true(watchtime_sane(&w));
}

static void
instants_never_run_backwards_and_never_ahead_of_the_slower_clock(void **state)
{
    struct rng r = seed();
    struct watchtime w;
    instant committed = 0;
    (void)state;
    watchtime_init(&w, LIMIT);
    for (int64_t at = 0; at < 200000; at += 100) {
        int64_t own = rng_below(&r, 50) == 0 ? (int64_t)rng_below(&r, 600000) - 300000 : 0;
        int64_t redis = rng_below(&r, 50) == 0 ? (int64_t)rng_below(&r, 600000) - 300000 : 0;
        struct clock_reading c = reading(at, own, redis, 2);
        watchtime_read(&w, &c);
        instant now = watchtime_at(&w, committed);
        assert_true(now >= committed);
        assert_true(now == committed || (now <= c.own_after && now <= c.redis));
        committed = now;
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_of_a_clock_is_judged_by_the_table),
        cmocka_unit_test(a_doubt_is_told_once_and_ends_when_the_clocks_have_agreed_for_a_while),
        cmocka_unit_test(a_slow_answer_is_not_a_wrong_clock),
        cmocka_unit_test(instants_never_run_backwards_and_never_ahead_of_the_slower_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
