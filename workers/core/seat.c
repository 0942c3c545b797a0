/* seat.c - an engineer's seats, looked at anew when something of his has changed, or a minute has
 * passed. */
#include "workers/core/duty.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

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
agenda(const struct engineer *x, struct job *list[ERRANDS_MAX])
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

/* So long will what he has take him, and s->from, whence he sets out, becomes where he will be
 * then. What cannot be looked at one by one counts as usual. `errands` (may be NULL): one by one.
 */
static msec
foresee(const struct engine *e, struct engineer *x, struct errand errands[ERRANDS_MAX],
        size_t *count)
{
    struct seats *s = &x->seats;
    struct job *list[ERRANDS_MAX];
    bool few = x->held_count <= ERRANDS_MAX;
    uint32_t rest = engineer_load(x) - (few ? x->held_count : 0);
    msec busy = (msec)rest * e->rules->matching.slot_s * SECONDS;
    *count = few ? agenda(x, list) : 0;
    for (size_t i = 0; i < *count; i++) {
        const struct job *j = list[i];
        bool there = j->t.state == TICKET_WORKING;
        const struct category *c = e->roster.slots[j->slot].category;
        msec way = there ? 0 : way_left(e, x, j, s->from);
        if (!there && j->t.visit.from > s->tick + busy + way) /* not before what was agreed */
            way = j->t.visit.from - s->tick - busy;
        msec work = there ? work_left(e, x, j) : service_time(&e->learned, c, x->rule->id);
        if (errands != NULL)
            errands[i] = (struct errand){ j->t.id, there, instant_after(s->tick, busy + way),
                                          instant_after(s->tick, busy + way + work) };
        busy += way + work;
        if (place_known(j->t.place))
            s->from = j->t.place;
    }
    return busy;
}

/* When each seat begins: the way that he is on now, the others from `at` on. */
static void
lay(const struct engine *e, struct engineer *x, instant at)
{
    struct seats *s = &x->seats;
    for (size_t i = 0; i < s->count; i++) {
        instant from = i < s->turn ? s->tick : at;
        s->untils[i] = fit_until(e->rules, x, from);
        bool pauses = s->untils[i] != FIT_OFF && !duty_is_on(x->rule, from);
        s->begins[i] = pauses ? duty_next(x->rule, from) : from;
        if (i >= s->turn)
            at = instant_after(s->begins[i], e->rules->matching.slot_s * SECONDS);
    }
}

/* When he is on duty: now, or soon; NEVER: not soon. Whoever would answer in his break sets out
 * after it, and whoever would answer after his shift, not at all. */
static instant
on_duty(const struct engine *e, const struct engineer *x)
{
    const struct matching *m = &e->rules->matching;
    instant tick = x->seats.tick;
    if (duty_is_on(x->rule, tick) && duty_is_on(x->rule, tick + m->answer_s * SECONDS))
        return tick;
    instant next = duty_next(x->rule, tick);
    msec soon = m->early_ms > m->pause_ms ? m->early_ms : m->pause_ms;
    return next != NEVER && next - tick <= soon ? next : NEVER;
}

struct job *
seat_rider(const struct engine *e, const struct engineer *x)
{
    struct job *j = e->rules->matching.divert == 0 || !engineer_travels(x) ? NULL : x->held;
    while (j != NULL && (j->t.state != TICKET_EN_ROUTE || !same_id(x->trip.ticket, j->t.id)))
        j = j->beside;
    return j;
}

msec
seat_way_left(const struct engine *e, const struct engineer *x)
{
    struct place from = engineer_place(e->rules, x, x->seats.tick);
    msec left = way_left(e, x, x->seats.rider, from);
    msec seen = travel_time(e->rules, &e->learned, from, x->seats.rider->t.place, x->seats.tick);
    return left < seen ? left : seen;
}

/* The break that he takes once he is done with all that he has, then: with his last job (carry.c).
 * Who carries something besides is not done. */
static msec
rest_after(const struct engine *e, const struct engineer *x, instant done)
{
    struct job *list[ERRANDS_MAX];
    size_t count = x->held_count <= ERRANDS_MAX ? agenda(x, list) : 0;
    return count > 0 && count == x->load ? carry_rest(e, list[count - 1], x, done) : 0;
}

/* Turned back from his only job, he would have his break. */
static bool
would_rest(const struct engine *e, const struct engineer *x, const struct job *rider)
{
    return x->load == 1 && carry_rest(e, rider, x, x->seats.tick) > 0;
}

const struct seats *
seat_look(const struct engine *e, struct engineer *x)
{
    struct seats *s = &x->seats;
    instant tick = seat_tick(e->at);
    size_t errands;
    if (s->tick == tick && !s->stale)
        return s;
    s->tick = tick;
    s->stale = false;
    s->count = s->now = s->turn = 0;
    s->rider = NULL;
    instant starts = on_duty(e, x);
    if (starts == NEVER)
        return s;
    bool absent = x->absent_until > starts;
    if (absent)
        starts = x->absent_until;
    uint32_t load = engineer_load(x), capacity = x->rule->capacity;
    uint32_t room = load < capacity && starts == tick ? capacity - load : 0;
    s->now = (uint8_t)(room < SEATS_NOW ? room : SEATS_NOW);
    s->rider = starts == tick && load <= capacity ? seat_rider(e, x) : NULL;
    if (s->rider != NULL && would_rest(e, x, s->rider))
        s->rider = NULL;
    s->turn = s->rider != NULL;
    s->count = (uint8_t)(s->turn + (s->now > 0 ? s->now : 1) + SEATS_LATER);
    s->from = engineer_place(e->rules, x, starts);
    msec busy = foresee(e, x, NULL, &errands);
    if (busy == 0 && load >= capacity) /* all of it waits for others, nobody knows how long */
        busy = e->rules->matching.slot_s * SECONDS;
    s->busy = busy > 0 || absent;
    instant done = instant_after(starts, busy);
    lay(e, x, instant_after(done, rest_after(e, x, done)));
    return s;
}

size_t
seat_errands(const struct engine *e, struct engineer *x, struct errand out[ERRANDS_MAX])
{
    struct seats kept = x->seats;
    size_t count;
    x->seats.tick = seat_tick(e->at);
    x->seats.from = engineer_place(e->rules, x, x->seats.tick);
    foresee(e, x, out, &count);
    x->seats = kept;
    return count;
}
