/* post.c - updates, verdicts and outcomes put into the list of effects. Sequences are given here
 * and nowhere else, so they are dense. */
#include "workers/core/state.h"

static struct posting *
last(const struct engine *e)
{
    return &e->fx->postings[e->fx->postings_count - 1];
}

struct update *
post_new(struct engine *e, enum update_kind kind, struct principal_id who)
{
    struct effects *fx = e->fx;
    if (no_name(who))
        return NULL;
    fx->postings =
        grow_array(fx->postings, fx->postings_count, &fx->postings_cap, sizeof(*fx->postings));
    struct posting *p = &fx->postings[fx->postings_count++];
    memset(p, 0, sizeof(*p));
    p->update.kind = kind;
    p->update.at = e->at;
    p->update.place = PLACE_NONE;
    p->update.verb = VERBS;
    p->update.clock = CLOCKS;
    p->update.amount = -1;
    post_also(e, who);
    return &p->update;
}

void
post_also(struct engine *e, struct principal_id who)
{
    struct posting *p = last(e);
    assert(p->recipients_count < RECIPIENTS_MAX);
    p->recipients[p->recipients_count].who = who;
    p->recipients[p->recipients_count++].sequence = marks_post(&e->marks, who);
}

struct str
post_words(struct engine *e, struct str words)
{
    return arena_copy(&e->fx->arena, words);
}

/* The one that a reader of this ticket should look at; none: it stands alone. */
static struct ticket_id
linked(const struct ticket *t)
{
    static const uint8_t kinds[] = { LINK_SAME, LINK_MASTER, LINK_SUCCESSOR, LINK_PREVIOUS };
    for (size_t k = 0; k < countof(kinds); k++)
        for (size_t i = t->links_count; i-- > 0;)
            if (t->links[i].kind == kinds[k])
                return t->links[i].id;
    return (struct ticket_id){ 0 };
}

void
post_describe(struct engine *e, struct update *u, const struct job *j, bool engineer)
{
    const struct ticket *t = &j->t;
    u->ticket = t->id;
    ticket_number(u->number, e->rules->code, t->id);
    u->state = t->state;
    u->version = t->version;
    memcpy(u->level, job_level(e, j)->name, sizeof(u->level));
    u->category = t->category;
    u->site = t->site;
    u->customer = t->customer;
    u->place = t->place;
    u->repeats = t->repeats;
    u->from = t->visit.from;
    u->until = t->visit.until;
    if (t->timeline_count > 0)
        u->reason = t->timeline[t->timeline_count - 1].reason;
    u->other = linked(t);
    if (!engineer)
        return;
    u->engineer = t->engineer;
    memcpy(u->name, t->name, sizeof(u->name));
    memcpy(u->phone, t->phone, sizeof(u->phone));
}

/* With the report's own words, for whoever has to do with the repair. */
static struct update *
to_worker(struct engine *e, enum update_kind kind, const struct job *j, struct engineer_id x,
          struct str why)
{
    struct update *u = post_new(e, kind, principal_of(x));
    if (u == NULL)
        return NULL;
    post_describe(e, u, j, true);
    u->why = post_words(e, why);
    u->text = post_words(e, j->t.text);
    return u;
}

void
post_engineer(struct engine *e, enum update_kind kind, const struct job *j, struct str why)
{
    struct update *u = to_worker(e, kind, j, j->t.engineer, why);
    if (u != NULL && kind == UPDATE_OFFER)
        u->due = j->t.due;
}

void
post_hand(struct engine *e, enum update_kind kind, const struct job *j, const struct hand *h,
          enum reason reason, struct str why)
{
    struct update *u = to_worker(e, kind, j, h->engineer, why);
    if (u == NULL)
        return;
    if (kind != UPDATE_TICKET)
        u->reason = reason;
    if (h->due != NEVER)
        u->due = h->due;
}

void
post_withdrawn(struct engine *e, const struct job *j, struct engineer_id x, struct str why)
{
    struct update *u = post_new(e, UPDATE_WITHDRAWN, principal_of(x));
    if (u == NULL)
        return;
    post_describe(e, u, j, false);
    u->why = post_words(e, why);
}

void
post_alarm(struct engine *e, const struct job *j, instant due, struct str why)
{
    struct update *u = post_new(e, UPDATE_ALARM, WATCH);
    if (j != NULL)
        post_describe(e, u, j, true);
    u->due = due;
    u->why = post_words(e, why);
}

void
post_helpers(struct engine *e, const struct job *j, struct principal_id but, struct str why)
{
    for (size_t i = 0; i < j->t.helpers_count; i++) {
        struct principal_id who = principal_of(j->t.helpers[i].engineer);
        if (j->t.helpers[i].due == NEVER && !same_id(who, but))
            post_hand(e, UPDATE_TICKET, j, &j->t.helpers[i], REASON_NONE, why);
    }
}

/* The gateways have been promised nobody while an offer is open, so they are told of nobody. */
static void
post_gateways(struct engine *e, const struct job *j)
{
    bool hidden = j->t.state == TICKET_OFFERED;
    if (hidden) {
        struct update *u = post_new(e, UPDATE_TICKET, j->t.gateways[0]);
        post_describe(e, u, j, false);
    }
    for (size_t i = hidden ? 1 : 0; i < j->t.gateways_count; i++)
        post_also(e, j->t.gateways[i]); /* what the dispatchers are told: sealed once */
}

void
post_changed(struct engine *e, const struct job *j)
{
    struct update *u = post_new(e, UPDATE_TICKET, WATCH);
    post_describe(e, u, j, true);
    if (j->tell && j->t.gateways_count > 0)
        post_gateways(e, j);
    if (j->moved)
        post_helpers(e, j, WATCH, STR(""));
}

static const char *const reasons[REFUSALS] = {
    [REFUSAL_NO_TICKET] = "there is no open ticket of that id here",
    [REFUSAL_STATE] = "this cannot be done in the ticket's present state",
    [REFUSAL_ROLE] = "this is not for your role",
    [REFUSAL_NOT_YOURS] = "this ticket is not yours",
    [REFUSAL_STALE] = "the ticket has moved on since the version you saw: look again",
    [REFUSAL_OLD] = "this event's number is below those still remembered: use a new epoch",
    [REFUSAL_REASON] = "this needs a reason from its list",
    [REFUSAL_INCOMPLETE] = "something that this needs is missing or out of range",
    [REFUSAL_LIMIT] = "there are as many already as a ticket may have",
    [REFUSAL_OBJECT] = "there is no such linked object, or it is not in that state",
    [REFUSAL_DISPATCHER] = "this time a dispatcher has to decide",
    [REFUSAL_NOBODY] = "there is no such engineer here, or he cannot take it now",
};

void
post_verdict(struct engine *e, struct principal_id who, struct event_id id, struct answer a)
{
    struct update *u = post_new(e, UPDATE_VERDICT, who);
    if (u == NULL)
        return;
    u->event = id;
    u->ticket = a.ticket;
    if (!same_id(a.ticket, (struct ticket_id){ 0 }))
        ticket_number(u->number, e->rules->code, a.ticket);
    u->verb = a.verb;
    u->state = a.state;
    u->version = a.version;
    u->refusal = a.refusal;
    if (a.refusal != REFUSAL_NONE)
        u->why = str_of(reasons[a.refusal]);
}

struct outcome *
post_outcome(struct engine *e, enum outcome_kind kind, struct ticket_id t)
{
    struct effects *fx = e->fx;
    fx->outcomes =
        grow_array(fx->outcomes, fx->outcomes_count, &fx->outcomes_cap, sizeof(*fx->outcomes));
    struct outcome *o = &fx->outcomes[fx->outcomes_count++];
    memset(o, 0, sizeof(*o));
    o->kind = kind;
    o->ticket = t;
    return o;
}

void
post_level(struct engine *e, const struct job *j)
{
    struct outcome *o = post_outcome(e, OUTCOME_LEVEL, j->t.id);
    o->level = j->t.level;
    o->contract = j->t.contract;
    o->plan = j->t.plan;
    o->version = j->t.version;
}
