/* worker_test.c - several workers share the territories, hand over, and take over. */
#include "tests/worker/house.h"

enum { WORKERS = 3 };

struct crew {
    struct house h;
    struct worker *w[WORKERS];
};

static int
open_crew(void **state)
{
    struct crew *c = zalloc(sizeof(*c));
    house_new(&c->h);
    *state = c;
    return 0;
}

static int
close_crew(void **state)
{
    struct crew *c = *state;
    for (size_t i = 0; i < WORKERS; i++)
        if (c->w[i] != NULL)
            worker_free(c->w[i]);
    house_free(&c->h);
    free(c);
    return 0;
}

static void
turn_all(struct crew *c)
{
    for (size_t i = 0; i < WORKERS; i++)
        if (c->w[i] != NULL)
            worker_turn(c->w[i], 5);
}

static size_t
served(const struct crew *c, struct territory_id t)
{
    size_t n = 0;
    for (size_t i = 0; i < WORKERS; i++)
        n += c->w[i] != NULL && serves(c->w[i], t);
    return n;
}

/* Every territory is served by the one worker that all agree on. */
static bool
settled(const struct crew *c)
{
    const struct territory_id both[] = { NORTH, TRIAGE };
    for (size_t k = 0; k < countof(both); k++) {
        const char *owner = NULL;
        if (served(c, both[k]) != 1)
            return false;
        for (size_t i = 0; i < WORKERS; i++) {
            if (c->w[i] == NULL)
                continue;
            const char *says = lease_owner(c->w[i]->x.lease, both[k]);
            if (owner != NULL && strcmp(owner, says) != 0)
                return false;
            owner = says;
            if (serves(c->w[i], both[k]) != lease_mine(c->w[i]->x.lease, both[k]))
                return false;
        }
    }
    return true;
}

#define ALL_UNTIL(c, condition)                                                                    \
    do {                                                                                           \
        int64_t until_ = clock_mono_ms() + 60000;                                                  \
        while (!(condition)) {                                                                     \
            if (clock_mono_ms() > until_)                                                          \
                fail_msg("in vain: %s", #condition);                                               \
            turn_all(c);                                                                           \
        }                                                                                          \
    } while (0)

static void
work(struct crew *c, int from, int to)
{
    for (int i = from; i < to; i++) {
        char key[16];
        snprintf(key, sizeof(key), "c%d", i);
        send_report(&c->h, key, "no power");
        turn_all(c);
    }
    ALL_UNTIL(c, settled(c) && inbox_length(&c->h) == 0);
    assert_int_equal(count_kind(read_mail(&c->h, G1, false), UPDATE_OPENED), to);
}

static void
workers_that_come_and_go_in_peace_lose_and_double_nothing(void **state)
{
    struct crew *c = *state;
    int reports = 0;
    for (size_t i = 0; i < WORKERS; i++) {
        c->w[i] = worker_new(&c->h.conf, "worker");
        ALL_UNTIL(c, settled(c));
        assert_int_equal(lease_live(c->w[i]->x.lease), i + 1);
        work(c, reports, reports + 10);
        reports += 10;
    }
    for (size_t i = 0; i + 1 < WORKERS; i++) {
        worker_free(c->w[i]); /* hands everything back: nobody waits for a lease */
        c->w[i] = NULL;
        work(c, reports, reports + 10);
        reports += 10;
    }
}

static void
a_territory_given_back_is_taken_without_waiting_for_a_lease(void **state)
{
    struct crew *c = *state;
    c->h.conf.lease_ms = 60000;
    c->w[0] = worker_new(&c->h.conf, "worker");
    ALL_UNTIL(c, settled(c));
    c->w[1] = worker_new(&c->h.conf, "worker");
    ALL_UNTIL(c, settled(c));
    worker_free(c->w[0]);
    c->w[0] = NULL;
    ALL_UNTIL(c, settled(c)); /* within ten seconds, not sixty */
    struct head h;
    assert_int_equal(store_head(c->h.operator_, NORTH, &h), OK);
    assert_true(h.clean || h.attempts == 0);
    work(c, 0, 3);
}

static void
a_worker_whose_key_the_plan_does_not_know_serves_nothing(void **state)
{
    struct crew *c = *state;
    struct conf other = c->h.conf;
    char path[512];
    struct buf why = { 0 };
    snprintf(path, sizeof(path), "%s/imposter.key", c->h.redis.dir);
    struct keys *k = keys_new();
    assert_int_equal(keys_write(path, k, &why), OK);
    keys_free(k);
    c->w[0] = worker_new(&other, "imposter");
    ALL_UNTIL(c, c->w[0]->told_signer);
    for (int i = 0; i < 20; i++)
        turn_all(c);
    assert_int_equal(worker_serves(c->w[0]), 0);
    buf_fini(&why);
}

static void
a_plan_that_revokes_the_worker_ends_its_service(void **state)
{
    struct crew *c = *state;
    c->w[0] = worker_new(&c->h.conf, "worker");
    ALL_UNTIL(c, settled(c));
    house_plan(&c->h, WORKER);
    ALL_UNTIL(c, worker_serves(c->w[0]) == 0);
}

#define WITH_A_CREW(test) cmocka_unit_test_setup_teardown(test, open_crew, close_crew)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_CREW(workers_that_come_and_go_in_peace_lose_and_double_nothing),
        WITH_A_CREW(a_territory_given_back_is_taken_without_waiting_for_a_lease),
        WITH_A_CREW(a_worker_whose_key_the_plan_does_not_know_serves_nothing),
        WITH_A_CREW(a_plan_that_revokes_the_worker_ends_its_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
