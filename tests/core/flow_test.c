/* flow_test.c - the ways of a service desk, whole: each branch of installation and of after-sales
 * service walked from the call to its end, as the people in it would say it. */
#include "tests/core/paper.h"
#include "workers/core/object.h"

/* These verbs, one after the other, each by whoever says it; then the ticket is in this state. */
static void
walk(struct paper *p, const enum verb *way, enum ticket_state to)
{
    for (; *way != VERBS; way++) {
        p->at += MINUTES;
        paper_must(p, *way);
    }
    assert_int_equal(paper_look(p)->state, to);
}
#define WALK(p, to, ...) walk((p), (const enum verb[]){ __VA_ARGS__, VERBS }, (to))

/* Reported, offered, accepted. */
static void
call(struct paper *p, bool installation)
{
    paper_init(p);
    for (size_t i = 0; i < p->w.plan.rules.categories_count; i++)
        p->w.plan.categories[i].installation = installation;
    world_do(&p->w, p->report);
    paper_offered(p);
    WALK(p, TICKET_ACCEPTED, VERB_ACCEPT);
}

static const struct object *
the(const struct paper *p, enum object_kind kind)
{
    const struct object *found = NULL;
    for (size_t i = 0; i < p->t.objects_count; i++)
        if (p->t.objects[i].kind == kind)
            found = &p->t.objects[i];
    assert_non_null(found);
    return found;
}

/* ---- installation and commissioning (安装调试) */

static void
an_installation_done_is_closed(void **state)
{
    (void)state;
    struct paper p;
    call(&p, true);
    WALK(&p, TICKET_CLOSED, VERB_DEPART, VERB_ARRIVE, VERB_REPORT, VERB_RESOLVE, VERB_APPROVE,
         VERB_SURVEY_ANSWER);
    assert_int_equal(the(&p, OBJECT_SURVEY)->state, OBJECT_DONE);
    paper_fini(&p);
}

static void
an_installation_not_done_goes_back_to_the_centre_and_on(void **state)
{
    (void)state;
    struct paper p;
    call(&p, true);
    WALK(&p, TICKET_WORKING, VERB_DEPART, VERB_ARRIVE);
    paper_must(&p, VERB_RETURN);
    enum ticket_state back = paper_look(&p)->state; /* somebody else may be asked at once */
    assert_true(back == TICKET_QUEUED || back == TICKET_OFFERED);
    paper_offered(&p);
    WALK(&p, TICKET_CLOSED, VERB_ACCEPT, VERB_ARRIVE, VERB_RESOLVE, VERB_APPROVE);
    paper_fini(&p);
}

static void
an_installation_may_find_a_way_and_go_on(void **state)
{
    (void)state;
    struct paper p;
    call(&p, true);
    WALK(&p, TICKET_HELD, VERB_ARRIVE, VERB_PART_REQUEST, VERB_HOLD);
    WALK(&p, TICKET_CLOSED, VERB_PART_RECEIVE, VERB_RESUME, VERB_PART_USE, VERB_RESOLVE,
         VERB_APPROVE);
    assert_int_equal(the(&p, OBJECT_PART)->state, OBJECT_DONE);
    paper_fini(&p);
}

static void
an_installation_may_be_quoted_too(void **state)
{
    (void)state;
    struct paper p;
    call(&p, true);
    WALK(&p, TICKET_WORKING, VERB_ARRIVE, VERB_INSPECT, VERB_QUOTE, VERB_QUOTE_ACCEPT);
    paper_fini(&p);
}

/* ---- after-sales service (售后) */

static void
a_repair_by_phone_needs_no_journey(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_CLOSED, VERB_WORK, VERB_RESOLVE, VERB_APPROVE);
    assert_int_equal(p.t.arrival, ARRIVAL_NONE);
    paper_fini(&p);
}

static void
the_desk_may_solve_it_before_any_engineer_hears_of_it(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    for (size_t i = 0; i < p.w.plan.rules.categories_count; i++)
        p.w.plan.categories[i].preprocess_ms = 10 * MINUTES;
    world_do(&p.w, p.report);
    assert_int_equal(paper_look(&p)->state, TICKET_TRIAGED);
    WALK(&p, TICKET_CLOSED, VERB_SOLVE, VERB_APPROVE);
    assert_true(no_name(p.t.engineer));
    paper_fini(&p);
}

/* Vendor, spare part, appointment, replaced on site, the old part goes back. */
static void
in_warranty_the_part_comes_and_the_old_one_goes_back(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    p.warranty = true;
    WALK(&p, TICKET_HELD, VERB_WORK, VERB_INSPECT, VERB_PART_REQUEST, VERB_HOLD);
    WALK(&p, TICKET_HELD, VERB_PART_RESERVE, VERB_PART_MOVE);
    struct event ev = paper_act(&p, VERB_PART_RECEIVE); /* the desk says that it is there */
    ev.act.who = NAME(principal_id, "desk-1");
    ev.act.role = ROLE_DISPATCHER;
    assert_int_equal(paper_do(&p, ev), REFUSAL_NONE);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, p.t.engineer.s)); /* he was waiting for it */
    WALK(&p, TICKET_PENDING_CUSTOMER, VERB_RESUME, VERB_PEND);
    WALK(&p, TICKET_WORKING, VERB_RESUME, VERB_DEPART, VERB_ARRIVE, VERB_PART_USE);
    assert_int_equal(the(&p, OBJECT_PART)->state, OBJECT_OWED);
    WALK(&p, TICKET_CLOSED, VERB_RESOLVE, VERB_REPORT, VERB_APPROVE, VERB_PART_RETURN);
    assert_int_equal(the(&p, OBJECT_PART)->state, OBJECT_DONE);
    paper_fini(&p);
}

/* The cause is not known: an appointment, an inspection on site, a price. */
static void
out_of_warranty_up_to_the_price(struct paper *p)
{
    call(p, false);
    WALK(p, TICKET_PENDING_CUSTOMER, VERB_PEND);
    WALK(p, TICKET_PENDING_CUSTOMER, VERB_RESUME, VERB_DEPART, VERB_ARRIVE, VERB_INSPECT,
         VERB_QUOTE);
    assert_int_equal(p->t.wait, REASON_QUOTE);
    assert_true(course_is_paused(&p->t.course));
    const struct posting *price = world_posting(&p->w.fx, UPDATE_OBJECT, 0);
    assert_string_equal(price->recipients[0].who.s, "gw-1");
    assert_int_equal(price->update.amount, 120050);
}

static void
out_of_warranty_the_customer_accepts_the_price(void **state)
{
    (void)state;
    struct paper p;
    out_of_warranty_up_to_the_price(&p);
    WALK(&p, TICKET_WORKING, VERB_QUOTE_ACCEPT);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, p.t.engineer.s));
    assert_false(course_is_paused(&p.t.course));
    WALK(&p, TICKET_CLOSED, VERB_PART_REQUEST, VERB_PART_RECEIVE, VERB_PART_USE, VERB_RESOLVE,
         VERB_APPROVE);
    assert_int_equal(the(&p, OBJECT_QUOTE)->state, OBJECT_DONE);
    assert_int_equal(the(&p, OBJECT_PART)->state, OBJECT_DONE); /* nothing is owed to a vendor */
    paper_fini(&p);
}

static void
out_of_warranty_the_customer_declines_the_price(void **state)
{
    (void)state;
    struct paper p;
    out_of_warranty_up_to_the_price(&p);
    WALK(&p, TICKET_CLOSED, VERB_QUOTE_DECLINE);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, p.t.engineer.s));
    assert_int_equal(the(&p, OBJECT_QUOTE)->state, OBJECT_REFUSED);
    assert_int_equal(the(&p, OBJECT_SURVEY)->state, OBJECT_OPEN); /* he is asked all the same */
    WALK(&p, TICKET_CLOSED, VERB_SURVEY_ANSWER);
    paper_fini(&p);
}

static void
the_whole_device_may_be_replaced(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_HELD, VERB_ARRIVE, VERB_REPLACE, VERB_HOLD);
    WALK(&p, TICKET_CLOSED, VERB_RESUME, VERB_REPLACED, VERB_RESOLVE, VERB_APPROVE);
    assert_int_equal(the(&p, OBJECT_REPLACEMENT)->state, OBJECT_DONE);
    paper_fini(&p);
}

/* ---- after the work */

static void
a_reply_that_the_customer_rejects_sends_the_work_on(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_WORKING, VERB_ARRIVE, VERB_RESOLVE, VERB_REPORT, VERB_REOPEN);
    WALK(&p, TICKET_CLOSED, VERB_RESOLVE, VERB_REPORT, VERB_APPROVE);
    size_t reports = 0;
    for (size_t i = 0; i < p.t.objects_count; i++)
        reports += p.t.objects[i].kind == OBJECT_REPORT;
    assert_int_equal(reports, 2); /* each is kept */
    paper_fini(&p);
}

static void
another_cause_ends_this_one_and_begins_another(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_WORKING, VERB_ARRIVE, VERB_PART_REQUEST);
    struct event ev = paper_act(&p, VERB_DIFFERENT);
    ev.act.fresh.b[0] = 99;
    assert_int_equal(paper_do(&p, ev), REFUSAL_NONE);
    assert_int_equal(paper_look(&p)->state, TICKET_CLOSED);
    assert_int_equal(the(&p, OBJECT_PART)->state, OBJECT_REFUSED); /* needed no more */
    struct ticket_id next = ticket_link(&p.t, LINK_SUCCESSOR)->id;
    assert_memory_equal(&next, &ev.act.fresh, sizeof(next));
    paper_fini(&p);
}

static void
what_cannot_be_reproduced_is_watched_and_taken_up_again(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_PENDING_CUSTOMER, VERB_ARRIVE, VERB_OBSERVE);
    p.at += 30 * DAYS;
    struct event again = world_report(p.at, 2, "line", "s");
    world_do(&p.w, again);
    assert_true(world_told(&p.w.fx, UPDATE_ATTACHED, "gw-1"));
    paper_offered(&p);
    WALK(&p, TICKET_CLOSED, VERB_ACCEPT, VERB_WORK, VERB_RESOLVE, VERB_APPROVE);
    paper_fini(&p);
}

static void
what_does_not_come_again_is_closed(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_PENDING_CUSTOMER, VERB_ARRIVE, VERB_OBSERVE);
    world_time(&p.w, p.at + 92 * DAYS);
    assert_int_equal(paper_look(&p)->state, TICKET_CLOSED);
    paper_fini(&p);
}

static void
complaint_survey_and_analysis_follow_the_work(void **state)
{
    (void)state;
    struct paper p;
    call(&p, false);
    WALK(&p, TICKET_WORKING, VERB_ARRIVE, VERB_COMPLAIN, VERB_COMPLAINT_ANSWER);
    WALK(&p, TICKET_CLOSED, VERB_RESOLVE, VERB_APPROVE, VERB_ANALYSE, VERB_SURVEY_ANSWER,
         VERB_COMPLAINT_CLOSE);
    assert_int_equal(the(&p, OBJECT_COMPLAINT)->state, OBJECT_DONE);
    assert_int_equal(the(&p, OBJECT_SURVEY)->amount, 5);
    const struct object *analysis = the(&p, OBJECT_ANALYSIS);
    assert_true(analysis->text.len > 0 && analysis->sections != 0);
    paper_fini(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_installation_done_is_closed),
        cmocka_unit_test(an_installation_not_done_goes_back_to_the_centre_and_on),
        cmocka_unit_test(an_installation_may_find_a_way_and_go_on),
        cmocka_unit_test(an_installation_may_be_quoted_too),
        cmocka_unit_test(a_repair_by_phone_needs_no_journey),
        cmocka_unit_test(the_desk_may_solve_it_before_any_engineer_hears_of_it),
        cmocka_unit_test(in_warranty_the_part_comes_and_the_old_one_goes_back),
        cmocka_unit_test(out_of_warranty_the_customer_accepts_the_price),
        cmocka_unit_test(out_of_warranty_the_customer_declines_the_price),
        cmocka_unit_test(the_whole_device_may_be_replaced),
        cmocka_unit_test(a_reply_that_the_customer_rejects_sends_the_work_on),
        cmocka_unit_test(another_cause_ends_this_one_and_begins_another),
        cmocka_unit_test(what_cannot_be_reproduced_is_watched_and_taken_up_again),
        cmocka_unit_test(what_does_not_come_again_is_closed),
        cmocka_unit_test(complaint_survey_and_analysis_follow_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
