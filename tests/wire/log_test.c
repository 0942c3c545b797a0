/* log_test.c - entries of the audit log, there and back, small, and read for ever. */
#include "common/wire/log.h"
#include "common/wire/names.h"
#include "common/wire/words.h"
#include "tests/wire/events.h"

static struct doc doc;
static struct draw draw;
static struct arena arena; /* of what is decoded */

static void
draw_event(struct log_event *e)
{
    struct event *v = &e->event;
    *e = (struct log_event){ .event.kind = (enum event_kind)draw_below(&draw, EVENT_KINDS) };
    v->at = draw_below(&draw, 10) == 0 ? draw_i64(&draw) : draw_instant(&draw);
    switch (v->kind) {
    case EVENT_FOUND:
    case EVENT_PLAN:
        e->plan = draw_u32(&draw);
        break;
    case EVENT_REPORT:
        draw_report(&draw, &v->report);
        break;
    case EVENT_VERB:
        draw_act(&draw, &v->act);
        break;
    case EVENT_PLACES: {
        v->places.count = draw_below(&draw, 4);
        struct position *list = arena_alloc(&draw.arena, v->places.count * sizeof(*list));
        for (size_t i = 0; i < v->places.count; i++) {
            DRAW_ID(&draw, list[i].engineer);
            list[i].place = draw_place(&draw);
            list[i].at = draw_i64(&draw);
        }
        v->places.list = list;
        break;
    }
    case EVENT_PROPOSE: {
        v->proposals.count = draw_below(&draw, 4);
        struct proposal *list = arena_alloc(&draw.arena, v->proposals.count * sizeof(*list));
        for (size_t i = 0; i < v->proposals.count; i++) {
            draw_bytes(&draw, list[i].ticket.b, sizeof(list[i].ticket.b));
            if (draw_bool(&draw))
                DRAW_ID(&draw, list[i].engineer);
            list[i].leave_at = draw_i64(&draw);
            list[i].begin_at = draw_i64(&draw);
        }
        v->proposals.list = list;
        break;
    }
    case EVENT_ASSIST:
        draw_assist(&draw, &v->assist);
        break;
    case EVENT_POISON:
        DRAW_ID(&draw, v->poison.who);
        draw_bytes(&draw, v->poison.report.b, sizeof(v->poison.report.b));
        v->poison.event = (struct event_id){ draw_u64(&draw), draw_u64(&draw) };
        v->poison.why = draw_text(&draw);
        break;
    case EVENT_TIME:
    case EVENT_KINDS:
        break;
    }
}

static void
same_places(const struct event *a, const struct event *b)
{
    assert_same(a, b, places.count);
    for (size_t i = 0; i < a->places.count; i++) {
        assert_same(a, b, places.list[i].engineer);
        assert_same(a, b, places.list[i].place);
        assert_same(a, b, places.list[i].at);
    }
}

static void
same_proposals(const struct event *a, const struct event *b)
{
    assert_same(a, b, proposals.count);
    for (size_t i = 0; i < a->proposals.count; i++) {
        assert_same(a, b, proposals.list[i].ticket);
        assert_same(a, b, proposals.list[i].engineer);
        assert_same(a, b, proposals.list[i].leave_at);
        assert_same(a, b, proposals.list[i].begin_at);
    }
}

static void
same_event(const struct log_event *a, const struct log_event *b)
{
    assert_same(a, b, event.kind);
    assert_same(a, b, event.at);
    assert_same(a, b, plan);
    switch (a->event.kind) {
    case EVENT_REPORT:
        same_report(&a->event.report, &b->event.report);
        break;
    case EVENT_VERB:
        same_act(&a->event.act, &b->event.act);
        break;
    case EVENT_PLACES:
        same_places(&a->event, &b->event);
        break;
    case EVENT_PROPOSE:
        same_proposals(&a->event, &b->event);
        break;
    case EVENT_ASSIST:
        same_assist(&a->event.assist, &b->event.assist);
        break;
    case EVENT_POISON:
        assert_same(a, b, event.poison.who);
        assert_same(a, b, event.poison.report);
        assert_same(a, b, event.poison.event);
        assert_same_str(a, b, event.poison.why);
        break;
    case EVENT_FOUND:
    case EVENT_PLAN:
        assert_null(b->event.rules);
        break;
    case EVENT_TIME:
    case EVENT_KINDS:
        break;
    }
}

static void
draw_outcome(struct outcome *o)
{
    *o = (struct outcome){ .kind = (enum outcome_kind)draw_below(&draw, OUTCOMES) };
    if (draw_bool(&draw))
        draw_bytes(&draw, o->report.b, sizeof(o->report.b));
    if (draw_bool(&draw))
        draw_bytes(&draw, o->ticket.b, sizeof(o->ticket.b));
    if (draw_bool(&draw))
        DRAW_ID(&draw, o->who);
    if (draw_bool(&draw))
        o->event = (struct event_id){ draw_u64(&draw), draw_u64(&draw) };
    o->verb = (enum verb)draw_below(&draw, VERBS + 1);
    o->from = (enum ticket_state)draw_below(&draw, TICKET_STATES + 1);
    o->to = (enum ticket_state)draw_below(&draw, TICKET_STATES + 1);
    o->refusal = (enum refusal)draw_below(&draw, REFUSALS);
    o->version = draw_u32(&draw);
    if (draw_bool(&draw)) {
        o->clock = (enum clock)draw_below(&draw, CLOCKS);
        o->share_pct = (uint16_t)draw_u32(&draw);
        o->deadline = draw_i64(&draw);
    }
    if (draw_bool(&draw)) {
        o->level = (uint8_t)draw_below(&draw, 256);
        o->contract = (uint8_t)draw_below(&draw, 256);
        o->plan = draw_u32(&draw);
    }
}

static void
same_outcome(const struct outcome *a, const struct outcome *b)
{
    assert_same(a, b, kind);
    assert_same(a, b, report);
    assert_same(a, b, ticket);
    assert_same(a, b, who);
    assert_same(a, b, event);
    assert_same(a, b, verb);
    assert_same(a, b, from);
    assert_same(a, b, to);
    assert_same(a, b, refusal);
    assert_same(a, b, version);
    assert_same(a, b, clock);
    assert_same(a, b, share_pct);
    assert_same(a, b, deadline);
    assert_same(a, b, level);
    assert_same(a, b, contract);
    assert_same(a, b, plan);
}

static struct log_record
draw_record(size_t most)
{
    struct log_record r = { .at = draw_instant(&draw) };
    r.events_count = draw_below(&draw, most);
    r.outcomes_count = draw_below(&draw, most);
    r.letters_count = draw_below(&draw, most);
    r.events = arena_alloc(&draw.arena, r.events_count * sizeof(*r.events));
    r.outcomes = arena_alloc(&draw.arena, r.outcomes_count * sizeof(*r.outcomes));
    r.letters = arena_alloc(&draw.arena, r.letters_count * sizeof(*r.letters));
    for (size_t i = 0; i < r.events_count; i++)
        draw_event(&r.events[i]);
    for (size_t i = 0; i < r.outcomes_count; i++)
        draw_outcome(&r.outcomes[i]);
    for (size_t i = 0; i < r.letters_count; i++) {
        DRAW_ID(&draw, r.letters[i].who);
        r.letters[i].first = draw_u64(&draw);
        r.letters[i].count = draw_u32(&draw);
    }
    return r;
}

static void
same_record(const struct log_record *a, const struct log_record *b)
{
    assert_same(a, b, at);
    assert_same(a, b, events_count);
    assert_same(a, b, outcomes_count);
    assert_same(a, b, letters_count);
    for (size_t i = 0; i < a->events_count; i++)
        same_event(&a->events[i], &b->events[i]);
    for (size_t i = 0; i < a->outcomes_count; i++)
        same_outcome(&a->outcomes[i], &b->outcomes[i]);
    for (size_t i = 0; i < a->letters_count; i++) {
        assert_same(a, b, letters[i].who);
        assert_same(a, b, letters[i].first);
        assert_same(a, b, letters[i].count);
    }
}

static enum err
record_again(void *context, struct str bytes, struct buf *again)
{
    struct log_record r;
    arena_clear(&arena);
    enum err e = log_get(context, &arena, bytes, &r);
    if (e == OK)
        log_put(again, &r);
    return e;
}

static void
an_entry_comes_back_as_it_went(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 500; round++) {
        struct log_record sent = draw_record(10), got;
        buf_clear(&b);
        log_put(&b, &sent);
        arena_clear(&arena);
        assert_int_equal(log_get(&doc, &arena, buf_str(&b), &got), OK);
        same_record(&sent, &got);
        arena_clear(&draw.arena);
    }
    buf_fini(&b);
}

static void
an_entry_of_some_megabytes_comes_back_too(void **state)
{
    struct buf b = { 0 };
    struct log_record sent = draw_record(2), got;
    (void)state;
    sent.events_count = 20000;
    sent.events = arena_alloc(&draw.arena, sent.events_count * sizeof(*sent.events));
    for (size_t i = 0; i < sent.events_count; i++)
        draw_event(&sent.events[i]);
    log_put(&b, &sent);
    assert_true(b.len > 1000000);
    arena_clear(&arena);
    assert_int_equal(log_get(&doc, &arena, buf_str(&b), &got), OK);
    same_record(&sent, &got);
    arena_clear(&draw.arena);
    buf_fini(&b);
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 40; round++) {
        struct log_record r = draw_record(4);
        buf_clear(&b);
        log_put(&b, &r);
        if (b.len < 3000)
            check_hostile(record_again, &doc, buf_str(&b), &draw);
        arena_clear(&draw.arena);
    }
    buf_fini(&b);
}

/* What a ticket's usual step costs in the log: instants near each other are short. */
static void
a_step_and_its_event_take_less_than_ninety_bytes(void **state)
{
    struct outcome step = { .kind = OUTCOME_STEP,
                            .who = { "anna.k" },
                            .verb = VERB_ACCEPT,
                            .from = TICKET_OFFERED,
                            .to = TICKET_ACCEPTED,
                            .version = 3 };
    struct log_event accept = { .event.kind = EVENT_VERB };
    struct log_record r = { 1700000000000, &accept, 1, &step, 1, NULL, 0 };
    struct buf b = { 0 }, none = { 0 };
    (void)state;
    accept.event.at = r.at;
    accept.event.act = (struct act){ .who = { "anna.k" },
                                     .role = ROLE_ENGINEER,
                                     .id = { 1700000000, 12 },
                                     .verb = VERB_ACCEPT,
                                     .occurred_at = r.at - 900,
                                     .place = PLACE_NONE,
                                     .amount = -1 };
    draw_bytes(&draw, step.ticket.b, sizeof(step.ticket.b));
    accept.event.act.ticket = step.ticket;
    log_put(&b, &r);
    r.events_count = r.outcomes_count = 0;
    log_put(&none, &r);
    print_message("an event and its outcome take %zu bytes, the rest %zu\n", b.len - none.len,
                  none.len);
    assert_true(b.len - none.len < 90);
    buf_fini(&b);
    buf_fini(&none);
}

/* An entry of before there were tails: read as it was written, and written so again. */
static void
a_plain_event_and_outcome_have_no_tail(void **state)
{
    static const uint8_t bytes[] = { 0x95, 1,    0,    0x91, /* [1, 0, [ */
                                     0x9b, 2,    0,    0xc0, 2,    0xc0, 0xc0,
                                     5,    0xc0, 0xc0, 0,    0xc0, /* verb: [2, 0, who ... note] */
                                     0x91, 0x9b, 4,    0xc0, 0xc0, 0xc0, 0xc0,
                                     0xc0, 5,    3,    4,    0xc0, 0xc0, /* step: [4 ... version] */
                                     0x90 };
    struct log_record got;
    struct buf again = { 0 };
    (void)state;
    assert_int_equal(
        log_get(&doc, &arena, (struct str){ (const char *)bytes, sizeof(bytes) }, &got), OK);
    assert_int_equal(got.events[0].event.act.verb, VERB_ACCEPT);
    assert_int_equal(got.events[0].event.act.amount, -1);
    assert_int_equal(got.outcomes[0].to, TICKET_ACCEPTED);
    log_put(&again, &got);
    assert_int_equal(again.len, sizeof(bytes));
    assert_memory_equal(again.data, bytes, sizeof(bytes));
    buf_fini(&again);
}

/* A number once given is never given to another word: last year's log must still be read. When
 * a word is new, add its line here; never change one. */
static void
numbers_of_words_stay_for_ever(void **state)
{
    static const struct {
        const struct words *words;
        const char *names; /* by number */
    } tables[] = {
        { &words_event, "found report verb time plan places assist poison propose" },
        { &words_assist, "ask reserved denied assign release busy free" },
        { &words_role, "none gateway engineer dispatcher broker worker" },
        { &words_refusal, "none no_ticket state role not_yours stale old reason incomplete limit "
                          "object dispatcher nobody" },
        { &words_outcome, "opened attached duplicate quarantined step refused repeated unqualified "
                          "assist plan alarm corrected level" },
        { &words_state, "received triaged queued offered accepted en_route working "
                        "pending_customer held resolved closed rejected duplicate cancelled" },
        { &words_verb,
          "triage queue offer expire close accept decline depart arrive work pend hold resume "
          "resolve approve reopen nudge note cancel reject sync lapse wake recur follow link "
          "survey preprocess dispatch solve transfer take_over help join_in step_back return "
          "appeal delivered relevel exempt acknowledge observe different join leave merge inspect "
          "quote quote_accept quote_decline part_request part_reserve part_move part_receive "
          "part_use part_return part_cancel replace replaced report analyse survey_answer complain "
          "complaint_answer complaint_close assign pin forbid divert appoint" },
        { &words_reason, "none busy far skill parts shift conflict unfit absent access wish "
                         "information quote observed vendor team master force_majeure "
                         "customer_delay over" },
        { &words_clock, "response arrival restoration replacement analysis complaint_answer "
                        "complaint_close" },
    };
    (void)state;
    for (size_t t = 0; t < countof(tables); t++) {
        struct str rest = str_of(tables[t].names);
        unsigned code = 0;
        for (; rest.len > 0; code++) {
            unsigned value = words_named(tables[t].words, str_cut(&rest, ' '));
            assert_int_equal(words_coded(tables[t].words, code), value);
            assert_int_equal(words_at(tables[t].words, value)->code, code);
        }
        assert_int_equal(code, tables[t].words->count);
    }
}

static void
another_version_or_kind_is_named(void **state)
{
    struct buf b = { 0 };
    struct log_event e = { .event.kind = EVENT_TIME };
    struct log_record r = { 0, &e, 1, NULL, 0, NULL, 0 }, got;
    static const uint8_t bytes[] = { 0x95, 1, 0, 0x91, 0x92, 3, 0, 0x90, 0x90 };
    (void)state;
    log_put(&b, &r);
    assert_int_equal(b.len, sizeof(bytes));
    assert_memory_equal(b.data, bytes, sizeof(bytes));
    b.data[5] = 99;
    assert_int_equal(log_get(&doc, &arena, buf_str(&b), &got), ERR_KIND);
    b.data[1] = 2;
    assert_int_equal(log_get(&doc, &arena, buf_str(&b), &got), ERR_VERSION);
    buf_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_comes_back_as_it_went),
        cmocka_unit_test(an_entry_of_some_megabytes_comes_back_too),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(a_step_and_its_event_take_less_than_ninety_bytes),
        cmocka_unit_test(a_plain_event_and_outcome_have_no_tail),
        cmocka_unit_test(numbers_of_words_stay_for_ever),
        cmocka_unit_test(another_version_or_kind_is_named),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    arena_fini(&arena);
    return failed;
}
