/* pager_test.c - about workers/core/pager.c, pages.c and miles.c: who is told of a promise, when,
 * how often, and what is taken back. */
#include "tests/core/world.h"
#include "workers/core/state.h"

/* One promise alone, 100 minutes at level 1 (severe), 200 at level 0, on a ladder with everything;
 * a ticket that e1 has accepted at the very beginning. */
struct scene {
    struct world w;
    struct event report;
    uint64_t said;
};

static void
promise_only(struct scene *s, enum clock c)
{
    struct promise(*p)[LEVELS_MAX] = s->w.plan.contract.promises;
    memset(p, 0, sizeof(s->w.plan.contract.promises));
    p[c][0].working_ms = 200 * MINUTES;
    p[c][1].working_ms = 100 * MINUTES;
}

static void
say(struct scene *s, const char *who, enum role role, enum verb v, msec after, uint32_t seen)
{
    struct event ev = world_act(engine_at(s->w.e), who, role, ++s->said, v, &s->report);
    ev.act.occurred_at = WORLD_BEGIN + after;
    ev.act.seen = seen;
    ev.act.note = STR("because");
    world_do(&s->w, ev);
}

static struct ticket *
ticket(struct scene *s)
{
    return &job_find(s->w.e, ticket_of(s->report.report.id))->t;
}

static void
begin(struct scene *s, enum clock c)
{
    memset(s, 0, sizeof(*s));
    world_init(&s->w, "home");
    world_ladder(&s->w.plan);
    promise_only(s, c);
    s->report = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&s->w, s->report);
    say(s, "home-e1", ROLE_ENGINEER, VERB_ACCEPT, 0, 0);
    assert_int_equal(world_posting(&s->w.fx, UPDATE_VERDICT, 0)->update.refusal, REFUSAL_NONE);
}

/* Facts that other files set are set here by hand; the next event sees them. */
static void
changed(struct scene *s)
{
    struct event ev = { .kind = EVENT_PLACES, .at = engine_at(s->w.e) };
    job_touch(s->w.e, job_find(s->w.e, ticket(s)->id));
    world_do(&s->w, ev);
}

static bool
told(const struct scene *s, const char *who)
{
    return world_told(&s->w.fx, UPDATE_ALARM, who);
}

static const struct update *
alarm_at(const struct scene *s, size_t n)
{
    const struct posting *p = world_posting(&s->w.fx, UPDATE_ALARM, n);
    return p == NULL ? NULL : &p->update;
}

/* The engine wants exactly this instant, says nothing a millisecond before it, and this at it. */
static void
expect(struct scene *s, msec after, uint16_t share, const char *why)
{
    instant at = WORLD_BEGIN + after;
    assert_true(engine_next(s->w.e) == at);
    if (at > engine_at(s->w.e)) {
        world_time(&s->w, at - 1);
        assert_null(alarm_at(s, 0));
    }
    world_time(&s->w, at);
    const struct update *u = alarm_at(s, 0);
    assert_non_null(u);
    char said[256] = "";
    bool fits = str_fill(said, sizeof(said), u->why);
    assert_true(fits);
    assert_string_equal(said, why);
    assert_int_equal(u->share_pct, share);
    assert_null(alarm_at(s, 1));
}

static void
each_rung_tells_its_people_and_repeats_what_it_should(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    assert_true(told(&s, "home-e1") && !told(&s, "watch") && !told(&s, "boss"));
    assert_true(alarm_at(&s, 0)->due == WORLD_BEGIN + 100 * MINUTES);
    assert_int_equal(alarm_at(&s, 0)->clock, CLOCK_RESPONSE);
    assert_int_equal(world_outcomes(&s.w.fx, OUTCOME_ALARM), 1);
    expect(&s, 55 * MINUTES, 50, "response: 50 % of the promised time has passed (told 2 times)");
    assert_int_equal(world_outcomes(&s.w.fx, OUTCOME_ALARM), 0);
    expect(&s, 75 * MINUTES, 75, "response: 75 % of the promised time has passed");
    assert_true(told(&s, "home-e1") && told(&s, "boss") && !told(&s, "chief"));
    expect(&s, 100 * MINUTES, 100, "response: the promise is broken");
    assert_true(told(&s, "watch") && told(&s, "boss") && told(&s, "chief"));
    assert_int_equal(world_outcomes(&s.w.fx, OUTCOME_ALARM), 1);
    expect(&s, 110 * MINUTES, 100, "response: the promise is broken (told 2 times)");
    expect(&s, 120 * MINUTES, 100, "response: the promise is broken (told 3 times)");
    expect(&s, 150 * MINUTES, 150, "response: 150 % of the promised time has passed");
    assert_true(told(&s, "chief") && !told(&s, "watch"));
    assert_true(engine_next(s.w.e) == NEVER);
    world_fini(&s.w);
}

static void
an_acknowledgement_quiets_repeats_and_is_not_forgotten(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    world_time(&s.w, WORLD_BEGIN + 75 * MINUTES); /* told once, for good */
    expect(&s, 100 * MINUTES, 100, "response: the promise is broken");
    world_time(&s.w, WORLD_BEGIN + 101 * MINUTES);
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_ACKNOWLEDGE, 101 * MINUTES, 0);
    expect(&s, 121 * MINUTES, 100, "response: the promise is broken (told 2 times)");
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_ACKNOWLEDGE, 121 * MINUTES, 0);
    expect(&s, 141 * MINUTES, 100, "response: the promise is broken (told 3 times)");
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_ACKNOWLEDGE, 141 * MINUTES, 0);
    expect(&s, 150 * MINUTES, 150, "response: 150 % of the promised time has passed"); /* climbs */
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_ACKNOWLEDGE, 150 * MINUTES, 0);
    expect(&s, 170 * MINUTES, 150,
           "response: 150 % of the promised time has passed (told 2 times)");
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_ACKNOWLEDGE, 170 * MINUTES, 0);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 170 * MINUTES, ticket(&s)->version);
    assert_true(engine_next(s.w.e) == NEVER); /* it has stopped */
    world_fini(&s.w);
}

static void
who_cannot_be_reached_is_passed_over_at_once(void **state)
{
    (void)state;
    struct scene s;
    struct open_span none[1];
    struct calendar never = { "never", 0, INSTANT_MAX, none, 0 };
    begin(&s, CLOCK_RESPONSE);
    s.w.plan.contacts[0].duty = &never; /* the manager */
    s.w.plan.ladder.rungs[1].targets[0].kind = TARGET_MANAGER;
    world_time(&s.w, WORLD_BEGIN + 74 * MINUTES);
    s.w.plan.ladder.rungs[2].targets[0].kind = TARGET_MANAGER; /* not the dispatchers */
    expect(&s, 75 * MINUTES, 75, "response: 75 % of the promised time has passed");
    assert_true(told(&s, "chief") && !told(&s, "boss") && !told(&s, "watch"));
    s.w.plan.contacts[1].duty = &never;
    expect(&s, 100 * MINUTES, 100, "response: the promise is broken");
    assert_true(told(&s, "watch") && !told(&s, "boss") && !told(&s, "chief"));
    world_fini(&s.w);
}

static void
an_engineer_off_duty_and_one_who_was_only_asked_are_not_paged(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    s.w.plan.engineers[1].duty_count = 0;
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    assert_true(told(&s, "boss") && !told(&s, "home-e1"));
    world_fini(&s.w);
    memset(&s, 0, sizeof(s));
    world_init(&s.w, "home");
    world_ladder(&s.w.plan);
    promise_only(&s, CLOCK_RESPONSE);
    s.w.plan.rules.levels[1].offer_ms = DAYS;
    s.report = world_report(WORLD_BEGIN, 1, "line", "s");
    world_do(&s.w, s.report);
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    assert_true(told(&s, "boss") && !told(&s, "home-e1"));
    world_fini(&s.w);
}

static void
what_passed_in_an_outage_is_told_once_by_the_highest(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    world_time(&s.w, WORLD_BEGIN + 200 * MINUTES);
    char why[256];
    assert_true(str_fill(why, sizeof(why), alarm_at(&s, 0)->why));
    assert_string_equal(why, "response: 150 % of the promised time has passed (not told in time: "
                             "50 %, 75 %, 100 %)");
    assert_null(alarm_at(&s, 1));
    assert_int_equal(world_outcomes(&s.w.fx, OUTCOME_ALARM), 2); /* 150, and the breach */
    assert_true(engine_next(s.w.e) == NEVER);
    world_fini(&s.w);
    begin(&s, CLOCK_RESPONSE);
    s.w.plan.ladder.rungs_count = 2; /* no rung at 100: the dispatchers hear, and the log */
    world_time(&s.w, WORLD_BEGIN + 200 * MINUTES);
    assert_true(told(&s, "boss") && told(&s, "watch") && alarm_at(&s, 1) == NULL);
    assert_true(str_fill(why, sizeof(why), alarm_at(&s, 0)->why));
    assert_string_equal(why, "response: the promise is broken (not told in time: 50 %, 75 %)");
    world_fini(&s.w);
}

static void
a_breach_that_was_none_is_taken_back_visibly(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    uint32_t named = ticket(&s)->version;
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    world_time(&s.w, WORLD_BEGIN + 103 * MINUTES);
    assert_true(told(&s, "watch") && told(&s, "chief"));
    world_time(&s.w, WORLD_BEGIN + 105 * MINUTES);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 99 * MINUTES, named);
    assert_true(str_is(alarm_at(&s, 0)->why, "response: the promise was kept after all"));
    assert_true(told(&s, "watch") && told(&s, "chief") && told(&s, "boss"));
    assert_int_equal(world_outcomes(&s.w.fx, OUTCOME_CORRECTED), 1);
    assert_true(engine_next(s.w.e) == NEVER);
    ticket(&s)->course.miles[MILE_DELIVERED] = WORLD_BEGIN + 101 * MINUTES; /* too late, now */
    changed(&s);
    assert_true(engine_next(s.w.e) <= engine_at(s.w.e));
    world_time(&s.w, engine_at(s.w.e));
    assert_true(told(&s, "watch") && world_outcomes(&s.w.fx, OUTCOME_ALARM) == 1);
    assert_true(s.w.fx.outcomes[0].deadline == WORLD_BEGIN + 100 * MINUTES);
    world_time(&s.w, engine_at(s.w.e));
    assert_null(alarm_at(&s, 0));
    world_fini(&s.w);
}

static void
who_has_not_heard_of_a_breach_need_not_hear_that_it_was_none(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    s.w.plan.ladder.rungs[1].targets[0].kind = TARGET_MANAGER;
    s.w.plan.ladder.rungs[1].share_pct = 100;
    s.w.plan.ladder.rungs_count = 2;
    s.w.plan.contract.promises[CLOCK_ARRIVAL][1].working_ms = 99 * MINUTES + 30 * SECONDS;
    uint32_t named = ticket(&s)->version;
    world_time(&s.w, WORLD_BEGIN + 99 * MINUTES + 30 * SECONDS); /* arrival: the manager's page */
    assert_true(told(&s, "boss"));
    world_time(&s.w, WORLD_BEGIN + 100 * MINUTES); /* response: held back */
    assert_false(told(&s, "boss"));
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 99 * MINUTES, named);
    assert_true(told(&s, "watch") && !told(&s, "boss"));
    assert_true(engine_next(s.w.e) == NEVER);
    world_fini(&s.w);
}

static void
a_name_counts_as_delivered_when_the_version_that_bears_it_was(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    uint32_t named = ticket(&s)->version;
    world_time(&s.w, WORLD_BEGIN + 10 * MINUTES);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 5 * MINUTES, named - 1);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 5 * MINUTES, 0);
    assert_true(ticket(&s)->course.miles[MILE_DELIVERED] == NEVER);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 4 * MINUTES, named);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_DELIVERED, 3 * MINUTES, named); /* the first one stays */
    assert_true(ticket(&s)->course.miles[MILE_DELIVERED] == WORLD_BEGIN + 4 * MINUTES);
    assert_true(engine_next(s.w.e) == NEVER);
    world_fini(&s.w);
}

static void
a_pause_moves_alarms_and_holds_repeats(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    bool room = course_exclude(&ticket(&s)->course, engine_at(s.w.e), NEVER, REASON_ABSENT);
    assert_true(room);
    changed(&s);
    assert_true(engine_next(s.w.e) == NEVER);
    world_time(&s.w, WORLD_BEGIN + 80 * MINUTES);
    course_resume(&ticket(&s)->course, REASON_ABSENT, engine_at(s.w.e));
    changed(&s);
    expect(&s, 80 * MINUTES, 50, "response: 50 % of the promised time has passed (told 2 times)");
    expect(&s, 105 * MINUTES, 75, "response: 75 % of the promised time has passed");
    expect(&s, 130 * MINUTES, 100, "response: the promise is broken");
    world_fini(&s.w);
}

static void
a_withdrawn_ticket_rings_no_more_and_its_complaint_does(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESTORATION);
    s.w.plan.contract.promises[CLOCK_COMPLAINT_ANSWER][1].working_ms = 120 * MINUTES;
    say(&s, "gw-1", ROLE_GATEWAY, VERB_CANCEL, 0, 0);
    assert_true(engine_next(s.w.e) == WORLD_BEGIN + s.w.plan.rules.settle_ms);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_COMPLAIN, 0, 0);
    world_time(&s.w, WORLD_BEGIN + MINUTES);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_COMPLAIN, MINUTES, 0); /* the first waits on */
    expect(&s, 60 * MINUTES, 50, "complaint answer: 50 % of the promised time has passed");
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_COMPLAINT_ANSWER, 60 * MINUTES, 0);
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_COMPLAINT_CLOSE, 60 * MINUTES, 0);
    assert_true(engine_next(s.w.e) == WORLD_BEGIN + s.w.plan.rules.settle_ms);
    world_time(&s.w, WORLD_BEGIN + 70 * MINUTES);
    say(&s, "desk-1", ROLE_DISPATCHER, VERB_COMPLAINT_CLOSE, 70 * MINUTES, 0);
    say(&s, "gw-1", ROLE_GATEWAY, VERB_COMPLAIN, 70 * MINUTES, 0); /* another one: anew */
    expect(&s, 130 * MINUTES, 50, "complaint answer: 50 % of the promised time has passed");
    world_fini(&s.w);
}

static void
another_level_is_told_as_if_from_the_start(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, CLOCK_RESPONSE);
    expect(&s, 50 * MINUTES, 50, "response: 50 % of the promised time has passed");
    ticket(&s)->level = 0;
    changed(&s);
    expect(&s, 100 * MINUTES, 50, "response: 50 % of the promised time has passed");
    ticket(&s)->level = 1;
    changed(&s);
    expect(&s, 75 * MINUTES, 100, "response: the promise is broken (not told in time: 75 %)");
    ticket(&s)->level = 0;
    changed(&s);
    assert_true(str_is(alarm_at(&s, 0)->why, "response: the promise was kept after all"));
    expect(&s, 150 * MINUTES, 75, "response: 75 % of the promised time has passed");
    world_fini(&s.w);
}

/* ---- limits */

/* Tickets of as many sites, all opened at the beginning; one rung that tells `targets`. */
static void
crowd(struct scene *s, size_t tickets, const char *const *people, size_t count)
{
    memset(s, 0, sizeof(*s));
    world_init(&s->w, "home");
    world_ladder(&s->w.plan);
    promise_only(s, CLOCK_RESPONSE);
    static struct contact contacts[8];
    for (size_t i = 0; i < count; i++) {
        contacts[i] = (struct contact){ NAME(principal_id, people[i]), NULL };
        s->w.plan.ladder.rungs[i / TARGETS_MAX].targets[i % TARGETS_MAX] =
            (struct target){ TARGET_PRINCIPAL, contacts[i].id };
        s->w.plan.ladder.rungs[i / TARGETS_MAX].targets_count = i % TARGETS_MAX + 1;
    }
    s->w.plan.rules.contacts = contacts;
    s->w.plan.rules.contacts_count = count;
    s->w.plan.ladder.rungs[0].repeat_ms = 0;
    s->w.plan.ladder.rungs_count = 1 + (count - 1) / TARGETS_MAX;
    s->w.plan.rules.levels[0].offer_ms = s->w.plan.rules.levels[1].offer_ms = 30 * DAYS;
    for (size_t i = 0; i < tickets; i++) {
        char site[16];
        snprintf(site, sizeof(site), "site-%zu", i);
        struct event r = world_report(WORLD_BEGIN, (uint8_t)(i + 1), "odd", site);
        r.report.hint = 1;
        r.report.digest[0] = 1;
        world_do(&s->w, r);
    }
}

/* TIME events until a person is told; when. */
static instant
until_told(struct scene *s, const char *who)
{
    do {
        assert_true(engine_next(s->w.e) < WORLD_BEGIN + 99 * MINUTES);
        world_time(&s->w, engine_next(s->w.e));
    } while (!told(s, who));
    return engine_at(s->w.e);
}

static void
a_person_gets_one_page_a_minute_and_the_rest_as_one(void **state)
{
    (void)state;
    static const char *const chief[] = { "chief" };
    struct scene s;
    crowd(&s, 20, chief, 1);
    assert_true(until_told(&s, "chief") == WORLD_BEGIN + 50 * MINUTES);
    assert_true(alarm_at(&s, 0)->share_pct == 50);
    while (engine_next(s.w.e) <= engine_at(s.w.e)) {
        world_time(&s.w, engine_at(s.w.e));
        assert_false(told(&s, "chief"));
    }
    assert_true(until_told(&s, "chief") == WORLD_BEGIN + 51 * MINUTES);
    const struct update *u = alarm_at(&s, 0);
    static const char begins[] = "19 alarms: T1-";
    assert_true(str_starts(u->why, STR(begins)));
    size_t response = 0;
    for (size_t i = 0; i + 13 <= u->why.len; i++)
        response += memcmp(u->why.at + i, "response 50 %", 13) == 0;
    assert_int_equal(response, 16);
    assert_true(str_is(str_bytes(u->why.at + u->why.len - 33, 33),
                       ", and 3 more: look at your tickets" + 1));
    assert_true(same_id(u->ticket, (struct ticket_id){ 0 }));
    world_fini(&s.w);
}

static void
one_alarm_that_was_held_back_goes_in_full(void **state)
{
    (void)state;
    static const char *const people[] = { "a", "b", "c", "d" };
    struct scene s;
    crowd(&s, 2, people, 4);
    assert_true(until_told(&s, "a") == WORLD_BEGIN + 50 * MINUTES);
    assert_true(told(&s, "d") && alarm_at(&s, 1) == NULL); /* the second ticket's are held */
    assert_true(until_told(&s, "a") == WORLD_BEGIN + 51 * MINUTES);
    assert_true(told(&s, "b") && told(&s, "c") && told(&s, "d"));
    assert_true(str_is(alarm_at(&s, 0)->why, "response: 50 % of the promised time has passed"));
    world_fini(&s.w);
}

static void
six_people_at_once_are_five_and_one(void **state)
{
    (void)state;
    static const char *const people[] = { "a", "b", "c", "d", "e", "f" };
    struct scene s;
    crowd(&s, 2, people, 6);
    struct contract other = s.w.plan.contract; /* the second ticket climbs another ladder */
    struct contract contracts[2] = { other, other };
    struct ladder ladders[2] = { s.w.plan.ladder, s.w.plan.ladder };
    ladders[1].rungs[0] = ladders[0].rungs[1];
    ladders[1].rungs[0].share_pct = 50;
    ladders[0].rungs_count = ladders[1].rungs_count = 1;
    contracts[1].ladder = 1;
    s.w.plan.rules.contracts = contracts;
    s.w.plan.rules.ladders = ladders;
    s.w.plan.rules.contracts_count = s.w.plan.rules.ladders_count = 2;
    struct ticket_id second = { { 2, 1 } };
    job_find(s.w.e, second)->t.contract = 1;
    assert_true(until_told(&s, "a") == WORLD_BEGIN + 50 * MINUTES);
    assert_true(told(&s, "d") && told(&s, "e") && !told(&s, "f"));
    assert_true(until_told(&s, "f") == WORLD_BEGIN + 50 * MINUTES + 5 * SECONDS);
    world_fini(&s.w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rung_tells_its_people_and_repeats_what_it_should),
        cmocka_unit_test(an_acknowledgement_quiets_repeats_and_is_not_forgotten),
        cmocka_unit_test(who_cannot_be_reached_is_passed_over_at_once),
        cmocka_unit_test(an_engineer_off_duty_and_one_who_was_only_asked_are_not_paged),
        cmocka_unit_test(what_passed_in_an_outage_is_told_once_by_the_highest),
        cmocka_unit_test(a_breach_that_was_none_is_taken_back_visibly),
        cmocka_unit_test(who_has_not_heard_of_a_breach_need_not_hear_that_it_was_none),
        cmocka_unit_test(a_name_counts_as_delivered_when_the_version_that_bears_it_was),
        cmocka_unit_test(a_pause_moves_alarms_and_holds_repeats),
        cmocka_unit_test(a_withdrawn_ticket_rings_no_more_and_its_complaint_does),
        cmocka_unit_test(another_level_is_told_as_if_from_the_start),
        cmocka_unit_test(a_person_gets_one_page_a_minute_and_the_rest_as_one),
        cmocka_unit_test(one_alarm_that_was_held_back_goes_in_full),
        cmocka_unit_test(six_people_at_once_are_five_and_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
