/* links.h - what the tests of linked and reopened tickets share. */
#ifndef TESTS_CORE_LINKS_H
#define TESTS_CORE_LINKS_H

#include "tests/core/people.h"
#include "workers/core/clocks.h"
#include "workers/core/state.h"

#define AT(minutes) (WORLD_BEGIN + (instant)(minutes)*MINUTES)

static inline struct event
act_at(struct world *w, instant at, const char *who, enum verb v, const struct event *r)
{
    struct event ev = people_act(w, who, v, r);
    ev.at = ev.act.occurred_at = at;
    return ev;
}

static inline enum refusal
do_at(struct world *w, instant at, const char *who, enum verb v, const struct event *r)
{
    return people_say(w, act_at(w, at, who, v, r));
}

static inline enum refusal
with(struct world *w, instant at, enum verb v, const struct event *r, const struct event *other)
{
    struct event ev = act_at(w, at, "desk", v, r);
    ev.act.other = ticket_of(other->report.id);
    return people_say(w, ev);
}

/* A report from a place of its own, through the gateway of its number. */
static inline struct event
report(struct world *w, instant at, uint8_t n, const char *category)
{
    char site[8] = { 't', (char)('a' + n), '\0' }, gateway[8] = { 'g', 'w', '-', (char)('0' + n) };
    struct event r = world_report(at, n, category, site);
    r.report.gateway = NAME(principal_id, gateway);
    world_do(w, r);
    return r;
}

/* The only ticket that the last event opened, as a report of its id would be named. */
static inline struct event
opened(const struct world *w)
{
    struct event r = { .kind = EVENT_REPORT };
    size_t found = 0;
    for (size_t i = 0; i < w->fx.outcomes_count; i++)
        if (w->fx.outcomes[i].kind == OUTCOME_OPENED) {
            memcpy(r.report.id.b, w->fx.outcomes[i].ticket.b, sizeof(r.report.id.b));
            found++;
        }
    assert_int_equal(found, 1);
    return r;
}

static inline struct ticket_id
link_of(const struct world *w, const struct event *r, enum link_kind kind)
{
    struct ticket t = world_ticket(w, r);
    const struct link *l = ticket_link(&t, kind);
    struct ticket_id id = l == NULL ? (struct ticket_id){ 0 } : l->id;
    ticket_fini(&t);
    return id;
}

static inline bool
is_linked(const struct world *w, const struct event *r, enum link_kind kind, const struct event *to)
{
    struct ticket_id id = link_of(w, r, kind), wanted = ticket_of(to->report.id);
    return same_id(id, wanted);
}

static inline size_t
followers(const struct world *w, const struct event *master)
{
    const struct job *j = job_find(w->e, ticket_of(master->report.id));
    assert_non_null(j);
    return j->followers;
}

static inline struct reading
restoration(const struct world *w, const struct event *r)
{
    struct reading out;
    struct ticket t = world_ticket(w, r);
    clock_read(CLOCK_RESTORATION, &t.course, &w->plan.contract, t.level, engine_at(w->e), &out);
    ticket_fini(&t);
    return out;
}

static inline bool
waits(enum ticket_state s)
{
    return s == TICKET_QUEUED || s == TICKET_OFFERED;
}

#endif
