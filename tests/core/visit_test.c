/* visit_test.c - about workers/core/visit.c: a time is agreed, somebody is planned for it, and the
 * matching disposes. */
#include "tests/core/people.h"

#define NINE (WORLD_BEGIN + 9 * HOURS)

/* A line fault, agreed for nine to eleven. */
static struct event
agreed(uint8_t n, const char *site)
{
    struct event r = world_report(WORLD_BEGIN, n, "line", site);
    r.report.from = NINE;
    r.report.until = NINE + 2 * HOURS;
    return r;
}

static void
propose(struct world *w, const struct event *r, const char *engineer, instant leave, instant begin)
{
    struct proposal p = { ticket_of(r->report.id), NAME(engineer_id, engineer), leave, begin };
    struct event ev = { .kind = EVENT_PROPOSE, .at = engine_at(w->e) };
    ev.proposals.list = &p;
    ev.proposals.count = 1;
    world_do(w, ev);
}

/* TIME as often as it is asked for; nothing is offered meanwhile. */
static void
nothing_until(struct world *w, instant at)
{
    while (engine_next(w->e) < at) {
        world_time(w, engine_next(w->e));
        assert_null(world_posting(&w->fx, UPDATE_OFFER, 0));
    }
}

static struct visit
visit_of(const struct world *w, const struct event *r)
{
    struct ticket t = world_ticket(w, r);
    struct visit v = t.visit;
    ticket_fini(&t);
    return v;
}

static void
what_is_agreed_is_offered_when_somebody_must_set_out_and_not_before(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    world_do(&w, r);
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    assert_int_equal(people_state(&w, &r), TICKET_QUEUED);
    instant due = NINE - 900 * SECONDS - 15 * MINUTES; /* a usual trip, and the lead */
    nothing_until(&w, due);
    assert_true(engine_next(w.e) == due);
    world_time(&w, due);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1")); /* the nearest */
    const struct update *u = people_told(&w, UPDATE_OFFER, "home-e1");
    assert_true(u->from == NINE && u->until == NINE + 2 * HOURS);
    world_fini(&w);
}

static void
it_is_offered_to_whom_was_planned_when_he_has_to_leave(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    world_do(&w, r);
    propose(&w, &r, "home-e4", NINE + 20 * MINUTES, NINE + HOURS); /* not the nearest */
    nothing_until(&w, NINE + 5 * MINUTES);
    world_time(&w, NINE + 5 * MINUTES);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e4"));
    world_fini(&w);
}

static void
who_is_planned_and_off_duty_has_it_taken_by_another(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    r.report.from = WORLD_BEGIN + 5 * HOURS; /* e4's duty begins at eight */
    r.report.until = WORLD_BEGIN + 6 * HOURS;
    world_do(&w, r);
    propose(&w, &r, "home-e4", r.report.from, r.report.from + MINUTES);
    nothing_until(&w, r.report.from - 15 * MINUTES);
    world_time(&w, r.report.from - 15 * MINUTES);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    world_fini(&w);
}

/* The nearest is left to his appointment while another can go; alone, he goes. */
static void
a_fault_leaves_him_who_is_planned_to_his_appointment(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s"), far = agreed(2, "t"), f;
    world_do(&w, r);
    world_do(&w, far);
    world_time(&w, NINE - HOURS);
    f = world_report(NINE - HOURS, 3, "line", "a");
    world_do(&w, f);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &f), REFUSAL_NONE);

    propose(&w, &r, "home-e1", NINE - 10 * MINUTES, NINE);
    f = world_report(NINE - HOURS, 4, "line", "b");
    world_do(&w, f);
    assert_false(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_non_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    assert_int_equal(people_do(&w, "gw-1", VERB_CANCEL, &f), REFUSAL_NONE);

    propose(&w, &r, "", 0, 0); /* and is free again */
    f = world_report(NINE - HOURS, 5, "line", "c");
    world_do(&w, f);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    world_fini(&w);
}

static void
a_proposal_that_does_not_stand_any_more_changes_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s"), now = world_report(WORLD_BEGIN, 2, "line", "t");
    world_do(&w, r);
    world_do(&w, now);
    propose(&w, &r, "home-e4", NINE, NINE + 3 * HOURS); /* past its end */
    propose(&w, &r, "home-e4", NINE - HOURS, NINE - 1);
    propose(&w, &r, "home-e4", NINE + 2, NINE + 1);
    propose(&w, &r, "nobody", NINE, NINE);
    propose(&w, &now, "home-e4", NINE, NINE);
    assert_true(no_name(visit_of(&w, &r).planned));
    assert_true(no_name(visit_of(&w, &now).planned));
    propose(&w, &r, "home-e4", NINE, NINE);
    assert_string_equal(visit_of(&w, &r).planned.s, "home-e4");
    world_fini(&w);
}

static void
agreeing_another_time_takes_it_from_whoever_has_it(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1"), a;
    a = people_act(&w, "desk", VERB_APPOINT, &r);
    assert_int_equal(people_say(&w, a), REFUSAL_INCOMPLETE);
    a.act.from = NINE;
    a.act.until = NINE;
    assert_int_equal(people_say(&w, a), REFUSAL_INCOMPLETE);
    a.act.until = NINE + HOURS;
    a.act.note = STR("");
    assert_int_equal(people_say(&w, a), REFUSAL_INCOMPLETE); /* agreed with whom? */
    a = people_act(&w, "gw-1", VERB_APPOINT, &r);
    a.act.from = NINE;
    a.act.until = NINE + HOURS;
    a.act.note = STR("");
    assert_int_equal(people_say(&w, a), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0));
    assert_int_equal(people_load(&w, "home-e1"), 0);
    assert_int_equal(people_do(&w, "home-e1", VERB_APPOINT, &r), REFUSAL_ROLE);
    nothing_until(&w, NINE - 30 * MINUTES);
    world_time(&w, NINE - 30 * MINUTES);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    world_fini(&w);
}

/* Two at once on the course: what was agreed first is void from the second on. */
static void
no_promise_runs_until_the_agreed_time_is_over(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    world_do(&w, r);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.course.excluded_count, 1);
    assert_true(t.course.excluded[0].from == WORLD_BEGIN &&
                t.course.excluded[0].to == NINE + 2 * HOURS);
    ticket_fini(&t);
    world_time(&w, WORLD_BEGIN + HOURS);
    struct event a = people_act(&w, "desk", VERB_APPOINT, &r);
    a.act.from = WORLD_BEGIN + 3 * HOURS;
    a.act.until = WORLD_BEGIN + 4 * HOURS;
    assert_int_equal(people_say(&w, a), REFUSAL_NONE);
    t = world_ticket(&w, &r);
    assert_int_equal(t.course.excluded_count, 2);
    assert_true(t.course.excluded[0].to == WORLD_BEGIN + HOURS);
    assert_true(t.course.excluded[1].to == a.act.until);
    ticket_fini(&t);
    world_fini(&w);
}

static void
who_does_not_come_in_time_is_told_to_dispatchers_once(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    size_t told = 0;
    world_do(&w, r);
    while (engine_next(w.e) < NINE + 2 * HOURS) {
        world_time(&w, engine_next(w.e));
        if (world_told(&w.fx, UPDATE_OFFER, "home-e1"))
            assert_int_equal(people_do(&w, "home-e1", VERB_ACCEPT, &r), REFUSAL_NONE);
    }
    for (instant at = engine_next(w.e); at < NINE + 150 * MINUTES; at = engine_next(w.e)) {
        world_time(&w, at);
        const struct update *u = people_told(&w, UPDATE_ALARM, "watch");
        told += u != NULL && str_starts(u->why, STR("the agreed time"));
    }
    assert_int_equal(told, 1);
    world_fini(&w);
}

static void
a_dispatcher_assigns_it_at_once_whatever_was_agreed(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s"), p = agreed(2, "t");
    world_do(&w, r);
    world_do(&w, p);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &p, "home-e2"), REFUSAL_NONE);
    assert_null(world_posting(&w.fx, UPDATE_OFFER, 0)); /* in its time */
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &r, "home-e2"), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    nothing_until(&w, WORLD_BEGIN + MINUTES);
    world_fini(&w);
}

/* A time that has passed on the way here agrees nothing: it is a report like others. */
static void
a_time_that_has_passed_is_none(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = agreed(1, "s");
    r.report.from = WORLD_BEGIN - 2 * HOURS;
    r.report.until = WORLD_BEGIN;
    world_do(&w, r);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1"));
    assert_true(visit_of(&w, &r).until == 0);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_agreed_is_offered_when_somebody_must_set_out_and_not_before),
        cmocka_unit_test(it_is_offered_to_whom_was_planned_when_he_has_to_leave),
        cmocka_unit_test(who_is_planned_and_off_duty_has_it_taken_by_another),
        cmocka_unit_test(a_fault_leaves_him_who_is_planned_to_his_appointment),
        cmocka_unit_test(a_proposal_that_does_not_stand_any_more_changes_nothing),
        cmocka_unit_test(agreeing_another_time_takes_it_from_whoever_has_it),
        cmocka_unit_test(no_promise_runs_until_the_agreed_time_is_over),
        cmocka_unit_test(who_does_not_come_in_time_is_told_to_dispatchers_once),
        cmocka_unit_test(a_dispatcher_assigns_it_at_once_whatever_was_agreed),
        cmocka_unit_test(a_time_that_has_passed_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
