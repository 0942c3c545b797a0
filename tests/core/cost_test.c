/* cost_test.c - the cost of a pair: against doubles and libm, that nothing gets cheaper by being
 * late, and what single weights do. */
#include "tests/core/world.h"
#include "workers/core/cost.h"

#include <math.h>

#define NOW (WORLD_BEGIN + 10 * HOURS)

struct setting {
    struct matching m;
    struct contract contract;
    struct ticket ticket;
};

static void
setting_init(struct setting *s)
{
    memset(s, 0, sizeof(*s));
    world_matching(&s->m);
    for (size_t level = 0; level < LEVELS_MAX; level++) {
        s->contract.promises[CLOCK_ARRIVAL][level] =
            (struct promise){ .working_ms = 2 * HOURS, .off_ms = 2 * HOURS };
        s->contract.promises[CLOCK_RESTORATION][level] =
            (struct promise){ .working_ms = 4 * HOURS, .off_ms = 4 * HOURS };
    }
    ticket_init(&s->ticket, NOW - HOURS);
    s->ticket.level = 1;
}

static struct cost_ticket
prepared(const struct setting *s, instant now)
{
    struct cost_ticket t;
    cost_ticket(&t, &s->m, &s->contract, &s->ticket, 0, now);
    return t;
}

static int64_t
sum_of(const struct cost_ticket *t, const struct cost_trip *trip)
{
    struct cost_terms terms;
    cost_trip(t, trip, &terms);
    return cost_sum(&terms);
}

/* ---- the slow version */

static double
late_slowly(instant now, instant deadline, instant estimate, msec unsure)
{
    if (deadline <= now)
        return 1;
    double lead = estimate > now ? (double)(estimate - now) / 1000 : 0;
    return 1 / (1 + exp((double)(deadline - estimate) / 1000 /
                        (240 + (double)unsure / 1000 + 0.12 * lead)));
}

static double
clock_slowly(const struct cost_ticket *t, const struct cost_clock *c, instant estimate, msec unsure)
{
    if (c->deadline == NEVER)
        return 0;
    double late = estimate > c->deadline ? (double)(estimate - c->deadline) / 1000 : 0;
    return (double)c->weight / 16 *
           (t->m->p_late_s * late_slowly(t->now, c->deadline, estimate, unsure) +
            t->m->late_pct / 100.0 * late);
}

/* Seconds. */
static double
slowly(const struct cost_ticket *t, const struct cost_trip *p)
{
    const struct matching *m = t->m;
    instant departs = p->departs > t->now ? p->departs : t->now, at = departs + p->travel_ms;
    double idle = p->rarity > t->rarity ? (p->rarity - t->rarity) / 65536.0 : 0;
    double flow = at > t->received_at ? (double)(at - t->received_at) / 1000 : 0;
    return m->travel_pct / 100.0 * (double)p->travel_ms / 1000 +
           clock_slowly(t, &t->arrival, at, p->unsure_ms) +
           clock_slowly(t, &t->restoration, at + p->service_ms, p->unsure_ms) +
           (double)t->weight / 16 * m->flow_pct / 100.0 * flow +
           m->scarcity_s * (idle > 4 ? 4 : idle) + p->standby_s +
           m->fairness_s * p->share_pm / 1000.0 +
           m->preference_s * (p->unpreferred + p->unskilled) + (p->missed ? m->missed_s : 0) +
           (p->unplanned ? m->planned_s : 0) +
           (p->clash_ms > 0 ? m->planned_s + (double)(p->clash_ms / SECONDS) : 0) +
           (p->leaves ? m->switch_s * (double)t->weight / 16 : 0);
}

static void
random_matching(struct rng *rng, struct matching *m)
{
    world_matching(m);
    m->travel_pct = (int32_t)rng_below(rng, 1001);
    m->p_late_s = (int32_t)rng_below(rng, 86401);
    m->late_pct = (int32_t)rng_below(rng, 1001);
    m->flow_pct = (int32_t)rng_below(rng, 1001);
    m->scarcity_s = (int32_t)rng_below(rng, 86401);
    m->fairness_s = (int32_t)rng_below(rng, 86401);
    for (size_t i = 0; i < LEVELS_MAX; i++)
        m->weights[i] = (uint16_t)(1 + rng_below(rng, WEIGHT_MAX));
}

static void
random_trip(struct rng *rng, struct cost_trip *p, instant now)
{
    *p = (struct cost_trip){ .departs = now + (msec)rng_below(rng, 8 * HOURS),
                             .travel_ms = (msec)rng_below(rng, 3 * HOURS),
                             .service_ms = (msec)rng_below(rng, 5 * HOURS),
                             .rarity = (uint32_t)rng_below(rng, 6 * 65536),
                             .standby_s = rng_below(rng, 2) ? (uint32_t)rng_below(rng, 86400) : 0,
                             .share_pm = (uint16_t)rng_below(rng, 1001),
                             .unpreferred = rng_below(rng, 2),
                             .unskilled = rng_below(rng, 2),
                             .missed = rng_below(rng, 2),
                             .unplanned = rng_below(rng, 2),
                             .clash_ms = rng_below(rng, 2) ? (msec)rng_below(rng, 3 * HOURS) : 0,
                             .leaves = rng_below(rng, 2),
                             .unsure_ms = (msec)rng_below(rng, 2 * HOURS) };
}

static void
random_ticket(struct rng *rng, struct setting *s)
{
    random_matching(rng, &s->m);
    s->ticket.level = (uint8_t)rng_below(rng, LEVELS_MAX);
    s->ticket.course.received_at = NOW - (msec)rng_below(rng, 12 * HOURS);
}

static void
integers_cost_what_doubles_do(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct setting s;
    setting_init(&s);
    for (int i = 0; i < 200000; i++) {
        random_ticket(&rng, &s);
        struct cost_ticket t = prepared(&s, NOW);
        t.rarity = (uint32_t)rng_below(&rng, 2 * 65536);
        struct cost_trip p;
        random_trip(&rng, &p, NOW);
        double want = slowly(&t, &p) * COST_SECOND, got = (double)sum_of(&t, &p);
        /* each of ten terms is cut to a sixteenth; the table is good to 5e-5 of certainty */
        double slack = 12 + 2 * 5e-5 * s.m.p_late_s * (double)t.weight;
        if (got < want - slack || got > want + slack)
            fail_msg("wanted %.2f, got %.2f", want, got);
    }
    ticket_fini(&s.ticket);
}

/* The table, made anew from its formula, and the curve between its entries. */
static void
the_curve_is_the_logistic_one(void **state)
{
    (void)state;
    const instant deadline = NOW + 100 * DAYS;
    for (msec before = -4 * HOURS; before <= 4 * HOURS; before += 997) {
        /* so far before the deadline, the estimate itself being `lead` away */
        for (msec lead = 0; lead < 6 * HOURS; lead += HOURS / 2 + 13) {
            instant now = deadline - before - lead;
            msec unsure = lead / 7;
            if (deadline <= now)
                continue;
            double want = late_slowly(now, deadline, deadline - before, unsure);
            double got = cost_late(now, deadline, deadline - before, unsure) / 16777216.0;
            assert_true(fabs(want - got) < 5e-5);
        }
    }
    assert_int_equal(cost_late(NOW, NEVER, NOW, 0), 0);
    assert_int_equal(cost_late(NOW, NOW, NOW, 0), 1 << 24);
    assert_int_equal(cost_late(NOW, NOW + DAYS, NOW, 0), 0);
    assert_true(cost_late(NOW, NOW + 1, NEVER, 0) > 16770000); /* z = -1 / 0.12 at the most */
}

/* Whatever the weights: a longer way, a later departure, longer work and a later clock never make
 * it cheaper. */
static void
later_and_further_are_never_cheaper(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct setting s;
    setting_init(&s);
    for (int i = 0; i < 100000; i++) {
        random_ticket(&rng, &s);
        struct cost_ticket t = prepared(&s, NOW);
        struct cost_trip p, q;
        msec step = (msec)rng_below(&rng, rng_below(&rng, 2) ? 20 : HOURS);
        random_trip(&rng, &p, NOW);
        int64_t cost = sum_of(&t, &p);
        q = p;
        q.travel_ms += step;
        assert_true(sum_of(&t, &q) >= cost);
        q = p;
        q.departs += step;
        assert_true(sum_of(&t, &q) >= cost);
        q = p;
        q.service_ms += step;
        assert_true(sum_of(&t, &q) >= cost);
        struct cost_ticket after = prepared(&s, NOW + step);
        p.departs = q.departs = NOW;
        q.departs += step;
        assert_true(sum_of(&after, &q) >= sum_of(&t, &p));
        struct cost_terms now, later;
        unsigned slots = (unsigned)rng_below(&rng, 5);
        cost_defer(&t, cost_deferred(&t, slots), p.service_ms, &now);
        cost_defer(&t, cost_deferred(&t, slots + 1), p.service_ms, &later);
        assert_true(cost_sum(&later) >= cost_sum(&now));
    }
    ticket_fini(&s.ticket);
}

/* Years late, heaviest weights: every sum stays within 2^40. */
static void
no_sum_overflows(void **state)
{
    (void)state;
    static const instant instants[] = { 0, 1, NOW, NEVER / 2, NEVER - 1, NEVER, -NEVER };
    struct setting s;
    setting_init(&s);
    s.m.travel_pct = s.m.late_pct = s.m.flow_pct = 1000;
    s.m.p_late_s = s.m.scarcity_s = s.m.fairness_s = s.m.preference_s = 86400;
    s.m.missed_s = s.m.switch_s = s.m.planned_s = s.m.defer_wait_s = s.m.slot_s = 86400;
    for (size_t i = 0; i < LEVELS_MAX; i++)
        s.m.weights[i] = WEIGHT_MAX;
    for (size_t i = 0; i < countof(instants); i++)
        for (size_t k = 0; k < countof(instants); k++) {
            struct cost_ticket t = prepared(&s, NOW);
            t.received_at = instants[i];
            t.arrival.deadline = t.restoration.deadline = instants[k];
            struct cost_trip p = { instants[i], NEVER, NEVER, UINT32_MAX, UINT32_MAX, 1000,
                                   true,        true,  true,  true,       NEVER,      true };
            struct cost_terms defer;
            cost_defer(&t, cost_deferred(&t, UINT32_MAX), NEVER, &defer);
            assert_true(llabs(sum_of(&t, &p)) < COST_MAX);
            assert_true(llabs(cost_sum(&defer)) < COST_MAX);
        }
    ticket_fini(&s.ticket);
}

static void
clocks_that_do_not_run_cost_nothing(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    struct cost_ticket t = prepared(&s, NOW);
    assert_true(t.arrival.deadline == NOW + HOURS && t.restoration.deadline == NOW + 3 * HOURS);
    s.ticket.course.miles[MILE_ARRIVED] = NOW - MINUTES;
    t = prepared(&s, NOW);
    assert_true(t.arrival.deadline == NEVER && t.restoration.deadline == NOW + 3 * HOURS);
    assert_true(course_exclude(&s.ticket.course, NOW - 2, NEVER, REASON_ABSENT));
    t = prepared(&s, NOW);
    assert_true(t.restoration.deadline == NEVER); /* nobody knows when it goes on */
    struct cost_terms terms;
    cost_trip(&t, &(struct cost_trip){ .departs = NOW + DAYS }, &terms);
    assert_int_equal(terms.lateness, 0);
    assert_true(terms.flow > 0);
    ticket_fini(&s.ticket);
}

static void
a_promise_weighs_by_its_level_or_by_its_money(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    struct cost_ticket t = prepared(&s, NOW);
    assert_int_equal(t.weight, 3 * 16);
    assert_int_equal(t.arrival.weight, 3 * 16);
    s.m.by_penalties = true;
    s.contract.promises[CLOCK_ARRIVAL][1].penalty = 75000;
    s.contract.promises[CLOCK_RESTORATION][1].penalty_per = 2500;
    t = prepared(&s, NOW);
    assert_int_equal(t.arrival.weight, 120); /* 7.5 */
    assert_int_equal(t.restoration.weight, 4);
    assert_int_equal(t.weight, 3 * 16); /* flow */
    s.contract.promises[CLOCK_ARRIVAL][1].penalty = INT64_MAX;
    s.contract.promises[CLOCK_RESTORATION][1].penalty_per = 0;
    t = prepared(&s, NOW);
    assert_int_equal(t.arrival.weight, WEIGHT_MAX * 16);
    assert_int_equal(t.restoration.weight, 3 * 16);
    ticket_fini(&s.ticket);
}

/* Deferring is what a trip at that moment would be; the terms have names, and add up. */
static void
waiting_costs_what_a_later_trip_does(void **state)
{
    (void)state;
    struct setting s;
    setting_init(&s);
    struct cost_ticket t = prepared(&s, NOW);
    struct cost_terms defer, trip;
    cost_defer(&t, cost_deferred(&t, 2), HOURS, &defer);
    cost_trip(&t,
              &(struct cost_trip){ .departs = NOW + (2700 + 2 * 3300) * SECONDS,
                                   .travel_ms = 900 * SECONDS,
                                   .service_ms = HOURS },
              &trip);
    assert_memory_equal(&defer, &trip, sizeof(defer));
    int64_t sum = 0;
    for (size_t i = 0; i < COST_TERMS; i++) {
        assert_true(strlen(cost_text(i)) > 3);
        sum += cost_term(&defer, i);
    }
    assert_true(sum == cost_sum(&defer));
    assert_int_equal(cost_term(&defer, 0), 900 * COST_SECOND);
    ticket_fini(&s.ticket);
}

static void
the_rare_is_kept_for_those_who_need_it(void **state)
{
    (void)state;
    struct world_plan plan;
    struct roster r;
    world_plan_init(&plan, "home", 1);
    roster_init(&r, &plan.rules); /* air: e0 e2 e4; line: e1 e2 e4 e5 */
    const struct skill both[2] = { { NAME(skill_id, "air"), 1 }, { NAME(skill_id, "line"), 1 } };
    assert_int_equal(cost_rarity(&r, both, 1), 65536 / 3);
    assert_int_equal(cost_rarity(&r, both, 2), 65536 / 3 + 65536 / 4);
    assert_int_equal(cost_rarity(&r, NULL, 0), 0);
    struct setting s;
    setting_init(&s);
    struct cost_terms plain, rare;
    struct cost_ticket t = prepared(&s, NOW);
    t.rarity = cost_rarity(&r, both + 1, 1);
    cost_trip(&t, &(struct cost_trip){ .rarity = t.rarity }, &plain);
    cost_trip(&t, &(struct cost_trip){ .rarity = cost_rarity(&r, both, 2) }, &rare);
    assert_int_equal(plain.scarcity, 0);
    assert_int_equal(rare.scarcity, 120 * 16 / 3 - 1); /* a third, cut */
    roster_fini(&r);
    ticket_fini(&s.ticket);
}

/* What the board leaves out in the minutes after it has rated everybody. */
static void
as_time_goes_on_nothing_gets_cheaper_by_more_than_is_said(void **state)
{
    (void)state;
    struct rng rng = seed();
    struct setting s;
    double most = 0;
    setting_init(&s);
    for (int i = 0; i < 200000; i++) {
        random_ticket(&rng, &s);
        msec passed = (msec)(1 + rng_below(&rng, rng_below(&rng, 2) ? 5 : 60)) * MINUTES;
        struct cost_ticket t = prepared(&s, NOW), later = prepared(&s, NOW + passed);
        struct cost_trip p, moved;
        random_trip(&rng, &p, NOW);
        p.unsure_ms = rng_below(&rng, 2) ? 0 : p.unsure_ms;
        moved = p;
        moved.departs += passed;
        assert_true(sum_of(&later, &moved) >= sum_of(&t, &p)); /* the arrival moves, too */
        p.departs += passed;
        int64_t fall = sum_of(&t, &p) - sum_of(&later, &p);
        int64_t said = cost_fall(&later, p.unsure_ms, passed);
        assert_true(fall <= said);
        msec before = (msec)(1 + rng_below(&rng, 30)) * MINUTES; /* somebody was left out by this */
        if (before + passed < HOURS)
            assert_true(fall <= cost_fall(&later, p.unsure_ms, before + passed) -
                                    cost_fall(&t, p.unsure_ms, before));
        if (said > 0 && (double)fall / (double)said > most)
            most = (double)fall / (double)said;
    }
    print_message("of what was said at most %.2f\n", most);
    assert_true(most > 0.5);
    ticket_fini(&s.ticket);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_cost_what_doubles_do),
        cmocka_unit_test(the_curve_is_the_logistic_one),
        cmocka_unit_test(later_and_further_are_never_cheaper),
        cmocka_unit_test(as_time_goes_on_nothing_gets_cheaper_by_more_than_is_said),
        cmocka_unit_test(no_sum_overflows),
        cmocka_unit_test(clocks_that_do_not_run_cost_nothing),
        cmocka_unit_test(a_promise_weighs_by_its_level_or_by_its_money),
        cmocka_unit_test(waiting_costs_what_a_later_trip_does),
        cmocka_unit_test(the_rare_is_kept_for_those_who_need_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
