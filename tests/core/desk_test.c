/* desk_test.c - about workers/core/desk.c: the desk tries first, sends on, solves from afar, gives
 * another level. */
#include "tests/core/people.h"

static enum refusal
relevel(struct world *w, const struct event *r, const char *level)
{
    struct event ev = people_act(w, "desk", VERB_RELEVEL, r);
    assert_true(str_fill(ev.act.level, sizeof(ev.act.level), str_of(level)));
    return people_say(w, ev);
}

static void
the_desk_tries_for_a_time_and_then_it_waits_for_an_engineer(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "ac", "home-e2");
    struct event o = world_report(WORLD_BEGIN, 2, "ac", "t"); /* waits: e2 has one place */
    world_do(&w, o);
    assert_int_equal(people_do(&w, "desk", VERB_PREPROCESS, &o), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &o), TICKET_TRIAGED);
    assert_int_equal(people_do(&w, "desk", VERB_CANCEL, &r), REFUSAL_NONE);
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0)); /* e2 is free, but it does not wait */
    world_time(&w, WORLD_BEGIN + HOURS - 1);
    assert_int_equal(people_state(&w, &o), TICKET_TRIAGED);
    world_time(&w, WORLD_BEGIN + HOURS);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&w);
}

static void
a_category_may_give_the_desk_its_time_from_the_beginning(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.categories[1].preprocess_ms = 20 * MINUTES;
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"),
                 o = world_report(WORLD_BEGIN, 2, "line", "t");
    world_do(&w, r);
    assert_int_equal(people_state(&w, &r), TICKET_TRIAGED);
    assert_true(engine_next(w.e) <= WORLD_BEGIN + 20 * MINUTES);
    assert_int_equal(people_do(&w, "desk", VERB_DISPATCH, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    world_do(&w, o);
    world_time(&w, WORLD_BEGIN + 20 * MINUTES);
    assert_int_equal(people_state(&w, &o), TICKET_OFFERED);
    world_fini(&w);
}

static void
what_is_solved_from_afar_needs_no_engineer(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.categories[1].preprocess_ms = 20 * MINUTES;
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    assert_int_equal(people_do(&w, "desk", VERB_SOLVE, &r), REFUSAL_NONE);
    assert_int_equal(people_told(&w, UPDATE_TICKET, "gw-1")->state, TICKET_RESOLVED);
    assert_true(engine_next(w.e) == WORLD_BEGIN + 24 * HOURS); /* silence accepts */
    world_time(&w, WORLD_BEGIN + 24 * HOURS);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.state, TICKET_CLOSED);
    assert_true(t.silent && no_name(t.engineer));
    ticket_fini(&t);
    world_fini(&w);
}

static void
a_late_word_from_a_neighbour_does_not_disturb_the_desk(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "odd", "s");
    world_do(&w, r);
    assert_int_equal(w.fx.messages[0].assist.kind, ASSIST_ASK);
    assert_int_equal(people_do(&w, "desk", VERB_PREPROCESS, &r), REFUSAL_NONE);
    struct event ev = { .kind = EVENT_ASSIST, .at = WORLD_BEGIN };
    ev.assist.from = NAME(territory_id, "north");
    ev.assist.sequence = 1;
    ev.assist.kind = ASSIST_RESERVED;
    ev.assist.ticket = ticket_of(r.report.id);
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_do(&w, ev);
    assert_int_equal(w.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_int_equal(people_state(&w, &r), TICKET_TRIAGED);
    assert_int_equal(people_do(&w, "desk", VERB_DISPATCH, &r), REFUSAL_NONE);
    assert_int_equal(w.fx.messages[0].assist.kind, ASSIST_ASK); /* from the first one on again */
    assert_string_equal(w.fx.messages[0].to.s, "north");
    world_fini(&w);
}

static void
another_level_is_another_place_in_the_queue(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r[3];
    for (uint8_t i = 0; i < 3; i++) {
        char site[4] = { 's', (char)('0' + i), '\0' };
        r[i] = world_report(WORLD_BEGIN + i, i, "ac", site);
        world_do(&w, r[i]); /* general; the first goes to e2, two wait */
    }
    assert_int_equal(relevel(&w, &r[2], "severe"), REFUSAL_NONE);
    const struct outcome *o = &w.fx.outcomes[w.fx.outcomes_count - 1];
    assert_int_equal(o->kind, OUTCOME_LEVEL);
    assert_true(same_id(o->ticket.b, r[2].report.id.b));
    assert_true(o->level == 1 && o->plan == 1 && o->contract == 0);
    assert_string_equal(people_told(&w, UPDATE_TICKET, "watch")->level, "severe");
    assert_int_equal(people_do(&w, "home-e2", VERB_DECLINE, &r[0]), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &r[2]), TICKET_OFFERED);
    assert_int_equal(people_state(&w, &r[1]), TICKET_QUEUED);
    world_fini(&w);
}

static void
an_offer_keeps_its_end_and_its_engineer_hears_of_the_level(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s"); /* general: 10 minutes */
    world_do(&w, r);
    assert_int_equal(relevel(&w, &r, "severe"), REFUSAL_NONE);
    assert_string_equal(people_told(&w, UPDATE_TICKET, "home-e2")->level, "severe");
    struct ticket t = world_ticket(&w, &r);
    assert_true(t.due == WORLD_BEGIN + 10 * MINUTES && t.level == 1);
    ticket_fini(&t);
    world_fini(&w);
}

static void
a_level_is_one_of_the_plan_that_the_ticket_lives_by(void **state)
{
    (void)state;
    struct world w;
    struct world_plan later;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    world_plan_init(&later, "home", 3);
    later.rules.levels_count = 1;
    memcpy(later.rules.levels[0].name, "other", 6);
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = WORLD_BEGIN, .rules = &later.rules });
    assert_int_equal(relevel(&w, &r, "other"), REFUSAL_INCOMPLETE);
    assert_int_equal(relevel(&w, &r, ""), REFUSAL_INCOMPLETE);
    assert_int_equal(relevel(&w, &r, "general"), REFUSAL_NONE);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.level, 0);
    ticket_fini(&t);
    world_fini(&w);
}

static void
what_ends_is_taken_from_everybody_who_had_to_do_with_it(void **state)
{
    (void)state;
    static const char *const people[] = { "home-e1", "home-e2", "home-e4", "home-e5" };
    struct world w;
    world_init(&w, "home");
    world_time(&w, WORLD_BEGIN + 9 * HOURS);
    struct event r = people_taken(&w, 1, "line", "home-e1");
    people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e2");
    people_name(&w, "home-e1", VERB_HELP, &r, "home-e4");
    people_name(&w, "home-e1", VERB_HELP, &r, "home-e5");
    people_do(&w, "home-e5", VERB_JOIN_IN, &r);
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &r), REFUSAL_NONE);
    for (size_t i = 0; i < countof(people); i++) {
        assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, people[i]));
        assert_int_equal(people_load(&w, people[i]), 0);
    }
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_desk_tries_for_a_time_and_then_it_waits_for_an_engineer),
        cmocka_unit_test(a_category_may_give_the_desk_its_time_from_the_beginning),
        cmocka_unit_test(what_is_solved_from_afar_needs_no_engineer),
        cmocka_unit_test(a_late_word_from_a_neighbour_does_not_disturb_the_desk),
        cmocka_unit_test(another_level_is_another_place_in_the_queue),
        cmocka_unit_test(an_offer_keeps_its_end_and_its_engineer_hears_of_the_level),
        cmocka_unit_test(a_level_is_one_of_the_plan_that_the_ticket_lives_by),
        cmocka_unit_test(what_ends_is_taken_from_everybody_who_had_to_do_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
