/* reopen_test.c - about the ways back in workers/core/links.c: from resolved, closed and rejected,
 * and the time between. */
#include "tests/core/links.h"

/* Worked on from minute 1, restored at 60, closed at 90. */
static void
closed(struct world *w, struct event *r)
{
    world_init(w, "home");
    *r = people_taken(w, 1, "line", "home-e1");
    do_at(w, AT(1), "home-e1", VERB_WORK, r);
    assert_int_equal(do_at(w, AT(60), "home-e1", VERB_RESOLVE, r), REFUSAL_NONE);
    assert_int_equal(do_at(w, AT(90), "gw-1", VERB_APPROVE, r), REFUSAL_NONE);
}

static const struct object *
survey(const struct ticket *t, enum object_state in)
{
    for (size_t i = 0; i < t->objects_count; i++)
        if (t->objects[i].kind == OBJECT_SURVEY && t->objects[i].state == in)
            return &t->objects[i];
    return NULL;
}

static void
what_comes_back_goes_on_where_it_was_restored(void **state)
{
    (void)state;
    struct world w;
    struct event r;
    closed(&w, &r);
    instant back = AT(60) + 6 * DAYS;
    struct event ev = act_at(&w, back, "gw-1", VERB_REOPEN, &r);
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev.act.note = STR("it is back");
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    assert_true(waits(people_state(&w, &r)));
    struct reading c = restoration(&w, &r);
    assert_int_equal(c.state, CLOCK_RUNNING);
    assert_true(c.deadline == back + 3 * HOURS); /* one of four had gone */
    struct ticket t = world_ticket(&w, &r);
    assert_null(survey(&t, OBJECT_OPEN));
    assert_non_null(survey(&t, OBJECT_REFUSED));
    assert_true(t.ended_at == NEVER && t.course.miles[MILE_ENDED] == NEVER);
    ticket_fini(&t);
    world_fini(&w);
}

static void
silence_closes_again_what_was_rejected_and_solved_again(void **state)
{
    (void)state;
    struct world w;
    struct event r;
    world_init(&w, "home");
    r = people_taken(&w, 1, "line", "home-e1");
    do_at(&w, AT(1), "home-e1", VERB_WORK, &r);
    do_at(&w, AT(60), "home-e1", VERB_RESOLVE, &r);
    assert_int_equal(do_at(&w, AT(70), "gw-1", VERB_REOPEN, &r), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &r), TICKET_WORKING);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_true(restoration(&w, &r).deadline == AT(4 * 60)); /* elapsed time is kept */
    world_time(&w, AT(61) + 24 * HOURS);                     /* the first silence is off */
    assert_int_equal(people_state(&w, &r), TICKET_WORKING);
    instant again = AT(90) + 24 * HOURS;
    do_at(&w, again, "home-e1", VERB_RESOLVE, &r);
    world_time(&w, again + 24 * HOURS);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.state, TICKET_CLOSED);
    assert_true(t.silent);
    assert_non_null(survey(&t, OBJECT_OPEN));
    ticket_fini(&t);
    do_at(&w, again + 25 * HOURS, "gw-1", VERB_REOPEN, &r);
    t = world_ticket(&w, &r);
    assert_false(t.silent);
    ticket_fini(&t);
    world_fini(&w);
}

static void
what_the_desk_solved_from_afar_goes_to_an_engineer_when_rejected(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = report(&w, AT(0), 1, "odd");
    do_at(&w, AT(1), "desk", VERB_PREPROCESS, &r);
    assert_int_equal(do_at(&w, AT(2), "desk", VERB_SOLVE, &r), REFUSAL_NONE);
    assert_int_equal(do_at(&w, AT(5), "gw-1", VERB_REOPEN, &r), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &r), TICKET_QUEUED);
    assert_int_equal(restoration(&w, &r).state, CLOCK_RUNNING);
    assert_true(restoration(&w, &r).deadline == AT(4 * 60));
    world_fini(&w);
}

static void
what_comes_back_too_late_is_a_linked_new_ticket(void **state)
{
    (void)state;
    struct world w;
    struct event r;
    closed(&w, &r);
    instant last = AT(90) + w.plan.rules.reopen_ms;
    struct event ev = act_at(&w, last + 1, "gw-1", VERB_REOPEN, &r);
    ev.act.fresh.b[3] = 1;
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    struct event n = opened(&w);
    assert_int_equal(people_state(&w, &r), TICKET_CLOSED);
    assert_true(waits(people_state(&w, &n)));
    assert_true(is_linked(&w, &r, LINK_SUCCESSOR, &n));
    assert_true(is_linked(&w, &n, LINK_PREVIOUS, &r));
    assert_true(restoration(&w, &n).deadline == last + 1 + 4 * HOURS);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    ev.act.fresh.b[3] = 2;
    assert_int_equal(people_say(&w, ev), REFUSAL_LIMIT); /* that one is being dealt with */
    do_at(&w, last + 2, "gw-1", VERB_CANCEL, &n);
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    world_time(&w, last + 15 * DAYS);
    world_time(&w, last + 15 * DAYS);
    ev.act.fresh.b[3] = 3;
    ev.at = last + 15 * DAYS;
    assert_int_equal(people_say(&w, ev), REFUSAL_NO_TICKET); /* settled */
    world_do(&w, n);                                         /* its id is known for ever */
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 0);
    world_fini(&w);
}

/* The last moment is in time. */
static void
the_days_of_reopening_are_whole(void **state)
{
    (void)state;
    struct world w;
    struct event r;
    closed(&w, &r);
    do_at(&w, AT(90) + w.plan.rules.reopen_ms, "gw-1", VERB_REOPEN, &r);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 0);
    assert_true(waits(people_state(&w, &r)));
    world_fini(&w);
}

static void
a_rejection_that_was_wrong_counts_as_our_own_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(do_at(&w, AT(10), "desk", VERB_REJECT, &r), REFUSAL_NONE);
    assert_int_equal(restoration(&w, &r).state, CLOCK_VOID);
    struct event ev = act_at(&w, AT(60), "gw-1", VERB_APPEAL, &r);
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev.act.note = STR("it is yours");
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    assert_true(waits(people_state(&w, &r)));
    assert_true(restoration(&w, &r).deadline == AT(4 * 60));
    do_at(&w, AT(70), "desk", VERB_REJECT, &r);
    instant late = AT(70) + w.plan.rules.reopen_ms + 1;
    assert_int_equal(do_at(&w, late, "gw-1", VERB_APPEAL, &r), REFUSAL_STATE);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_back_goes_on_where_it_was_restored),
        cmocka_unit_test(silence_closes_again_what_was_rejected_and_solved_again),
        cmocka_unit_test(what_the_desk_solved_from_afar_goes_to_an_engineer_when_rejected),
        cmocka_unit_test(what_comes_back_too_late_is_a_linked_new_ticket),
        cmocka_unit_test(the_days_of_reopening_are_whole),
        cmocka_unit_test(a_rejection_that_was_wrong_counts_as_our_own_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
