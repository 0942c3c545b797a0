/* seat.c - an engineer's seats, looked at anew when something of his has changed, or a minute has
 * passed. */
#include "workers/core/duty.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

enum { AGENDA_MAX = 8 };

instant
seat_tick(instant at)
{
    msec into = at % SEAT_TICK;
    return at - (into < 0 ? into + SEAT_TICK : into);
}

/* What he does first: the nearer to its end, the earlier; of equals, what waited longest. */
static bool
sooner(const struct job *a, const struct job *b)
{
    if (a->t.state != b->t.state)
        return a->t.state > b->t.state;
    return queue_order(&a->wait, &b->wait) < 0;
}

/* The jobs that he works on or is to go to, in that order. */
static size_t
agenda(const struct engineer *x, struct job *list[AGENDA_MAX])
{
    size_t count = 0;
    for (struct job *j = x->held; j != NULL; j = j->beside) {
        if (j->t.state > TICKET_WORKING) /* waits for others, and takes no time of his */
            continue;
        size_t i = count++;
        for (; i > 0 && sooner(j, list[i - 1]); i--)
            list[i] = list[i - 1];
        list[i] = j;
    }
    return count;
}

/* How much longer he works on it, as far as the timeline shows. */
static msec
work_left(const struct engine *e, const struct engineer *x, const struct job *j)
{
    const struct ticket *t = &j->t;
    instant since = t->course.miles[MILE_ARRIVED];
    if (since == NEVER && t->timeline_count > 0)
        since = t->timeline[t->timeline_count - 1].occurred_at;
    msec worked = since < x->seats.tick ? x->seats.tick - since : 0;
    return service_left(&e->learned, e->roster.slots[j->slot].category, x->rule->id, worked);
}

/* From here to there; who has set out has part of it behind him. */
static msec
way_left(const struct engine *e, const struct engineer *x, const struct job *j, struct place from)
{
    instant now = x->seats.tick;
    bool known = j->t.state == TICKET_EN_ROUTE && same_id(x->trip.ticket, j->t.id);
    if (!known)
        return travel_time(e->rules, &e->learned, from, j->t.place, now);
    msec whole = travel_time(e->rules, &e->learned, x->trip.from, j->t.place, x->trip.at);
    msec left = whole - (now > x->trip.at ? now - x->trip.at : 0);
    return left > MINUTES ? left : MINUTES;
}

/* When he is done with what he has, and where he will be then. What cannot be looked at one by one
 * counts as usual. */
static void
foresee(const struct engine *e, struct engineer *x)
{
    struct seats *s = &x->seats;
    struct job *list[AGENDA_MAX];
    size_t count = x->held_count <= AGENDA_MAX ? agenda(x, list) : 0;
    uint32_t held = x->held_count <= AGENDA_MAX ? x->held_count : 0;
    msec busy = (msec)(engineer_load(x) - held) * e->rules->matching.slot_s * SECONDS;
    s->from = engineer_place(x);
    for (size_t i = 0; i < count; i++) {
        const struct job *j = list[i];
        if (j->t.state == TICKET_WORKING) {
            busy += work_left(e, x, j);
        } else {
            const struct category *c = e->roster.slots[j->slot].category;
            busy += way_left(e, x, j, s->from);
            if (j->t.visit.from > s->tick + busy) /* nobody begins before what was agreed */
                busy = j->t.visit.from - s->tick;
            busy += service_time(&e->learned, c, x->rule->id);
        }
        if (place_known(j->t.place))
            s->from = j->t.place;
    }
    s->begin = instant_after(s->tick, busy);
}

const struct seats *
seat_look(const struct engine *e, struct engineer *x)
{
    struct seats *s = &x->seats;
    instant tick = seat_tick(e->at);
    if (s->tick == tick && !s->stale)
        return s;
    s->tick = tick;
    s->stale = false;
    s->count = s->now = 0;
    if (!duty_is_on(x->rule, tick))
        return s;
    uint32_t load = engineer_load(x), capacity = x->rule->capacity;
    uint32_t room = load < capacity ? capacity - load : 0;
    s->now = (uint8_t)(room < SEATS_NOW ? room : SEATS_NOW);
    s->count = (uint8_t)(s->now + SEATS_LATER);
    foresee(e, x);
    return s;
}

instant
seat_begin(const struct engine *e, const struct seats *s, size_t i)
{
    return instant_after(s->begin, e->rules->matching.slot_s * SECONDS * (msec)i);
}
