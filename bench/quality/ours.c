/* ours.c - events in, offers out. The engine's state is not looked at, only what it says: a ticket
 * is somebody's from its OFFER on, until a step leads it back to the queue. */
#include "bench/quality/ours.h"

#include "common/io/clock.h"
#include "workers/core/engine.h"

#include <stdio.h>

enum { PLACES = 64, PLACES_LATE_MS = 20 * SECONDS, PEND_LIMIT_MS = 2 * HOURS };

struct ours {
    struct field *field;
    const struct city *city;
    struct ours_plan *plan;
    struct engine *engine;
    struct effects fx;
    uint64_t *counters; /* owned: one an engineer, and the gateway's after them */
    struct position places[PLACES];
    size_t places_count;
    instant places_due; /* NEVER: none wait */
};

static const struct principal_id gateway = { "gateway" };

static struct ticket_id
id_of(uint32_t ticket)
{
    struct ticket_id id = { { 0 } };
    uint64_t n = ticket + UINT64_C(1);
    memcpy(id.b, &n, sizeof(n));
    id.b[15] = 1;
    return id;
}

static uint32_t
ticket_number_of(struct ticket_id id)
{
    uint64_t n;
    memcpy(&n, id.b, sizeof(n));
    return (uint32_t)(n - 1);
}

static void *
open_engine(struct field *f)
{
    struct ours *o = zalloc(sizeof(*o));
    *o = (struct ours){ .field = f, .city = f->city, .places_due = NEVER };
    o->plan = ours_plan_new(f->city);
    o->counters = zalloc((f->city->men_count + 1) * sizeof(*o->counters));
    const struct rules *rules = ours_plan_rules(o->plan);
    o->engine = engine_new(rules->territory, (struct incarnation){ { 1 } }, rules);
    struct event found = { .kind = EVENT_FOUND, .at = f->at };
    found.rules = rules;
    engine_apply(o->engine, &found, &o->fx);
    effects_clear(&o->fx);
    return o;
}

static void
close_engine(void *self)
{
    struct ours *o = self;
    engine_free(o->engine);
    effects_fini(&o->fx);
    ours_plan_free(o->plan);
    free(o->counters);
    free(o);
}

/* ---- out */

static bool
act_on(struct ours *o, const struct outcome *s)
{
    uint32_t ticket = ticket_number_of(s->ticket);
    if (s->kind == OUTCOME_REFUSED) {
        o->field->broken[BROKEN_REFUSED]++;
        return false;
    }
    if (s->kind != OUTCOME_STEP)
        return false;
    if (s->verb == VERB_OFFER) {
        field_offer(o->field, ticket, ours_man(s->who.s));
        return true;
    }
    if (s->to != TICKET_QUEUED || s->verb == VERB_DECLINE || s->verb == VERB_QUEUE)
        return false;
    field_withdraw(o->field, ticket);
    return s->from == TICKET_EN_ROUTE;
}

/* A decision is an event that offers or diverts; and every report, for it was matched at once. */
static void
apply(struct ours *o, const struct event *ev)
{
    int64_t began = clock_mono_ns();
    engine_apply(o->engine, ev, &o->fx);
    int64_t took = clock_mono_ns() - began;
    bool decided = ev->kind == EVENT_REPORT;
    for (size_t i = 0; i < o->fx.outcomes_count; i++)
        decided |= act_on(o, &o->fx.outcomes[i]);
    if (decided)
        field_decided(o->field, took);
    effects_clear(&o->fx);
}

/* ---- in */

static void
say(struct ours *o, enum verb verb, const struct happening *h, enum reason reason)
{
    struct event ev = { .kind = EVENT_VERB, .at = o->field->at };
    bool desk = verb == VERB_CANCEL;
    uint64_t *counter = &o->counters[desk ? o->city->men_count : h->man];
    ev.act = (struct act){
        .who = desk ? gateway : principal_of(ours_engineer(h->man)),
        .role = desk ? ROLE_GATEWAY : ROLE_ENGINEER,
        .id = { 1, ++*counter },
        .verb = verb,
        .ticket = id_of(h->ticket),
        .occurred_at = o->field->at,
        .note = STR("simulated"),
        .reason = reason,
        .place = PLACE_NONE,
        .amount = -1,
    };
    if (verb == VERB_ARRIVE)
        ev.act.place = spot_place(o->city->tickets[h->ticket].spot);
    if (verb == VERB_PEND)
        ev.act.until = o->field->at + PEND_LIMIT_MS;
    apply(o, &ev);
}

static void
report(struct ours *o, uint32_t ticket)
{
    const struct ticket_drawn *t = &o->city->tickets[ticket];
    struct event ev = { .kind = EVENT_REPORT, .at = o->field->at };
    struct ticket_id id = id_of(ticket);
    memcpy(ev.report.id.b, id.b, sizeof(id.b));
    memcpy(ev.report.digest, id.b, sizeof(id.b));
    ev.report.gateway = gateway;
    ev.report.category = ours_category(t->skill, t->level);
    ev.report.place = spot_place(t->spot);
    ev.report.hint = (int8_t)(CITY_SEVERITIES - 1 - t->severity);
    ev.report.affected_pct = ev.report.lost_pct = -1;
    ev.report.occurred_at = o->field->at;
    apply(o, &ev);
}

static void
flush_places(struct ours *o)
{
    struct event ev = { .kind = EVENT_PLACES, .at = o->field->at };
    ev.places.list = o->places;
    ev.places.count = o->places_count;
    if (o->places_count > 0)
        apply(o, &ev);
    o->places_count = 0;
    o->places_due = NEVER;
}

static void
see(struct ours *o, const struct happening *h)
{
    o->places[o->places_count++] =
        (struct position){ ours_engineer(h->man), spot_place(h->spot), h->spot_at };
    if (o->places_due == NEVER)
        o->places_due = o->field->at + PLACES_LATE_MS;
    if (o->places_count == PLACES)
        flush_places(o);
}

static void
pass_time(struct ours *o)
{
    if (o->places_due <= o->field->at)
        flush_places(o);
    if (engine_next(o->engine) > o->field->at)
        return;
    struct event ev = { .kind = EVENT_TIME, .at = o->field->at };
    apply(o, &ev);
}

static const struct {
    enum verb verb;
    enum reason reason;
} verbs[] = {
    [HAPPENED_ACCEPT] = { VERB_ACCEPT, REASON_NONE },
    [HAPPENED_DECLINE] = { VERB_DECLINE, REASON_BUSY },
    [HAPPENED_DEPART] = { VERB_DEPART, REASON_NONE },
    [HAPPENED_ARRIVE] = { VERB_ARRIVE, REASON_NONE },
    [HAPPENED_PEND] = { VERB_PEND, REASON_ABSENT },
    [HAPPENED_RESUME] = { VERB_RESUME, REASON_NONE },
    [HAPPENED_RESOLVE] = { VERB_RESOLVE, REASON_NONE },
    [HAPPENED_CANCEL] = { VERB_CANCEL, REASON_NONE },
};

static void
tell(void *self, const struct happening *h)
{
    struct ours *o = self;
    switch (h->kind) {
    case HAPPENED_REPORT:
        report(o, h->ticket);
        break;
    case HAPPENED_SEEN:
        see(o, h);
        break;
    case HAPPENED_TIME:
        pass_time(o);
        break;
    case HAPPENED_DUTY: /* it has the plan, and asks for its own TIMEs */
        break;
    case HAPPENED_ACCEPT:
    case HAPPENED_DECLINE:
    case HAPPENED_DEPART:
    case HAPPENED_ARRIVE:
    case HAPPENED_PEND:
    case HAPPENED_RESUME:
    case HAPPENED_RESOLVE:
    case HAPPENED_CANCEL:
        say(o, verbs[h->kind].verb, h, verbs[h->kind].reason);
        break;
    }
}

static instant
next(const void *self)
{
    const struct ours *o = self;
    instant wanted = engine_next(o->engine);
    return wanted < o->places_due ? wanted : o->places_due;
}

const struct policy policy_ours = { "ours", "ours: the engine", open_engine, tell,
                                    next,   close_engine };
