/* engine_test.c - about the engine as a whole: whatever happens, some things never do. The checker
 * believes only effects and records; it keeps a model of its own of who has what. */
#include "tests/core/history.h"
#include "workers/core/duty.h"
#include "workers/core/life.h"

#include <time.h>

enum { MODEL_MAX = 4096 };

/* A ticket as the outcomes tell it. */
struct told {
    struct ticket_id id;
    enum ticket_state state;
    struct principal_id engineer; /* by the outcomes; none */
    bool lent;
    bool paused; /* at some time: its last quarter may be longer than a quarter */
    uint32_t version;
    struct {
        struct principal_id who;
        instant until;
    } declined[8];
    size_t declined_count;
    unsigned alarms[6];
    bool broken[3]; /* said, and not taken back */
};

struct model {
    struct told tickets[MODEL_MAX];
    size_t count;
    struct report_id once[MODEL_MAX]; /* opened or attached */
    size_t once_count;
    struct {
        struct principal_id who;
        uint64_t sequence;
    } mail[64];
    size_t mail_count;
    struct {
        struct territory_id asker;
        struct ticket_id ticket;
        struct engineer_id engineer;
    } reserved[256];
    size_t reserved_count;
    size_t offers, alarms, declines, lent, unqualified, verdicts, closed, attached, repeated;
    size_t taken_over, joined, lapsed, returned, awaited, pinned, forbidden, appointed;
    bool is_strict; /* nobody is worth waiting for */
};

static struct told *
told(struct model *m, struct ticket_id id)
{
    for (size_t i = m->count; i-- > 0;)
        if (same_id(m->tickets[i].id, id))
            return &m->tickets[i];
    return NULL;
}

static const struct engineer_rule *
rule_of(const struct rules *rules, struct principal_id who)
{
    for (size_t i = 0; i < rules->engineers_count; i++)
        if (strcmp(rules->engineers[i].id.s, who.s) == 0)
            return &rules->engineers[i];
    return NULL;
}

static bool
has_skills(const struct engineer_rule *r, const struct skill *needs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool has = false;
        for (size_t k = 0; k < r->skills_count; k++)
            has |= same_id(r->skills[k].id, needs[i].id) && r->skills[k].level >= needs[i].level;
        if (!has)
            return false;
    }
    return true;
}

static bool
qualified(const struct rules *rules, const struct engineer_rule *r, struct category_id category)
{
    const struct category *c = NULL;
    for (size_t i = 0; i < rules->categories_count; i++)
        if (same_id(rules->categories[i].id, category))
            c = &rules->categories[i];
    return c == NULL || has_skills(r, c->needs, c->needs_count);
}

static size_t
load_of(const struct model *m, struct principal_id who)
{
    size_t load = 0;
    for (size_t i = 0; i < m->count; i++)
        load += life_is_held(m->tickets[i].state) && !m->tickets[i].lent &&
                same_id(m->tickets[i].engineer, who);
    for (size_t i = 0; i < m->reserved_count; i++)
        load += strcmp(m->reserved[i].engineer.s, who.s) == 0;
    return load;
}

static void
check_report(struct model *m, const struct outcome *o)
{
    for (size_t i = 0; i < m->once_count; i++)
        assert_false(same_id(m->once[i], o->report)); /* once, for ever */
    assert_true(m->once_count < MODEL_MAX && m->count < MODEL_MAX);
    m->once[m->once_count++] = o->report;
    m->attached += o->kind == OUTCOME_ATTACHED;
    if (o->kind == OUTCOME_ATTACHED) {
        struct told *t = told(m, o->ticket);
        assert_non_null(t);
        assert_true(t->state < TICKET_RESOLVED);
        assert_int_equal(o->version, ++t->version);
        return;
    }
    assert_null(told(m, o->ticket));
    m->tickets[m->count++] = (struct told){ .id = o->ticket, .version = 1 };
}

/* An offer: to somebody qualified, on duty, with room, who has not declined it. */
static void
check_offer(struct model *m, const struct rules *rules, struct told *t, const struct outcome *o,
            instant at)
{
    for (size_t i = 0; i < t->declined_count; i++)
        assert_false(same_id(t->declined[i].who, o->who) && t->declined[i].until > at);
    t->engineer = o->who;
    const struct engineer_rule *r = rule_of(rules, o->who);
    t->lent = r == NULL;
    m->offers++;
    m->lent += t->lent;
    if (t->lent)
        return;
    assert_true(duty_is_on(r, at));
    t->state = TICKET_OFFERED;
    assert_true(load_of(m, o->who) <= r->capacity);
}

static void
check_step(struct model *m, const struct rules *rules, const struct outcome *o, instant at)
{
    struct told *t = told(m, o->ticket);
    assert_non_null(t);
    assert_int_equal(t->state, o->from);
    assert_non_null(life_step(o->from, o->verb));
    assert_int_equal(life_step(o->from, o->verb)->next, o->to);
    assert_int_equal(o->version, ++t->version);
    if (o->verb == VERB_TAKE_OVER) {
        t->engineer = o->who;
        t->lent = false; /* a neighbour's is never asked */
        m->taken_over++;
    } else if (life_is_held(o->from) && !no_name(t->engineer)) {
        assert_true(same_id(t->engineer, o->who)); /* one engineer, and the same as before */
    }
    if (o->verb == VERB_OFFER)
        check_offer(m, rules, t, o, at);
    if (o->verb == VERB_DECLINE) {
        m->declines++;
        if (t->declined_count == countof(t->declined))
            memmove(&t->declined[0], &t->declined[1], --t->declined_count * sizeof(t->declined[0]));
        t->declined[t->declined_count].who = o->who;
        t->declined[t->declined_count++].until = at + rules->decline_ms;
    }
    if (o->verb == VERB_ASSIGN || o->verb == VERB_PIN) /* the dispatcher has talked to him */
        t->declined_count = 0;
    m->pinned += o->verb == VERB_ASSIGN || o->verb == VERB_PIN;
    m->forbidden += o->verb == VERB_FORBID;
    if (o->verb == VERB_RELEVEL) /* another promise, of which nothing has been told */
        memset(t->alarms, 0, sizeof(t->alarms));
    m->appointed += o->verb == VERB_APPOINT;
    t->paused |= o->verb == VERB_EXEMPT || o->verb == VERB_APPOINT ||
                 o->to == TICKET_PENDING_CUSTOMER ||
                 (life_is_over(o->from) && !life_is_over(o->to));
    bool lost = o->from == TICKET_OFFERED && o->to != TICKET_OFFERED && o->to != TICKET_ACCEPTED;
    t->state = o->to;
    m->closed += life_is_over(o->to) && !life_is_over(o->from);
    m->joined += o->verb == VERB_JOIN_IN;
    m->lapsed += o->verb == VERB_LAPSE;
    m->returned += o->verb == VERB_RETURN;
    if (o->to == TICKET_QUEUED || o->verb == VERB_OBSERVE || lost)
        memset(&t->engineer, 0, sizeof(t->engineer));
}

static void
check_outcomes(struct model *m, const struct rules *rules, const struct effects *fx, instant at)
{
    for (size_t i = 0; i < fx->outcomes_count; i++) {
        const struct outcome *o = &fx->outcomes[i];
        if (o->kind == OUTCOME_OPENED || o->kind == OUTCOME_ATTACHED)
            check_report(m, o);
        if (o->kind == OUTCOME_STEP)
            check_step(m, rules, o, at);
        m->unqualified += o->kind == OUTCOME_UNQUALIFIED;
        m->repeated += o->kind == OUTCOME_REPEATED;
    }
}

/* Dense from 1, for each recipient. */
static void
check_sequences(struct model *m, const struct posting *p)
{
    assert_true(p->recipients_count > 0 && p->recipients_count <= RECIPIENTS_MAX);
    for (size_t k = 0; k < p->recipients_count; k++) {
        size_t i = 0;
        while (i < m->mail_count && !same_id(m->mail[i].who, p->recipients[k].who))
            i++;
        if (i == m->mail_count)
            m->mail[m->mail_count++].who = p->recipients[k].who;
        assert_true(m->mail_count < countof(m->mail));
        assert_true(p->recipients[k].sequence == ++m->mail[i].sequence);
    }
}

/* A clock's alarm: once, and not before its time. What was said in error is taken back, and may be
 * said again. */
static void
check_alarm(struct model *m, const struct rules *rules, const struct update *u, instant at)
{
    static const char *const names[3] = { "response: ", "arrival: ", "restoration: " };
    struct told *t = told(m, u->ticket);
    for (unsigned i = 0; i < 3; i++) {
        if (!str_starts(u->why, str_of(names[i])))
            continue;
        struct str what = str_bytes(u->why.at + strlen(names[i]), u->why.len - strlen(names[i]));
        bool breach = str_starts(what, STR("the promise is broken"));
        if (str_is(what, "the promise was kept after all")) {
            assert_non_null(t);
            assert_true(t->broken[i]);
            t->broken[i] = false;
            t->alarms[i * 2] = t->alarms[i * 2 + 1] = 0;
            continue;
        }
        unsigned level = strcmp(u->level, "severe") == 0;
        msec limit = rules->contracts[0].promises[i][level].working_ms;
        assert_non_null(t);
        assert_int_equal(t->alarms[i * 2 + breach]++, 0);
        t->broken[i] |= breach;
        assert_true(at >= u->due || (!breach && (t->paused || at >= u->due - limit / 4)));
        m->alarms++;
    }
}

static void
check_postings(struct model *m, const struct rules *rules, const struct event *ev,
               const struct effects *fx, instant at, const struct world_view *after)
{
    struct ticket_id shown[256];
    size_t shown_count = 0, verdicts = 0;
    for (size_t i = 0; i < fx->postings_count; i++) {
        const struct posting *p = &fx->postings[i];
        const struct update *u = &p->update;
        check_sequences(m, p);
        assert_true(u->at == at);
        verdicts += u->kind == UPDATE_VERDICT;
        if (u->kind == UPDATE_ALARM)
            check_alarm(m, rules, u, at);
        bool watch = u->kind == UPDATE_TICKET && strcmp(p->recipients[0].who.s, "watch") == 0;
        if (!watch)
            continue;
        for (size_t k = 0; k < shown_count; k++)
            assert_false(same_id(shown[k], u->ticket)); /* one a ticket */
        assert_true(shown_count < countof(shown));
        shown[shown_count++] = u->ticket;
        const struct ticket *t = world_view_find(after, u->ticket);
        assert_true(t == NULL ? life_is_over(u->state) : t->state == u->state);
        assert_true(t == NULL || t->version == u->version);
    }
    assert_int_equal(verdicts, ev->kind == EVENT_VERB && ev->act.who.s[0] != '\0');
    m->verdicts += verdicts;
}

static void
check_messages(struct model *m, const struct event *ev, const struct rules *rules,
               const struct effects *fx)
{
    const struct assist *in = &ev->assist;
    for (size_t i = 0;
         ev->kind == EVENT_ASSIST && in->kind == ASSIST_RELEASE && i < m->reserved_count; i++)
        if (world_outcomes(fx, OUTCOME_ASSIST) && same_id(m->reserved[i].asker, in->from) &&
            same_id(m->reserved[i].ticket, in->ticket) &&
            same_id(m->reserved[i].engineer, in->engineer))
            m->reserved[i] = m->reserved[--m->reserved_count];
    for (size_t i = 0; i < fx->messages_count; i++) {
        const struct message_out *o = &fx->messages[i];
        size_t k = 0;
        while (k < m->reserved_count && !(same_id(m->reserved[k].asker, o->to) &&
                                          same_id(m->reserved[k].ticket, o->assist.ticket)))
            k++;
        bool ours = o->assist.kind == ASSIST_RESERVED || o->assist.kind == ASSIST_DENIED ||
                    o->assist.kind == ASSIST_BUSY;
        if (ours && k < m->reserved_count) /* released, replaced, or the same again */
            m->reserved[k] = m->reserved[--m->reserved_count];
        if (o->assist.kind != ASSIST_RESERVED)
            continue;
        assert_true(m->reserved_count < countof(m->reserved));
        m->reserved[m->reserved_count].asker = o->to;
        m->reserved[m->reserved_count].ticket = o->assist.ticket;
        m->reserved[m->reserved_count++].engineer = o->assist.engineer;
        struct principal_id who = principal_of(o->assist.engineer);
        const struct engineer_rule *r = rule_of(rules, who);
        assert_non_null(r);
        assert_true(has_skills(r, in->needs, in->needs_count));
    }
}

static size_t
reserved_of(const struct model *m, struct engineer_id x)
{
    size_t load = 0;
    for (size_t i = 0; i < m->reserved_count; i++)
        load += same_id(m->reserved[i].engineer, x);
    return load;
}

static bool
carries(const struct ticket *t, struct engineer_id x)
{
    bool his = (life_is_held(t->state) && no_name(t->home) && same_id(t->engineer, x)) ||
               same_id(t->next.engineer, x);
    for (size_t i = 0; i < t->helpers_count; i++)
        his |= same_id(t->helpers[i].engineer, x);
    return his;
}

/* All that he carries, by the tickets' records: those in his hands, those he is asked to take over,
 * those he helps or is asked to help; and the places kept for neighbours. */
static size_t
load_in(const struct model *m, const struct world_view *v, struct engineer_id x)
{
    size_t load = reserved_of(m, x);
    for (size_t i = 0; i < v->count; i++)
        load += carries(&v->tickets[i], x);
    return load;
}

/* Asked and helping are people of ours who are not responsible already, while the ticket is in an
 * engineer's hands, and nobody is asked beyond his time. */
static void
check_hand(const struct rules *rules, const struct ticket *t, const struct hand *h, instant at)
{
    assert_true(life_is_held(t->state) && t->state != TICKET_OFFERED && !no_name(t->engineer));
    assert_false(same_id(h->engineer, t->engineer));
    assert_non_null(rule_of(rules, principal_of(h->engineer)));
    assert_true(h->due > at);
}

static void
check_hands(const struct rules *rules, const struct ticket *t, instant at)
{
    if (!no_name(t->next.engineer))
        check_hand(rules, t, &t->next, at);
    for (size_t i = 0; i < t->helpers_count; i++) {
        check_hand(rules, t, &t->helpers[i], at);
        for (size_t k = 0; k < i; k++)
            assert_false(same_id(t->helpers[i].engineer, t->helpers[k].engineer));
    }
}

/* The engine's own count, as it stands in the records, against one that begins anew. */
static void
check_loads(const struct model *m, const struct rules *rules, const struct world_view *v)
{
    for (size_t i = 0; i < rules->engineers_count; i++) {
        struct engineer_id x = rules->engineers[i].id;
        assert_int_equal(world_view_load(v, x.s), load_in(m, v, x) - reserved_of(m, x));
    }
}

/* Nothing waits that somebody could do now, be it far away: unless another is awaited who will be
 * free soon, and then the engine looks again within a minute. Those whose shift may end before the
 * work does are fit.c's to judge. */
static void
check_waiting(struct model *m, const struct rules *rules, const struct world_view *v,
              const struct ticket *t, const struct engine *e)
{
    instant at = engine_at(e);
    if (t->visit.until != 0 && !t->visit.open) { /* its time comes, and the engine knows when */
        assert_true(engine_next(e) <= t->visit.until);
        return;
    }
    for (size_t k = 0; k < rules->engineers_count; k++) {
        const struct engineer_rule *r = &rules->engineers[k];
        const struct refuser *no = ticket_refuser(t, r->id, at);
        bool could = duty_is_on(r, at) && duty_end(r, at) > at + 3 * DAYS &&
                     qualified(rules, r, t->category) && load_in(m, v, r->id) < r->capacity &&
                     (no == NULL || no->missed);
        if (!could)
            continue;
        assert_false(m->is_strict);
        assert_true(engine_next(e) <= at / MINUTES * MINUTES + MINUTES);
        m->awaited++;
    }
}

/* Tickets and model agree. */
static void
check_rest(struct model *m, const struct rules *rules, const struct world_view *v,
           const struct engine *e)
{
    instant at = engine_at(e);
    size_t open = 0;
    for (size_t i = 0; i < m->count; i++)
        open += !life_is_over(m->tickets[i].state);
    for (size_t i = 0; i < v->count; i++)
        open -= !life_is_over(v->tickets[i].state);
    assert_int_equal(open, 0); /* none is lost */
    for (size_t i = 0; i < v->count; i++) {
        const struct ticket *t = &v->tickets[i];
        struct told *said = told(m, t->id);
        assert_int_equal(said->state, t->state);
        assert_int_equal(said->version, t->version);
        if (life_is_over(t->state))
            continue;
        struct principal_id his = principal_of(t->engineer);
        assert_true(same_id(said->engineer, his)); /* nobody's while it waits */
        check_hands(rules, t, at);
        bool pinned = rule_of(rules, principal_of(t->pinned)) != NULL;
        if (t->state == TICKET_QUEUED && !pinned)
            check_waiting(m, rules, v, t, e);
    }
}

/* A smaller capacity in a new plan, and work given back by the customer, may leave somebody above
 * his capacity; nothing else adds to that. */
static void
check_capacity(const struct model *m, const struct rules *rules, const struct world_view *v,
               const size_t *before, const struct effects *fx)
{
    for (size_t i = 0; i < rules->engineers_count; i++) {
        struct principal_id who = principal_of(rules->engineers[i].id);
        size_t load = load_in(m, v, rules->engineers[i].id), reopened = 0;
        for (size_t k = 0; k < fx->outcomes_count; k++)
            reopened += fx->outcomes[k].kind == OUTCOME_STEP &&
                        fx->outcomes[k].verb == VERB_REOPEN && same_id(fx->outcomes[k].who, who);
        assert_true(load <= rules->engineers[i].capacity || load <= before[i] + reopened);
    }
}

/* TIME events until nothing is due; as the shell does, in the same millisecond. */
static void
drain(struct engine *e, struct history *h, struct model *m, struct effects *fx)
{
    const struct rules *rules = &h->plans[h->plan].rules;
    for (int i = 0; engine_next(e) <= engine_at(e); i++) {
        struct event ev = { .kind = EVENT_TIME, .at = engine_at(e) };
        assert_true(i < 100);
        world_apply(e, &ev, fx);
        history_hear(h, fx);
        world_view_take(&h->view, e);
        check_messages(m, &ev, rules, fx);
        check_outcomes(m, rules, fx, engine_at(e));
        check_postings(m, rules, &ev, fx, engine_at(e), &h->view);
    }
}

static void
live(uint64_t from, int events, struct model *m)
{
    struct history *h = history_new(from);
    struct effects fx = { 0 };
    for (size_t i = 0; i < countof(h->plans); i++)
        for (size_t k = 0; m->is_strict && k < h->plans[i].rules.categories_count; k++)
            h->plans[i].categories[k].service_ms = DAYS;
    struct engine *e =
        engine_new(h->plans[0].rules.territory, WORLD_INCARNATION, &h->plans[0].rules);
    for (int i = 0; i < events; i++) {
        struct event ev;
        size_t before[WORLD_ENGINEERS] = { 0 };
        history_tell(h, e, &ev);
        const struct rules *rules = &h->plans[h->plan].rules;
        for (size_t k = 0; k < rules->engineers_count; k++)
            before[k] = load_in(m, &h->view, rules->engineers[k].id);
        world_apply(e, &ev, &fx);
        history_hear(h, &fx);
        world_view_take(&h->view, e);
        instant at = engine_at(e);
        assert_true(at >= ev.at);
        check_messages(m, &ev, rules, &fx);
        check_outcomes(m, rules, &fx, at);
        check_postings(m, rules, &ev, &fx, at, &h->view);
        check_capacity(m, rules, &h->view, before, &fx);
        check_loads(m, rules, &h->view);
        drain(e, h, m, &fx);
        check_rest(m, rules, &h->view, e);
    }
    engine_free(e);
    effects_fini(&fx);
    history_free(h);
}

static void
whatever_happens_the_promises_hold(void **state)
{
    (void)state;
    struct rng r = seed();
    struct model *m = zalloc(sizeof(*m));
    size_t offers = 0, declines = 0, lent = 0, unqualified = 0, closed = 0;
    size_t taken_over = 0, joined = 0, lapsed = 0, returned = 0, awaited = 0;
    size_t pinned = 0, forbidden = 0, appointed = 0;
    for (int i = 0; i < 12; i++) {
        memset(m, 0, sizeof(*m));
        m->is_strict = i % 4 == 0;
        live(rng_next(&r), 2000, m);
        awaited += m->awaited;
        pinned += m->pinned;
        forbidden += m->forbidden;
        appointed += m->appointed;
        offers += m->offers;
        taken_over += m->taken_over;
        joined += m->joined;
        lapsed += m->lapsed;
        returned += m->returned;
        declines += m->declines;
        lent += m->lent;
        unqualified += m->unqualified;
        closed += m->closed;
        assert_true(m->attached > 0 && m->repeated > 0 && m->verdicts > 0);
    }
    print_message("offers=%zu declines=%zu lent=%zu unqualified=%zu closed=%zu taken_over=%zu "
                  "joined=%zu lapsed=%zu returned=%zu awaited=%zu "
                  "pinned=%zu forbidden=%zu appointed=%zu\n",
                  offers, declines, lent, unqualified, closed, taken_over, joined, lapsed, returned,
                  awaited, pinned, forbidden, appointed);
    /* the history was worth the telling */
    assert_true(offers > 500 && declines > 10 && lent > 5 && unqualified > 5 && closed > 100);
    assert_true(awaited > 10 && pinned > 10 && forbidden > 10 && appointed > 10);
    assert_true(taken_over > 1 && joined > 4 && lapsed > 4 && returned > 10);
    free(m);
}

static void
a_clock_that_steps_back_never_moves_the_engine_back(void **state)
{
    (void)state;
    struct world_plan plan;
    struct effects fx = { 0 };
    world_plan_init(&plan, "home", 1);
    struct engine *e = engine_new(plan.rules.territory, WORLD_INCARNATION, &plan.rules);
    struct event ev = world_report(WORLD_BEGIN, 1, "misc", "s");
    world_apply(e, &ev, &fx);
    ev = world_report(WORLD_BEGIN - HOURS, 2, "misc", "t");
    world_apply(e, &ev, &fx);
    assert_true(engine_at(e) == WORLD_BEGIN);
    assert_true(fx.postings[0].update.at == WORLD_BEGIN);
    engine_free(e);
    effects_fini(&fx);
}

/* Not a test of speed, which depends on the machine: a figure for whoever looks. */
static void
a_figure_of_speed_is_printed(void **state)
{
    (void)state;
    enum { REPORTS = 50000, BATCH = 256, PEOPLE = 24 };
    struct world_plan plan;
    struct engineer_rule *people = zalloc(PEOPLE * sizeof(*people));
    world_plan_init(&plan, "home", 1);
    for (size_t i = 0; i < PEOPLE; i++) {
        people[i] = plan.engineers[2];
        snprintf(people[i].id.s, sizeof(people[i].id.s), "e%02zu", i);
        people[i].home.lon_e7 += (int32_t)i * 100000;
        people[i].capacity = UINT16_MAX;
    }
    plan.rules.engineers = people;
    plan.rules.engineers_count = PEOPLE;
    struct engine *e = engine_new(plan.rules.territory, WORLD_INCARNATION, &plan.rules);
    struct effects fx = { 0 };
    struct changes c = { 0 };
    static char text[300];
    memset(text, 'x', sizeof(text));
    clock_t begin = clock();
    for (uint32_t i = 0; i < REPORTS; i++) {
        struct event ev = world_report(WORLD_BEGIN + i / 100, 0, i % 2 ? "ac" : "line", "");
        struct rng r = { i };
        uint64_t id[2] = { rng_next(&r), rng_next(&r) };
        memcpy(ev.report.id.b, id, sizeof(id));
        ev.report.place.lat_e7 += (int32_t)(i * 2000);
        ev.report.text = str_bytes(text, sizeof(text));
        engine_apply(e, &ev, &fx);
        if (i % BATCH == BATCH - 1) {
            engine_changes(e, &c);
            effects_clear(&fx);
        }
    }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    struct engine_stats s;
    engine_stats(e, &s);
    assert_int_equal(s.by_state[TICKET_OFFERED], REPORTS);
    print_message("reports_per_s=%.0f (batches of %d, %d engineers)\n", (double)REPORTS / seconds,
                  BATCH, PEOPLE);
    engine_free(e);
    effects_fini(&fx);
    changes_fini(&c);
    free(people);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_the_promises_hold),
        cmocka_unit_test(a_clock_that_steps_back_never_moves_the_engine_back),
        cmocka_unit_test(a_figure_of_speed_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
