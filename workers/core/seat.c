/* seat.c - an engineer's seats, looked at anew when something of his has changed, or a minute has
 * passed. */
#include "workers/core/duty.h"
#include "workers/core/state.h"

instant
seat_tick(instant at)
{
    msec into = at % SEAT_TICK;
    return at - (into < 0 ? into + SEAT_TICK : into);
}

/* When he is done with what he has, and where he will be then. */
static void
foresee(const struct engine *e, struct engineer *x)
{
    struct seats *s = &x->seats;
    s->begin = instant_after(s->tick, e->rules->load_ms * engineer_load(x));
    s->from = engineer_place(x);
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
    return instant_after(s->begin, e->rules->load_ms * (msec)i);
}
