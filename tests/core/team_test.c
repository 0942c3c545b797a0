/* team_test.c - about workers/core/team.c, whose.c and carry.c: who takes over, who helps, whose
 * places that takes up, and who may say what meanwhile. */
#include "tests/core/people.h"

/* e1, e2, e4 and e5 know lines; by day all are on duty. */
#define DAY (WORLD_BEGIN + 9 * HOURS)

static void
by_day(struct world *w)
{
    world_init(w, "home");
    for (size_t i = 0; i < WORLD_ENGINEERS; i++)
        w->plan.engineers[i].capacity = 2;
    world_time(w, DAY);
}

static void
the_old_engineer_is_responsible_until_the_new_one_takes_over(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_DEPART, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_TRANSFER, &r), REFUSAL_NONE);
    const struct update *u = people_told(&w, UPDATE_TRANSFER, "home-e2");
    assert_non_null(u);
    assert_true(u->due == WORLD_BEGIN + 5 * MINUTES && engine_next(w.e) == u->due);
    assert_true(str_is(u->text, "it does not work"));
    assert_int_equal(u->reason, REASON_SHIFT);
    assert_string_equal(u->name, "Engineer 1"); /* whom to ask about it */
    assert_int_equal(people_load(&w, "home-e1"), 1);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    assert_int_equal(people_do(&w, "home-e2", VERB_WORK, &r), REFUSAL_NOT_YOURS);
    assert_int_equal(people_do(&w, "home-e1", VERB_TAKE_OVER, &r), REFUSAL_NOT_YOURS);
    assert_int_equal(people_do(&w, "home-e1", VERB_WORK, &r), REFUSAL_NONE);
    struct ticket before = world_ticket(&w, &r);
    assert_int_equal(people_do(&w, "home-e2", VERB_TAKE_OVER, &r), REFUSAL_NONE);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.state, TICKET_ACCEPTED);
    assert_string_equal(t.engineer.s, "home-e2");
    assert_int_equal(t.transfers, 1);
    assert_int_equal(t.named_version, t.version);
    assert_true(no_name(t.next.engineer) && t.next.due == NEVER);
    assert_memory_equal(&t.course, &before.course, sizeof(t.course));
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_string_equal(people_told(&w, UPDATE_TICKET, "gw-1")->phone, "+86-2");
    assert_int_equal(people_load(&w, "home-e1"), 0);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    assert_int_equal(people_do(&w, "home-e1", VERB_NOTE, &r), REFUSAL_NOT_YOURS);
    ticket_fini(&before);
    ticket_fini(&t);
    world_fini(&w);
}

static void
a_second_transfer_is_a_dispatchers_and_one_is_open_at_a_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_TRANSFER, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "desk", VERB_TRANSFER, &r), REFUSAL_LIMIT);
    assert_int_equal(people_do(&w, "home-e2", VERB_TAKE_OVER, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e2", VERB_TRANSFER, &r), REFUSAL_DISPATCHER);
    assert_int_equal(people_do(&w, "desk", VERB_TRANSFER, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TRANSFER, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e2")); /* it was not his idea */
    world_fini(&w);
}

static void
who_does_not_want_it_is_followed_by_the_next_best_and_then_it_stays(void **state)
{
    (void)state;
    struct world w;
    by_day(&w);
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_TRANSFER, &r), REFUSAL_NONE);
    static const char *const order[] = { "home-e2", "home-e4", "home-e5" }; /* by distance */
    for (size_t i = 0; i < countof(order); i++) {
        assert_true(world_told(&w.fx, UPDATE_TRANSFER, order[i]));
        assert_int_equal(people_load(&w, order[i]), 1);
        if (i == 1) { /* this one is silent */
            world_time(&w, engine_at(w.e) + 5 * MINUTES);
            assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, order[i]));
        } else {
            assert_int_equal(people_do(&w, order[i], VERB_STEP_BACK, &r), REFUSAL_NONE);
        }
        assert_int_equal(people_load(&w, order[i]), 0);
    }
    assert_non_null(people_told(&w, UPDATE_TICKET, "home-e1"));
    struct ticket t = world_ticket(&w, &r);
    assert_string_equal(t.engineer.s, "home-e1");
    assert_int_equal(t.refusers_count, 3);
    assert_true(!t.refusers[0].missed && t.refusers[1].missed && !t.refusers[2].missed);
    assert_true(no_name(t.next.engineer));
    ticket_fini(&t);
    assert_int_equal(people_do(&w, "home-e1", VERB_TRANSFER, &r), REFUSAL_NOBODY);
    assert_int_equal(people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e5"), REFUSAL_NONE);
    world_fini(&w);
}

static void
an_answer_after_its_time_is_none(void **state)
{
    (void)state;
    for (int helps = 0; helps < 2; helps++) {
        struct world w;
        world_init(&w, "home");
        struct event r = people_taken(&w, 1, "line", "home-e1");
        people_do(&w, "home-e1", helps ? VERB_HELP : VERB_TRANSFER, &r);
        struct event ev = people_act(&w, "home-e2", helps ? VERB_JOIN_IN : VERB_TAKE_OVER, &r);
        ev.at = WORLD_BEGIN + 5 * MINUTES;
        assert_int_equal(people_say(&w, ev), REFUSAL_STATE);
        ev.at = engine_next(w.e);
        world_time(&w, ev.at); /* and now he is not asked any more */
        assert_int_equal(people_say(&w, ev), REFUSAL_NOT_YOURS);
        world_fini(&w);
    }
}

static void
only_who_can_take_it_is_asked(void **state)
{
    (void)state;
    static const char *const nobody[] = { "home-e1", "home-e0", "home-e4", "north-e1", "x" };
    static const enum verb verbs[] = { VERB_TRANSFER, VERB_HELP };
    struct world w;
    world_init(&w, "home"); /* night */
    struct event r = people_taken(&w, 1, "line", "home-e1");
    for (size_t v = 0; v < countof(verbs); v++)
        for (size_t i = 0; i < countof(nobody); i++)
            assert_int_equal(people_name(&w, "desk", verbs[v], &r, nobody[i]), REFUSAL_NOBODY);
    struct event o = people_taken(&w, 2, "ac", "home-e2"); /* his only place */
    for (size_t v = 0; v < countof(verbs); v++) {
        assert_int_equal(people_name(&w, "desk", verbs[v], &r, "home-e2"), REFUSAL_NOBODY);
        assert_int_equal(people_do(&w, "desk", verbs[v], &r), REFUSAL_NOBODY);
    }
    assert_int_equal(people_do(&w, "desk", VERB_CANCEL, &o), REFUSAL_NONE);
    assert_int_equal(people_name(&w, "desk", VERB_TRANSFER, &r, "home-e2"), REFUSAL_NONE);
    world_fini(&w);
}

static void
a_helper_hears_of_everything_and_decides_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_HELP, &r), REFUSAL_NONE);
    assert_true(people_told(&w, UPDATE_HELP, "home-e2")->due == WORLD_BEGIN + 5 * MINUTES);
    assert_int_equal(people_do(&w, "home-e2", VERB_NOTE, &r), REFUSAL_NOT_YOURS); /* not yet */
    assert_int_equal(people_do(&w, "home-e2", VERB_JOIN_IN, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_int_equal(people_do(&w, "home-e2", VERB_JOIN_IN, &r), REFUSAL_NOT_YOURS);
    world_time(&w, WORLD_BEGIN + 6 * MINUTES); /* he has said yes: no time runs out */
    assert_int_equal(people_do(&w, "home-e1", VERB_WORK, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e2"));
    assert_int_equal(people_do(&w, "gw-1", VERB_NUDGE, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e2"));
    assert_int_equal(people_do(&w, "home-e2", VERB_NOTE, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_false(world_told(&w.fx, UPDATE_TICKET, "home-e2"));
    assert_int_equal(people_do(&w, "home-e2", VERB_RESOLVE, &r), REFUSAL_NOT_YOURS);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    assert_int_equal(people_do(&w, "home-e1", VERB_RESOLVE, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_int_equal(people_load(&w, "home-e2"), 0);
    assert_int_equal(people_do(&w, "home-e2", VERB_NOTE, &r), REFUSAL_NOT_YOURS);
    world_fini(&w);
}

static void
a_ticket_has_so_many_helpers_and_each_may_leave(void **state)
{
    (void)state;
    struct world w;
    by_day(&w);
    struct event r = people_taken(&w, 1, "misc", "home-e0");
    for (size_t i = 0; i < HELPERS_MAX; i++)
        assert_int_equal(people_do(&w, "home-e0", VERB_HELP, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e0", VERB_HELP, &r), REFUSAL_LIMIT);
    struct ticket t = world_ticket(&w, &r);
    const char *second = t.helpers[1].engineer.s;
    assert_int_equal(people_do(&w, second, VERB_JOIN_IN, &r), REFUSAL_NONE);
    assert_int_equal(people_name(&w, "desk", VERB_HELP, &r, second), REFUSAL_LIMIT);
    assert_int_equal(people_do(&w, second, VERB_STEP_BACK, &r), REFUSAL_NONE);
    assert_null(world_posting(&w.fx, UPDATE_HELP, 0)); /* he came, and has done his part */
    assert_int_equal(people_load(&w, second), 0);
    struct ticket after = world_ticket(&w, &r);
    assert_int_equal(after.helpers_count, HELPERS_MAX - 1);
    assert_int_equal(after.refusers_count, 0);
    const char *first = after.helpers[0].engineer.s;
    assert_int_equal(people_do(&w, first, VERB_STEP_BACK, &r), REFUSAL_NONE);
    assert_non_null(world_posting(&w.fx, UPDATE_HELP, 0)); /* he did not want: the next best */
    ticket_fini(&t);
    ticket_fini(&after);
    world_fini(&w);
}

static void
a_helper_on_the_spot_may_take_over_though_he_has_no_room(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home"); /* e2 has one place */
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_HELP, &r), REFUSAL_NONE);
    assert_int_equal(people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e2"), REFUSAL_NOBODY);
    assert_int_equal(people_do(&w, "home-e2", VERB_JOIN_IN, &r), REFUSAL_NONE);
    assert_int_equal(people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e2"), REFUSAL_NONE);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    assert_int_equal(people_do(&w, "home-e2", VERB_STEP_BACK, &r), REFUSAL_NONE); /* not that */
    assert_int_equal(people_load(&w, "home-e2"), 1);                              /* but he helps */
    assert_int_equal(people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e2"), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e2", VERB_TAKE_OVER, &r), REFUSAL_NONE);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.helpers_count, 0);
    assert_string_equal(t.engineer.s, "home-e2");
    ticket_fini(&t);
    assert_int_equal(people_load(&w, "home-e1"), 0);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    world_fini(&w);
}

static void
whoever_is_freed_takes_what_waits(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_HELP, &r), REFUSAL_NONE);
    struct event o = world_report(WORLD_BEGIN, 2, "ac", "t"); /* only e2, whose place is taken */
    world_do(&w, o);
    assert_int_equal(people_state(&w, &o), TICKET_QUEUED);
    assert_int_equal(people_do(&w, "home-e2", VERB_STEP_BACK, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    world_fini(&w);
}

static void
one_who_leaves_the_plan_is_not_waited_for(void **state)
{
    (void)state;
    struct world w;
    struct world_plan without;
    by_day(&w);
    struct event r = people_taken(&w, 1, "mixed", "home-e2");
    struct event o = people_taken(&w, 2, "line", "home-e1");
    world_plan_init(&without, "home", 2); /* no e1, no e4 */
    assert_int_equal(people_do(&w, "home-e2", VERB_TRANSFER, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TRANSFER, "home-e4"));
    assert_int_equal(people_name(&w, "home-e1", VERB_HELP, &o, "home-e4"), REFUSAL_NONE);
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = DAY, .rules = &without.rules });
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e4"));
    assert_true(engine_next(w.e) > DAY);
    struct ticket t = world_ticket(&w, &r);
    assert_true(no_name(t.next.engineer));
    assert_string_equal(t.engineer.s, "home-e2");
    ticket_fini(&t);
    t = world_ticket(&w, &o); /* its engineer is gone as well: offered on, nobody helps */
    assert_int_equal(t.helpers_count, 0);
    assert_string_not_equal(t.engineer.s, "home-e1");
    ticket_fini(&t);
    world_fini(&w);
}

static void
one_lent_goes_home_when_one_of_ours_takes_over(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "ac", "s");
    world_do(&w, r);
    assert_int_equal(people_do(&w, "home-e2", VERB_DECLINE, &r), REFUSAL_NONE);
    struct event ev = { .kind = EVENT_ASSIST, .at = WORLD_BEGIN };
    ev.assist.from = NAME(territory_id, "north");
    ev.assist.sequence = 1;
    ev.assist.kind = ASSIST_RESERVED;
    ev.assist.ticket = ticket_of(r.report.id);
    ev.assist.round = 1;
    ev.assist.place = PLACE_NONE;
    ev.assist.engineer = NAME(engineer_id, "north-e1");
    world_do(&w, ev);
    assert_int_equal(people_do(&w, "north-e1", VERB_ACCEPT, &r), REFUSAL_NONE);
    world_time(&w, DAY);
    assert_int_equal(people_do(&w, "north-e1", VERB_TRANSFER, &r), REFUSAL_NONE);
    assert_int_equal(w.fx.messages_count, 0);
    const char *next = world_told(&w.fx, UPDATE_TRANSFER, "home-e4") ? "home-e4" : "home-e2";
    assert_int_equal(people_do(&w, next, VERB_TAKE_OVER, &r), REFUSAL_NONE);
    assert_int_equal(w.fx.messages_count, 1);
    assert_int_equal(w.fx.messages[0].assist.kind, ASSIST_RELEASE);
    assert_string_equal(w.fx.messages[0].assist.engineer.s, "north-e1");
    assert_int_equal(people_load(&w, next), 1);
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &r), REFUSAL_NONE);
    assert_int_equal(w.fx.messages_count, 0); /* once */
    world_fini(&w);
}

static void
sync_tells_each_what_he_is_asked(void **state)
{
    (void)state;
    struct world w;
    by_day(&w);
    struct event r = people_taken(&w, 1, "line", "home-e1");
    people_name(&w, "home-e1", VERB_TRANSFER, &r, "home-e2");
    people_name(&w, "home-e1", VERB_HELP, &r, "home-e4");
    people_name(&w, "home-e1", VERB_HELP, &r, "home-e5");
    people_do(&w, "home-e5", VERB_JOIN_IN, &r);
    assert_int_equal(people_do(&w, "home-e2", VERB_SYNC, NULL), REFUSAL_NONE);
    assert_true(people_told(&w, UPDATE_TRANSFER, "home-e2")->due == DAY + 5 * MINUTES);
    assert_int_equal(people_do(&w, "home-e4", VERB_SYNC, NULL), REFUSAL_NONE);
    assert_true(people_told(&w, UPDATE_HELP, "home-e4")->due == DAY + 5 * MINUTES);
    assert_int_equal(people_do(&w, "home-e5", VERB_SYNC, NULL), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e5"));
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_engineer_is_responsible_until_the_new_one_takes_over),
        cmocka_unit_test(a_second_transfer_is_a_dispatchers_and_one_is_open_at_a_time),
        cmocka_unit_test(who_does_not_want_it_is_followed_by_the_next_best_and_then_it_stays),
        cmocka_unit_test(an_answer_after_its_time_is_none),
        cmocka_unit_test(only_who_can_take_it_is_asked),
        cmocka_unit_test(a_helper_hears_of_everything_and_decides_nothing),
        cmocka_unit_test(a_ticket_has_so_many_helpers_and_each_may_leave),
        cmocka_unit_test(a_helper_on_the_spot_may_take_over_though_he_has_no_room),
        cmocka_unit_test(whoever_is_freed_takes_what_waits),
        cmocka_unit_test(one_who_leaves_the_plan_is_not_waited_for),
        cmocka_unit_test(one_lent_goes_home_when_one_of_ours_takes_over),
        cmocka_unit_test(sync_tells_each_what_he_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
