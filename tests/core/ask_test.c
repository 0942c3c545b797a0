/* ask_test.c - about workers/core/ask.c: what the engine says when it is asked, and that asking
 * changes nothing. */
#include "tests/core/people.h"

#include "workers/core/ask.h"

/* Every question about every ticket and engineer. */
static void
ask_everything(const struct engine *e, const struct rules *r)
{
    struct engine_look look;
    struct errand errands[ERRANDS_MAX];
    for (size_t i = 0; engine_each(e, &i, &look);) {
        (void)ask_awaited(e, look.ticket->id);
        for (size_t k = 0; k < r->engineers_count; k++)
            (void)ask_why(e, look.ticket->id, r->engineers[k].id);
    }
    for (size_t k = 0; k < r->engineers_count; k++)
        (void)ask_errands(e, r->engineers[k].id, errands);
}

static void
assert_saved(const struct engine *e, const struct buf *before)
{
    struct buf after = { 0 };
    engine_save(e, &after);
    assert_true(str_eq(buf_str(before), buf_str(&after)));
    buf_fini(&after);
}

static void
a_ticket_that_waits_waits_for_the_one_who_can_and_has_no_room(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r[2];
    for (uint8_t i = 0; i < 2; i++) { /* e2 alone can at night, and has room for one */
        char site[4] = { 's', (char)('0' + i), '\0' };
        r[i] = world_report(WORLD_BEGIN, i, "ac", site);
        world_do(&w, r[i]);
    }
    struct ticket_id last = ticket_of(r[1].report.id);
    const struct engineer_id e1 = NAME(engineer_id, "home-e1"), e2 = NAME(engineer_id, "home-e2"),
                             e4 = NAME(engineer_id, "home-e4"), who = NAME(engineer_id, "who");
    struct engine_look look;
    assert_true(ask_ticket(w.e, last, &look));
    assert_int_equal(look.ticket->state, TICKET_QUEUED);
    assert_string_equal(ask_awaited(w.e, last).s, e2.s);
    assert_int_equal(ask_why(w.e, last, e2), WHY_AWAITED);
    assert_int_equal(ask_why(w.e, last, e1), WHY_UNSKILLED);
    assert_int_equal(ask_why(w.e, last, e4), WHY_OFF_DUTY);
    assert_int_equal(ask_why(w.e, last, who), CONSIDERED_WHYS);
    assert_int_equal(people_name(&w, "desk", VERB_PIN, &r[1], "home-e4"), REFUSAL_NONE);
    assert_string_equal(ask_awaited(w.e, last).s, e4.s);
    assert_false(ask_ticket(w.e, (struct ticket_id){ { 99 } }, &look));
    assert_true(no_name(ask_awaited(w.e, ticket_of(r[0].report.id)))); /* it has been offered */
    struct buf before = { 0 };
    engine_save(w.e, &before);
    ask_everything(w.e, &w.plan.rules);
    assert_saved(w.e, &before);
    buf_fini(&before);
    world_fini(&w);
}

static void
what_he_has_in_hand_is_done_one_after_the_other(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct errand errands[ERRANDS_MAX];
    const struct engineer_id e1 = NAME(engineer_id, "home-e1");
    assert_int_equal(ask_errands(w.e, e1, errands), 0);
    struct event a = people_taken(&w, 1, "line", "home-e1"),
                 b = world_report(WORLD_BEGIN, 2, "line", "t");
    world_do(&w, b); /* for fairness it is offered to another */
    assert_int_equal(people_name(&w, "desk", VERB_ASSIGN, &b, "home-e1"), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_ACCEPT, &b), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_DEPART, &b), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_ARRIVE, &b), REFUSAL_NONE);
    assert_int_equal(ask_errands(w.e, e1, errands), 2);
    assert_memory_equal(errands[0].ticket.b, b.report.id.b, 16);
    assert_true(errands[0].there && !errands[1].there);
    assert_memory_equal(errands[1].ticket.b, a.report.id.b, 16);
    assert_true(errands[0].done == WORLD_BEGIN + ask_service(w.e, NAME(category_id, "line"), e1));
    assert_true(errands[1].arrives > errands[0].done && errands[1].done > errands[1].arrives);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_that_waits_waits_for_the_one_who_can_and_has_no_room),
        cmocka_unit_test(what_he_has_in_hand_is_done_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
