/* stance.c - a summary of seats, and its comparison. */
#include "workers/core/stance.h"

#include "workers/core/state.h"
#include "workers/core/travel.h"

static enum stance_kind
kind_of(const struct seats *s)
{
    if (s->begins[s->turn] == s->tick)
        return STANCE_FREE;
    return s->busy ? STANCE_BUSY : STANCE_COMES;
}

struct stance
stance_of(const struct engine *e, struct engineer *x)
{
    const struct seats *s = seat_look(e, x);
    size_t turn = s->turn;
    if (s->count == 0)
        return (struct stance){ .tick = s->tick };
    return (struct stance){
        .tick = s->tick,
        .kind = (uint8_t)kind_of(s),
        .count = s->count,
        .now = s->now,
        .turn = s->turn,
        .busy = s->busy,
        .load = engineer_load(x),
        .rarity = x->rarity,
        .from = s->from,
        .here = turn > 0 ? engineer_place(e->rules, x, s->tick) : PLACE_NONE,
        .phases = { travel_phase(e->rules, s->begins[turn]), travel_phase(e->rules, s->tick) },
        .begins = { s->begins[turn], s->begins[0] },
        .untils = { s->untils[turn], s->untils[0] },
        .leave_at = x->leave_at,
        .rides = turn > 0 ? x->trip.ticket : (struct ticket_id){ { 0 } },
    };
}

static bool
same_place(struct place a, struct place b)
{
    return a.lat_e7 == b.lat_e7 && a.lon_e7 == b.lon_e7;
}

bool
stance_holds(const struct stance *was, const struct stance *is)
{
    bool shape = was->count == is->count && was->now == is->now && was->turn == is->turn;
    if (!shape || was->tick > is->tick)
        return false;
    if (is->count == 0)
        return true;
    return was->kind == is->kind && was->busy == is->busy && was->load == is->load &&
           was->rarity == is->rarity && same_place(was->from, is->from) &&
           same_place(was->here, is->here) && was->phases[0] == is->phases[0] &&
           (is->turn == 0 || was->phases[1] == is->phases[1]) && is->begins[0] >= was->begins[0] &&
           is->begins[1] >= was->begins[1] && was->untils[0] == is->untils[0] &&
           was->untils[1] == is->untils[1] && was->leave_at == is->leave_at &&
           same_id(was->rides, is->rides);
}

bool
stance_is_same(const struct stance *was, const struct stance *is)
{
    return was->tick == is->tick && stance_holds(was, is) && stance_holds(is, was);
}
