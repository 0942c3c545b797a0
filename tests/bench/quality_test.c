/* quality_test.c - the simulated days: counts add up, nothing that must not be is done, a seed is
 * decided alike each time, and the policies stand in the order that everybody would expect. */
#include "bench/quality/ahead.h"
#include "bench/quality/ours.h"
#include "bench/quality/score.h"
#include "bench/quality/simple.h"
#include "tests/check.h"

static const struct policy *const policies[] = {
    &policy_first_come, &policy_nearest, &policy_severity, &policy_tardiness,
    &policy_idle_only,  &policy_greedy,  &policy_optimal,  &policy_ours,
};

static struct city *
city_of(uint64_t n, unsigned engineers, bool storm)
{
    return city_new(&(struct city_wish){ n, engineers, 1, 0.9, storm });
}

static struct score
play(const struct city *c, const struct policy *p)
{
    struct field *f = field_play(c, p);
    struct score s = score_of(f);
    field_free(f);
    return s;
}

/* Also in a storm, where three times as much comes as a small territory can do. */
static void
every_ticket_ends_once_and_nothing_is_broken(void **state)
{
    (void)state;
    for (unsigned storm = 0; storm < 2; storm++) {
        struct city *c = city_of(5, 60, storm);
        for (size_t i = 0; i < countof(policies); i++) {
            struct score s = play(c, policies[i]);
            assert_int_equal(s.done + s.cancelled + s.open, s.tickets);
            assert_true(s.done > 0 && s.cancelled > 0 && s.offers >= s.done + s.declines);
            for (size_t k = 0; k < BROKEN_KINDS; k++)
                if (s.broken[k] > 0)
                    fail_msg("%s: %s, %u times", policies[i]->key, field_broken[k], s.broken[k]);
        }
        city_free(c);
    }
}

static void
a_seed_is_decided_alike_each_time(void **state)
{
    (void)state;
    struct city *a = city_of(6, 30, false), *b = city_of(6, 30, false), *c = city_of(7, 30, false);
    for (size_t i = 0; i < countof(policies); i++) {
        struct score x = play(a, policies[i]), y = play(b, policies[i]), z = play(c, policies[i]);
        assert_true(x.digest == y.digest && x.digest != z.digest);
        assert_memory_equal(x.figures, y.figures, sizeof(x.figures));
    }
    city_free(a);
    city_free(b);
    city_free(c);
}

/* Over a few seeds: near tickets first travels less than old ones first, severity first keeps more
 * of the worst promises, and a matching with a look ahead keeps more than any rule. */
static void
policies_stand_in_the_expected_order(void **state)
{
    struct record r[countof(policies)] = { { { 0 } } };
    (void)state;
    for (uint64_t n = 20; n < 24; n++) {
        struct city *c = city_of(n, 60, false);
        for (size_t i = 0; i < countof(policies); i++) {
            struct field *f = field_play(c, policies[i]);
            record_add(&r[i], f);
            field_free(f);
        }
        city_free(c);
    }
    assert_true(record_mean(&r[1], FIGURE_TRAVEL) < record_mean(&r[0], FIGURE_TRAVEL));
    assert_true(record_mean(&r[2], FIGURE_CRITICAL) < record_mean(&r[0], FIGURE_CRITICAL));
    assert_true(record_mean(&r[4], FIGURE_TRAVEL) < record_mean(&r[1], FIGURE_TRAVEL));
    for (size_t i = 0; i < 5; i++)
        assert_true(record_mean(&r[6], FIGURE_BREACH) < record_mean(&r[i], FIGURE_BREACH));
    for (size_t i = 0; i < countof(policies); i++)
        record_fini(&r[i]);
}

/* Nobody can be in two places: what is offered to one whose hands are full is counted. */
static struct field *field;
static void *
open_greedily(struct field *f)
{
    return field = f;
}
static void
offer_to_the_first(void *self, const struct happening *h)
{
    (void)self;
    if (h->kind == HAPPENED_REPORT)
        field_offer(field, h->ticket, 0);
}
static instant
never(const void *self)
{
    (void)self;
    return NEVER;
}
static void
forget(void *self)
{
    (void)self;
}

static void
what_must_not_be_is_counted(void **state)
{
    static const struct policy bad = { "bad", "bad", open_greedily, offer_to_the_first,
                                       never, forget };
    struct city *c = city_of(9, 40, false);
    (void)state;
    struct score s = play(c, &bad);
    assert_true(s.broken[BROKEN_CAPACITY] > 0);
    assert_true(s.broken[BROKEN_UNQUALIFIED] > 0);
    assert_true(s.broken[BROKEN_OFF_DUTY] > 0);
    assert_true(s.broken[BROKEN_STARVED] > 0);
    city_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ticket_ends_once_and_nothing_is_broken),
        cmocka_unit_test(a_seed_is_decided_alike_each_time),
        cmocka_unit_test(policies_stand_in_the_expected_order),
        cmocka_unit_test(what_must_not_be_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
