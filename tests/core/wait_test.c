/* wait_test.c - about workers/core/wait.c: time that does not count begins when it is said to have
 * begun and ends by whatever ends the wait; what is watched comes again, or not. */
#include "tests/core/people.h"
#include "workers/core/clocks.h"

#define AT(minutes) (WORLD_BEGIN + (instant)(minutes)*MINUTES)

static struct event
act_at(struct world *w, instant at, const char *who, enum verb v, const struct event *r)
{
    struct event ev = people_act(w, who, v, r);
    ev.at = ev.act.occurred_at = at;
    return ev;
}

static enum refusal
do_at(struct world *w, instant at, const char *who, enum verb v, const struct event *r)
{
    return people_say(w, act_at(w, at, who, v, r));
}

/* e1 works on it from minute 1 on; reported at minute 0. */
static struct event
begin(struct world *w)
{
    world_init(w, "home");
    w->plan.contract.exempts = 1u << REASON_FORCE_MAJEURE;
    struct event r = people_taken(w, 1, "line", "home-e1");
    assert_int_equal(do_at(w, AT(1), "home-e1", VERB_WORK, &r), REFUSAL_NONE);
    return r;
}

static struct exclusion
excluded(const struct world *w, const struct event *r, size_t i)
{
    struct ticket t = world_ticket(w, r);
    assert_true(i < t.course.excluded_count);
    struct exclusion x = t.course.excluded[i];
    ticket_fini(&t);
    return x;
}

static size_t
exclusions(const struct world *w, const struct event *r)
{
    struct ticket t = world_ticket(w, r);
    size_t n = t.course.excluded_count;
    ticket_fini(&t);
    return n;
}

static struct reading
restoration(const struct world *w, const struct event *r)
{
    struct reading out;
    struct ticket t = world_ticket(w, r);
    clock_read(CLOCK_RESTORATION, &t.course, &w->plan.contract, t.level, engine_at(w->e), &out);
    ticket_fini(&t);
    return out;
}

/* ---- pend */

/* Whatever others have said meanwhile: a device was out of reach. */
static void
a_wait_begins_and_ends_when_its_sender_says(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    do_at(&w, AT(30), "desk", VERB_NOTE, &r);
    struct event pend = act_at(&w, AT(40), "home-e1", VERB_PEND, &r);
    pend.act.occurred_at = AT(20);
    assert_int_equal(people_say(&w, pend), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 0).from == AT(20));
    assert_true(excluded(&w, &r, 0).to == NEVER);
    struct event resume = act_at(&w, AT(60), "gw-1", VERB_RESUME, &r);
    resume.act.occurred_at = AT(50);
    assert_int_equal(people_say(&w, resume), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 0).to == AT(50));
    assert_true(restoration(&w, &r).deadline == AT(4 * 60 + 30));
    /* the timeline is in the order in which things were told, and never runs backwards */
    struct ticket t = world_ticket(&w, &r);
    for (size_t i = 1; i < t.timeline_count; i++)
        assert_true(t.timeline[i].occurred_at >= t.timeline[i - 1].occurred_at);
    ticket_fini(&t);
    world_fini(&w);
}

/* Unbelieved instants, ends before beginnings, times before the report: nothing is negative. */
static void
no_wait_begins_before_the_report_or_ends_before_it_began(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    struct event pend = act_at(&w, AT(10), "home-e1", VERB_PEND, &r);
    pend.act.occurred_at = AT(-60);
    assert_int_equal(people_say(&w, pend), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 0).from == AT(0));
    do_at(&w, AT(15), "home-e1", VERB_RESUME, &r);
    do_at(&w, AT(20), "home-e1", VERB_PEND, &r);
    struct event resume = act_at(&w, AT(25), "home-e1", VERB_RESUME, &r);
    resume.act.occurred_at = AT(5);
    assert_int_equal(people_say(&w, resume), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 1).from == AT(20) && excluded(&w, &r, 1).to == AT(20));
    pend = act_at(&w, AT(30), "home-e1", VERB_PEND, &r);
    pend.act.occurred_at = AT(30) - 13 * HOURS; /* beyond the limit: now */
    assert_int_equal(people_say(&w, pend), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 2).from == AT(30));
    world_fini(&w);
}

static void
a_wait_needs_evidence_a_reason_and_an_end_within_the_limit(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    const struct event good = act_at(&w, AT(10), "home-e1", VERB_PEND, &r);
    struct event ev = good;
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev = good;
    ev.act.until = AT(10);
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev.act.until = AT(10) + 48 * HOURS + 1;
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    ev = good;
    ev.act.reason = REASON_NONE;
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    ev.act.reason = REASON_QUOTE; /* the engine's own */
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    assert_int_equal(exclusions(&w, &r), 0);
    ev = good;
    ev.act.until = AT(10) + 48 * HOURS;
    assert_int_equal(people_say(&w, ev), REFUSAL_NONE);
    world_fini(&w);
}

/* The worker was away: the customer is not made to wait for that. */
static void
a_late_timer_makes_no_wait_longer(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    struct event pend = act_at(&w, AT(10), "home-e1", VERB_PEND, &r);
    pend.act.until = AT(60);
    people_say(&w, pend);
    assert_true(engine_next(w.e) <= AT(60));
    world_time(&w, AT(60) - 1);
    assert_int_equal(people_state(&w, &r), TICKET_PENDING_CUSTOMER);
    world_time(&w, AT(100));
    assert_int_equal(people_state(&w, &r), TICKET_WORKING);
    assert_true(world_told(&w.fx, UPDATE_ALARM, WATCH.s));
    assert_true(world_told(&w.fx, UPDATE_TICKET, "home-e1"));
    assert_true(excluded(&w, &r, 0).to == AT(60));
    pend = act_at(&w, AT(110), "home-e1", VERB_PEND, &r);
    pend.act.until = AT(120);
    people_say(&w, pend);
    do_at(&w, AT(130), "gw-1", VERB_RESUME, &r); /* before any timer */
    assert_true(excluded(&w, &r, 1).to == AT(120));
    world_fini(&w);
}

static void
a_wait_ends_by_whatever_verb_leaves_it(void **state)
{
    (void)state;
    static const struct {
        enum verb v;
        const char *who;
        enum ticket_state to;
    } ways[] = {
        { VERB_RESUME, "home-e1", TICKET_WORKING },     { VERB_RESUME, "desk", TICKET_WORKING },
        { VERB_RETURN, "home-e1", TICKET_OFFERED },     { VERB_RETURN, "desk", TICKET_OFFERED },
        { VERB_CANCEL, "gw-1", TICKET_CANCELLED },      { VERB_REJECT, "desk", TICKET_REJECTED },
        { VERB_TAKE_OVER, "home-e2", TICKET_ACCEPTED },
    };
    for (size_t i = 0; i < countof(ways); i++) {
        struct world w;
        struct event r = begin(&w);
        do_at(&w, AT(10), "home-e1", VERB_PEND, &r);
        if (ways[i].v == VERB_TAKE_OVER)
            people_name(&w, "desk", VERB_TRANSFER, &r, ways[i].who);
        assert_int_equal(do_at(&w, AT(12), ways[i].who, ways[i].v, &r), REFUSAL_NONE);
        assert_int_equal(people_state(&w, &r), ways[i].to);
        assert_true(excluded(&w, &r, 0).to == AT(12));
        struct ticket t = world_ticket(&w, &r);
        assert_int_equal(t.wait, REASON_NONE);
        ticket_fini(&t);
        world_fini(&w);
    }
}

/* His engineer is in the plan no more. */
static void
a_wait_ends_when_the_engineer_is_gone(void **state)
{
    (void)state;
    struct world w;
    struct world_plan two;
    struct event r = begin(&w);
    do_at(&w, AT(10), "home-e1", VERB_PEND, &r);
    world_plan_init(&two, "home", 2);
    world_do(&w, (struct event){ .kind = EVENT_PLAN, .at = AT(20), .rules = &two.rules });
    assert_true(excluded(&w, &r, 0).to == AT(20));
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.wait, REASON_NONE);
    assert_true(t.state == TICKET_OFFERED || t.state == TICKET_QUEUED);
    ticket_fini(&t);
    world_fini(&w);
}

static void
a_quote_is_answered_and_not_resumed(void **state)
{
    (void)state;
    static const enum verb answers[] = { VERB_QUOTE_ACCEPT, VERB_QUOTE_DECLINE };
    for (size_t i = 0; i < countof(answers); i++) {
        struct world w;
        struct event r = begin(&w);
        struct event quote = act_at(&w, AT(10), "home-e1", VERB_QUOTE, &r);
        quote.act.amount = 100;
        assert_int_equal(people_say(&w, quote), REFUSAL_NONE);
        assert_int_equal(do_at(&w, AT(11), "gw-1", VERB_RESUME, &r), REFUSAL_STATE);
        assert_int_equal(do_at(&w, AT(12), "gw-1", answers[i], &r), REFUSAL_NONE);
        assert_true(excluded(&w, &r, 0).from == AT(10) && excluded(&w, &r, 0).to == AT(12));
        world_fini(&w);
    }
}

/* ---- hold: with a reason, and the clocks run on */

static void
a_hold_needs_a_reason_and_stops_no_clock(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    instant deadline = restoration(&w, &r).deadline;
    struct event hold = act_at(&w, AT(10), "home-e1", VERB_HOLD, &r);
    hold.act.reason = REASON_NONE;
    assert_int_equal(people_say(&w, hold), REFUSAL_REASON);
    hold.act.reason = REASON_MASTER;
    assert_int_equal(people_say(&w, hold), REFUSAL_REASON);
    hold.act.reason = REASON_VENDOR;
    assert_int_equal(people_say(&w, hold), REFUSAL_NONE);
    struct ticket t = world_ticket(&w, &r);
    assert_int_equal(t.wait, REASON_VENDOR);
    ticket_fini(&t);
    assert_int_equal(do_at(&w, AT(20), "desk", VERB_LEAVE, &r), REFUSAL_STATE);
    assert_int_equal(do_at(&w, AT(90), "home-e1", VERB_RESUME, &r), REFUSAL_NONE);
    assert_int_equal(exclusions(&w, &r), 0);
    assert_true(restoration(&w, &r).deadline == deadline);
    world_fini(&w);
}

/* ---- as many as there is room for */

static void
more_waits_than_are_kept_are_refused(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    for (int i = 0; i < EXCLUSIONS_MAX; i++) {
        assert_int_equal(do_at(&w, AT(10 + i), "home-e1", VERB_PEND, &r), REFUSAL_NONE);
        assert_int_equal(do_at(&w, AT(10 + i), "home-e1", VERB_RESUME, &r), REFUSAL_NONE);
    }
    assert_int_equal(do_at(&w, AT(50), "home-e1", VERB_PEND, &r), REFUSAL_LIMIT);
    assert_int_equal(do_at(&w, AT(50), "home-e1", VERB_OBSERVE, &r), REFUSAL_LIMIT);
    struct event ev = act_at(&w, AT(50), "desk", VERB_EXEMPT, &r);
    ev.act.until = AT(60);
    assert_int_equal(people_say(&w, ev), REFUSAL_LIMIT);
    ev = act_at(&w, AT(50), "home-e1", VERB_QUOTE, &r);
    ev.act.amount = 1;
    assert_int_equal(people_say(&w, ev), REFUSAL_LIMIT);
    do_at(&w, AT(51), "home-e1", VERB_RESOLVE, &r);
    assert_int_equal(do_at(&w, AT(52), "gw-1", VERB_REOPEN, &r), REFUSAL_NONE); /* needs none */
    do_at(&w, AT(53), "home-e1", VERB_RESOLVE, &r);
    do_at(&w, AT(54), "gw-1", VERB_APPROVE, &r);
    assert_int_equal(do_at(&w, AT(55), "gw-1", VERB_REOPEN, &r), REFUSAL_LIMIT);
    world_fini(&w);
}

/* ---- exempt */

static enum refusal
exempt(struct world *w, const struct event *r, instant from, instant until)
{
    struct event ev = people_act(w, "desk", VERB_EXEMPT, r);
    ev.act.occurred_at = from;
    ev.act.until = until;
    return people_say(w, ev);
}

static void
exempted_time_is_what_was_said_past_or_to_come(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    do_at(&w, AT(60), "desk", VERB_NOTE, &r);
    assert_int_equal(exempt(&w, &r, AT(20), 0), REFUSAL_NONE); /* until now */
    assert_true(excluded(&w, &r, 0).from == AT(20) && excluded(&w, &r, 0).to == AT(60));
    assert_int_equal(exempt(&w, &r, AT(30), AT(50)), REFUSAL_NONE); /* counted once */
    assert_true(restoration(&w, &r).deadline == AT(4 * 60 + 40));
    assert_int_equal(exempt(&w, &r, AT(100), AT(130)), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 2).from == AT(100) && excluded(&w, &r, 2).to == AT(130));
    assert_true(restoration(&w, &r).deadline == AT(4 * 60 + 70));
    assert_int_equal(restoration(&w, &r).state, CLOCK_RUNNING); /* it has not begun */
    assert_int_equal(exempt(&w, &r, AT(-90), AT(10)), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 3).from == AT(0));
    do_at(&w, AT(14 * 60), "desk", VERB_NOTE, &r); /* further back than a device is believed */
    assert_int_equal(exempt(&w, &r, AT(11), AT(15)), REFUSAL_NONE);
    assert_true(excluded(&w, &r, 4).from == AT(11));
    world_fini(&w);
}

static void
an_exemption_that_the_contract_does_not_know_is_refused(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    struct event ev = act_at(&w, AT(60), "desk", VERB_EXEMPT, &r);
    ev.act.occurred_at = AT(30);
    ev.act.reason = REASON_CUSTOMER_DELAY;
    assert_int_equal(people_say(&w, ev), REFUSAL_REASON);
    ev.act.reason = REASON_FORCE_MAJEURE;
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    assert_int_equal(exempt(&w, &r, AT(60), 0), REFUSAL_INCOMPLETE); /* of no length */
    assert_int_equal(exempt(&w, &r, AT(40), AT(30)), REFUSAL_INCOMPLETE);
    assert_int_equal(exempt(&w, &r, AT(-40), AT(-30)), REFUSAL_INCOMPLETE);
    assert_int_equal(exempt(&w, &r, AT(40), AT(61) + 48 * HOURS), REFUSAL_INCOMPLETE);
    assert_int_equal(exclusions(&w, &r), 0);
    world_fini(&w);
}

/* A breach that was announced turns out to be none: said once. */
static void
an_exemption_takes_a_breach_back(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    world_time(&w, AT(4 * 60 + 1));
    assert_true(restoration(&w, &r).broken);
    assert_int_equal(exempt(&w, &r, AT(60), AT(120)), REFUSAL_NONE);
    assert_false(restoration(&w, &r).broken);
    bool corrected = false;
    for (size_t i = 0; i < w.fx.outcomes_count; i++)
        corrected |= w.fx.outcomes[i].kind == OUTCOME_CORRECTED &&
                     w.fx.outcomes[i].clock == CLOCK_RESTORATION;
    assert_true(corrected);
    world_fini(&w);
}

/* ---- the property */

/* Whatever is said of time that does not count, no deadline comes nearer. Clocks as they will read
 * at the end of time: while excluded time goes on there is none. */
static void
no_pause_makes_a_deadline_earlier(void **state)
{
    (void)state;
    struct rng rng = seed();
    for (int round = 0; round < 40; round++) {
        struct world w;
        struct event r = begin(&w);
        instant at = AT(2), before = restoration(&w, &r).deadline;
        for (int i = 0; i < 20; i++) {
            static const enum verb verbs[] = { VERB_PEND, VERB_RESUME, VERB_EXEMPT, VERB_HOLD };
            enum verb v = verbs[rng_below(&rng, countof(verbs))];
            at += (instant)rng_below(&rng, 20 * MINUTES);
            struct event ev = act_at(&w, at, v == VERB_EXEMPT ? "desk" : "home-e1", v, &r);
            ev.act.occurred_at = at - (instant)rng_below(&rng, 3 * HOURS) + HOURS;
            if (rng_below(&rng, 2) == 0)
                ev.act.until = at + (instant)rng_below(&rng, 2 * HOURS);
            enum refusal answer = people_say(&w, ev);
            instant deadline = restoration(&w, &r).deadline;
            struct ticket t = world_ticket(&w, &r);
            bool opens = v == VERB_RESUME && answer == REFUSAL_NONE; /* what was not known, is */
            assert_true(deadline >= before || (opens && before == NEVER));
            assert_true(!opens || deadline >= AT(4 * 60));
            ticket_fini(&t);
            before = deadline;
        }
        world_fini(&w);
    }
}

/* ---- observe */

#define WINDOW (92 * DAYS)

static struct event
watched(struct world *w, const char *by)
{
    struct event r = begin(w);
    assert_int_equal(do_at(w, AT(10), by, VERB_OBSERVE, &r), REFUSAL_NONE);
    assert_int_equal(people_state(w, &r), TICKET_PENDING_CUSTOMER);
    return r;
}

static struct event
again(instant at, uint8_t n, const char *category)
{
    return world_report(at, n, category, "sb"); /* where people_taken's first is */
}

static void
what_is_watched_has_nobody_and_frees_its_people(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w);
    struct event waits = world_report(AT(2), 9, "line", "elsewhere");
    assert_int_equal(people_name(&w, "home-e1", VERB_HELP, &r, "home-e2"), REFUSAL_NONE);
    assert_int_equal(people_do(&w, "home-e2", VERB_JOIN_IN, &r), REFUSAL_NONE);
    world_do(&w, waits);
    uint32_t load = people_load(&w, "home-e2");
    assert_int_equal(do_at(&w, AT(10), "desk", VERB_OBSERVE, &r), REFUSAL_NONE);
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e1"));
    assert_true(world_told(&w.fx, UPDATE_WITHDRAWN, "home-e2"));
    assert_true(people_load(&w, "home-e2") < load || world_told(&w.fx, UPDATE_OFFER, "home-e2"));
    struct ticket t = world_ticket(&w, &r);
    assert_true(no_name(t.engineer));
    assert_int_equal(t.helpers_count, 0);
    assert_true(t.due == AT(10) + WINDOW);
    ticket_fini(&t);
    assert_int_equal(do_at(&w, AT(11), "desk", VERB_RESUME, &r), REFUSAL_STATE);
    assert_int_equal(do_at(&w, AT(11), "desk", VERB_TRANSFER, &r), REFUSAL_NOBODY);
    assert_int_equal(do_at(&w, AT(11), "desk", VERB_HELP, &r), REFUSAL_NOBODY);
    assert_int_equal(do_at(&w, AT(11), "desk", VERB_RETURN, &r), REFUSAL_NOBODY);
    world_fini(&w);
}

static void
an_observation_needs_its_evidence(void **state)
{
    (void)state;
    struct world w;
    struct event r = begin(&w), ev = act_at(&w, AT(10), "home-e1", VERB_OBSERVE, &r);
    ev.act.note = STR("");
    assert_int_equal(people_say(&w, ev), REFUSAL_INCOMPLETE);
    world_fini(&w);
}

static void
a_recurrence_goes_on_with_the_same_ticket_and_without_the_time_between(void **state)
{
    (void)state;
    struct world w;
    struct event r = watched(&w, "home-e1");
    instant late = AT(10) + WINDOW - HOURS; /* long past repeat_ms */
    struct event other = again(late, 2, "mixed");
    world_do(&w, other);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 1);
    assert_int_equal(people_state(&w, &r), TICKET_PENDING_CUSTOMER);
    struct event repeat = again(late + 10 * MINUTES, 3, "line");
    repeat.report.occurred_at = late;
    world_do(&w, repeat);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    struct ticket t = world_ticket(&w, &r);
    assert_true(t.state == TICKET_OFFERED || t.state == TICKET_QUEUED);
    assert_int_equal(t.repeats, 1);
    ticket_fini(&t);
    assert_true(excluded(&w, &r, 0).from == AT(10) && excluded(&w, &r, 0).to == late);
    assert_true(restoration(&w, &r).deadline == late + 4 * HOURS - 10 * MINUTES);
    /* somebody else calls of the same: it is that one's repeat */
    world_do(&w, again(late + HOURS, 4, "line"));
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    world_fini(&w);
}

/* The plan may attach no repeats at all: it is the same fault nevertheless. */
static void
a_recurrence_is_one_where_repeats_are_not_attached(void **state)
{
    (void)state;
    struct world w;
    struct event r = watched(&w, "home-e1");
    w.plan.rules.repeat_ms = 0;
    world_do(&w, again(AT(60), 2, "line"));
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    assert_true(people_state(&w, &r) != TICKET_PENDING_CUSTOMER);
    world_fini(&w);
}

/* A report of the first fault that was long on its way. */
static void
what_happened_before_the_watch_is_no_recurrence(void **state)
{
    (void)state;
    struct world w;
    struct event r = watched(&w, "home-e1"), report = again(AT(20), 2, "line");
    report.report.occurred_at = AT(5);
    world_do(&w, report);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_ATTACHED), 1);
    assert_int_equal(people_state(&w, &r), TICKET_PENDING_CUSTOMER);
    world_fini(&w);
}

static void
a_watch_that_sees_nothing_closes_at_its_end(void **state)
{
    (void)state;
    struct world w;
    struct event r = watched(&w, "desk");
    instant end = AT(10) + WINDOW;
    world_time(&w, end - 1);
    assert_int_equal(people_state(&w, &r), TICKET_PENDING_CUSTOMER);
    assert_true(engine_next(w.e) == end);
    /* the timer is late, and a report comes first: not the same any more */
    struct event report = again(end + MINUTES, 2, "line");
    world_do(&w, report);
    assert_int_equal(world_outcomes(&w.fx, OUTCOME_OPENED), 1);
    world_time(&w, end + 5 * HOURS);
    assert_int_equal(people_state(&w, &r), TICKET_CLOSED);
    assert_true(world_told(&w.fx, UPDATE_TICKET, "gw-1"));
    assert_false(restoration(&w, &r).broken);
    assert_int_equal(restoration(&w, &r).state, CLOCK_VOID);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_begins_and_ends_when_its_sender_says),
        cmocka_unit_test(no_wait_begins_before_the_report_or_ends_before_it_began),
        cmocka_unit_test(a_wait_needs_evidence_a_reason_and_an_end_within_the_limit),
        cmocka_unit_test(a_late_timer_makes_no_wait_longer),
        cmocka_unit_test(a_wait_ends_by_whatever_verb_leaves_it),
        cmocka_unit_test(a_wait_ends_when_the_engineer_is_gone),
        cmocka_unit_test(a_quote_is_answered_and_not_resumed),
        cmocka_unit_test(a_hold_needs_a_reason_and_stops_no_clock),
        cmocka_unit_test(more_waits_than_are_kept_are_refused),
        cmocka_unit_test(exempted_time_is_what_was_said_past_or_to_come),
        cmocka_unit_test(an_exemption_that_the_contract_does_not_know_is_refused),
        cmocka_unit_test(an_exemption_takes_a_breach_back),
        cmocka_unit_test(no_pause_makes_a_deadline_earlier),
        cmocka_unit_test(what_is_watched_has_nobody_and_frees_its_people),
        cmocka_unit_test(an_observation_needs_its_evidence),
        cmocka_unit_test(a_recurrence_goes_on_with_the_same_ticket_and_without_the_time_between),
        cmocka_unit_test(a_recurrence_is_one_where_repeats_are_not_attached),
        cmocka_unit_test(what_happened_before_the_watch_is_no_recurrence),
        cmocka_unit_test(a_watch_that_sees_nothing_closes_at_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
