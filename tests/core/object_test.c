/* object_test.c - about workers/core/object.c and owed.c, and their part of docs/life.md. */
#include "common/wire/names.h"
#include "tests/core/history.h"
#include "tests/core/paper.h"
#include "workers/core/object.h"

/* ---- the page and the table */

static struct str
cell(struct str *line)
{
    return str_trim(str_cut(line, '|'));
}

static unsigned
states_said(struct str cell)
{
    unsigned states = 0;
    while (cell.len > 0 && !str_is(cell, "-")) {
        enum object_state s = object_state_named(str_trim(str_cut(&cell, ',')));
        assert_true(s < OBJECT_STATES);
        states |= OBJECT_BIT(s);
    }
    return states;
}

static void
need_said(struct object_rule *r, struct str word)
{
    static const char *const needs[] = { "amount", "score", "name", "note" };
    for (size_t i = 0; i < countof(needs); i++)
        if (str_is(word, needs[i])) {
            r->needs = (uint8_t)(r->needs | 1u << i);
            return;
        }
    if (str_is(word, "alone")) {
        r->alone = true;
        return;
    }
    enum section s = section_named(word);
    assert_true(s < SECTIONS);
    r->needs |= NEED_SECTIONS;
    r->sections = (uint16_t)(r->sections | OBJECT_BIT(s));
}

/* One row "| verb | object | from | to | needs |"; false: not a row of this table. */
static bool
row(struct str line, enum verb *verb, struct object_rule *r)
{
    struct str cells[5];
    if (!str_starts(line, STR("| ")))
        return false;
    (void)cell(&line);
    for (size_t i = 0; i < countof(cells); i++)
        cells[i] = cell(&line);
    enum object_kind kind = object_kind_named(cells[1]);
    *verb = verb_named(cells[0]);
    if (*verb == VERBS || kind == OBJECT_KINDS)
        return false;
    *r = (struct object_rule){ .kind = (uint8_t)kind };
    r->from = (uint8_t)states_said(cells[2]);
    enum object_state to = object_state_named(str_trim(str_cut(&cells[3], ',')));
    enum object_state warranted = cells[3].len > 0 ? object_state_named(str_trim(cells[3])) : to;
    assert_true(to < OBJECT_STATES && warranted < OBJECT_STATES);
    r->to = (uint8_t)to;
    r->warranted = (uint8_t)warranted;
    while (cells[4].len > 0)
        need_said(r, str_trim(str_cut(&cells[4], ',')));
    return true;
}

static void
the_page_and_the_table_say_the_same(void **state)
{
    (void)state;
    static char text[128 * 1024];
    FILE *f = fopen("docs/life.md", "r");
    assert_non_null(f);
    struct str rest = { text, fread(text, 1, sizeof(text), f) };
    fclose(f);
    bool said[VERBS] = { false };
    while (rest.len > 0) {
        enum verb v;
        struct object_rule r;
        if (!row(str_cut(&rest, '\n'), &v, &r))
            continue;
        const struct object_rule *own = object_rule(v);
        assert_non_null(own);
        assert_false(said[v]);
        said[v] = true;
        assert_int_equal(own->kind, r.kind);
        assert_int_equal(own->from, r.from);
        assert_int_equal(own->to, r.to);
        assert_int_equal(own->warranted, r.warranted);
        assert_int_equal(own->needs, r.needs);
        assert_int_equal(own->alone, r.alone);
        assert_int_equal(own->sections, r.sections);
    }
    for (unsigned v = 0; v < VERBS; v++)
        assert_int_equal(said[v], object_rule(v) != NULL);
}

/* ---- the rules, one verb at a time */

/* Every need taken away alone is refused as incomplete, and leaves nothing behind. */
static void
without_any_one_of_its_needs_nothing_happens(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    for (unsigned v = VERB_FIRST_OF_PEOPLE; v < VERBS; v++) {
        const struct object_rule *r = object_rule(v);
        if (r == NULL || r->from != 0 || life_step(TICKET_WORKING, v) == NULL)
            continue;
        for (unsigned need = 1; need <= NEED_SECTIONS; need *= 2) {
            struct event ev = paper_act(&p, v);
            if (!(r->needs & need))
                continue;
            if (need == NEED_AMOUNT)
                ev.act.amount = 0;
            if (need == NEED_NAME)
                memset(ev.act.name, 0, sizeof(ev.act.name));
            if (need == NEED_NOTE)
                ev.act.note = STR("");
            if (need == NEED_SECTIONS)
                ev.act.sections &= ev.act.sections - 1; /* one of them */
            assert_int_equal(paper_do(&p, ev), REFUSAL_INCOMPLETE);
        }
    }
    struct event ev = paper_act(&p, VERB_ANALYSE);
    ev.act.sections |= OBJECT_BIT(SECTIONS); /* one that nobody knows */
    assert_int_equal(paper_do(&p, ev), REFUSAL_INCOMPLETE);
    static char much[SECTIONS_BYTES_MAX + 1];
    ev = paper_act(&p, VERB_ANALYSE);
    ev.act.text = str_bytes(much, sizeof(much));
    assert_int_equal(paper_do(&p, ev), REFUSAL_LIMIT);
    assert_int_equal(paper_look(&p)->objects_count, 0);
    ev.act.id.counter = ++p.counter;
    ev.act.text.len--;
    assert_int_equal(paper_do(&p, ev), REFUSAL_NONE);
    assert_int_equal(paper_look(&p)->objects[0].text.len, SECTIONS_BYTES_MAX);
    paper_fini(&p);
}

static void
each_step_of_a_part_is_taken_once_and_named_in_the_timeline(void **state)
{
    (void)state;
    static const enum verb way[] = { VERB_PART_REQUEST, VERB_PART_RESERVE, VERB_PART_MOVE,
                                     VERB_PART_RECEIVE, VERB_PART_USE };
    static const enum object_state to[] = { OBJECT_OPEN, OBJECT_RESERVED, OBJECT_MOVING,
                                            OBJECT_HERE, OBJECT_DONE };
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    for (size_t i = 0; i < countof(way); i++) {
        assert_int_equal(paper_say(&p, way[i]), REFUSAL_NONE);
        assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "home-e1"));
        assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "watch"));
        assert_false(world_told(&p.w.fx, UPDATE_OBJECT, "gw-1"));
        const struct ticket *t = paper_look(&p);
        assert_int_equal(t->objects_count, 1);
        assert_int_equal(t->objects[0].state, to[i]);
        const struct taken *last = &t->timeline[t->timeline_count - 1];
        assert_int_equal(last->verb, way[i]);
        assert_int_equal(last->object, 1);
        if (i > 0) /* a second time */
            assert_int_equal(paper_say(&p, way[i]), REFUSAL_OBJECT);
    }
    assert_string_equal(p.t.objects[0].name, "fan tray");
    assert_int_equal(p.t.objects[0].amount, 2);
    assert_true(str_is(p.t.objects[0].text, "depot-2"));
    assert_int_equal(paper_say(&p, VERB_PART_RETURN), REFUSAL_OBJECT); /* nothing is owed */
    assert_int_equal(paper_say(&p, VERB_PART_CANCEL), REFUSAL_OBJECT);
    paper_fini(&p);
}

static void
number_0_means_the_only_one_that_fits(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    paper_must(&p, VERB_PART_REQUEST);
    paper_must(&p, VERB_PART_REQUEST);
    assert_int_equal(paper_say(&p, VERB_PART_RESERVE), REFUSAL_OBJECT); /* which? */
    assert_int_equal(paper_say_of(&p, VERB_PART_RESERVE, 3), REFUSAL_OBJECT);
    assert_int_equal(paper_say_of(&p, VERB_PART_RESERVE, 2), REFUSAL_NONE);
    assert_int_equal(paper_say(&p, VERB_PART_MOVE), REFUSAL_NONE);
    paper_must(&p, VERB_INSPECT);
    assert_int_equal(paper_say_of(&p, VERB_PART_RECEIVE, 3), REFUSAL_OBJECT); /* another kind */
    paper_look(&p);
    assert_int_equal(p.t.objects[0].state, OBJECT_OPEN);
    assert_int_equal(p.t.objects[1].state, OBJECT_MOVING);
    paper_fini(&p);
}

static void
a_ticket_has_so_many_objects_and_no_more(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    for (size_t i = 0; i < OBJECTS_MAX - OBJECTS_KEPT; i++)
        paper_must(&p, VERB_INSPECT);
    assert_int_equal(paper_say(&p, VERB_INSPECT), REFUSAL_LIMIT);
    paper_must(&p, VERB_RESOLVE); /* places are kept for what every ticket may need */
    for (size_t i = 0; i < OBJECTS_KEPT; i++)
        paper_must(&p, VERB_ANALYSE);
    assert_int_equal(paper_say(&p, VERB_COMPLAIN), REFUSAL_LIMIT);
    paper_must(&p, VERB_APPROVE); /* the end comes without a survey */
    assert_int_equal(paper_look(&p)->state, TICKET_CLOSED);
    assert_int_equal(p.t.objects_count, OBJECTS_MAX);
    paper_fini(&p);
}

static void
nothing_is_quoted_in_warranty(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    p.warranty = true;
    paper_must(&p, VERB_INSPECT);
    assert_int_equal(paper_say(&p, VERB_QUOTE), REFUSAL_OBJECT);
    p.warranty = false;
    paper_must(&p, VERB_INSPECT); /* the last one says */
    paper_must(&p, VERB_QUOTE);
    assert_int_equal(paper_look(&p)->objects[2].state, OBJECT_OPEN);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "gw-1"));
    paper_fini(&p);
}

/* The plan's date for the site stands in for an inspection. */
static void
a_site_in_warranty_is_asked_nothing_before_somebody_has_looked(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    struct site_rule site = { .id = NAME(site_id, "s"), .warranty_until = NEVER };
    p.w.plan.rules.sites = &site;
    p.w.plan.rules.sites_count = 1;
    paper_work(&p);
    assert_int_equal(paper_say(&p, VERB_QUOTE), REFUSAL_OBJECT);
    paper_must(&p, VERB_INSPECT);
    assert_int_equal(paper_say(&p, VERB_QUOTE), REFUSAL_NONE);
    paper_fini(&p);
}

static void
a_quote_lapses_with_the_wait_for_its_answer(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    paper_must(&p, VERB_QUOTE);
    assert_int_equal(paper_look(&p)->wait, REASON_QUOTE);
    world_time(&p.w, p.t.due);
    p.at = p.t.due;
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "gw-1"));
    assert_int_equal(paper_look(&p)->state, TICKET_WORKING);
    assert_int_equal(p.t.objects[0].state, OBJECT_REFUSED);
    assert_int_equal(paper_say(&p, VERB_QUOTE_ACCEPT), REFUSAL_STATE);
    paper_must(&p, VERB_QUOTE); /* and may be made again */
    paper_must(&p, VERB_QUOTE_ACCEPT);
    assert_int_equal(paper_look(&p)->objects[1].state, OBJECT_DONE);
    paper_fini(&p);
}

static void
a_late_replacement_says_that_it_is_late(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct paper p;
        paper_init(&p);
        paper_work(&p);
        p.at = WORLD_BEGIN + 4 * HOURS + (late ? 0 : -1);
        paper_must(&p, VERB_REPLACE);
        const struct posting *told = world_posting(&p.w.fx, UPDATE_OBJECT, 0);
        assert_int_equal(str_starts(told->update.why, STR("fan tray: declared after")), late);
        assert_int_equal(paper_say(&p, VERB_REPLACE), REFUSAL_LIMIT);
        paper_must(&p, VERB_REPLACED);
        assert_int_equal(paper_look(&p)->objects[0].state, OBJECT_DONE);
        paper_fini(&p);
    }
}

static void
a_survey_is_asked_once_an_end(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    paper_must(&p, VERB_RESOLVE);
    paper_must(&p, VERB_APPROVE);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "gw-1"));
    paper_must(&p, VERB_REOPEN);
    assert_int_equal(paper_look(&p)->objects[0].state, OBJECT_REFUSED);
    paper_work(&p);
    paper_must(&p, VERB_RESOLVE);
    world_time(&p.w, paper_look(&p)->due); /* silence */
    p.at = p.t.due;
    assert_int_equal(paper_look(&p)->state, TICKET_CLOSED);
    assert_int_equal(p.t.objects_count, 2);
    struct event ev = paper_act(&p, VERB_SURVEY_ANSWER);
    ev.act.amount = SCORE_MOST + 1;
    assert_int_equal(paper_do(&p, ev), REFUSAL_INCOMPLETE);
    ev = paper_act(&p, VERB_SURVEY_ANSWER);
    ev.act.amount = SCORE_BAD;
    assert_int_equal(paper_do(&p, ev), REFUSAL_NONE);
    assert_true(world_told(&p.w.fx, UPDATE_ALARM, "watch"));
    assert_int_equal(paper_look(&p)->objects[1].amount, SCORE_BAD);
    assert_int_equal(paper_say(&p, VERB_SURVEY_ANSWER), REFUSAL_OBJECT);
    paper_fini(&p);
}

static void
a_complaint_is_its_owners_alone(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    p.w.plan.contract.complaints = NAME(principal_id, "boss");
    paper_work(&p);
    paper_must(&p, VERB_COMPLAIN);
    assert_true(world_told(&p.w.fx, UPDATE_OBJECT, "boss"));
    assert_false(world_told(&p.w.fx, UPDATE_OBJECT, "home-e1")); /* not the team's */
    assert_int_equal(paper_say(&p, VERB_COMPLAIN), REFUSAL_LIMIT);
    assert_int_equal(paper_say(&p, VERB_COMPLAINT_ANSWER), REFUSAL_NOT_YOURS);
    static const struct {
        enum verb verb;
        enum refusal refusal;
    } expected[] = {
        { VERB_COMPLAINT_CLOSE, REFUSAL_OBJECT }, /* the answer comes first */
        { VERB_COMPLAINT_ANSWER, REFUSAL_NONE },  { VERB_COMPLAINT_ANSWER, REFUSAL_OBJECT },
        { VERB_COMPLAINT_CLOSE, REFUSAL_NONE },   { VERB_COMPLAINT_CLOSE, REFUSAL_OBJECT },
    };
    for (size_t i = 0; i < countof(expected); i++) {
        struct event ev = paper_act(&p, expected[i].verb);
        ev.act.who = NAME(principal_id, "boss");
        assert_int_equal(paper_do(&p, ev), expected[i].refusal);
    }
    assert_int_equal(paper_look(&p)->objects[0].state, OBJECT_DONE);
    assert_int_equal(paper_say(&p, VERB_COMPLAIN), REFUSAL_NONE); /* another one */
    paper_fini(&p);
}

static void
what_has_not_come_by_the_end_is_refused(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    paper_must(&p, VERB_PART_REQUEST);
    paper_must(&p, VERB_PART_RECEIVE);
    paper_must(&p, VERB_PART_REQUEST);
    paper_must(&p, VERB_REPLACE);
    paper_must(&p, VERB_CANCEL);
    paper_look(&p);
    assert_int_equal(p.t.objects[0].state, OBJECT_HERE);
    assert_int_equal(p.t.objects[1].state, OBJECT_REFUSED);
    assert_int_equal(p.t.objects[2].state, OBJECT_REFUSED);
    paper_fini(&p);
}

/* ---- what keeps a ticket */

/* Days after its end until the ticket leaves. */
static msec
kept(struct paper *p)
{
    instant end = paper_look(p)->ended_at;
    for (int i = 0; i < 1000 && paper_is_open(p); i++) {
        p->at = engine_next(p->w.e);
        assert_true(p->at != NEVER);
        world_time(&p->w, p->at);
    }
    assert_false(paper_is_open(p));
    return (p->at - end) / DAYS;
}

static void
an_old_part_owed_keeps_the_ticket_for_90_days(void **state)
{
    (void)state;
    for (int back = 0; back < 2; back++) {
        struct paper p;
        paper_init(&p);
        paper_work(&p);
        p.warranty = true;
        paper_must(&p, VERB_PART_REQUEST);
        paper_must(&p, VERB_PART_RECEIVE);
        paper_must(&p, VERB_PART_USE);
        assert_int_equal(paper_look(&p)->objects[0].state, OBJECT_OWED);
        paper_must(&p, VERB_RESOLVE);
        paper_must(&p, VERB_APPROVE);
        if (back)
            paper_must(&p, VERB_PART_RETURN);
        assert_int_equal(kept(&p), back ? 14 : 90);
        paper_fini(&p);
    }
}

static void
a_complaint_keeps_the_ticket_until_its_solution(void **state)
{
    (void)state;
    struct paper p;
    paper_init(&p);
    paper_work(&p);
    paper_must(&p, VERB_RESOLVE);
    paper_must(&p, VERB_APPROVE);
    paper_must(&p, VERB_COMPLAIN);
    for (int i = 0; i < 200; i++) {
        p.at = engine_next(p.w.e);
        world_time(&p.w, p.at);
    }
    assert_true(paper_is_open(&p));
    paper_must(&p, VERB_COMPLAINT_ANSWER);
    paper_must(&p, VERB_COMPLAINT_CLOSE);
    world_time(&p.w, p.at + 2 * DAYS);
    assert_false(paper_is_open(&p));
    paper_fini(&p);
}

/* Restored and approved on the first day; then loaded with these facts of its course. */
static msec
kept_for_analysis(bool promised, bool analysed)
{
    struct paper p;
    paper_init(&p);
    if (promised)
        p.w.plan.contract.promises[CLOCK_ANALYSIS][1] =
            (struct promise){ .working_ms = 3 * DAYS, .off_ms = 3 * DAYS };
    paper_work(&p);
    paper_must(&p, VERB_RESOLVE);
    paper_must(&p, VERB_APPROVE);
    if (analysed)
        paper_must(&p, VERB_ANALYSE);
    paper_look(&p);
    p.t.course.miles[MILE_RESTORED] = WORLD_BEGIN;
    p.t.course.miles[MILE_ANALYSED] = analysed ? WORLD_BEGIN + HOURS : NEVER;
    paper_reload(&p);
    msec days = kept(&p);
    paper_fini(&p);
    return days;
}

static void
an_analysis_promised_keeps_the_ticket_until_30_days_too_late(void **state)
{
    (void)state;
    assert_int_equal(kept_for_analysis(true, false), 33);
    assert_int_equal(kept_for_analysis(true, true), 14);
    assert_int_equal(kept_for_analysis(false, false), 14);
}

/* ---- whatever happens */

struct seen {
    size_t by[OBJECT_KINDS][OBJECT_STATES]; /* times that one has come to it */
    size_t told;
};

static const struct object *
numbered(const struct ticket *t, uint16_t number)
{
    for (size_t i = 0; t != NULL && i < t->objects_count; i++)
        if (t->objects[i].number == number)
            return &t->objects[i];
    return NULL;
}

/* Dispatchers were told just this, of this one, in this event. */
static bool
was_told(const struct effects *fx, const struct ticket *t, const struct object *o)
{
    const struct posting *p;
    bool told = false;
    for (size_t n = 0; (p = world_posting(fx, UPDATE_OBJECT, n)) != NULL; n++) {
        const struct update *u = &p->update;
        if (same_id(u->ticket, t->id) && u->object == o->number)
            told |= u->object_kind == o->kind && u->object_state == o->state &&
                    u->amount == o->amount && strcmp(p->recipients[0].who.s, "watch") == 0;
    }
    return told;
}

/* By this verb's rule from there to here; or, for any verb, refused with its ticket's step. */
static bool
may_come(const struct object *was, const struct object *o, const struct ticket *t)
{
    bool lapsed = was != NULL && was->state < OBJECT_OWED && o->state == OBJECT_REFUSED;
    for (size_t i = t->timeline_count; i-- > 0;) {
        const struct object_rule *r = object_rule(t->timeline[i].verb);
        if (t->timeline[i].object != o->number)
            continue;
        assert_non_null(r);
        bool from = was == NULL ? r->from == 0 : (r->from >> was->state & 1) != 0;
        return lapsed ||
               (from && r->kind == o->kind && o->state == (o->warranty ? r->warranted : r->to));
    }
    return lapsed;
}

static void
check_ticket(struct seen *s, const struct ticket *was, const struct ticket *t,
             const struct effects *fx)
{
    size_t quotes = 0, complaints = 0, surveys = 0;
    assert_true(t->objects_count <= OBJECTS_MAX && t->objects_made == t->objects_count);
    for (size_t i = 0; i < t->objects_count; i++) {
        const struct object *o = &t->objects[i], *before = numbered(was, o->number);
        assert_int_equal(o->number, i + 1);
        bool open = o->state == OBJECT_OPEN;
        quotes += open && o->kind == OBJECT_QUOTE;
        surveys += open && o->kind == OBJECT_SURVEY;
        complaints += o->kind == OBJECT_COMPLAINT && o->state != OBJECT_DONE;
        assert_true(o->opened_at <= o->at);
        if (before != NULL && before->state == o->state)
            continue;
        assert_true(may_come(before, o, t));
        assert_true(was_told(fx, t, o));
        s->by[o->kind][o->state]++;
        s->told++;
    }
    /* an open quote exactly while the ticket waits for its answer */
    assert_int_equal(quotes, t->state == TICKET_PENDING_CUSTOMER && t->wait == REASON_QUOTE);
    assert_true(complaints <= 1);
    assert_true(surveys <= (t->state == TICKET_CLOSED));
}

/* One that is worked on, or waits, or whose customer has been asked; mostly the same one for a
 * while. NULL: there is none. */
static const struct ticket *
worked_on(struct history *h)
{
    const struct ticket *found = NULL;
    for (size_t i = 0; i < h->view.count; i++) {
        const struct ticket *t = &h->view.tickets[i];
        bool fits = t->state == TICKET_WORKING || t->state == TICKET_PENDING_CUSTOMER ||
                    object_find(t, 0, OBJECT_SURVEY, OBJECT_BIT(OBJECT_OPEN)) != NULL;
        if (fits && t->objects_count < OBJECTS_MAX - 6 && (found == NULL || below(h, 8) == 0))
            found = t;
    }
    return found;
}

/* In place of what the history tells: something about its objects. */
static void
say(struct history *h, struct event *ev, const struct ticket *t)
{
    struct act *a = &ev->act;
    ev->kind = EVENT_VERB;
    memset(a, 0, sizeof(*a));
    a->verb = history_object_verb(&h->rng, t);
    size_t person = history_person(history_object_person(&h->rng, t, a->verb));
    a->who = NAME(principal_id, history_people[person]);
    a->role = history_role(person);
    a->ticket = t->id;
    a->id = (struct event_id){ h->epochs[person], ++h->counters[person] };
    a->occurred_at = h->at - (instant)below(h, 20 * MINUTES);
    history_object_needs(&h->rng, t, a);
}

static void
objects_go_only_the_ways_of_the_table_whatever_happens(void **state)
{
    (void)state;
    struct rng r = seed();
    struct history *h = history_new(rng_next(&r));
    struct engine *e =
        engine_new(h->plans[0].rules.territory, WORLD_INCARNATION, &h->plans[0].rules);
    struct world_view before = { 0 };
    struct effects fx = { 0 };
    struct seen s = { 0 };
    for (int i = 0; i < 4000; i++) {
        struct event ev;
        history_tell(h, e, &ev);
        const struct ticket *t = below(h, 4) == 0 ? NULL : worked_on(h);
        if (t != NULL)
            say(h, &ev, t);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
        struct world_view now = { 0 };
        world_view_take(&now, e);
        for (size_t n = 0; n < now.count; n++)
            check_ticket(&s, world_view_find(&before, now.tickets[n].id), &now.tickets[n], &fx);
        world_view_fini(&before);
        before = now;
    }
    size_t ways = 0;
    for (size_t kind = 0; kind < OBJECT_KINDS; kind++) {
        size_t some = ways;
        for (size_t to = 0; to < OBJECT_STATES; to++)
            ways += s.by[kind][to] > 0;
        assert_true(ways > some);
    }
    assert_true(ways >= 14 && s.told > 200); /* of 21 */
    world_view_fini(&before);
    effects_fini(&fx);
    engine_free(e);
    history_free(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_and_the_table_say_the_same),
        cmocka_unit_test(without_any_one_of_its_needs_nothing_happens),
        cmocka_unit_test(each_step_of_a_part_is_taken_once_and_named_in_the_timeline),
        cmocka_unit_test(number_0_means_the_only_one_that_fits),
        cmocka_unit_test(a_ticket_has_so_many_objects_and_no_more),
        cmocka_unit_test(nothing_is_quoted_in_warranty),
        cmocka_unit_test(a_site_in_warranty_is_asked_nothing_before_somebody_has_looked),
        cmocka_unit_test(a_quote_lapses_with_the_wait_for_its_answer),
        cmocka_unit_test(a_late_replacement_says_that_it_is_late),
        cmocka_unit_test(a_survey_is_asked_once_an_end),
        cmocka_unit_test(a_complaint_is_its_owners_alone),
        cmocka_unit_test(what_has_not_come_by_the_end_is_refused),
        cmocka_unit_test(an_old_part_owed_keeps_the_ticket_for_90_days),
        cmocka_unit_test(a_complaint_keeps_the_ticket_until_its_solution),
        cmocka_unit_test(an_analysis_promised_keeps_the_ticket_until_30_days_too_late),
        cmocka_unit_test(objects_go_only_the_ways_of_the_table_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
