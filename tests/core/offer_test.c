/* offer_test.c - about workers/core/offer.c, feed.c, timer.c and plan.c: who gets what, and what
 * time and plans do to it. */
#include "tests/core/world.h"

static struct event
act(struct world *w, const char *who, uint64_t n, enum verb v, const struct event *r)
{
    return world_act(engine_at(w->e), who, ROLE_ENGINEER, n, v, r);
}

static enum ticket_state
state_of(const struct world *w, const struct event *r)
{
    struct ticket t = world_ticket(w, r);
    enum ticket_state s = t.state;
    ticket_fini(&t);
    return s;
}

static void
who_declines_is_not_asked_again_until_the_time_has_passed(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"); /* only e2 at night */
    world_do(&w, r);
    world_do(&w, act(&w, "home-e2", 1, VERB_DECLINE, &r));
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    assert_int_equal(state_of(&w, &r), TICKET_QUEUED);
    instant until = WORLD_BEGIN + 6 * HOURS;
    while (engine_next(w.e) < until) { /* clocks ring meanwhile; nobody is asked */
        world_time(&w, engine_next(w.e));
        assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    }
    assert_true(engine_next(w.e) == until);
    world_time(&w, until);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&w);
}

static void
an_offer_that_runs_out_goes_to_somebody_else_first(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_true(engine_next(w.e) == WORLD_BEGIN + 5 * MINUTES);
    world_time(&w, WORLD_BEGIN + 5 * MINUTES - 1); /* never early */
    assert_int_equal(w.fx.postings_count, 0);
    world_time(&w, WORLD_BEGIN + 5 * MINUTES);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    assert_false(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    world_time(&w, WORLD_BEGIN + 10 * MINUTES); /* both let it run out: better than nobody */
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    world_fini(&w);
}

static void
whoever_becomes_free_takes_the_most_severe_then_the_oldest(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r[4];
    for (uint8_t i = 0; i < 4; i++) {
        r[i] = world_report(WORLD_BEGIN + i * MINUTES, i, "ac", "");
        r[i].report.place.lat_e7 -= i * 10000;
        r[i].report.hint = i == 2 ? 1 : -1; /* the third is severe */
        world_do(&w, r[i]);
    }
    static const size_t order[] = { 0, 2, 1, 3 };
    uint64_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(state_of(&w, &r[order[i]]), TICKET_OFFERED);
        world_do(&w, act(&w, "home-e2", ++n, VERB_ACCEPT, &r[order[i]]));
        assert_null(world_posting(&w.fx, UPDATE_OFFER, 0)); /* still full */
        world_do(&w, act(&w, "home-e2", ++n, VERB_WORK, &r[order[i]]));
        world_do(&w, act(&w, "home-e2", ++n, VERB_RESOLVE, &r[order[i]]));
        assert_int_equal(world_posting(&w.fx, UPDATE_OFFER, 0) != NULL, i < 3);
    }
    world_fini(&w);
}

static void
what_is_given_back_stays_with_him_even_above_his_capacity(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_WORK, VERB_RESOLVE };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"),
                 o = world_report(WORLD_BEGIN, 2, "ac", "t"),
                 last = world_report(WORLD_BEGIN, 3, "ac", "u");
    world_do(&w, r);
    world_do(&w, o);
    for (uint64_t i = 0; i < 3; i++)
        world_do(&w, act(&w, "home-e2", i + 1, verbs[i], &r));
    assert_int_equal(state_of(&w, &o), TICKET_OFFERED);
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_REOPEN, &r));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e2"));
    assert_int_equal(state_of(&w, &r), TICKET_WORKING);
    world_do(&w, last);
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 2, VERB_CANCEL, &o));
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0)); /* one too many is gone, none is free */
    world_fini(&w);
}

static void
a_duty_that_begins_is_waited_for_and_fed(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "mixed", "s"),
                 o = world_report(WORLD_BEGIN, 2, "mixed", "t");
    world_do(&w, r); /* e2 */
    world_do(&w, o); /* waits for e4, who comes at eight */
    while (engine_next(w.e) < WORLD_BEGIN + 8 * HOURS) {
        instant next = engine_next(w.e);
        world_time(&w, next);
        assert_false(world_told(&w.fx, UPDATE_OFFER, "home-e4"));
        assert_true(engine_next(w.e) > next);
    }
    assert_true(engine_next(w.e) == WORLD_BEGIN + 8 * HOURS);
    world_time(&w, WORLD_BEGIN + 8 * HOURS);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e4"));
    world_fini(&w);
}

static void
silence_closes_and_is_marked(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_ARRIVE, VERB_RESOLVE };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    for (uint64_t i = 0; i < 3; i++)
        world_do(&w, act(&w, "home-e1", i + 1, verbs[i], &r));
    assert_true(engine_next(w.e) == WORLD_BEGIN + 24 * HOURS);
    struct changes c = { 0 };
    engine_changes(w.e, &c);
    world_time(&w, WORLD_BEGIN + 24 * HOURS);
    assert_int_equal(world_posting(&w.fx, UPDATE_TICKET, 0)->update.state, TICKET_CLOSED);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_true(engine_next(w.e) == WORLD_BEGIN + 24 * HOURS + w.plan.rules.settle_ms);
    world_time(&w, engine_next(w.e)); /* until then it stays at hand */
    assert_true(engine_next(w.e) == NEVER);
    engine_changes(w.e, &c);
    size_t closed = 0, deleted = 0;
    for (size_t i = 0; i < c.count; i++) {
        struct ticket t;
        deleted += c.list[i].kind == RECORD_TICKET && c.list[i].bytes.len == 0;
        if (c.list[i].kind != RECORD_CLOSED)
            continue;
        closed++;
        assert_int_equal(ticket_decode(&t, c.list[i].bytes), OK);
        assert_true(t.silent);
        ticket_fini(&t);
    }
    assert_true(closed == 1 && deleted == 1);
    changes_fini(&c);
    world_fini(&w);
}

static void
promised_times_ring_once_each_and_a_wait_for_the_customer_stops_them(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_PEND };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"); /* 15 min, 2 h, 4 h */
    world_do(&w, r);
    world_time(&w, WORLD_BEGIN + MINUTES);
    for (uint64_t i = 0; i < 2; i++)
        world_do(&w, act(&w, "home-e1", i + 1, verbs[i], &r));
    struct event delivered = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_DELIVERED, &r);
    delivered.act.seen = 99;
    world_do(&w, delivered);
    assert_true(engine_next(w.e) == WORLD_BEGIN + MINUTES + w.plan.rules.pend_ms); /* wakes */
    world_time(&w, WORLD_BEGIN + 31 * MINUTES);
    world_do(&w, act(&w, "home-e1", 3, VERB_RESUME, &r));
    static const instant due[] = { 90, 120, 180, 240 }; /* 75 and 100 % of 2 h and 4 h */
    for (size_t i = 0; i < countof(due); i++) {
        instant at = WORLD_BEGIN + (due[i] + 30) * MINUTES;
        assert_true(engine_next(w.e) == at);
        world_time(&w, at);
        const struct update *u = &world_posting(&w.fx, UPDATE_ALARM, 0)->update;
        assert_true(u->due == WORLD_BEGIN + (due[i / 2 * 2 + 1] + 30) * MINUTES);
        assert_string_equal(u->engineer.s, "home-e1");
        assert_null(world_posting(&w.fx, UPDATE_ALARM, 1));
    }
    assert_true(engine_next(w.e) == NEVER);
    world_fini(&w);
}

static void
a_new_plan_takes_tickets_from_who_is_gone_and_feeds_who_is_new(void **state)
{
    (void)state;
    struct world w;
    struct world_plan without;
    world_init(&w, "home");
    world_plan_init(&without, "home", 2); /* no e1; e2 may carry two */
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"),
                 o = world_report(WORLD_BEGIN, 2, "ac", "t"),
                 waits = world_report(WORLD_BEGIN, 3, "ac", "u");
    world_do(&w, r);
    world_do(&w, act(&w, "home-e1", 1, VERB_ACCEPT, &r));
    world_do(&w, o);
    world_do(&w, waits);
    assert_int_equal(state_of(&w, &waits), TICKET_QUEUED);
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = WORLD_BEGIN, .rules = &without.rules });
    assert_int_equal(engine_plan(w.e), 2);
    assert_int_equal(w.fx.outcomes[0].kind, OUTCOME_PLAN);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    assert_true(
        world_told(&w.fx, UPDATE_TICKET, "gw-1"));      /* the name he was given is not true now */
    assert_int_equal(state_of(&w, &r), TICKET_OFFERED); /* severe: it took e2's second place */
    assert_int_equal(state_of(&w, &waits), TICKET_QUEUED);
    world_fini(&w);
}

static void
much_that_is_due_at_once_comes_in_slices(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.engineers[1].capacity = 1000;
    w.plan.engineers[2].duty_count = 0; /* else some would wait for him, who is free sooner */
    for (uint32_t i = 0; i < 500; i++) {
        struct event r = world_report(WORLD_BEGIN + MINUTES, 0, "line", "");
        r.report.place = PLACE_NONE;
        memcpy(r.report.id.b, &i, sizeof(i));
        world_do(&w, r);
    }
    instant at = WORLD_BEGIN + 6 * MINUTES;
    size_t rounds = 0, expired = 0;
    for (; engine_next(w.e) <= at; rounds++) {
        world_time(&w, at);
        assert_true(w.fx.postings_count < 1000);
        for (size_t n = 0; world_posting(&w.fx, UPDATE_WITHDRAWN, n) != NULL; n++)
            expired++;
    }
    assert_int_equal(expired, 500);
    assert_true(rounds >= 4 && rounds < 10);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_declines_is_not_asked_again_until_the_time_has_passed),
        cmocka_unit_test(an_offer_that_runs_out_goes_to_somebody_else_first),
        cmocka_unit_test(whoever_becomes_free_takes_the_most_severe_then_the_oldest),
        cmocka_unit_test(what_is_given_back_stays_with_him_even_above_his_capacity),
        cmocka_unit_test(a_duty_that_begins_is_waited_for_and_fed),
        cmocka_unit_test(silence_closes_and_is_marked),
        cmocka_unit_test(promised_times_ring_once_each_and_a_wait_for_the_customer_stops_them),
        cmocka_unit_test(a_new_plan_takes_tickets_from_who_is_gone_and_feeds_who_is_new),
        cmocka_unit_test(much_that_is_due_at_once_comes_in_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
