/* past.c - the log's records, sorted into what came from outside and how people behaved. */
#include "cli/past.h"

#include "common/base/base.h"

enum { DEPART_MOST_MS = 60 * 60 * 1000 };

/* Words that would have been said under any plan. */
static const bool played[VERBS] = {
    [VERB_CANCEL] = true,   [VERB_REJECT] = true, [VERB_MERGE] = true, [VERB_RELEVEL] = true,
    [VERB_EXEMPT] = true,   [VERB_JOIN] = true,   [VERB_LEAVE] = true, [VERB_PREPROCESS] = true,
    [VERB_DISPATCH] = true, [VERB_SOLVE] = true,
};

void
past_init(struct past *p, instant from, instant to)
{
    *p = (struct past){ .from = from, .to = to };
    p->begin = from > PAST_WARM_MS ? from - PAST_WARM_MS : 0;
    map_init(&p->people, sizeof(struct engineer_id));
}

void
past_fini(struct past *p)
{
    free(p->reports);
    free(p->deeds);
    map_fini(&p->people);
    arena_fini(&p->arena);
}

/* ---- what came from outside */

static bool
is_within(const struct past *p, instant at)
{
    return at >= p->begin && at < p->to;
}

static void
take_report(struct past_reading *r, const struct event *ev)
{
    struct past *p = r->past;
    struct past_report one = { .event = *ev, .territory = r->territory };
    one.event.report.text = arena_copy(&p->arena, ev->report.text);
    p->reports = grow_array(p->reports, p->reports_count, &p->reports_cap, sizeof(one));
    p->reports[p->reports_count++] = one;
}

static void
take_deed(struct past_reading *r, const struct event *ev)
{
    struct past *p = r->past;
    struct past_deed one = { .event = *ev, .territory = r->territory };
    one.event.act.note = arena_copy(&p->arena, ev->act.note);
    one.event.act.text = arena_copy(&p->arena, ev->act.text);
    one.event.act.seen = 0;
    p->deeds = grow_array(p->deeds, p->deeds_count, &p->deeds_cap, sizeof(one));
    p->deeds[p->deeds_count++] = one;
}

static void
take_event(struct past_reading *r, const struct event *ev)
{
    bool people =
        ev->kind == EVENT_VERB && (ev->act.role == ROLE_DISPATCHER || ev->act.role == ROLE_GATEWAY);
    if (!is_within(r->past, ev->at))
        return;
    if (ev->kind == EVENT_REPORT)
        take_report(r, ev);
    else if (people && (unsigned)ev->act.verb < VERBS && played[ev->act.verb])
        take_deed(r, ev);
}

/* ---- how people behaved */

/* A ticket on its way to an engineer. */
struct hand {
    struct engineer_id engineer;
    instant offered_at, accepted_at; /* 0: not */
    bool told;                       /* his name has reached the reporter */
};

static struct hand *
hand_of(struct past_reading *r, struct ticket_id id)
{
    struct hand *h = map_get(&r->hands, &id);
    if (h == NULL) {
        h = arena_alloc(&r->past->arena, sizeof(*h));
        map_put(&r->hands, &id, h);
    }
    return h;
}

static struct past_person *
person_of(struct past *p, struct engineer_id id)
{
    struct past_person *x = map_get(&p->people, &id);
    if (x == NULL) {
        x = arena_alloc(&p->arena, sizeof(*x));
        x->id = id;
        map_put(&p->people, &id, x);
    }
    return x;
}

static void
see(struct past_mean *one, struct past_mean *all, msec length)
{
    struct past_mean *means[] = { one, all };
    for (size_t i = 0; i < countof(means); i++)
        if (means[i] != NULL) {
            means[i]->sum += length < 0 ? 0 : length;
            means[i]->count++;
        }
}

/* He could have set out when he had accepted it and was done with what he did before. */
static void
departed(struct past *p, struct past_person *x, const struct hand *h, instant at)
{
    instant could = x->free_at > h->accepted_at ? x->free_at : h->accepted_at;
    msec took = at - could;
    if (h->accepted_at > 0)
        see(&x->departs, &p->departs, took < DEPART_MOST_MS ? took : DEPART_MOST_MS);
}

static void
take_step(struct past_reading *r, const struct outcome *o, instant at)
{
    struct past *p = r->past;
    struct hand *h = hand_of(r, o->ticket);
    struct past_person *x = no_name(o->who) ? NULL : person_of(p, engineer_of(o->who));
    bool his = x != NULL && same_id(h->engineer, x->id);
    if (o->verb == VERB_OFFER && x != NULL)
        *h = (struct hand){ x->id, at, 0, false };
    else if (o->verb == VERB_ACCEPT && his && h->offered_at > 0) {
        see(&x->accepts, &p->accepts, at - h->offered_at);
        h->accepted_at = at;
    } else if (o->verb == VERB_DELIVERED && h->accepted_at > 0 && !h->told) {
        see(NULL, &p->delivered, at - h->accepted_at);
        h->told = true;
    } else if ((o->verb == VERB_DEPART || o->verb == VERB_WORK) && his) {
        departed(p, x, h, at);
    }
    if (x != NULL && o->from == TICKET_WORKING && o->to != TICKET_WORKING)
        x->free_at = at;
}

void
past_begin(struct past_reading *r, struct past *p, size_t territory,
           const struct rules *(*rules)(void *context, uint32_t version), void *context)
{
    *r = (struct past_reading){ .past = p, .territory = territory, .first = p->reports_count };
    trails_init(&r->trails);
    r->trails.rules = rules;
    r->trails.context = context;
    map_init(&r->hands, sizeof(struct ticket_id));
}

void
past_read(struct past_reading *r, const struct log_record *record)
{
    trails_read(&r->trails, record);
    for (size_t i = 0; i < record->events_count; i++)
        take_event(r, &record->events[i].event);
    for (size_t i = 0; i < record->outcomes_count; i++)
        if (record->outcomes[i].kind == OUTCOME_STEP)
            take_step(r, &record->outcomes[i], record->at);
    if (record->at > r->past->last)
        r->past->last = record->at;
}

/* ---- how long the work took */

/* All the time that it was worked on, until it was solved. */
static void
take_work(struct past_report *one, const struct trail *s)
{
    msec worked = 0;
    bool solved = false, arrived = false, began = false;
    instant since = 0;
    for (size_t i = 0; i < s->steps_count; i++) {
        const struct trail_step *step = &s->steps[i];
        if (step->from == TICKET_WORKING)
            worked += step->occurred_at > since ? step->occurred_at - since : 0;
        since = step->occurred_at;
        arrived |= step->verb == VERB_ARRIVE;
        began |= step->verb == VERB_WORK;
        solved = step->verb == VERB_RESOLVE;
        if (solved)
            break;
    }
    one->work_ms = solved ? worked + 1 : 0;
    one->remote = solved && began && !arrived;
}

void
past_end(struct past_reading *r)
{
    struct past *p = r->past;
    for (size_t i = r->first; i < p->reports_count; i++) {
        struct past_report *one = &p->reports[i];
        struct ticket_id id = ticket_of(one->event.report.id);
        const struct trail *s = trails_find(&r->trails, id);
        if (s != NULL)
            take_work(one, s);
    }
    trails_fini(&r->trails);
    map_fini(&r->hands);
}

static int
in_order(instant at, instant other, const void *id, const void *other_id)
{
    return at != other ? (at < other ? -1 : 1) : memcmp(id, other_id, 16);
}

static int
by_report(const void *a, const void *b)
{
    const struct event *x = &((const struct past_report *)a)->event,
                       *y = &((const struct past_report *)b)->event;
    return in_order(x->at, y->at, x->report.id.b, y->report.id.b);
}

static int
by_deed(const void *a, const void *b)
{
    const struct event *x = &((const struct past_deed *)a)->event,
                       *y = &((const struct past_deed *)b)->event;
    int order = in_order(x->at, y->at, x->act.ticket.b, y->act.ticket.b);
    return order != 0 ? order : (x->act.verb > y->act.verb) - (x->act.verb < y->act.verb);
}

void
past_done(struct past *p)
{
    if (p->reports_count > 0)
        qsort(p->reports, p->reports_count, sizeof(*p->reports), by_report);
    if (p->deeds_count > 0)
        qsort(p->deeds, p->deeds_count, sizeof(*p->deeds), by_deed);
    if (p->from == 0 && p->reports_count > 0)
        p->from = p->begin = p->reports[0].event.at;
    if (p->to == NEVER)
        p->to = p->last + 1;
}

/* ---- on average */

static msec
mean(const struct past_mean *one, const struct past_mean *all, msec other)
{
    if (one != NULL && one->count > 0)
        return one->sum / (msec)one->count;
    return all->count > 0 ? all->sum / (msec)all->count : other;
}

msec
past_accepts(const struct past *p, struct engineer_id x, msec other)
{
    const struct past_person *person = map_get(&p->people, &x);
    return mean(person == NULL ? NULL : &person->accepts, &p->accepts, other);
}

msec
past_departs(const struct past *p, struct engineer_id x, msec other)
{
    const struct past_person *person = map_get(&p->people, &x);
    return mean(person == NULL ? NULL : &person->departs, &p->departs, other);
}

msec
past_delivered(const struct past *p, msec other)
{
    return mean(NULL, &p->delivered, other);
}
