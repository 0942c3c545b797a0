/* paper.h - one ticket and everybody around it, for tests of its papers, parts and ways: each verb
 * is said by whoever says it in life, with all that it needs. */
#ifndef TESTS_CORE_PAPER_H
#define TESTS_CORE_PAPER_H

#include "tests/core/world.h"
#include "workers/core/life.h"

struct paper {
    struct world w;
    struct event report;
    struct ticket t; /* as last looked at */
    instant at;      /* of the next act */
    uint64_t counter;
    bool warranty; /* what inspections and engineers say of it */
};

static inline void
paper_init(struct paper *p)
{
    memset(p, 0, sizeof(*p));
    world_init(&p->w, "home");
    p->at = WORLD_BEGIN;
    p->report = world_report(p->at, 1, "line", "s"); /* e1 alone can do it at night */
}

static inline void
paper_fini(struct paper *p)
{
    ticket_fini(&p->t);
    world_fini(&p->w);
}

static inline const struct ticket *
paper_look(struct paper *p)
{
    ticket_fini(&p->t);
    p->t = world_ticket(&p->w, &p->report);
    return &p->t;
}

static inline bool
paper_is_open(const struct paper *p)
{
    struct world_view v = { 0 };
    world_view_take(&v, p->w.e);
    bool open = world_view_find(&v, ticket_of(p->report.report.id)) != NULL;
    world_view_fini(&v);
    return open;
}

/* The engine is loaded again, with this ticket as it stands in p->t. */
static inline void
paper_reload(struct paper *p)
{
    struct world_store store;
    struct buf b = { 0 };
    world_store_init(&store);
    world_commit(&store, p->w.e);
    ticket_encode(&p->t, &b);
    world_store_put(
        &store,
        &(struct change){ RECORD_TICKET, str_bytes(p->t.id.b, sizeof(p->t.id.b)), buf_str(&b) });
    engine_free(p->w.e);
    p->w.e = world_load(&store, WORLD_INCARNATION, &p->w.plan.rules);
    world_store_fini(&store);
    buf_fini(&b);
}

/* Who says this verb, of those who may: the engineer before the desk before the customer. */
static inline enum role
paper_role(enum verb v)
{
    static const enum verb customers[] = { VERB_APPROVE,       VERB_REOPEN,
                                           VERB_NUDGE,         VERB_QUOTE_ACCEPT,
                                           VERB_QUOTE_DECLINE, VERB_SURVEY_ANSWER,
                                           VERB_COMPLAIN,      VERB_CANCEL };
    for (size_t i = 0; i < countof(customers); i++)
        if (customers[i] == v)
            return ROLE_GATEWAY;
    return life_knows(v, ROLE_ENGINEER) ? ROLE_ENGINEER : ROLE_DISPATCHER;
}

static inline enum reason
paper_reason(enum verb v)
{
    return v == VERB_RETURN ? REASON_SKILL
           : v == VERB_HOLD ? REASON_PARTS
           : v == VERB_PEND ? REASON_ABSENT
                            : REASON_NONE;
}

static inline struct event
paper_act(struct paper *p, enum verb v)
{
    enum role role = paper_role(v);
    const char *who = role == ROLE_GATEWAY ? "gw-1" : "desk-1";
    if (role == ROLE_ENGINEER)
        who = p->t.engineer.s[0] != '\0' ? p->t.engineer.s : "home-e1";
    struct event ev = world_act(p->at, who, role, ++p->counter, v, &p->report);
    ev.act.note = STR("because");
    ev.act.reason = paper_reason(v);
    ev.act.amount = v == VERB_SURVEY_ANSWER ? 5 : v == VERB_QUOTE ? 120050 : 2;
    const char *name = v == VERB_PART_RESERVE ? "depot-2" : "fan tray";
    memcpy(ev.act.name, name, strlen(name));
    ev.act.warranty = p->warranty;
    if (v == VERB_REPORT || v == VERB_ANALYSE) {
        ev.act.sections = (1u << SECTIONS) - 1;
        ev.act.text = STR("what was done, and why");
    }
    if (v == VERB_REPORT)
        ev.act.sections = (1u << (SECTION_LESSONS + 1)) - 1;
    if (v == VERB_ANALYSE)
        ev.act.sections &= ~((1u << SECTION_PROCESS) - 1);
    return ev;
}

/* What the verdict says. */
static inline enum refusal
paper_do(struct paper *p, struct event ev)
{
    world_do(&p->w, ev);
    for (size_t n = 0;; n++) {
        const struct posting *told = world_posting(&p->w.fx, UPDATE_VERDICT, n);
        assert_non_null(told);
        if (told->update.event.counter == ev.act.id.counter)
            return told->update.refusal;
    }
}

static inline enum refusal
paper_say(struct paper *p, enum verb v)
{
    return paper_do(p, paper_act(p, v));
}

static inline enum refusal
paper_say_of(struct paper *p, enum verb v, uint16_t object)
{
    struct event ev = paper_act(p, v);
    ev.act.object = object;
    return paper_do(p, ev);
}

static inline void
paper_must(struct paper *p, enum verb v)
{
    assert_int_equal(paper_say(p, v), REFUSAL_NONE);
}

/* Time passes until somebody is asked. */
static inline void
paper_offered(struct paper *p)
{
    for (int i = 0; i < 100 && paper_look(p)->state == TICKET_QUEUED; i++) {
        p->at = engine_next(p->w.e);
        assert_true(p->at != NEVER);
        world_time(&p->w, p->at);
    }
    assert_int_equal(p->t.state, TICKET_OFFERED);
}

/* Reported if it is not yet; an engineer accepts it and begins from afar. */
static inline void
paper_work(struct paper *p)
{
    if (!paper_is_open(p))
        world_do(&p->w, p->report);
    paper_offered(p);
    paper_must(p, VERB_ACCEPT);
    paper_must(p, VERB_WORK);
    assert_int_equal(paper_look(p)->state, TICKET_WORKING);
}

#endif
