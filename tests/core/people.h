/* people.h - short ways to let the people of world.h say something and to look at what came of it.
 */
#ifndef TESTS_CORE_PEOPLE_H
#define TESTS_CORE_PEOPLE_H

#include "tests/core/world.h"

static uint64_t people_counter; /* one for all: each sees it rise */

static inline enum refusal
people_say(struct world *w, struct event ev)
{
    ev.act.id.counter = ++people_counter;
    world_do(w, ev);
    const struct posting *p = world_posting(&w->fx, UPDATE_VERDICT, 0);
    assert_non_null(p);
    return p->update.refusal;
}

static inline struct event
people_act(const struct world *w, const char *who, enum verb v, const struct event *r)
{
    enum role role = who[0] == 'g' ? ROLE_GATEWAY : who[0] == 'd' ? ROLE_DISPATCHER : ROLE_ENGINEER;
    return world_act(engine_at(w->e), who, role, 0, v, r);
}

static inline enum refusal
people_do(struct world *w, const char *who, enum verb v, const struct event *r)
{
    return people_say(w, people_act(w, who, v, r));
}

/* The same, about this engineer. */
static inline enum refusal
people_name(struct world *w, const char *who, enum verb v, const struct event *r,
            const char *engineer)
{
    struct event ev = people_act(w, who, v, r);
    ev.act.engineer = NAME(engineer_id, engineer);
    return people_say(w, ev);
}

/* What his record says that he carries. */
static inline uint32_t
people_load(const struct world *w, const char *engineer)
{
    struct world_view v = { 0 };
    world_view_take(&v, w->e);
    uint32_t load = world_view_load(&v, engineer);
    world_view_fini(&v);
    return load;
}

/* The update of this kind to him; NULL: none. */
static inline const struct update *
people_told(const struct world *w, enum update_kind kind, const char *who)
{
    const struct posting *p;
    for (size_t n = 0; (p = world_posting(&w->fx, kind, n)) != NULL; n++)
        for (size_t k = 0; k < p->recipients_count; k++)
            if (strcmp(p->recipients[k].who.s, who) == 0)
                return &p->update;
    return NULL;
}

static inline enum ticket_state
people_state(const struct world *w, const struct event *r)
{
    struct ticket t = world_ticket(w, r);
    enum ticket_state s = t.state;
    ticket_fini(&t);
    return s;
}

/* A fault of this category, accepted by the one who is offered it. */
static inline struct event
people_taken(struct world *w, uint8_t n, const char *category, const char *who)
{
    char site[8] = { 's', (char)('a' + n), '\0' };
    struct event r = world_report(engine_at(w->e), n, category, site);
    world_do(w, r);
    assert_true(world_told(&w->fx, UPDATE_OFFER, who));
    assert_int_equal(people_do(w, who, VERB_ACCEPT, &r), REFUSAL_NONE);
    return r;
}

#endif
