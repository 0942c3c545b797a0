/* history.h - random but mostly sensible histories of one territory. The teller looks at what the
 * engine's records say (tickets, versions) and lets the right people do the next right thing,
 * most of the time; else anybody anything. */
#ifndef TESTS_CORE_HISTORY_H
#define TESTS_CORE_HISTORY_H

#include "tests/core/history_link.h"
#include "tests/core/history_object.h"
#include "workers/core/life.h"

enum { HISTORY_REPORTS = 4096, HISTORY_EVENTS = 16384 };

struct history {
    struct rng rng;
    struct world_plan plans[3];
    size_t plan;     /* index in force */
    unsigned linked; /* one act in so many is about waits and links */
    instant at;
    struct world_view view;
    struct report reports[HISTORY_REPORTS];
    size_t reports_count;
    struct act acts[HISTORY_EVENTS]; /* every verb ever said, for saying it again */
    size_t acts_count;
    uint64_t counters[16], epochs[16];
    uint64_t neighbour_sequence[2];
    struct position positions[3];
    struct proposal proposals[4];
    struct message_out asked[64]; /* our latest words to neighbours */
    size_t asked_count;
};

static const char *const history_people[16] = {
    "home-e0", "home-e1", "home-e2", "home-e3", "home-e4", "home-e5", "north-e1", "south-e1",
    "gw-1",    "gw-2",    "gw-3",    "gw-4",    "desk-1",  "desk-2",  "stranger", "worker-1",
};

static inline enum role
history_role(size_t person)
{
    return person < 8    ? ROLE_ENGINEER
           : person < 12 ? ROLE_GATEWAY
           : person < 14 ? ROLE_DISPATCHER
           : person < 15 ? ROLE_NONE
                         : ROLE_WORKER;
}

static inline struct history *
history_new(uint64_t from)
{
    struct history *h = zalloc(sizeof(*h));
    h->rng.state = from;
    h->at = WORLD_BEGIN;
    h->linked = 12;
    for (unsigned v = 0; v < 3; v++) {
        world_plan_init(&h->plans[v], "home", v + 1);
        history_link_plan(&h->plans[v]);
        for (size_t i = 0; v != 1 && i < WORLD_ENGINEERS; i++) /* room for others' tickets, too */
            h->plans[v].engineers[i].capacity = (uint16_t)(h->plans[v].engineers[i].capacity + 4);
    }
    h->plans[2].contract.complaints = NAME(principal_id, "desk-1");
    for (size_t i = 0; i < 16; i++)
        h->epochs[i] = 1;
    return h;
}

static inline void
history_free(struct history *h)
{
    world_view_fini(&h->view);
    free(h);
}

static inline uint64_t
below(struct history *h, uint64_t n)
{
    return rng_below(&h->rng, n);
}

static inline void
history_new_report(struct history *h, struct report *r)
{
    static const char *const categories[] = { "ac", "line", "misc", "mixed", "odd", "no-such", "" };
    static const char *const texts[] = { "", "no cooling", "\xe6\x96\xad\xe7\xba\xbf", "again" };
    uint64_t id = rng_next(&h->rng);
    char site[16] = "";
    memset(r, 0, sizeof(*r));
    memcpy(r->id.b, &id, 8);
    r->gateway = NAME(principal_id, history_people[8 + below(h, 4)]);
    r->source = NAME(source_id, "sms.hotline");
    r->category = NAME(category_id, categories[below(h, countof(categories))]);
    if (below(h, 2) == 0)
        snprintf(site, sizeof(site), "site-%u", (unsigned)below(h, 6));
    r->site = NAME(site_id, site);
    r->place = PLACE_NONE;
    if (below(h, 4) != 0)
        r->place = (struct place){ 310000000 + (int32_t)below(h, 8) * 60000,
                                   1210000000 + (int32_t)below(h, 3) * 200 };
    if (below(h, 40) == 0)
        r->place = (struct place){ 2000000000, 7 };
    r->hint = (int8_t)((int)below(h, 3) - 1);
    r->words = below(h, 16);
    r->occurred_at = h->at - (instant)below(h, 4 * HOURS);
    if (below(h, 20) == 0)
        r->occurred_at = (instant)(rng_next(&h->rng)); /* anything */
    r->digest[0] = (uint8_t)below(h, 256);
    if (h->reports_count > 0 && below(h, 10) == 0)
        r->follows = ticket_of(h->reports[below(h, h->reports_count)].id);
    if (below(h, 8) == 0) { /* mostly a time to come */
        r->from = h->at - HOURS + (instant)below(h, 10 * HOURS);
        r->until = r->from + (instant)below(h, 3 * HOURS);
    }
    r->text = str_of(texts[below(h, countof(texts))]);
}

static inline void
history_report(struct history *h, struct event *ev)
{
    ev->kind = EVENT_REPORT;
    if (h->reports_count > 0 && below(h, 6) == 0) {
        ev->report = h->reports[below(h, h->reports_count)];
        if (below(h, 3) == 0)
            ev->report.digest[1] ^= 1;
        return;
    }
    history_new_report(h, &ev->report);
    if (h->reports_count < HISTORY_REPORTS)
        h->reports[h->reports_count++] = ev->report;
}

static inline size_t
history_person(const char *name)
{
    for (size_t i = 0; i < 16; i++)
        if (strcmp(history_people[i], name) == 0)
            return i;
    return 14;
}

/* Somebody is asked to take over or to help. */
static inline bool
history_asks(const struct ticket *t)
{
    for (size_t i = 0; i < t->helpers_count; i++)
        if (t->helpers[i].due != NEVER)
            return true;
    return !no_name(t->next.engineer);
}

/* One of the tickets at hand, mostly one in somebody's hands; NULL: none. */
static inline const struct ticket *
history_ticket(struct history *h)
{
    const struct ticket *t = NULL;
    size_t some = below(h, 3) == 0 ? 0 : h->view.count; /* who is asked answers soon */
    for (size_t i = 0; i < some; i++)
        if (history_asks(&h->view.tickets[i]))
            return &h->view.tickets[i];
    for (int tries = 0; h->view.count > 0 && tries < 4; tries++) {
        t = &h->view.tickets[below(h, h->view.count)];
        if (life_is_held(t->state) || (tries > 1 && !life_is_over(t->state)))
            break;
    }
    return t;
}

/* Who says this verb: the engineer's own are not in the table. */
static inline size_t
history_sayer(const struct ticket *t, enum verb v)
{
    static const enum role sayers[VERBS] = {
        [VERB_NUDGE] = ROLE_GATEWAY,         [VERB_CANCEL] = ROLE_GATEWAY,
        [VERB_APPROVE] = ROLE_GATEWAY,       [VERB_REOPEN] = ROLE_GATEWAY,
        [VERB_DELIVERED] = ROLE_GATEWAY,     [VERB_REJECT] = ROLE_DISPATCHER,
        [VERB_PREPROCESS] = ROLE_DISPATCHER, [VERB_DISPATCH] = ROLE_DISPATCHER,
        [VERB_SOLVE] = ROLE_DISPATCHER,      [VERB_RELEVEL] = ROLE_DISPATCHER,
        [VERB_ASSIGN] = ROLE_DISPATCHER,     [VERB_PIN] = ROLE_DISPATCHER,
        [VERB_FORBID] = ROLE_DISPATCHER,     [VERB_APPOINT] = ROLE_GATEWAY,
    };
    if (sayers[v] == ROLE_DISPATCHER)
        return 12;
    if (sayers[v] == ROLE_GATEWAY)
        return t->gateways_count > 0 ? history_person(t->gateways[0].s) : 12;
    return history_person(t->engineer.s);
}

/* One who is asked or helps answers, or leaves; VERBS: there is none. */
static inline enum verb
history_hand_verb(struct history *h, const struct ticket *t, size_t *person)
{
    static const enum verb of_helper[] = { VERB_NOTE, VERB_PART_REQUEST, VERB_REPORT,
                                           VERB_STEP_BACK };
    if (!no_name(t->next.engineer) && (t->helpers_count == 0 || below(h, 2) == 0)) {
        *person = history_person(t->next.engineer.s);
        return below(h, 3) == 0 ? VERB_STEP_BACK : VERB_TAKE_OVER;
    }
    if (t->helpers_count == 0)
        return VERBS;
    const struct hand *helper = &t->helpers[below(h, t->helpers_count)];
    *person = history_person(helper->engineer.s);
    if (helper->due == NEVER)
        return of_helper[below(h, countof(of_helper))];
    return below(h, 4) == 0 ? VERB_STEP_BACK : VERB_JOIN_IN;
}

/* What a sensible person would do next with this ticket. */
static inline enum verb
history_next_verb(struct history *h, const struct ticket *t, size_t *person)
{
    static const enum verb verbs[TICKET_STATES][8] = {
        [TICKET_TRIAGED] = { VERB_DISPATCH, VERB_DISPATCH, VERB_SOLVE, VERB_NOTE, VERB_DISPATCH,
                             VERB_NUDGE, VERB_RELEVEL, VERB_DISPATCH },
        [TICKET_QUEUED] = { VERB_FORBID, VERB_NOTE, VERB_APPOINT, VERB_CANCEL, VERB_PIN,
                            VERB_PREPROCESS, VERB_RELEVEL, VERB_ASSIGN },
        [TICKET_OFFERED] = { VERB_ACCEPT, VERB_ACCEPT, VERB_ACCEPT, VERB_DECLINE, VERB_APPOINT,
                             VERB_ACCEPT, VERB_ACCEPT, VERB_ASSIGN },
        [TICKET_ACCEPTED] = { VERB_DEPART, VERB_WORK, VERB_ARRIVE, VERB_HOLD, VERB_HELP,
                              VERB_TRANSFER, VERB_HELP, VERB_TRANSFER },
        [TICKET_EN_ROUTE] = { VERB_ARRIVE, VERB_ARRIVE, VERB_WORK, VERB_PEND, VERB_ARRIVE,
                              VERB_ARRIVE, VERB_RETURN, VERB_HELP },
        [TICKET_WORKING] = { VERB_RESOLVE, VERB_RESOLVE, VERB_PEND, VERB_DEPART, VERB_RESOLVE,
                             VERB_ARRIVE, VERB_TRANSFER, VERB_HELP },
        [TICKET_PENDING_CUSTOMER] = { VERB_RESUME, VERB_RESUME, VERB_NUDGE, VERB_RESUME,
                                      VERB_RESUME, VERB_RESUME, VERB_TRANSFER, VERB_RETURN },
        [TICKET_HELD] = { VERB_RESUME, VERB_RESUME, VERB_REJECT, VERB_NOTE, VERB_RESUME,
                          VERB_RESUME, VERB_TRANSFER, VERB_HELP },
        [TICKET_RESOLVED] = { VERB_APPROVE, VERB_APPROVE, VERB_REOPEN, VERB_NOTE, VERB_APPROVE,
                              VERB_APPROVE, VERB_REPORT, VERB_ANALYSE },
        [TICKET_CLOSED] = { VERB_NOTE, VERB_REPORT, VERB_ANALYSE, VERB_DELIVERED, VERB_NOTE,
                            VERB_NOTE, VERB_NOTE, VERB_NOTE },
    };
    bool hands = history_asks(t) ? below(h, 5) != 0 : below(h, 5) == 0;
    enum verb v = hands ? history_hand_verb(h, t, person) : VERBS;
    if (v != VERBS)
        return v;
    v = verbs[t->state][below(h, 8)];
    *person = history_sayer(t, v);
    if ((v == VERB_TRANSFER || v == VERB_HELP || v == VERB_RETURN) && below(h, 3) == 0)
        *person = 12;
    return v;
}

/* What is said beside the way itself: deliveries, acknowledgements, complaints. */
static inline enum verb
history_aside(struct history *h, const struct ticket *t, size_t *person)
{
    static const enum verb verbs[] = {
        VERB_DELIVERED, VERB_DELIVERED,        VERB_ACKNOWLEDGE, VERB_COMPLAIN,       VERB_ANALYSE,
        VERB_REPLACE,   VERB_COMPLAINT_ANSWER, VERB_REPLACED,    VERB_COMPLAINT_CLOSE
    };
    enum verb v = verbs[below(h, countof(verbs))];
    *person = 12 + below(h, 2);
    if (v == VERB_DELIVERED)
        *person = t->gateways_count > 0 ? history_person(t->gateways[0].s) : 12;
    if (v == VERB_REPLACED)
        *person = history_person(t->engineer.s);
    return v;
}

/* What some verbs need besides: mostly right. */
static inline void
history_details(struct history *h, const struct ticket *t, struct act *a)
{
    static const char *const levels[] = { "general", "severe", "severe", "no-such" };
    a->reason = below(h, 12) == 0 ? (enum reason)below(h, REASONS) : world_reason(a->verb);
    a->place = below(h, 2) == 0 ? PLACE_NONE : (struct place){ 310000000, 1210000000 };
    a->amount = -1;
    if (t != NULL && below(h, 3) == 0)
        memcpy(a->code, below(h, 4) == 0 ? "12345678" : t->code, sizeof(t->code));
    if (a->verb == VERB_RELEVEL)
        (void)str_fill(a->level, sizeof(a->level), str_of(levels[below(h, countof(levels))]));
    bool names = a->verb == VERB_ASSIGN || a->verb == VERB_PIN || a->verb == VERB_FORBID;
    if (names && below(h, 4) == 0)
        a->until = h->at + (instant)below(h, 3 * HOURS);
    if (a->verb == VERB_APPOINT) {
        a->from = h->at + (instant)below(h, 10 * HOURS);
        a->until = a->from + (instant)below(h, 3 * HOURS);
    }
    if (names || ((a->verb == VERB_TRANSFER || a->verb == VERB_HELP) && below(h, 3) == 0))
        a->engineer = NAME(engineer_id, history_people[below(h, 7)]);
}

static inline void
history_act(struct history *h, struct event *ev)
{
    ev->kind = EVENT_VERB;
    if (h->acts_count > 0 && below(h, 12) == 0) {
        ev->act = h->acts[h->acts_count - 1 - below(h, h->acts_count < 200 ? h->acts_count : 200)];
        return;
    }
    size_t person = below(h, 16);
    enum verb v = (enum verb)below(h, VERBS + 1);
    const struct ticket *t = history_ticket(h);
    if (t != NULL && below(h, 8) != 0)
        v = below(h, 6) == 0 ? history_aside(h, t, &person) : history_next_verb(h, t, &person);
    if (v == VERB_SYNC && below(h, 4) != 0)
        v = VERB_NOTE;
    if (t != NULL && below(h, 8) == 0) {
        v = history_object_verb(&h->rng, t);
        person = history_person(history_object_person(&h->rng, t, v));
    }
    bool linked = t != NULL && !history_asks(t) && below(h, h->linked) == 0;
    enum verb link = linked ? history_link_verb(&h->rng, t) : VERBS;
    if (link != VERBS) {
        v = link;
        person = history_person(history_object_person(&h->rng, t, v));
    }
    struct act *a = &ev->act;
    memset(a, 0, sizeof(*a));
    a->who = NAME(principal_id, history_people[person]);
    a->role = history_role(person);
    a->verb = v;
    if (t != NULL)
        a->ticket = t->id;
    else if (h->reports_count > 0)
        a->ticket = ticket_of(h->reports[below(h, h->reports_count)].id);
    if (t != NULL && below(h, 3) != 0)
        a->seen = t->version - (below(h, 10) == 0 && t->version > 2 ? 2 : 0);
    if (below(h, 300) == 0) {
        h->epochs[person]++;
        h->counters[person] = 0;
    }
    h->counters[person] += below(h, 30) == 0 ? 3 : 1;
    a->id = (struct event_id){ h->epochs[person], h->counters[person] };
    a->occurred_at = h->at - (instant)below(h, 20 * MINUTES);
    if (below(h, 20) == 0)
        a->occurred_at = (instant)rng_next(&h->rng);
    a->note = below(h, 3) == 0 ? STR("because") : STR("");
    history_details(h, t, a);
    if (t != NULL)
        history_object_needs(&h->rng, t, a);
    if (t != NULL)
        history_link_needs(&h->rng, &h->view, t, a, h->at);
    if (h->acts_count < HISTORY_EVENTS)
        h->acts[h->acts_count++] = *a;
}

static inline void
history_places(struct history *h, struct event *ev)
{
    ev->kind = EVENT_PLACES;
    for (size_t i = 0; i < 3; i++) {
        h->positions[i].engineer = NAME(engineer_id, history_people[below(h, 7)]);
        h->positions[i].place = (struct place){ 310000000 + (int32_t)below(h, 600000),
                                                1210000000 - (int32_t)below(h, 600000) };
        h->positions[i].at = h->at - (instant)below(h, HOURS);
    }
    ev->places.list = h->positions;
    ev->places.count = 1 + below(h, 3);
}

/* A planner's advice: mostly about what waits for its appointment, often sensible. */
static inline void
history_propose(struct history *h, struct event *ev)
{
    ev->kind = EVENT_PROPOSE;
    ev->proposals.list = h->proposals;
    size_t from = h->view.count > 0 ? below(h, h->view.count) : 0;
    for (size_t i = 0; i < h->view.count && ev->proposals.count < 4; i++) {
        const struct ticket *t = &h->view.tickets[(from + i) % h->view.count];
        if (t->visit.until == 0 && below(h, 20) != 0)
            continue;
        struct proposal *p = &h->proposals[ev->proposals.count++];
        *p = (struct proposal){ .ticket = t->id };
        if (below(h, 8) == 0)
            continue;
        p->engineer = NAME(engineer_id, history_people[below(h, 7)]);
        p->begin_at = t->visit.from + (instant)below(h, HOURS);
        p->leave_at = p->begin_at - (instant)below(h, HOURS);
    }
}

/* A neighbour asks, releases, or answers what we asked; sometimes twice, sometimes nonsense. */
static inline void
history_assist(struct history *h, struct event *ev)
{
    size_t n = below(h, 2);
    struct assist *a = &ev->assist;
    ev->kind = EVENT_ASSIST;
    memset(a, 0, sizeof(*a));
    a->from = NAME(territory_id, n == 0 ? "north" : "south");
    a->incarnation.b[0] = (uint8_t)(n + 1);
    a->sequence = h->neighbour_sequence[n] + (below(h, 10) == 0 ? 0 : 1);
    if (a->sequence > h->neighbour_sequence[n])
        h->neighbour_sequence[n] = a->sequence;
    a->ticket.b[0] = (uint8_t)(1 + below(h, 12));
    a->ticket.b[15] = (uint8_t)(n + 1);
    a->place = (struct place){ 310200000, 1210000000 };
    a->kind = below(h, 2) == 0 ? ASSIST_ASK : (enum assist_kind)below(h, ASSISTS);
    a->needs_count = below(h, 2);
    a->needs[0] = (struct skill){ NAME(skill_id, "line"), 1 };
    a->refused_count = below(h, 3);
    a->refused[0] = NAME(engineer_id, history_people[below(h, 6)]);
    a->refused[1] = NAME(engineer_id, history_people[below(h, 6)]);
    a->engineer = NAME(engineer_id, history_people[below(h, 6)]);
    if (h->asked_count > 0 && below(h, 2) == 0) { /* the answer to a question of ours */
        const struct message_out *m = &h->asked[below(h, h->asked_count)];
        n = m->to.s[0] == 'n' ? 0 : 1;
        a->from = m->to;
        a->incarnation.b[0] = (uint8_t)(n + 1);
        a->sequence = ++h->neighbour_sequence[n];
        a->ticket = m->assist.ticket;
        a->round = m->assist.round;
        static const enum assist_kind answers[] = { ASSIST_DENIED, ASSIST_BUSY, ASSIST_RESERVED,
                                                    ASSIST_RESERVED, ASSIST_FREE };
        a->needs_count = m->assist.needs_count; /* FREE says them again */
        memcpy(a->needs, m->assist.needs, sizeof(a->needs));
        a->kind = answers[below(h, countof(answers))];
        a->engineer = NAME(engineer_id, a->kind != ASSIST_RESERVED ? "" : history_people[6 + n]);
        memcpy(a->name, "Lent", 4);
    }
}

static inline void
history_poison(struct history *h, struct event *ev)
{
    ev->kind = EVENT_POISON;
    if (below(h, 3) != 0)
        ev->poison.who = NAME(principal_id, history_people[below(h, 14)]);
    ev->poison.why = STR("cannot be read");
    ev->poison.event.counter = below(h, 2);
}

static inline size_t
history_alive(const struct history *h)
{
    size_t alive = 0;
    for (size_t i = 0; i < h->view.count; i++)
        alive += !life_is_over(h->view.tickets[i].state);
    return alive;
}

/* The next event. Few reports while many tickets are open: the engineers should have room for each
 * other's. */
static inline void
history_tell(struct history *h, const struct engine *e, struct event *ev)
{
    memset(ev, 0, sizeof(*ev));
    world_view_take(&h->view, e);
    h->at += (instant)below(h, 3 * MINUTES);
    uint64_t kind = below(h, 1000);
    bool first = h->acts_count + h->reports_count == 0 && engine_plan(e) == 0;
    if (first || kind >= 994) {
        ev->kind = first ? EVENT_FOUND : EVENT_PLAN;
        h->plan = first ? 0 : below(h, 3);
        ev->rules = &h->plans[h->plan].rules;
    } else if (kind < (history_alive(h) < 30 ? 230 : 60)) {
        history_report(h, ev);
    } else if (kind < 690) {
        history_act(h, ev);
    } else if (kind < 850) {
        ev->kind = EVENT_TIME;
        instant next = engine_next(e);
        if (below(h, 3) == 0 && next != NEVER && next > h->at && next < h->at + 4 * HOURS)
            h->at = next; /* to the millisecond */
        else if (below(h, 60) == 0)
            h->at += (instant)below(h, 30 * HOURS);
    } else if (kind < 875) {
        history_propose(h, ev);
    } else if (kind < 890) {
        history_places(h, ev);
    } else if (kind < 980) {
        history_assist(h, ev);
    } else {
        history_poison(h, ev);
    }
    ev->at = below(h, 50) == 0 ? h->at - (instant)below(h, HOURS) : h->at; /* clocks step back */
}

/* What the next event needs to know of this one's effects. */
static inline void
history_hear(struct history *h, const struct effects *fx)
{
    for (size_t i = 0; i < fx->messages_count; i++)
        if (fx->messages[i].assist.kind == ASSIST_ASK) {
            if (h->asked_count == countof(h->asked))
                memmove(&h->asked[0], &h->asked[1], --h->asked_count * sizeof(h->asked[0]));
            h->asked[h->asked_count++] = fx->messages[i];
        }
}

#endif
