/* act_test.c - about workers/core/act.c: people's verbs, their checks in order, their verdicts. */
#include "tests/core/world.h"

#include "workers/core/life.h"

static enum refusal
verdict(struct world *w, struct event ev)
{
    world_do(w, ev);
    const struct posting *p = world_posting(&w->fx, UPDATE_VERDICT, 0);
    assert_non_null(p);
    assert_null(world_posting(&w->fx, UPDATE_VERDICT, 1));
    assert_string_equal(p->recipients[0].who.s, ev.act.who.s);
    assert_true(p->update.event.counter == ev.act.id.counter);
    assert_int_equal(p->update.refusal == REFUSAL_NONE, p->update.why.len == 0);
    assert_int_equal(world_outcomes(&w->fx, OUTCOME_REFUSED), p->update.refusal != REFUSAL_NONE);
    return p->update.refusal;
}

static uint64_t counter;

static enum refusal
engineer(struct world *w, enum verb v, const struct event *r)
{
    return verdict(w, world_act(engine_at(w->e), "home-e1", ROLE_ENGINEER, ++counter, v, r));
}

static void
a_ticket_lives_from_report_to_the_customers_yes(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_ACCEPT, VERB_DEPART, VERB_ARRIVE,
                                       VERB_PEND,   VERB_RESUME, VERB_RESOLVE };
    static const enum ticket_state to[] = { TICKET_ACCEPTED, TICKET_EN_ROUTE,
                                            TICKET_WORKING,  TICKET_PENDING_CUSTOMER,
                                            TICKET_WORKING,  TICKET_RESOLVED };
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    for (size_t i = 0; i < countof(verbs); i++) {
        assert_int_equal(engineer(&w, verbs[i], &r), REFUSAL_NONE);
        const struct posting *p = world_posting(&w.fx, UPDATE_TICKET, 0);
        assert_int_equal(p->recipients_count, 2); /* dispatchers and the gateway, sealed once */
        assert_int_equal(p->update.state, to[i]);
        assert_string_equal(p->update.name, "Engineer 1");
        assert_int_equal(p->update.reason, world_reason(verbs[i])); /* why it waits */
    }
    struct event yes = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_APPROVE, &r);
    assert_int_equal(verdict(&w, yes), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_int_equal(engineer(&w, VERB_NOTE, &r), REFUSAL_NONE); /* his papers are still to come */
    assert_int_equal(engineer(&w, VERB_RESOLVE, &r), REFUSAL_STATE);
    world_time(&w, WORLD_BEGIN + w.plan.rules.settle_ms);
    assert_int_equal(engineer(&w, VERB_NOTE, &r), REFUSAL_NO_TICKET);
    assert_int_equal(world_posting(&w.fx, UPDATE_VERDICT, 0)->update.state, TICKET_CLOSED);
    world_fini(&w);
}

static void
each_refusal_has_its_reason(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s"), none = r;
    none.report.id.b[9] = 9;
    world_do(&w, r);
    assert_int_equal(engineer(&w, VERB_ACCEPT, &none), REFUSAL_NO_TICKET);
    assert_int_equal(engineer(&w, VERB_CANCEL, &r), REFUSAL_ROLE);
    assert_int_equal(engineer(&w, VERB_EXPIRE, &r), REFUSAL_ROLE);
    assert_int_equal(engineer(&w, (enum verb)177, &r), REFUSAL_ROLE);
    assert_int_equal(engineer(&w, VERB_ARRIVE, &r), REFUSAL_STATE);
    struct event ev = world_act(WORLD_BEGIN, "home-e2", ROLE_ENGINEER, 1, VERB_ACCEPT, &r);
    assert_int_equal(verdict(&w, ev), REFUSAL_NOT_YOURS);
    ev = world_act(WORLD_BEGIN, "gw-2", ROLE_GATEWAY, 1, VERB_CANCEL, &r);
    assert_int_equal(verdict(&w, ev), REFUSAL_NOT_YOURS);
    ev = world_act(WORLD_BEGIN, "nobody", ROLE_NONE, 1, VERB_SYNC, NULL);
    assert_int_equal(verdict(&w, ev), REFUSAL_ROLE);
    ev = world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 0, VERB_ACCEPT, &r);
    assert_int_equal(verdict(&w, ev), REFUSAL_OLD);
    assert_int_equal(engineer(&w, VERB_ACCEPT, &r), REFUSAL_NONE); /* none of them did any harm */
    world_fini(&w);
}

/* As docs/life.md says: each check hides those after it. */
static void
what_is_wrong_in_many_ways_is_refused_for_the_first(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    world_do(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 2000, VERB_ACCEPT, &r));
    struct event ev = world_act(WORLD_BEGIN, "desk", ROLE_GATEWAY, 1, VERB_RELEVEL, &r);
    ev.act.ticket.b[3] = 7;
    ev.act.seen = 1;
    ev.act.reason = REASON_VENDOR;
    assert_int_equal(verdict(&w, ev), REFUSAL_NO_TICKET);
    ev.act.ticket = ticket_of(r.report.id);
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_ROLE);
    ev.act.role = ROLE_ENGINEER; /* another one */
    ev.act.verb = VERB_DECLINE;
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_NOT_YOURS);
    ev.act.role = ROLE_DISPATCHER;
    ev.act.verb = VERB_PREPROCESS;
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_STALE);
    ev.act.seen = 0;
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_STATE);
    ev.act.verb = VERB_RELEVEL;
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_REASON);
    ev.act.reason = REASON_NONE;
    ev.act.id.counter++;
    assert_int_equal(verdict(&w, ev), REFUSAL_INCOMPLETE);
    world_fini(&w);
}

static void
only_what_others_did_makes_stale(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    struct event ev = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_NUDGE, &r);
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    ev = world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 1000, VERB_ACCEPT, &r);
    ev.act.seen = 4; /* before the nudge */
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    ev = world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 1001, VERB_WORK, &r);
    ev.act.seen = 4; /* before his own accept: in a cellar */
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    ev = world_act(WORLD_BEGIN, "desk", ROLE_DISPATCHER, 1, VERB_CANCEL, &r);
    ev.act.seen = 4;
    assert_int_equal(verdict(&w, ev), REFUSAL_STALE);
    ev.act.id.counter++;
    ev.act.verb = VERB_NOTE;
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    ev = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 2, VERB_CANCEL, &r);
    ev.act.seen = 1; /* the customer need not know */
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    world_fini(&w);
}

static void
a_repeated_event_gets_its_first_verdict_and_no_second_effect(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    struct event ev = world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 5, VERB_ACCEPT, &r);
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    struct update first = world_posting(&w.fx, UPDATE_VERDICT, 0)->update;
    world_do(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 6, VERB_WORK, &r));
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    assert_int_equal(w.fx.postings_count, 1);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_REPEATED), 1);
    struct update again = world_posting(&w.fx, UPDATE_VERDICT, 0)->update;
    assert_memory_equal(&first, &again, sizeof(first));
    world_fini(&w);
}

static void
a_nudge_reaches_the_engineer_with_its_words(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    static char words[5000];
    memset(words, 'n', sizeof(words));
    struct event ev = world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_NUDGE, &r);
    ev.act.note = str_bytes(words, sizeof(words));
    assert_int_equal(verdict(&w, ev), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.nudges, 1);
    assert_int_equal(t.timeline[t.timeline_count - 1].note_len, NOTE_MAX);
    ticket_fini(&t);
    world_fini(&w);
}

static void
what_is_cancelled_or_rejected_is_taken_from_the_engineer(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    struct event o = world_report(WORLD_BEGIN, 2, "line", "t");
    world_do(&w, r);
    world_do(&w, o);
    world_do(&w, world_act(WORLD_BEGIN, "gw-1", ROLE_GATEWAY, 1, VERB_CANCEL, &r));
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    world_do(&w, world_act(WORLD_BEGIN, "desk", ROLE_DISPATCHER, 1, VERB_REJECT, &o));
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2")); /* the less loaded one */
    world_fini(&w);
}

static void
sync_tells_everybody_what_concerns_him_and_says_when_it_is_cut(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = { 0 };
    for (uint32_t i = 0; i < 1100; i++) {
        r = world_report(WORLD_BEGIN + i, 0, "line", "");
        r.report.place = PLACE_NONE;
        memcpy(r.report.id.b, &i, sizeof(i));
        world_do(&w, r);
    }
    assert_int_equal(
        verdict(&w, world_act(WORLD_BEGIN, "desk", ROLE_DISPATCHER, 1, VERB_SYNC, NULL)),
        REFUSAL_NONE);
    assert_int_equal(w.fx.postings_count, 1002); /* 1000, the alarm, the verdict */
    assert_true(world_told(&w.fx, UPDATE_ALARM, "desk"));
    assert_memory_equal(w.fx.postings[999].update.ticket.b, r.report.id.b, 16); /* the newest */

    verdict(&w, world_act(WORLD_BEGIN, "home-e1", ROLE_ENGINEER, 1, VERB_SYNC, NULL));
    assert_int_equal(w.fx.postings_count, w.plan.engineers[1].capacity + 1);
    assert_true(str_is(world_posting(&w.fx, UPDATE_OFFER, 0)->update.text, "it does not work"));
    verdict(&w, world_act(WORLD_BEGIN, "gw-2", ROLE_GATEWAY, 1, VERB_SYNC, NULL));
    assert_int_equal(w.fx.postings_count, 1);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_lives_from_report_to_the_customers_yes),
        cmocka_unit_test(each_refusal_has_its_reason),
        cmocka_unit_test(what_is_wrong_in_many_ways_is_refused_for_the_first),
        cmocka_unit_test(only_what_others_did_makes_stale),
        cmocka_unit_test(a_repeated_event_gets_its_first_verdict_and_no_second_effect),
        cmocka_unit_test(a_nudge_reaches_the_engineer_with_its_words),
        cmocka_unit_test(what_is_cancelled_or_rejected_is_taken_from_the_engineer),
        cmocka_unit_test(sync_tells_everybody_what_concerns_him_and_says_when_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
