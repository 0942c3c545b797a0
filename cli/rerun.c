/* rerun.c - engines and what is due to them, in order of time. The engines' state is not looked at
 * to decide anything: only what they say. */
#include "cli/rerun.h"

#define WORD_MS    SECONDS
#define STILL_MOST 100000 /* TIMEs without time passing */

/* ---- what is due */

static bool
before(const struct heap_at *a, const struct heap_at *b)
{
    const struct due *x = container_of(a, struct due, heap), *y = container_of(b, struct due, heap);
    return x->at < y->at || (x->at == y->at && x->order < y->order);
}

struct due *
rerun_later(struct rerun *r, instant at, enum due_kind kind)
{
    struct due *d = zalloc(sizeof(*d));
    d->at = at;
    d->kind = kind;
    d->order = r->dues_made++;
    heap_set(&r->dues, &d->heap);
    return d;
}

static struct due *
first_due(const struct rerun *r)
{
    struct heap_at *first = heap_first(&r->dues);
    return first == NULL ? NULL : container_of(first, struct due, heap);
}

/* ---- what the engines say */

/* How its promises stand, for the figures. */
static void
read_clocks(struct rerun *r, struct rerun_job *j)
{
    struct engine_look look;
    if (!ask_ticket(r->engines[j->report->territory], j->id, &look))
        return;
    const struct ticket *t = look.ticket;
    const struct contract *c = &look.rules->contracts[t->contract];
    for (enum clock k = 0; k < CLOCKS; k++) {
        clock_read(k, &t->course, c, t->level, r->at, &j->readings[k]);
        j->penalties[k] = clock_penalty(k, c, t->level, &j->readings[k], r->at);
    }
    j->level = t->level;
}

static void
settle(struct rerun *r, struct rerun_job *j)
{
    if (j->over)
        return;
    read_clocks(r, j);
    j->over = true;
    r->open -= j->counted && j->opened;
}

static bool
is_in_hands(enum ticket_state s)
{
    return s >= TICKET_OFFERED && s <= TICKET_WORKING;
}

static void
on_step(struct rerun *r, const struct outcome *o, struct rerun_job *j)
{
    const struct engineer_id who = engineer_of(o->who);
    j->state = o->to;
    j->version = o->version;
    if (j->man != NULL && (!is_in_hands(o->to) || o->verb == VERB_OFFER))
        crew_let_go(r, j);
    struct rerun_man *m = o->verb == VERB_OFFER ? map_get(&r->by_name, &who) : NULL;
    if (m != NULL)
        crew_asked(r, j, m);
    if (o->to >= TICKET_RESOLVED)
        settle(r, j);
}

static void
on_outcome(struct rerun *r, const struct outcome *o)
{
    struct rerun_job *j = map_get(&r->by_id, &o->ticket);
    if (o->kind == OUTCOME_REFUSED)
        r->refused++;
    if (j == NULL)
        return;
    if (o->kind == OUTCOME_OPENED && !j->opened) {
        j->opened = true;
        r->open += j->counted;
    }
    if (o->kind == OUTCOME_LEVEL)
        j->level = o->level;
    if (o->kind == OUTCOME_STEP)
        on_step(r, o, j);
}

static size_t
territory_of(const struct rerun *r, struct territory_id id)
{
    size_t i = 0;
    while (i < r->wish.count && !same_id(r->wish.rules[i]->territory, id))
        i++;
    return i;
}

static void
on_message(struct rerun *r, const struct message_out *m)
{
    size_t to = territory_of(r, m->to);
    if (to == r->wish.count)
        return;
    struct due *d = rerun_later(r, r->at + WORD_MS, DUE_ASSIST);
    d->index = to;
    d->assist = m->assist;
}

static void
apply(struct rerun *r, size_t territory, struct event *ev)
{
    ev->at = r->at;
    engine_apply(r->engines[territory], ev, &r->fx);
    for (size_t i = 0; i < r->fx.outcomes_count; i++)
        on_outcome(r, &r->fx.outcomes[i]);
    for (size_t i = 0; i < r->fx.messages_count; i++)
        on_message(r, &r->fx.messages[i]);
    effects_clear(&r->fx);
}

/* ---- what they are told */

/* Each sender's events are numbered, in each territory. */
static struct event_id
next_event(struct rerun *r, struct principal_id who)
{
    uint64_t *counter = map_get(&r->counters, &who);
    if (counter == NULL) {
        counter = arena_alloc(&r->arena, sizeof(*counter));
        map_put(&r->counters, &who, counter);
    }
    return (struct event_id){ 1, ++*counter };
}

void
rerun_say(struct rerun *r, struct rerun_job *j, enum verb v, struct principal_id who,
          enum role role)
{
    struct event ev = { .kind = EVENT_VERB };
    ev.act = (struct act){
        .who = who,
        .role = role,
        .id = next_event(r, who),
        .verb = v,
        .ticket = j->id,
        .seen = v == VERB_DELIVERED ? j->version : 0,
        .occurred_at = r->at,
        .note = STR("played again"),
        .place = v == VERB_ARRIVE ? j->report->event.report.place : PLACE_NONE,
        .amount = -1,
    };
    apply(r, j->report->territory, &ev);
}

void
rerun_place(struct rerun *r, const struct rerun_man *m)
{
    struct position p = { m->rule->id, m->here, r->at };
    struct event ev = { .kind = EVENT_PLACES };
    ev.places.list = &p;
    ev.places.count = 1;
    if (place_known(m->here))
        apply(r, m->territory, &ev);
}

static void
report(struct rerun *r, const struct due *d)
{
    const struct past_report *p = &r->past->reports[d->index];
    struct event ev = p->event;
    r->reports_left--;
    if (r->wish.words != NULL)
        ev.report.words = r->wish.words(r->wish.context, &ev.report);
    apply(r, p->territory, &ev);
}

static void
deed(struct rerun *r, const struct due *d)
{
    const struct past_deed *p = &r->past->deeds[d->index];
    struct event ev = p->event;
    if (map_get(&r->by_id, &ev.act.ticket) == NULL)
        return;
    uint64_t refused = r->refused;
    ev.act.id = next_event(r, ev.act.who);
    apply(r, p->territory, &ev);
    r->refused = refused; /* it may come to a ticket that stands otherwise */
}

static void
assist(struct rerun *r, const struct due *d)
{
    struct event ev = { .kind = EVENT_ASSIST, .assist = d->assist };
    apply(r, d->index, &ev);
}

static void (*const own_dues[DUES])(struct rerun *r, const struct due *d) = {
    [DUE_REPORT] = report,
    [DUE_DEED] = deed,
    [DUE_ASSIST] = assist,
};

/* ---- a play */

/* It knows of ways and works what the territory has learned. */
static void
teach(struct engine *e, const struct engine *truth)
{
    struct buf all = { 0 };
    engine_save(truth, &all);
    for (struct cur c = cur_of(buf_str(&all)); c.at < c.end;) {
        uint8_t kind = cur_u8(&c);
        struct str key = cur_str(&c), bytes = cur_str(&c);
        enum err err = kind == RECORD_LEARNED ? engine_restore(e, RECORD_LEARNED, key, bytes) : OK;
        assert(err == OK && !c.failed); /* it was an engine's own */
    }
    buf_fini(&all);
    engine_restored(e);
}

static void
found(struct rerun *r)
{
    r->engines = zalloc((r->wish.count + 1) * sizeof(struct engine *));
    for (size_t t = 0; t < r->wish.count; t++) {
        const struct rules *rules = r->wish.rules[t];
        struct incarnation life = { { 1, (uint8_t)t, (uint8_t)(t >> 8) } };
        struct event ev = { .kind = EVENT_FOUND, .rules = rules };
        r->engines[t] = engine_new(rules->territory, life, rules);
        teach(r->engines[t], r->wish.truths[t]);
        apply(r, t, &ev);
    }
}

static void
script(struct rerun *r)
{
    const struct past *p = r->past;
    r->jobs_count = r->reports_left = p->reports_count;
    r->jobs = zalloc((r->jobs_count + 1) * sizeof(*r->jobs));
    for (size_t i = 0; i < p->reports_count; i++) {
        const struct past_report *one = &p->reports[i];
        r->jobs[i] = (struct rerun_job){ .report = one,
                                         .id = ticket_of(one->event.report.id),
                                         .counted = one->event.at >= p->from,
                                         .arrived_at = NEVER };
        if (map_get(&r->by_id, &r->jobs[i].id) == NULL)
            map_put(&r->by_id, &r->jobs[i].id, &r->jobs[i]);
        rerun_later(r, one->event.at, DUE_REPORT)->index = i;
    }
    for (size_t i = 0; i < p->deeds_count; i++)
        rerun_later(r, p->deeds[i].event.at, DUE_DEED)->index = i;
}

static size_t
next_engine(const struct rerun *r, instant *wanted)
{
    size_t first = 0;
    *wanted = NEVER;
    for (size_t t = 0; t < r->wish.count; t++) {
        instant next = engine_next(r->engines[t]);
        if (next < *wanted) {
            *wanted = next;
            first = t;
        }
    }
    return first;
}

static void
take_due(struct rerun *r, struct due *d)
{
    heap_del(&r->dues, &d->heap);
    r->at = d->at > r->at ? d->at : r->at;
    (own_dues[d->kind] != NULL ? own_dues : crew_dues)[d->kind](r, d);
    free(d);
}

static void
run(struct rerun *r)
{
    unsigned still = 0;
    while (r->reports_left + r->open > 0 && r->at < r->end) {
        instant wanted;
        size_t t = next_engine(r, &wanted);
        struct due *d = first_due(r);
        if (d == NULL && wanted == NEVER)
            break;
        if (d != NULL && d->at <= wanted) {
            take_due(r, d);
            continue;
        }
        struct event ev = { .kind = EVENT_TIME };
        still = wanted > r->at ? 0 : still + 1;
        assert(still < STILL_MOST);
        r->at = wanted > r->at ? wanted : r->at;
        apply(r, t, &ev);
    }
    for (size_t i = 0; i < r->jobs_count; i++)
        if (r->jobs[i].opened && !r->jobs[i].over)
            read_clocks(r, &r->jobs[i]);
}

struct rerun *
rerun_play(const struct past *past, const struct rerun_wish *wish)
{
    struct rerun *r = zalloc(sizeof(*r));
    r->past = past;
    r->wish = *wish;
    r->at = past->begin;
    r->end = past->to + RERUN_AFTER_MS;
    map_init(&r->by_id, sizeof(struct ticket_id));
    map_init(&r->by_name, sizeof(struct engineer_id));
    map_init(&r->counters, sizeof(struct principal_id));
    heap_init(&r->dues, before);
    if (past->reports_count > 0)
        r->at = past->reports[0].event.at - 1;
    found(r);
    crew_begin(r);
    script(r);
    run(r);
    return r;
}

void
rerun_free(struct rerun *r)
{
    struct due *d;
    if (r == NULL)
        return;
    while ((d = first_due(r)) != NULL) {
        heap_del(&r->dues, &d->heap);
        free(d);
    }
    for (size_t t = 0; t < r->wish.count; t++)
        engine_free(r->engines[t]);
    crew_fini(r);
    free(r->engines);
    free(r->jobs);
    map_fini(&r->by_id);
    map_fini(&r->by_name);
    map_fini(&r->counters);
    heap_fini(&r->dues);
    effects_fini(&r->fx);
    arena_fini(&r->arena);
    free(r);
}
