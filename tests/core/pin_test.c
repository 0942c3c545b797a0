/* pin_test.c - about workers/core/pin.c: what a dispatcher decides in place of the matching. */
#include "tests/core/people.h"

static void
who_is_assigned_is_asked_at_once_past_the_matching(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"); /* e1 is nearer */
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &r, "home-e2"), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    assert_int_equal(people_load(&w, "home-e1"), 0);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.state, TICKET_OFFERED);
    assert_string_equal(t.considered[0].engineer.s, "home-e2");
    assert_int_equal(t.considered[0].why, WHY_CHOSEN);
    assert_true(
        no_name(t.pinned)); /* it goes with the offer: should he decline, others are asked */
    ticket_fini(&t);
    assert_int_equal(people_do(&w, "home-e2", VERB_DECLINE, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &r, "home-e2"), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2")); /* though he had declined */
    world_fini(&w);
}

static void
who_cannot_take_it_is_not_assigned(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"),
                 o = world_report(WORLD_BEGIN, 2, "ac", "t");
    world_do(&w, r); /* e2: full */
    world_do(&w, o);
    assert_int_equal(people_do(&w, "desk", VERB_ASSIGN, &o), REFUSAL_INCOMPLETE);
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &o, "home-e1"),
                     REFUSAL_NOBODY); /* no skill */
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &o, "home-e4"),
                     REFUSAL_NOBODY); /* asleep */
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &o, "home-e2"),
                     REFUSAL_NOBODY); /* full */
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &o, "who"), REFUSAL_NOBODY);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &o, "home-e1"), REFUSAL_NOBODY);
    assert_int_equal(people_name(&w, "home-e2", VERB_ASSIGN, &o, "home-e2"), REFUSAL_ROLE);
    world_fini(&w);
}

/* Before a severe one that has waited longer, and before himself is free for anything else. */
static void
what_is_pinned_waits_for_him_alone_and_goes_first(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r[3];
    for (uint8_t i = 0; i < 3; i++) {
        char site[4] = { 's', (char)('0' + i), '\0' };
        r[i] = world_report(WORLD_BEGIN, i, "ac", site);
        r[i].report.hint = i == 1 ? 1 : -1;
        world_do(&w, r[i]);
    }
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &r[2], "home-e4"), REFUSAL_NONE);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &r[2], "home-e2"),
                     REFUSAL_NONE); /* after all */
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &r[0]), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &r[2]), TICKET_OFFERED);
    assert_int_equal(people_state(&w, &r[1]), TICKET_QUEUED);

    struct event o = world_report(WORLD_BEGIN, 7, "line", "z"); /* e1 could */
    world_do(&w, o);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &o, "home-e4"), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &o), TICKET_QUEUED);
    instant eight = WORLD_BEGIN + 8 * HOURS;
    while (engine_next(w.e) < eight) {
        world_time(&w, engine_next(w.e));
        assert_int_equal(people_state(&w, &o), TICKET_QUEUED);
    }
    world_time(&w, eight);
    struct ticket t = world_ticket(&w, &o);
    assert_string_equal(t.engineer.s, "home-e4");
    ticket_fini(&t);
    world_fini(&w);
}

static void
who_is_forbidden_is_not_asked_until_then(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s");
    world_do(&w, r);
    struct event no = people_act(&w, "desk", VERB_FORBID, &r);
    no.act.engineer = NAME(engineer_id, "home-e2");
    no.act.until = WORLD_BEGIN;
    assert_int_equal(people_say(&w, no), REFUSAL_INCOMPLETE); /* past */
    no.act.until = WORLD_BEGIN + 3 * HOURS;
    assert_int_equal(people_say(&w, no), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2"));
    while (engine_next(w.e) < no.act.until) {
        world_time(&w, engine_next(w.e));
        assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    }
    world_time(&w, no.act.until);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&w);
}

static void
what_is_held_back_is_offered_to_nobody_until_then_or_until_it_is_let_go(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s");
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    struct event back = people_act(&w, "desk", VERB_PREPROCESS, &r);
    back.act.until = WORLD_BEGIN; /* past */
    assert_int_equal(people_say(&w, back), REFUSAL_INCOMPLETE);
    back.act.until = WORLD_BEGIN + w.plan.rules.pend_ms + 1; /* too long */
    assert_int_equal(people_say(&w, back), REFUSAL_INCOMPLETE);
    back.act.until = WORLD_BEGIN + 3 * HOURS;
    assert_int_equal(people_say(&w, back), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_int_equal(people_load(&w, "home-e2"), 0);
    back.act.until = WORLD_BEGIN + 5 * HOURS; /* said again: another end */
    assert_int_equal(people_say(&w, back), REFUSAL_NONE);
    while (engine_next(w.e) < back.act.until) {
        world_time(&w, engine_next(w.e));
        assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    }
    world_time(&w, back.act.until);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    back.act.until = engine_at(w.e) + HOURS;
    assert_int_equal(people_say(&w, back), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "desk", VERB_DISPATCH, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_assigned_is_asked_at_once_past_the_matching),
        cmocka_unit_test(who_cannot_take_it_is_not_assigned),
        cmocka_unit_test(what_is_pinned_waits_for_him_alone_and_goes_first),
        cmocka_unit_test(who_is_forbidden_is_not_asked_until_then),
        cmocka_unit_test(what_is_held_back_is_offered_to_nobody_until_then_or_until_it_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
