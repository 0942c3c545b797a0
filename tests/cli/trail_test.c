/* trail_test.c - about cli/trail.c: what a few lines of a log, made by hand, say of a ticket. */
#include "tests/check.h"

#include "cli/trail.h"

#define T0 ((instant)1767571200000)

static struct rules rules = { .occurred_limit_ms = 12 * HOURS,
                              .pend_ms = 48 * HOURS,
                              .observe_ms = 92 * DAYS };

static const struct rules *
rules_of(void *context, uint32_t version)
{
    (void)context;
    return version == 1 ? &rules : NULL;
}

/* A log of one ticket, a record a line. */
struct book {
    struct trails all;
    instant at;
    uint64_t counter;
    enum ticket_state state;
    uint32_t version;
};

static const struct ticket_id ID = { { 7, 1 } };

static struct outcome
line(struct book *b, enum outcome_kind kind)
{
    return (struct outcome){ .kind = kind, .ticket = ID, .version = ++b->version };
}

static void
read(struct book *b, const struct event *ev, size_t events, const struct outcome *o, size_t lines)
{
    struct log_event e[4] = { { .plan = 0 } };
    assert_true(events <= countof(e));
    for (size_t i = 0; i < events; i++)
        e[i].event = ev[i];
    trails_read(&b->all, &(struct log_record){ .at = b->at,
                                               .events = e,
                                               .events_count = events,
                                               .outcomes = (struct outcome *)(uintptr_t)o,
                                               .outcomes_count = lines });
}

static void
opened(struct book *b, instant occurred)
{
    struct event ev = { .kind = EVENT_REPORT, .at = b->at };
    ev.report.id.b[0] = 7;
    ev.report.occurred_at = occurred;
    memcpy(ev.report.customer.s, "acme", 4);
    struct outcome o[] = { line(b, OUTCOME_OPENED), line(b, OUTCOME_LEVEL) };
    o[0].report = ev.report.id;
    o[1].plan = 1;
    o[1].contract = 2;
    read(b, &ev, 1, o, 2);
}

static void
begin(struct book *b)
{
    *b = (struct book){ .at = T0 };
    trails_init(&b->all);
    b->all.rules = rules_of;
    struct outcome o = { .kind = OUTCOME_PLAN, .version = 1 };
    read(b, NULL, 0, &o, 1);
    opened(b, T0);
}

static const struct trail *
trail(const struct book *b)
{
    return trails_find(&b->all, ID);
}

/* What a person did, and to which state it led. */
static struct act
act(struct book *b, enum verb v)
{
    struct act a = { .verb = v, .ticket = ID, .occurred_at = b->at, .seen = b->version };
    a.id = (struct event_id){ 1, ++b->counter };
    return a;
}

static void
take(struct book *b, const struct act *a, enum ticket_state to)
{
    struct event ev = { .kind = EVENT_VERB, .at = b->at, .act = *a };
    struct outcome o = line(b, OUTCOME_STEP);
    o.event = a->id;
    o.verb = a->verb;
    o.from = b->state;
    o.to = b->state = to;
    read(b, &ev, 1, &o, 1);
}

static void
does(struct book *b, instant at, enum verb v, enum ticket_state to)
{
    b->at = at;
    struct act a = act(b, v);
    take(b, &a, to);
}

/* The engine's own step. */
static void
goes(struct book *b, instant at, enum verb v, enum ticket_state to)
{
    b->at = at;
    struct outcome o = line(b, OUTCOME_STEP);
    o.verb = v;
    o.from = b->state;
    o.to = b->state = to;
    read(b, NULL, 0, &o, 1);
}

static void
assert_gap(const struct book *b, size_t i, instant from, instant to, enum reason reason)
{
    const struct facts *f = &trail(b)->facts;
    assert_true(i < f->gaps_count);
    assert_int_equal(f->gaps[i].from, from);
    assert_int_equal(f->gaps[i].to, to);
    assert_int_equal(f->gaps[i].reason, reason);
}

static void
a_report_is_believed_within_the_plans_limit(void **state)
{
    (void)state;
    static const struct {
        instant occurred, want;
    } rows[] = {
        { T0 - HOURS, T0 - HOURS },
        { T0 - 12 * HOURS, T0 - 12 * HOURS },
        { T0 - 12 * HOURS - 1, T0 },
        { T0 + 1, T0 },
        { 0, T0 },
        { -5, T0 },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct book b = { .at = T0 };
        trails_init(&b.all);
        b.all.rules = rules_of;
        b.all.plan = 1;
        opened(&b, rows[i].occurred);
        assert_int_equal(trail(&b)->facts.received, rows[i].want);
        assert_string_equal(trail(&b)->customer.s, "acme");
        assert_true(trail(&b)->levelled && trail(&b)->contract == 2 && !trail(&b)->strayed);
        trails_fini(&b.all);
    }
}

static void
a_wait_for_the_customer_lasts_until_the_ticket_leaves_it(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    does(&b, T0 + 1 * HOURS, VERB_ARRIVE, TICKET_WORKING);
    b.at = T0 + 3 * HOURS;
    struct act pend = act(&b, VERB_PEND);
    pend.reason = REASON_ABSENT;
    pend.occurred_at = T0 + 2 * HOURS; /* in a cellar */
    take(&b, &pend, TICKET_PENDING_CUSTOMER);
    assert_gap(&b, 0, T0 + 2 * HOURS, NEVER, REASON_ABSENT);
    does(&b, T0 + 4 * HOURS, VERB_NOTE, TICKET_PENDING_CUSTOMER);
    assert_gap(&b, 0, T0 + 2 * HOURS, NEVER, REASON_ABSENT);
    does(&b, T0 + 5 * HOURS, VERB_RESUME, TICKET_WORKING);
    assert_gap(&b, 0, T0 + 2 * HOURS, T0 + 5 * HOURS, REASON_ABSENT);
    b.at = T0 + 6 * HOURS;
    pend = act(&b, VERB_PEND);
    pend.reason = REASON_WISH;
    pend.occurred_at = T0 + 4 * HOURS; /* before a step that somebody else took */
    take(&b, &pend, TICKET_PENDING_CUSTOMER);
    goes(&b, T0 + 7 * HOURS, VERB_WAKE, TICKET_WORKING);
    assert_gap(&b, 1, T0 + 4 * HOURS, T0 + 7 * HOURS, REASON_WISH);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_ARRIVED], T0 + HOURS);
    trails_fini(&b.all);
}

static void
quotes_and_observation_wait_for_reasons_of_their_own(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    does(&b, T0 + 1 * HOURS, VERB_QUOTE, TICKET_PENDING_CUSTOMER);
    does(&b, T0 + 2 * HOURS, VERB_QUOTE_ACCEPT, TICKET_WORKING);
    assert_gap(&b, 0, T0 + 1 * HOURS, T0 + 2 * HOURS, REASON_QUOTE);
    does(&b, T0 + 3 * HOURS, VERB_OBSERVE, TICKET_PENDING_CUSTOMER);
    goes(&b, T0 + 9 * HOURS, VERB_CLOSE, TICKET_CLOSED);
    assert_gap(&b, 1, T0 + 3 * HOURS, T0 + 9 * HOURS, REASON_OBSERVED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_ENDED], T0 + 9 * HOURS);
    does(&b, T0 + 10 * HOURS, VERB_HOLD, TICKET_HELD); /* parts and vendors are ours */
    assert_int_equal(trail(&b)->facts.gaps_count, 2);
    trails_fini(&b.all);
}

static void
an_exemption_is_until_what_it_says_or_until_now(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    b.at = T0 + 5 * HOURS;
    struct act exempt = act(&b, VERB_EXEMPT);
    exempt.reason = REASON_FORCE_MAJEURE;
    exempt.occurred_at = T0 + 1 * HOURS;
    take(&b, &exempt, TICKET_QUEUED);
    assert_gap(&b, 0, T0 + 1 * HOURS, T0 + 5 * HOURS, REASON_FORCE_MAJEURE);
    exempt = act(&b, VERB_EXEMPT);
    exempt.reason = REASON_CUSTOMER_DELAY;
    exempt.until = T0 + 9 * HOURS;
    take(&b, &exempt, TICKET_QUEUED);
    assert_gap(&b, 1, T0 + 5 * HOURS, T0 + 9 * HOURS, REASON_CUSTOMER_DELAY);
    trails_fini(&b.all);
}

static void
what_is_rejected_by_the_customer_runs_on_and_what_was_closed_has_a_gap(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    does(&b, T0 + 1 * HOURS, VERB_RESOLVE, TICKET_RESOLVED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_RESTORED], T0 + HOURS);
    does(&b, T0 + 2 * HOURS, VERB_REOPEN, TICKET_WORKING);
    assert_true(trail(&b)->facts.reached[MOMENT_RESTORED] == NEVER);
    assert_int_equal(trail(&b)->facts.gaps_count, 0);
    does(&b, T0 + 3 * HOURS, VERB_RESOLVE, TICKET_RESOLVED);
    does(&b, T0 + 4 * HOURS, VERB_APPROVE, TICKET_CLOSED);
    does(&b, T0 + 5 * HOURS, VERB_ANALYSE, TICKET_CLOSED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_ANALYSED], T0 + 5 * HOURS);
    does(&b, T0 + 9 * HOURS, VERB_REOPEN, TICKET_QUEUED);
    assert_gap(&b, 0, T0 + 3 * HOURS, T0 + 9 * HOURS, REASON_OVER); /* from what was accepted */
    assert_true(trail(&b)->facts.reached[MOMENT_ANALYSED] == NEVER);
    assert_true(trail(&b)->facts.reached[MOMENT_ENDED] == NEVER);
    trails_fini(&b.all);
}

static void
a_name_is_delivered_when_it_is_known(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    does(&b, T0 + 1 * HOURS, VERB_DELIVERED, TICKET_OFFERED); /* of nobody */
    assert_true(trail(&b)->facts.reached[MOMENT_NAMED] == NEVER);
    does(&b, T0 + 2 * HOURS, VERB_ACCEPT, TICKET_ACCEPTED);
    b.at = T0 + 3 * HOURS;
    struct act delivered = act(&b, VERB_DELIVERED);
    delivered.seen = trail(&b)->name_version - 1; /* a late word of an earlier version */
    take(&b, &delivered, TICKET_ACCEPTED);
    assert_true(trail(&b)->facts.reached[MOMENT_NAMED] == NEVER);
    delivered = act(&b, VERB_DELIVERED);
    delivered.occurred_at = T0 + 90 * MINUTES; /* a wrong clock: he had not accepted then */
    take(&b, &delivered, TICKET_ACCEPTED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_NAMED], T0 + 2 * HOURS);
    trails_fini(&b.all);
}

static void
another_level_is_from_the_beginning_and_warnings_are_given_anew(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    struct outcome o = line(&b, OUTCOME_ALARM);
    o.clock = CLOCK_ARRIVAL;
    o.share_pct = 75;
    read(&b, NULL, 0, &o, 1);
    o.share_pct = 100;
    read(&b, NULL, 0, &o, 1);
    const struct trail_told *told = &trail(&b)->told[CLOCK_ARRIVAL];
    assert_true(told->shares_count == 1 && told->breach);
    o = line(&b, OUTCOME_LEVEL);
    o.level = 1;
    o.plan = 1;
    read(&b, NULL, 0, &o, 1);
    assert_int_equal(trail(&b)->level, 1);
    assert_true(told->shares_count == 0 && told->breach); /* until it is taken back */
    o = line(&b, OUTCOME_CORRECTED);
    o.clock = CLOCK_ARRIVAL;
    read(&b, NULL, 0, &o, 1);
    assert_false(told->breach);
    trails_fini(&b.all);
}

static void
a_second_complaint_begins_its_clocks_anew_once_the_first_is_answered(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    does(&b, T0 + 1 * HOURS, VERB_COMPLAIN, TICKET_QUEUED);
    does(&b, T0 + 2 * HOURS, VERB_COMPLAIN, TICKET_QUEUED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_COMPLAINED], T0 + 1 * HOURS);
    does(&b, T0 + 3 * HOURS, VERB_COMPLAINT_ANSWER, TICKET_QUEUED);
    does(&b, T0 + 4 * HOURS, VERB_COMPLAINT_CLOSE, TICKET_QUEUED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_ANSWERED], T0 + 3 * HOURS);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_SETTLED], T0 + 4 * HOURS);
    does(&b, T0 + 5 * HOURS, VERB_COMPLAIN, TICKET_QUEUED);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_COMPLAINED], T0 + 5 * HOURS);
    assert_true(trail(&b)->facts.reached[MOMENT_SETTLED] == NEVER);
    trails_fini(&b.all);
}

/* Two engineers count from 1 both; one is refused, and his instant is not believed for the other.
 */
static void
deeds_of_two_people_under_one_number_are_told_apart(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    b.at = T0 + 5 * HOURS;
    struct act a = act(&b, VERB_ARRIVE), other = a;
    memcpy(a.who.s, "e1", 2);
    memcpy(other.who.s, "e2", 2);
    a.occurred_at = T0 + 1 * HOURS;
    other.occurred_at = T0 + 2 * HOURS;
    struct event events[] = { { .kind = EVENT_VERB, .at = b.at, .act = a },
                              { .kind = EVENT_VERB, .at = b.at, .act = other } };
    struct outcome lines[] = { line(&b, OUTCOME_REFUSED), line(&b, OUTCOME_STEP) };
    lines[0].who = a.who;
    lines[0].event = lines[1].event = a.id;
    lines[0].verb = lines[1].verb = VERB_ARRIVE;
    lines[1].to = TICKET_WORKING;
    read(&b, events, 2, lines, 2);
    assert_int_equal(trail(&b)->facts.reached[MOMENT_ARRIVED], T0 + 2 * HOURS);
    assert_string_equal(trail(&b)->steps[0].who.s, "e2");
    trails_fini(&b.all);
}

static void
a_linked_new_ticket_has_its_elders_customer_and_its_own_promises(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    b.at = T0 + 9 * HOURS;
    struct act a = act(&b, VERB_DIFFERENT);
    struct event ev = { .kind = EVENT_VERB, .at = b.at, .act = a };
    struct outcome lines[] = { line(&b, OUTCOME_STEP), line(&b, OUTCOME_OPENED),
                               line(&b, OUTCOME_LEVEL) };
    lines[0].event = lines[1].event = a.id;
    lines[0].verb = VERB_DIFFERENT;
    lines[0].to = TICKET_CLOSED;
    lines[1].ticket.b[0] = lines[2].ticket.b[0] = 9;
    lines[2].plan = 1;
    lines[2].contract = 3;
    read(&b, &ev, 1, lines, 3);
    const struct trail *fresh = trails_find(&b.all, lines[1].ticket);
    assert_non_null(fresh);
    assert_int_equal(fresh->facts.received, b.at);
    assert_int_equal(fresh->contract, 3);
    assert_string_equal(fresh->customer.s, "acme");
    assert_int_equal(trail(&b)->state, TICKET_CLOSED);
    trails_fini(&b.all);
}

static void
lines_about_a_ticket_that_nothing_opened_are_counted(void **state)
{
    (void)state;
    struct book b;
    begin(&b);
    struct outcome o = line(&b, OUTCOME_STEP);
    o.ticket.b[0] = 1;
    read(&b, NULL, 0, &o, 1);
    o.kind = OUTCOME_ALARM;
    read(&b, NULL, 0, &o, 1);
    assert_int_equal(b.all.unopened, 2);
    assert_int_equal(b.all.count, 1);
    trails_fini(&b.all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_believed_within_the_plans_limit),
        cmocka_unit_test(a_wait_for_the_customer_lasts_until_the_ticket_leaves_it),
        cmocka_unit_test(quotes_and_observation_wait_for_reasons_of_their_own),
        cmocka_unit_test(an_exemption_is_until_what_it_says_or_until_now),
        cmocka_unit_test(what_is_rejected_by_the_customer_runs_on_and_what_was_closed_has_a_gap),
        cmocka_unit_test(a_name_is_delivered_when_it_is_known),
        cmocka_unit_test(another_level_is_from_the_beginning_and_warnings_are_given_anew),
        cmocka_unit_test(a_second_complaint_begins_its_clocks_anew_once_the_first_is_answered),
        cmocka_unit_test(deeds_of_two_people_under_one_number_are_told_apart),
        cmocka_unit_test(a_linked_new_ticket_has_its_elders_customer_and_its_own_promises),
        cmocka_unit_test(lines_about_a_ticket_that_nothing_opened_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
