/* match.c - filter, then cost, for everybody who may have the skills (fit.h, cost.h). */
#include "workers/core/duty.h"
#include "workers/core/place.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

/* The first instant from `at` on at which somebody who has the skills is on duty; `at` itself if
 * nobody ever is. Asked for by every row, so the last answer of each category is remembered. */
static instant
staffed(const struct wish *w, instant at)
{
    struct staffing *known = &w->e->board.staffings[w->job->slot];
    const struct engineer *x;
    instant from = NEVER;
    if (known->at == at)
        return known->from;
    for (size_t i = 0; from != at && (x = match_each(w, &i)) != NULL;) {
        instant begins = duty_is_on(x->rule, at) ? at : duty_next(x->rule, at);
        from = begins < from ? begins : from;
    }
    *known = (struct staffing){ at, from == NEVER ? at : from };
    return known->from;
}

/* As if somebody came when the busiest could be done with all that he may have, or in the morning.
 */
static int64_t
defer_of(const struct wish *w)
{
    struct cost_terms terms;
    const struct engineer_id nobody = { { 0 } };
    msec service = service_time(&w->e->learned, w->fit.category, nobody);
    instant departs = staffed(w, cost_deferred(&w->cost, w->e->board.depth));
    cost_defer(&w->cost, departs, service, &terms);
    return cost_sum(&terms);
}

/* Beyond PATIENCE_MS each second of waiting counts so many times: more than any weight, so that the
 * oldest goes first whatever comes after it. */
enum { AGEING = 64 };
#define AGED_MAX ((int64_t)1 << 36)

static int64_t
aged(instant received_at, instant now)
{
    msec over = now - received_at - PATIENCE_MS;
    if (over <= 0)
        return 0;
    return over / SECONDS > AGED_MAX / (AGEING * COST_SECOND)
               ? AGED_MAX
               : over / SECONDS * AGEING * COST_SECOND;
}

/* Asked for once an hour, for what is learned is told on the hour. */
static msec
remembered(const struct fit *f, const struct engineer *x)
{
    msec *at = &f->services[x - f->first];
    if (*at == 0 || f->learned->lost_count > 0)
        *at = service_time(f->learned, f->category, x->rule->id);
    return *at;
}

struct wish
match_wish(const struct engine *e, const struct job *j)
{
    const struct slot *slot = &e->roster.slots[j->slot];
    const struct contract *contract = job_contract(e, j);
    struct wish w = {
        .e = e,
        .job = j,
        .fit = fit_of(&e->roster, &e->learned, slot, contract, &j->t),
        .slot = slot,
    };
    cost_ticket(&w.cost, &e->rules->matching, contract, &j->t, slot->rarity, seat_tick(e->at));
    w.fit.service_ms = remembered;
    w.fit.services = &e->board.services[j->slot * e->roster.count];
    w.fit.first = e->roster.list;
    w.aged = aged(w.cost.received_at, w.cost.now);
    w.comes = j->t.state == TICKET_EN_ROUTE ? job_holder(e, j) : NULL;
    w.defer = defer_of(&w) + (w.comes != NULL ? cost_switch(&w.cost) : 0);
    return w;
}

struct wish
match_foreign(const struct engine *e, struct place place, const struct category *made)
{
    return (struct wish){
        .e = e,
        .defer = COST_MAX,
        .fit = { .rules = e->rules, .learned = &e->learned, .category = made, .place = place },
        .cost = { .m = &e->rules->matching,
                  .now = seat_tick(e->at),
                  .received_at = seat_tick(e->at),
                  .weight = COST_SECOND,
                  .arrival.deadline = NEVER,
                  .restoration.deadline = NEVER,
                  .rarity = cost_rarity(&e->roster, made->needs, made->needs_count) },
    };
}

/* Could he be turned back for it? Whoever comes to it need not be. */
static bool
may_turn(const struct wish *w, const struct engineer *x, struct fit_way *out)
{
    const struct seats *s = &x->seats;
    if (s->turn == 0 || !w->e->board.riding || w->job == NULL)
        return false;
    *out = fit_way(&w->fit, x, engineer_place(w->e->rules, x, s->tick), s->tick);
    if (s->rider == w->job) {
        out->travel_ms = seat_way_left(w->e, x);
        return true;
    }
    return board_diverts(w->e, w->job) && fits(fit_reach(&w->fit, out, s->begins[0], s->untils[0]));
}

enum considered_why
match_fit(const struct wish *w, struct engineer *x, struct suitor *out)
{
    instant tick = seat_tick(w->e->at);
    for (size_t i = 0; i < w->refused_count; i++)
        if (same_id(w->refused[i], x->rule->id))
            return WHY_DECLINED;
    enum considered_why person = fit_person(&w->fit, x, tick);
    if (!fits(person))
        return person;
    const struct seats *s = seat_look(w->e, x);
    if (s->count == 0)
        return WHY_OFF_DUTY;
    *out = (struct suitor){ .x = x, .why = person, .first = s->turn };
    out->way = fit_way(&w->fit, x, s->from, s->begins[s->turn]);
    enum considered_why reach =
        fit_reach(&w->fit, &out->way, s->begins[s->turn], s->untils[s->turn]);
    if (may_turn(w, x, &out->turned)) {
        if (s->rider == w->job) /* back to it after something else: he has not been there */
            out->way.travel_ms = out->turned.travel_ms;
        out->first = 0;
        return person;
    }
    return fits(reach) ? person : reach;
}

/* Where he will come from for a later seat nobody knows: half as usual. */
static msec
travel_to(const struct wish *w, const struct suitor *s, size_t i)
{
    msec usual = w->e->rules->matching.defer_trip_s * SECONDS;
    size_t turn = s->x->seats.turn;
    return i < turn    ? s->turned.travel_ms
           : i == turn ? s->way.travel_ms
                       : (s->way.travel_ms + usual) / 2;
}

static msec
unsure(const struct wish *w, const struct seats *s, size_t i)
{
    const struct matching *m = &w->e->rules->matching;
    if (i < s->turn)
        return 0;
    return ((s->busy ? m->unsure_s : 0) + m->unsure_slot_s * (msec)(i - s->turn)) * SECONDS;
}

/* Of the places that he has, without the one that he would give up. By a later seat what he has now
 * is done. */
static uint16_t
share_of(const struct engineer *x, size_t i)
{
    uint32_t load = engineer_load(x), capacity = x->rule->capacity;
    if (!seat_is_now(&x->seats, i))
        return 0;
    if (i < x->seats.turn && load > 0)
        load--;
    return (uint16_t)(load < capacity ? load * 1000 / capacity : 1000);
}

/* The plan of appointments has somebody else for it. */
static bool
is_unplanned(const struct wish *w, const struct engineer *x)
{
    const struct ticket *t = w->fit.ticket;
    return t != NULL && !no_name(t->visit.planned) && !same_id(t->visit.planned, x->rule->id);
}

/* So long after he has to set out to what he is planned for would he be done here. */
static msec
clash(const struct suitor *s, instant departs)
{
    instant done = instant_after(instant_after(departs, s->way.travel_ms), s->way.service_ms);
    return s->x->leave_at < done ? done - s->x->leave_at : 0;
}

void
match_terms(const struct wish *w, const struct suitor *s, size_t i, struct cost_terms *out)
{
    const struct engineer *x = s->x;
    bool stays = i < x->seats.turn && x->seats.rider == w->job;
    msec answer = stays ? 0 : w->e->rules->matching.answer_s * SECONDS;
    const struct cost_trip trip = {
        .departs = instant_after(x->seats.begins[i], answer),
        .travel_ms = travel_to(w, s, i),
        .unsure_ms = unsure(w, &x->seats, i),
        .service_ms = s->way.service_ms,
        .rarity = x->rarity,
        .standby_s = seat_is_idle(&x->seats, i) ? x->standby_s : 0,
        .share_pm = share_of(x, i),
        .unpreferred = fit_is_unpreferred(&w->fit, x),
        .unskilled = fit_lacks_preferred(&w->fit, x, w->cost.now),
        .missed = s->why == WHY_MISSED,
        .leaves = w->comes != NULL && !stays,
        .unplanned = is_unplanned(w, x),
        .clash_ms = clash(s, x->seats.begins[i]),
    };
    cost_trip(&w->cost, &trip, out);
}

_Static_assert((int)TERMS_MAX == (int)COST_TERMS, "grounds hold the terms");

bool
match_grounds(const struct wish *w, const struct choice *c, struct engineer *x, size_t seat,
              struct grounds *out)
{
    struct suitor s;
    struct cost_terms terms;
    if (!fits(match_fit(w, x, &s)))
        return false;
    match_terms(w, &s, seat, &terms);
    for (size_t i = 0; i < COST_TERMS; i++)
        out->terms[i] = cost_term(&terms, i) > 0 ? cost_term(&terms, i) : 0;
    int64_t other = c->best == x ? c->next : c->least, cost = match_cost(w, &s, seat);
    bool alone = other == MATCH_NEVER || cost == MATCH_NEVER;
    const struct engineer *next = c->best == x ? c->second : c->best;
    out->margin = alone ? GROUNDS_ALONE : other - cost;
    out->other = alone ? (struct engineer_id){ { 0 } } : next->rule->id;
    out->departs = x->seats.begins[seat];
    return true;
}

int64_t
match_cost(const struct wish *w, const struct suitor *s, size_t i)
{
    int64_t costs[SEATS_MAX];
    match_costs(w, s, costs);
    return costs[i];
}

static int64_t
cost_of(const struct wish *w, const struct suitor *s, size_t i)
{
    struct cost_terms terms;
    const struct seats *seats = &s->x->seats;
    if (i < s->first || i >= seats->count)
        return MATCH_NEVER;
    if (i >= seats->turn && !fits(fit_reach(&w->fit, &s->way, seats->begins[i], seats->untils[i])))
        return MATCH_NEVER;
    match_terms(w, s, i, &terms);
    int64_t cost = cost_sum(&terms), most = w->defer - SEATS_MAX;
    if (!seat_is_now(seats, i))
        cost += w->aged;
    else if (cost > most)
        cost = most;
    return cost + (int64_t)i;
}

int64_t
match_least(const struct wish *w, const struct suitor *s)
{
    size_t turn = s->x->seats.turn;
    int64_t ordinary = cost_of(w, s, turn), turned = turn > 0 ? cost_of(w, s, 0) : MATCH_NEVER;
    return turned < ordinary ? turned : ordinary;
}

int64_t
match_costs(const struct wish *w, const struct suitor *s, int64_t costs[SEATS_MAX])
{
    const struct seats *seats = &s->x->seats;
    size_t turn = seats->turn;
    for (size_t i = 0; i < SEATS_MAX; i++) {
        costs[i] = i > turn && costs[i - 1] == MATCH_NEVER ? MATCH_NEVER : cost_of(w, s, i);
        if (i > turn && costs[i] <= costs[i - 1])
            costs[i] = costs[i - 1] + (costs[i - 1] != MATCH_NEVER);
    }
    return turn > 0 && costs[0] < costs[turn] ? costs[0] : costs[turn];
}

struct engineer *
match_each(const struct wish *w, size_t *at)
{
    const struct roster *r = &w->e->roster;
    size_t i = (*at)++;
    if (w->slot != NULL)
        return i < w->slot->qualified_count ? &r->list[w->slot->qualified[i]] : NULL;
    const struct category *c = w->fit.category;
    if (c->needs_count == 0)
        return i < r->count ? &r->list[i] : NULL;
    size_t count;
    const struct holding *holders = roster_holders(r, c->needs, c->needs_count, &count);
    return i < count ? &r->list[holders[i].engineer] : NULL;
}

/* ---- the best so many of a kind, in order */

struct graded {
    struct engineer *x;
    int64_t score; /* cost; of those who cannot: metres */
    uint8_t why;
};

struct podium {
    struct graded list[CONSIDERED_MAX];
    size_t count;
};

static void
podium_add(struct podium *p, struct graded g)
{
    size_t i = p->count;
    if (i == CONSIDERED_MAX) {
        if (p->list[i - 1].score <= g.score)
            return;
        i--;
    } else {
        p->count++;
    }
    for (; i > 0 && p->list[i - 1].score > g.score; i--) /* equals stay in the order of ids */
        p->list[i] = p->list[i - 1];
    p->list[i] = g;
}

/* Those who could now, and those who could not. */
struct podiums {
    struct podium can, cannot;
    struct engineer *best, *second; /* the cheapest of those who could, be it later */
    int64_t least, next;            /* what they cost */
};

static void
grade_out(const struct wish *w, struct engineer *x, enum considered_why why, struct podiums *p)
{
    int64_t far = travel_metres(engineer_place(w->e->rules, x, w->e->at), w->fit.place);
    podium_add(&p->cannot, (struct graded){ x, far, (uint8_t)why });
}

static void
grade(const struct wish *w, struct engineer *x, struct podiums *p)
{
    struct suitor s;
    enum considered_why why = match_fit(w, x, &s);
    if (!fits(why)) {
        grade_out(w, x, why, p);
        return;
    }
    int64_t cost = match_least(w, &s);
    if (p->best == NULL || cost < p->least) {
        p->next = p->least;
        p->second = p->best;
        p->best = x;
        p->least = cost;
    } else if (cost < p->next) {
        p->next = cost;
        p->second = x;
    }
    if (seat_is_now(&x->seats, s.first))
        podium_add(&p->can, (struct graded){ x, cost, (uint8_t)why });
    else
        grade_out(w, x, WHY_FULL, p);
}

/* ---- what is kept of it */

static struct considered
considered(const struct wish *w, struct engineer *x, enum considered_why why)
{
    struct place from = engineer_place(w->e->rules, x, w->e->at);
    uint32_t load = engineer_load(x);
    bool known = place_known(from) && place_known(w->fit.place);
    return (struct considered){
        .engineer = x->rule->id,
        .distance_m = known ? (int32_t)place_distance(from, w->fit.place) : DISTANCE_UNKNOWN,
        .load = (uint16_t)(load < UINT16_MAX ? load : UINT16_MAX),
        .why = (uint8_t)why,
    };
}

/* Those who could take it first: half of the room, and what the others leave. */
static void
conclude(const struct wish *w, const struct podiums *p, struct choice *out)
{
    size_t willing = p->can.count, others = p->cannot.count;
    size_t kept = willing > CONSIDERED_MAX / 2 ? CONSIDERED_MAX / 2 : willing;
    size_t rest = others > CONSIDERED_MAX - kept ? CONSIDERED_MAX - kept : others;
    out->count = 0;
    for (size_t i = 0; i < willing && out->count < CONSIDERED_MAX - rest; i++)
        out->list[out->count++] = considered(w, p->can.list[i].x, p->can.list[i].why);
    for (size_t i = 0; i < rest; i++)
        out->list[out->count++] = considered(w, p->cannot.list[i].x, p->cannot.list[i].why);
}

void
match_look(const struct wish *w, struct choice *out)
{
    struct podiums p;
    struct engineer *x;
    p.can.count = p.cannot.count = 0;
    p.best = p.second = NULL;
    p.least = p.next = MATCH_NEVER;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        grade(w, x, &p);
    for (size_t i = 0; w->slot != NULL && i < w->slot->misses_count; i++)
        grade_out(w, &w->e->roster.list[w->slot->misses[i]], WHY_UNSKILLED, &p);
    out->best = p.best;
    out->second = p.second;
    out->least = p.least;
    out->next = p.next;
    conclude(w, &p, out);
}

void
match_first(const struct wish *w, struct choice *c, struct engineer *x, enum considered_why why)
{
    size_t i = 0;
    while (i < c->count && !same_id(c->list[i].engineer, x->rule->id))
        i++;
    if (i == c->count && c->count < CONSIDERED_MAX)
        c->count++;
    if (i == CONSIDERED_MAX)
        i--;
    memmove(&c->list[1], &c->list[0], i * sizeof(c->list[0]));
    c->list[0] = considered(w, x, why);
}

struct engineer *
match_free(const struct wish *w)
{
    struct engineer *x, *best = NULL;
    int64_t least = 0;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;) {
        struct suitor s;
        if (!fits(match_fit(w, x, &s)) || x->seats.now == 0)
            continue;
        int64_t cost = match_cost(w, &s, x->seats.turn);
        if (best == NULL || cost < least) {
            best = x;
            least = cost;
        }
    }
    return best;
}

bool
match_exists(const struct wish *w)
{
    struct engineer *x;
    instant tick = seat_tick(w->e->at);
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        if (fits(fit_person(&w->fit, x, tick)))
            return true;
    return false;
}
