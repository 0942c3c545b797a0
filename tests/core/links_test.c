/* links_test.c - about workers/core/links.c: followers are solved with their master and never
 * otherwise, duplicates are one, another cause is another ticket, and an outage is noticed. */
#include "tests/core/links.h"

/* A master that e1 works on, and a follower of another category. */
static void
begin(struct world *w, struct event *master, struct event *follower)
{
    world_init(w, "home");
    w->plan.engineers[1].capacity = w->plan.engineers[2].capacity = 400;
    *master = people_taken(w, 1, "line", "home-e1");
    assert_int_equal(do_at(w, AT(1), "home-e1", VERB_WORK, master), REFUSAL_NONE);
    *follower = report(w, AT(2), 2, "line");
    assert_int_equal(with(w, AT(3), VERB_JOIN, follower, master), REFUSAL_NONE);
}

/* ---- join and follow */

static void
a_follower_is_solved_with_its_master_and_when_its_master_was(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    assert_int_equal(people_state(&w, &f), TICKET_HELD);
    assert_int_equal(followers(&w, &m), 1);
    assert_true(is_linked(&w, &f, LINK_MASTER, &m));
    const struct update *u = people_told(&w, UPDATE_TICKET, "gw-2");
    assert_non_null(u);
    assert_memory_equal(u->other.b, m.report.id.b, 16);
    assert_int_equal(restoration(&w, &f).state, CLOCK_RUNNING); /* its own promise goes on */
    assert_true(restoration(&w, &f).deadline == AT(2) + 4 * HOURS);
    struct event done = act_at(&w, AT(60), "home-e1", VERB_RESOLVE, &m);
    done.act.occurred_at = AT(40);
    people_say(&w, done);
    assert_int_equal(people_state(&w, &f), TICKET_HELD);
    assert_true(engine_next(w.e) <= AT(60));
    world_time(&w, AT(61));
    assert_int_equal(people_state(&w, &f), TICKET_RESOLVED);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-2"));
    assert_true(restoration(&w, &f).stop == AT(40));
    assert_int_equal(followers(&w, &m), 0);
    world_time(&w, AT(61) + 24 * HOURS); /* its customer is silent, too */
    assert_int_equal(people_state(&w, &f), TICKET_CLOSED);
    world_fini(&w);
}

static void
whoever_was_offered_the_follower_is_told_why_it_is_gone(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    struct event g = report(&w, AT(4), 3, "line");
    const char *who = world_told(&w.fx, UPDATE_OFFER, "home-e1") ? "home-e1" : "home-e2";
    assert_int_equal(people_state(&w, &g), TICKET_OFFERED);
    uint32_t load = people_load(&w, who);
    assert_int_equal(with(&w, AT(5), VERB_JOIN, &g, &m), REFUSAL_NONE);
    const struct update *u = people_told(&w, UPDATE_WITHDRAWN, who);
    assert_non_null(u);
    assert_true(str_eq(u->why, STR("because")));
    assert_int_equal(people_load(&w, who), load - 1);
    struct event q = report(&w, AT(6), 4, "odd"); /* nobody has the skill: it waits */
    assert_int_equal(people_state(&w, &q), TICKET_QUEUED);
    assert_int_equal(with(&w, AT(7), VERB_JOIN, &q, &m), REFUSAL_NONE);
    struct event t = report(&w, AT(8), 5, "odd");
    do_at(&w, AT(8), "desk", VERB_PREPROCESS, &t);
    assert_int_equal(people_state(&w, &t), TICKET_TRIAGED);
    assert_int_equal(with(&w, AT(9), VERB_JOIN, &t, &m), REFUSAL_NONE);
    assert_int_equal(followers(&w, &m), 4);
    world_fini(&w);
}

static void
nothing_follows_itself_a_follower_or_what_is_solved(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    struct event a = report(&w, AT(4), 3, "odd"), b = report(&w, AT(5), 4, "odd"),
                 nowhere = world_report(AT(5), 99, "odd", "x");
    static const enum verb verbs[] = { VERB_JOIN, VERB_MERGE };
    for (size_t i = 0; i < countof(verbs); i++) {
        assert_int_equal(with(&w, AT(6), verbs[i], &a, &a), REFUSAL_INCOMPLETE);
        assert_int_equal(with(&w, AT(6), verbs[i], &a, &f), REFUSAL_INCOMPLETE);
        assert_int_equal(with(&w, AT(6), verbs[i], &a, &nowhere), REFUSAL_INCOMPLETE);
        assert_int_equal(with(&w, AT(6), verbs[i], &f, &m), REFUSAL_STATE); /* it is held */
    }
    assert_int_equal(with(&w, AT(7), VERB_JOIN, &a, &b), REFUSAL_NONE);
    for (size_t i = 0; i < countof(verbs); i++) /* b has a follower */
        assert_int_equal(with(&w, AT(8), verbs[i], &b, &m), REFUSAL_INCOMPLETE);
    do_at(&w, AT(9), "home-e1", VERB_RESOLVE, &m);
    struct event c = report(&w, AT(10), 5, "odd");
    assert_int_equal(with(&w, AT(10), VERB_JOIN, &c, &m), REFUSAL_INCOMPLETE);
    world_fini(&w);
}

/* Many: some in each event, and the same whatever the engine has forgotten. */
static void
hundreds_of_followers_are_solved_in_slices(void **state)
{
    (void)state;
    enum { MANY = 300 };
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    for (uint32_t i = 0; i < MANY; i++) {
        struct event r = world_report(AT(4), 0, "odd", "");
        r.report.place = PLACE_NONE;
        memcpy(r.report.id.b + 2, &i, sizeof(i));
        world_do(&w, r);
        assert_int_equal(with(&w, AT(4), VERB_JOIN, &r, &m), REFUSAL_NONE);
    }
    assert_int_equal(followers(&w, &m), MANY + 1);
    do_at(&w, AT(5), "home-e1", VERB_RESOLVE, &m);
    size_t slices = 0, solved = 0;
    for (; followers(&w, &m) > 0; slices++) {
        assert_true(engine_next(w.e) <= AT(6));
        world_time(&w, AT(6));
        size_t now = world_outcomes(&w.fx, OUTCOME_STEP);
        assert_true(now > 0 && now <= SLICE);
        solved += now;
    }
    assert_int_equal(solved, MANY + 1);
    assert_int_equal(slices, (MANY + 1 + SLICE - 1) / SLICE);
    assert_true(engine_next(w.e) > AT(6));
    world_fini(&w);
}

/* Every way in which a master ends without having been restored. */
static void
a_master_that_ends_unsolved_leaves_its_followers_to_the_engineers(void **state)
{
    (void)state;
    static const struct {
        enum verb v;
        const char *who;
    } ends[] = { { VERB_CANCEL, "gw-1" },
                 { VERB_REJECT, "desk" },
                 { VERB_DIFFERENT, "home-e1" },
                 { VERB_QUOTE_DECLINE, "gw-1" },
                 { VERB_OBSERVE, "home-e1" } };
    for (size_t i = 0; i < countof(ends); i++) {
        struct world w;
        struct event m, f;
        begin(&w, &m, &f);
        struct event quote = act_at(&w, AT(9), "home-e1", VERB_QUOTE, &m);
        quote.act.amount = 5;
        if (ends[i].v == VERB_QUOTE_DECLINE)
            assert_int_equal(people_say(&w, quote), REFUSAL_NONE);
        assert_int_equal(do_at(&w, AT(10), ends[i].who, ends[i].v, &m), REFUSAL_NONE);
        instant end = AT(10);
        if (ends[i].v == VERB_OBSERVE)
            world_time(&w, end = AT(10) + w.plan.rules.observe_ms);
        world_time(&w, end);
        assert_true(waits(people_state(&w, &f)));
        struct ticket t = world_ticket(&w, &f);
        assert_null(ticket_link(&t, LINK_MASTER));
        assert_true(t.course.miles[MILE_RESTORED] == NEVER);
        ticket_fini(&t);
        assert_int_equal(followers(&w, &m), 0);
        world_fini(&w);
    }
}

/* Solved and taken back before anybody has followed: they go on waiting. */
static void
a_master_reopened_at_once_keeps_those_who_have_not_followed(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    do_at(&w, AT(10), "home-e1", VERB_RESOLVE, &m);
    do_at(&w, AT(10), "gw-1", VERB_REOPEN, &m);
    assert_true(engine_next(w.e) > AT(10));
    world_time(&w, AT(11));
    assert_int_equal(people_state(&w, &f), TICKET_HELD);
    assert_int_equal(followers(&w, &m), 1);
    do_at(&w, AT(12), "home-e1", VERB_RESOLVE, &m);
    world_time(&w, AT(12));
    assert_int_equal(people_state(&w, &f), TICKET_RESOLVED);
    /* and later: whoever has followed is his own customer's to reopen */
    do_at(&w, AT(13), "gw-1", VERB_REOPEN, &m);
    assert_int_equal(people_state(&w, &f), TICKET_RESOLVED);
    assert_int_equal(followers(&w, &m), 0);
    assert_int_equal(do_at(&w, AT(14), "gw-2", VERB_REOPEN, &f), REFUSAL_NONE);
    assert_true(waits(people_state(&w, &f))); /* it has no engineer to go back to */
    assert_int_equal(with(&w, AT(15), VERB_JOIN, &f, &m), REFUSAL_NONE); /* and may follow again */
    assert_int_equal(followers(&w, &m), 1);
    world_fini(&w);
}

/* Whatever takes a follower out of its wait, its master has one less. */
static void
a_follower_that_goes_is_counted_no_more(void **state)
{
    (void)state;
    static const struct {
        enum verb v;
        const char *who;
        enum refusal answer;
    } ways[] = {
        { VERB_LEAVE, "desk", REFUSAL_NONE },      { VERB_CANCEL, "gw-2", REFUSAL_NONE },
        { VERB_REJECT, "desk", REFUSAL_NONE },     { VERB_RETURN, "desk", REFUSAL_NOBODY },
        { VERB_TRANSFER, "desk", REFUSAL_NOBODY }, { VERB_HELP, "desk", REFUSAL_NOBODY },
        { VERB_NUDGE, "gw-2", REFUSAL_NONE },      { VERB_RESUME, "home-e1", REFUSAL_NOT_YOURS },
    };
    for (size_t i = 0; i < countof(ways); i++) {
        struct world w;
        struct event m, f;
        begin(&w, &m, &f);
        assert_int_equal(do_at(&w, AT(10), ways[i].who, ways[i].v, &f), ways[i].answer);
        bool held = people_state(&w, &f) == TICKET_HELD;
        assert_int_equal(held, i > 2);
        assert_int_equal(followers(&w, &m), held);
        do_at(&w, AT(11), "home-e1", VERB_RESOLVE, &m);
        world_time(&w, AT(11));
        assert_int_equal(people_state(&w, &f) == TICKET_RESOLVED, held);
        world_fini(&w);
    }
}

static void
a_follower_that_leaves_waits_for_an_engineer_of_its_own(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    assert_int_equal(do_at(&w, AT(10), "desk", VERB_LEAVE, &f), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &f), TICKET_OFFERED);
    assert_int_equal(do_at(&w, AT(11), "desk", VERB_LEAVE, &f), REFUSAL_STATE);
    struct ticket t = world_ticket(&w, &f);
    assert_null(ticket_link(&t, LINK_MASTER));
    ticket_fini(&t);
    world_fini(&w);
}

/* Plans come and go; a master settles at once when the plan says so. */
static void
followers_are_found_again_under_another_plan(void **state)
{
    (void)state;
    struct world w;
    struct world_plan three;
    struct event m, f;
    begin(&w, &m, &f);
    world_plan_init(&three, "home", 3);
    three.rules.settle_ms = three.rules.reopen_ms = 0;
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = AT(5), .rules = &three.rules });
    assert_int_equal(followers(&w, &m), 1);
    do_at(&w, AT(6), "gw-1", VERB_CANCEL, &m);
    world_time(&w, AT(6));
    assert_true(waits(people_state(&w, &f)));
    world_fini(&w);
}

/* The mass outage has come again: its master is not watched any longer. */
static void
a_follower_of_what_is_watched_is_its_recurrence(void **state)
{
    (void)state;
    static const enum verb verbs[] = { VERB_JOIN, VERB_MERGE };
    for (size_t i = 0; i < countof(verbs); i++) {
        struct world w;
        struct event m, f;
        begin(&w, &m, &f);
        do_at(&w, AT(10), "home-e1", VERB_OBSERVE, &m);
        struct event r = report(&w, AT(20), 3, "line");
        assert_int_equal(with(&w, AT(21), verbs[i], &r, &m), REFUSAL_NONE);
        assert_true(waits(people_state(&w, &m)));
        struct ticket t = world_ticket(&w, &m);
        assert_true(t.course.excluded[0].to == AT(20));
        ticket_fini(&t);
        world_fini(&w);
    }
}

/* ---- merge */

static void
a_duplicate_brings_its_reports_and_their_gateways(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    struct event d = report(&w, AT(4), 3, "line");
    struct event repeat = world_report(AT(5), 4, "line", "td");
    repeat.report.gateway = NAME(principal_id, "gw-4");
    world_do(&w, repeat);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    assert_int_equal(with(&w, AT(6), VERB_MERGE, &d, &m), REFUSAL_NONE);
    assert_int_equal(people_state(&w, &d), TICKET_DUPLICATE);
    assert_true(is_linked(&w, &d, LINK_SAME, &m));
    struct ticket t = world_ticket(&w, &m);
    assert_int_equal(t.repeats, 2);
    assert_memory_equal(&t.repeat_ids[0], &d.report.id, sizeof(d.report.id));
    assert_memory_equal(&t.repeat_ids[1], &repeat.report.id, sizeof(repeat.report.id));
    assert_int_equal(t.gateways_count, 3);
    ticket_fini(&t);
    bool other = false, state_of_it = false; /* they hear of both */
    for (size_t n = 0; world_posting(&w.fx, UPDATE_TICKET, n) != NULL; n++) {
        const struct posting *p = world_posting(&w.fx, UPDATE_TICKET, n);
        for (size_t k = 0; k < p->recipients_count; k++) {
            bool his = strcmp(p->recipients[k].who.s, "gw-4") == 0;
            other |= his && p->update.state == TICKET_DUPLICATE &&
                     memcmp(p->update.other.b, m.report.id.b, 16) == 0;
            state_of_it |= his && p->update.state == TICKET_WORKING;
        }
    }
    assert_true(other && state_of_it);
    assert_int_equal(restoration(&w, &d).state, CLOCK_VOID);
    assert_int_equal(do_at(&w, AT(7), "gw-3", VERB_REOPEN, &d), REFUSAL_STATE);
    assert_int_equal(do_at(&w, AT(7), "gw-3", VERB_NUDGE, &m), REFUSAL_NONE); /* it is his, too */
    world_fini(&w);
}

/* ---- another cause */

static struct event
another_cause(struct world *w, instant at, const struct event *r, uint8_t n)
{
    struct event ev = act_at(w, at, "home-e1", VERB_DIFFERENT, r);
    ev.act.fresh.b[3] = n;
    return ev;
}

static void
another_cause_ends_this_one_and_begins_a_linked_one(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    struct event ev = another_cause(&w, AT(30), &m, 7);
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev.act.note = STR("because");
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    struct event n = opened(&w);
    assert_memory_equal(n.report.id.b, ev.act.fresh.b, 16);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_LEVEL), 1);
    const struct update *u = people_told(&w, UPDATE_TICKET, "gw-1");
    assert_non_null(u);
    assert_int_equal(people_state(&w, &m), TICKET_CLOSED);
    assert_true(waits(people_state(&w, &n)));
    assert_true(is_linked(&w, &m, LINK_SUCCESSOR, &n));
    assert_true(is_linked(&w, &n, LINK_PREVIOUS, &m));
    assert_true(restoration(&w, &n).deadline == AT(30) + 4 * HOURS);
    struct ticket t = world_ticket(&w, &n), old = world_ticket(&w, &m);
    assert_true(ticket_tells(&t, NAME(principal_id, "gw-1")));
    assert_memory_equal(t.code, old.code, sizeof(t.code));
    assert_int_equal(t.level, old.level);
    assert_int_equal(t.paged_level, t.level);
    assert_int_equal(t.text.len, old.text.len);
    ticket_fini(&t);
    ticket_fini(&old);
    world_fini(&w);
}

/* The shell's id is the event's own; a report may have come by it, or another ticket have it. */
static void
a_linked_ticket_is_opened_once_and_under_an_id_of_its_own(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    struct event ev = another_cause(&w, AT(30), &m, 7);
    ev.act.fresh = ticket_of(f.report.id);
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev.act.fresh = (struct ticket_id){ 0 };
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev = another_cause(&w, AT(30), &m, 7);
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    ev.act.id.counter = people_counter; /* said again */
    world_do(&w, ev);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 0);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_REPEATED), 1);
    struct event forged = world_report(AT(31), 77, "line", "z");
    memcpy(forged.report.id.b, ev.act.fresh.b, 16);
    world_do(&w, forged);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_QUARANTINED), 1);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 0);
    world_fini(&w);
}

static void
as_many_links_as_are_kept_and_no_more(void **state)
{
    (void)state;
    struct world w;
    struct event m, f;
    begin(&w, &m, &f);
    for (uint8_t i = 0; i < LINKS_MAX; i++) { /* the customer says that they continue it */
        struct event r = world_report(AT(3), (uint8_t)(20 + i), "odd", "");
        r.report.place = PLACE_NONE;
        r.report.follows = ticket_of(m.report.id);
        world_do(&w, r);
    }
    struct ticket t = world_ticket(&w, &m);
    assert_int_equal(t.links_count, LINKS_MAX);
    ticket_fini(&t);
    assert_int_equal(people_say(&w, another_cause(&w, AT(4), &m, 1)), REFUSAL_LIMIT);
    assert_int_equal(people_state(&w, &m), TICKET_WORKING);
    world_fini(&w);
}

/* What is promised now, as if the customer had called again. */
static void
a_linked_ticket_lives_by_the_plan_of_its_own_day(void **state)
{
    (void)state;
    struct world w;
    struct world_plan three;
    struct contract both[2];
    struct site_rule site = { .contract = 1, .warranty_until = NEVER };
    struct event m, f;
    begin(&w, &m, &f);
    world_plan_init(&three, "home", 3);
    both[0] = both[1] = three.contract;
    both[1].promises[CLOCK_RESTORATION][1].working_ms = 2 * HOURS;
    three.rules.contracts = both;
    three.rules.contracts_count = 2;
    site.id = NAME(site_id, "sb");
    three.rules.sites = &site;
    three.rules.sites_count = 1;
    three.rules.levels[0] = (struct level){ "light", MINUTES };
    three.rules.levels[1] = (struct level){ "general", MINUTES };
    three.rules.levels[2] = (struct level){ "severe", MINUTES };
    three.rules.levels_count = 3;
    struct event relevel = act_at(&w, AT(5), "desk", VERB_RELEVEL, &m);
    memcpy(relevel.act.level, "general", 7);
    assert_int_equal(people_say(&w, relevel), REFUSAL_NONE);
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = AT(6), .rules = &three.rules });
    assert_int_equal(people_say(&w, another_cause(&w, AT(10), &m, 1)), REFUSAL_NONE);
    struct event n = opened(&w);
    struct ticket t = world_ticket(&w, &n), old = world_ticket(&w, &m);
    assert_int_equal(old.plan, 1);
    assert_int_equal(t.plan, 3);
    assert_int_equal(t.contract, 1);
    assert_int_equal(t.level, 1); /* the same by name */
    ticket_fini(&t);
    ticket_fini(&old);
    world_fini(&w);
}

/* ---- a mass outage is noticed */

static bool
alarmed(const struct world *w)
{
    const struct posting *p;
    for (size_t n = 0; (p = world_posting(&w->fx, UPDATE_ALARM, n)) != NULL; n++)
        if (p->update.why.len > 40 && memcmp(p->update.why.at, "so many of this category", 24) == 0)
            return true;
    return false;
}

static void
many_of_a_kind_are_told_once_until_there_are_fewer_again(void **state)
{
    (void)state;
    /* three within 10 minutes; at the tenth the first is out */
    static const struct {
        int minute;
        bool alarm;
    } calls[] = { { 0, false },  { 1, false },  { 2, true },   { 3, false }, { 9, false },
                  { 10, false }, { 25, false }, { 26, false }, { 26, true }, { 34, false } };
    struct world w;
    world_init(&w, "home");
    w.plan.rules.outage_count = 3;
    w.plan.rules.outage_ms = 10 * MINUTES;
    for (size_t i = 0; i < countof(calls); i++) {
        report(&w, AT(calls[i].minute), (uint8_t)(2 * i), "odd");
        assert_int_equal(alarmed(&w), calls[i].alarm);
        report(&w, AT(calls[i].minute), (uint8_t)(2 * i + 1), i % 2 ? "ac" : "mixed");
    }
    w.plan.rules.outage_count = 0;
    for (uint8_t i = 0; i < 5; i++) {
        report(&w, AT(100), (uint8_t)(100 + i), "line");
        assert_false(alarmed(&w));
    }
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_follower_is_solved_with_its_master_and_when_its_master_was),
        cmocka_unit_test(whoever_was_offered_the_follower_is_told_why_it_is_gone),
        cmocka_unit_test(nothing_follows_itself_a_follower_or_what_is_solved),
        cmocka_unit_test(hundreds_of_followers_are_solved_in_slices),
        cmocka_unit_test(a_master_that_ends_unsolved_leaves_its_followers_to_the_engineers),
        cmocka_unit_test(a_master_reopened_at_once_keeps_those_who_have_not_followed),
        cmocka_unit_test(a_follower_that_goes_is_counted_no_more),
        cmocka_unit_test(a_follower_that_leaves_waits_for_an_engineer_of_its_own),
        cmocka_unit_test(followers_are_found_again_under_another_plan),
        cmocka_unit_test(a_follower_of_what_is_watched_is_its_recurrence),
        cmocka_unit_test(a_duplicate_brings_its_reports_and_their_gateways),
        cmocka_unit_test(another_cause_ends_this_one_and_begins_a_linked_one),
        cmocka_unit_test(a_linked_ticket_is_opened_once_and_under_an_id_of_its_own),
        cmocka_unit_test(as_many_links_as_are_kept_and_no_more),
        cmocka_unit_test(a_linked_ticket_lives_by_the_plan_of_its_own_day),
        cmocka_unit_test(many_of_a_kind_are_told_once_until_there_are_fewer_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
