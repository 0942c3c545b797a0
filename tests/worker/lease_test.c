/* lease_test.c - who is silent, and how territories are shared out. */
#include <setjmp.h>
#include <stdarg.h>

#include "common/io/seal.h"
#include "tests/seed.h"
#include "workers/lease.h"

#include <cmocka.h>

enum { LEASE = 6000, BEAT = 1000, TERRITORIES = 1000 };

static struct territory_id
territory(size_t i)
{
    struct territory_id t = { 0 };
    snprintf(t.s, sizeof(t.s), "t%zu", i);
    return t;
}

static struct beat
beat(size_t worker, uint64_t count)
{
    struct beat b = { .count = count };
    snprintf(b.worker, sizeof(b.worker), "worker-%zu", worker);
    return b;
}

/* A worker that sees `count` others beating, itself not among them. */
static struct lease *
among(const char *me, size_t count)
{
    struct lease *l = lease_new(me, LEASE);
    struct beat list[16];
    for (uint64_t n = 1; n <= 2; n++) {
        for (size_t i = 0; i < count; i++)
            list[i] = beat(i, n);
        lease_observe(l, list, count, (int64_t)n * BEAT);
    }
    struct territory_id all[TERRITORIES];
    uint32_t loads[TERRITORIES];
    for (size_t i = 0; i < TERRITORIES; i++) {
        all[i] = territory(i);
        loads[i] = 1;
    }
    lease_territories(l, all, loads, TERRITORIES);
    return l;
}

/* Nobody has more than his fair share; what is moved besides the newcomer's share is little. */
static void
a_worker_that_comes_takes_its_own_share_and_moves_little_else(void **state)
{
    (void)state;
    for (size_t workers = 1; workers < 8; workers++) {
        struct lease *before = among("watcher", workers), *after = among("watcher", workers + 1);
        char newcomer[WORKER_NAME_MAX];
        size_t moved = 0, taken = 0;
        snprintf(newcomer, sizeof(newcomer), "worker-%zu", workers);
        for (size_t i = 0; i < TERRITORIES; i++) {
            const char *was = lease_owner(before, territory(i));
            const char *is = lease_owner(after, territory(i));
            moved += strcmp(was, is) != 0;
            taken += strcmp(is, newcomer) == 0;
        }
        size_t share = TERRITORIES / (workers + 2);
        assert_in_range(taken, share * 7 / 10, share + 1);
        assert_in_range(moved, taken, taken + TERRITORIES / 5);
        lease_free(before);
        lease_free(after);
    }
}

static void
all_workers_agree_on_every_owner(void **state)
{
    struct lease *views[4];
    (void)state;
    for (size_t me = 0; me < countof(views); me++) {
        char name[WORKER_NAME_MAX];
        snprintf(name, sizeof(name), "worker-%zu", me);
        views[me] = among(name, countof(views));
        assert_int_equal(lease_live(views[me]), countof(views));
    }
    for (size_t i = 0; i < TERRITORIES; i++)
        for (size_t me = 1; me < countof(views); me++)
            assert_string_equal(lease_owner(views[me], territory(i)),
                                lease_owner(views[0], territory(i)));
    for (size_t me = 0; me < countof(views); me++)
        lease_free(views[me]);
}

static void
a_beat_that_stands_still_is_silent_after_the_lease_and_not_before(void **state)
{
    struct lease *l = among("me", 1);
    int64_t now = 2 * BEAT, since = now;
    struct beat still = beat(0, 2);
    (void)state;
    while (now - since < LEASE) {
        assert_false(lease_silent(l, still.worker));
        now += BEAT;
        lease_observe(l, &still, 1, now);
    }
    assert_true(lease_silent(l, still.worker));
    assert_false(lease_moving(l, still.worker));
    still.count++;
    lease_observe(l, &still, 1, now + 1);
    assert_false(lease_silent(l, still.worker));
    assert_true(lease_moving(l, still.worker));
    lease_free(l);
}

static void
a_sleeper_declares_nobody_dead_when_it_wakes(void **state)
{
    struct lease *l = among("me", 1);
    struct beat still = beat(0, 2);
    (void)state;
    lease_observe(l, &still, 1, 2 * BEAT + 3600000); /* it was stopped for an hour */
    assert_false(lease_silent(l, still.worker));
    lease_free(l);
}

static void
one_never_heard_of_is_watched_for_a_whole_lease(void **state)
{
    struct lease *l = lease_new("me", LEASE);
    int64_t now = 0;
    (void)state;
    lease_observe(l, NULL, 0, now);
    assert_false(lease_silent(l, "ghost"));
    for (int64_t since = now; now - since < LEASE;) {
        assert_false(lease_silent(l, "ghost"));
        now += BEAT;
        lease_observe(l, NULL, 0, now);
    }
    assert_true(lease_silent(l, "ghost"));
    lease_free(l);
}

static void
nothing_is_handed_to_one_seen_only_once(void **state)
{
    struct lease *l = lease_new("me", LEASE);
    struct beat b = beat(0, 7);
    (void)state;
    lease_observe(l, &b, 1, 0);
    lease_observe(l, &b, 1, BEAT);
    assert_false(lease_moving(l, b.worker));
    b.count++;
    lease_observe(l, &b, 1, 2 * BEAT);
    assert_true(lease_moving(l, b.worker));
    lease_free(l);
}

static int
open_library(void **state)
{
    (void)state;
    seal_open_library();
    return 0;
}

/* Four towns, one of them nearly empty: whatever the workers' names, the three are never all one's.
 */
static void
the_heavy_ones_are_not_all_one_workers(void **state)
{
    (void)state;
    static const uint32_t loads[] = { 10, 9, 8, 1 };
    char me[24];
    for (unsigned n = 0; n < 200; n++) {
        snprintf(me, sizeof(me), "worker-me-%u", n);
        struct lease *l = lease_new(me, LEASE);
        struct beat other = beat(n, 1);
        lease_observe(l, &other, 1, BEAT);
        other.count = 2;
        lease_observe(l, &other, 1, 2 * BEAT);
        struct territory_id all[countof(loads)];
        for (size_t i = 0; i < countof(loads); i++)
            all[i] = territory(i);
        lease_territories(l, all, loads, countof(loads));
        uint32_t mine = 0;
        for (size_t i = 0; i < countof(loads); i++)
            mine += lease_mine(l, all[i]) ? loads[i] : 0;
        assert_in_range(mine, 10, 18);
        lease_free(l);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heavy_ones_are_not_all_one_workers),
        cmocka_unit_test(a_worker_that_comes_takes_its_own_share_and_moves_little_else),
        cmocka_unit_test(all_workers_agree_on_every_owner),
        cmocka_unit_test(a_beat_that_stands_still_is_silent_after_the_lease_and_not_before),
        cmocka_unit_test(a_sleeper_declares_nobody_dead_when_it_wakes),
        cmocka_unit_test(one_never_heard_of_is_watched_for_a_whole_lease),
        cmocka_unit_test(nothing_is_handed_to_one_seen_only_once),
    };
    return cmocka_run_group_tests(tests, open_library, NULL);
}
