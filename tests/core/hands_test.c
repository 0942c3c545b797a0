/* hands_test.c - about workers/core/hands.c: an engineer's way with a ticket, how his arrival is
 * known, and how he gives it back. */
#include "tests/core/people.h"

static enum refusal
arrive(struct world *w, const struct event *r, struct place place, const char *code)
{
    struct event ev = people_act(w, "home-e1", VERB_ARRIVE, r);
    ev.act.place = place;
    assert_true(str_fill(ev.act.code, sizeof(ev.act.code), str_of(code)));
    return people_say(w, ev);
}

static enum arrival
arrival(const struct world *w, const struct event *r)
{
    struct ticket t = world_ticket(w, r);
    enum arrival how = t.arrival;
    ticket_fini(&t);
    return how;
}

static const struct place far = { 320000000, 1210000000 };
static const struct place near = { 310010000, 1210000000 };   /* 111 m */
static const struct place beside = { 310020000, 1210000000 }; /* 222 m: beyond the 200 */

static void
arrival_is_known_by_code_or_place_and_never_becomes_less_sure(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(strlen(t.code), 4);
    assert_int_equal(arrive(&w, &r, far, ""), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_UNVERIFIED);
    assert_int_equal(arrive(&w, &r, beside, ""), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_UNVERIFIED);
    assert_int_equal(arrive(&w, &r, near, ""), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_GEOFENCE);
    assert_int_equal(arrive(&w, &r, near, "12"), REFUSAL_INCOMPLETE);
    assert_int_equal(arrive(&w, &r, near, "123456789012345"), REFUSAL_INCOMPLETE);
    assert_int_equal(arrive(&w, &r, far, t.code), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_CODE);
    assert_int_equal(arrive(&w, &r, far, ""), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_CODE);
    ticket_fini(&t);
    world_fini(&w);
}

static void
without_a_place_of_its_own_the_last_position_counts_for_a_quarter_of_an_hour(void **state)
{
    (void)state;
    for (msec late = 0; late < 2; late++) {
        struct world w;
        world_init(&w, "home");
        struct event r = people_taken(&w, 1, "line", "home-e1");
        struct position p = { NAME(engineer_id, "home-e1"), near, WORLD_BEGIN };
        struct event ev = { .kind = EVENT_PLACES, .at = WORLD_BEGIN };
        ev.places.list = &p;
        ev.places.count = 1;
        world_do(&w, ev);
        world_time(&w, WORLD_BEGIN + 15 * MINUTES + late);
        assert_int_equal(arrive(&w, &r, PLACE_NONE, ""), REFUSAL_NONE);
        assert_int_equal(arrival(&w, &r), late ? ARRIVAL_UNVERIFIED : ARRIVAL_GEOFENCE);
        world_fini(&w);
    }
}

static void
without_a_geofence_no_place_tells_anything(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    w.plan.rules.geofence_m = 0;
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(arrive(&w, &r, r.report.place, ""), REFUSAL_NONE);
    assert_int_equal(arrival(&w, &r), ARRIVAL_UNVERIFIED);
    world_fini(&w);
}

static void
a_reason_is_one_of_the_verbs_own(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&w, r);
    struct event ev = people_act(&w, "home-e1", VERB_DECLINE, &r);
    ev.act.reason = REASON_NONE;
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    ev.act.reason = REASON_VENDOR;
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    ev.act.reason = (enum reason)200;
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    ev.act.reason = REASON_CONFLICT;
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.timeline[t.timeline_count - 2].reason, REASON_CONFLICT); /* then: offer */
    ticket_fini(&t);
    world_fini(&w);
}

static void
what_is_returned_is_offered_to_another_and_the_reporter_told(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "home-e1", VERB_DEPART, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_RETURN, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    const struct update *u = people_told(&w, UPDATE_TICKET, "gw-1");
    assert_non_null(u);
    assert_string_equal(u->name, ""); /* nobody yet */
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.refusers_count, 1);
    assert_false(t.refusers[0].missed);
    assert_int_equal(t.named_version, 0);
    ticket_fini(&t);
    assert_int_equal(people_load(&w, "home-e1"), 0);
    assert_int_equal(people_load(&w, "home-e2"), 1);
    world_fini(&w);
}

static void
a_dispatcher_takes_it_away_without_a_grudge(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    assert_int_equal(people_do(&w, "desk", VERB_RETURN, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_OFFER, "home-e1")); /* still the best */
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.refusers_count, 0);
    ticket_fini(&t);
    world_fini(&w);
}

static void
the_last_engineer_keeps_his_papers_after_the_end(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_WORK, VERB_RESOLVE };
    struct world w;
    world_init(&w, "home");
    struct event r = people_taken(&w, 1, "line", "home-e1");
    for (size_t i = 0; i < countof(verbs); i++)
        assert_int_equal(people_do(&w, "home-e1", verbs[i], &r), REFUSAL_NONE);
    assert_int_equal(people_load(&w, "home-e1"), 0); /* but no place of his */
    assert_int_equal(people_do(&w, "gw-1", VERB_APPROVE, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e1", VERB_NOTE, &r), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e2", VERB_NOTE, &r), REFUSAL_NOT_YOURS);
    struct ticket t = world_ticket(&w, &r);
    assert_string_equal(t.engineer.s, "home-e1");
    assert_string_equal(t.phone, "+86-1");
    ticket_fini(&t);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrival_is_known_by_code_or_place_and_never_becomes_less_sure),
        cmocka_unit_test(
            without_a_place_of_its_own_the_last_position_counts_for_a_quarter_of_an_hour),
        cmocka_unit_test(without_a_geofence_no_place_tells_anything),
        cmocka_unit_test(a_reason_is_one_of_the_verbs_own),
        cmocka_unit_test(what_is_returned_is_offered_to_another_and_the_reporter_told),
        cmocka_unit_test(a_dispatcher_takes_it_away_without_a_grudge),
        cmocka_unit_test(the_last_engineer_keeps_his_papers_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
