/* match.c - filter, then cost, for everybody who may have the skills (fit.h, cost.h). */
#include "workers/core/place.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

/* As if somebody came when the busiest could be done with all that he may have. */
static int64_t
defer_of(const struct wish *w)
{
    struct cost_terms terms;
    const struct engineer_id nobody = { { 0 } };
    cost_defer(&w->cost, w->e->board.depth, service_time(&w->e->learned, w->fit.category, nobody),
               &terms);
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
    if (*at == 0 || f->learned->evicted)
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
        .fit = fit_of(&e->roster, &e->learned, slot, contract, &j->t),
        .slot = slot,
    };
    cost_ticket(&w.cost, &e->rules->matching, contract, &j->t, slot->rarity, seat_tick(e->at));
    w.fit.service_ms = remembered;
    w.fit.services = &e->board.services[j->slot * e->roster.count];
    w.fit.first = e->roster.list;
    w.aged = aged(w.cost.received_at, w.cost.now);
    w.defer = defer_of(&w);
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
    *out = (struct suitor){ x, fit_way(&w->fit, x, s->from, s->begin), person };
    enum considered_why reach = fit_reach(&w->fit, x, &out->way, s->begin);
    return fits(reach) ? person : reach;
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
    uint32_t load = engineer_load(x), capacity = x->rule->capacity;
    const struct cost_trip trip = {
        .departs = seat_begin(w->e, &x->seats, i),
        .travel_ms = s->way.travel_ms,
        .service_ms = s->way.service_ms,
        .rarity = x->rarity,
        .share_pm = (uint16_t)(load < capacity ? load * 1000 / capacity : 1000),
        .unpreferred = fit_is_unpreferred(&w->fit, x),
        .unskilled = fit_lacks_preferred(&w->fit, x, w->cost.now),
        .missed = s->why == WHY_MISSED,
        .unplanned = is_unplanned(w, x),
        .clash_ms = clash(s, seat_begin(w->e, &x->seats, i)),
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
    out->margin = alone ? GROUNDS_ALONE : other - cost;
    return true;
}

int64_t
match_cost(const struct wish *w, const struct suitor *s, size_t i)
{
    struct cost_terms terms;
    instant departs = seat_begin(w->e, &s->x->seats, i);
    if (i > 0 && !fits(fit_reach(&w->fit, s->x, &s->way, departs)))
        return MATCH_NEVER;
    match_terms(w, s, i, &terms);
    int64_t cost = cost_sum(&terms), most = w->defer - SEATS_MAX;
    if (i >= s->x->seats.now)
        cost += w->aged;
    else if (cost > most)
        cost = most;
    return cost + (int64_t)i;
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
    struct engineer *best; /* the cheapest of those who could, be it later */
    int64_t least, next;   /* his cost, and the next */
};

static void
grade_out(const struct wish *w, struct engineer *x, enum considered_why why, struct podiums *p)
{
    int64_t far = travel_metres(engineer_place(x), w->fit.place);
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
    int64_t cost = match_cost(w, &s, 0);
    if (p->best == NULL || cost < p->least) {
        p->next = p->least;
        p->best = x;
        p->least = cost;
    } else if (cost < p->next) {
        p->next = cost;
    }
    if (x->seats.now > 0)
        podium_add(&p->can, (struct graded){ x, cost, (uint8_t)why });
    else
        grade_out(w, x, WHY_FULL, p);
}

/* ---- what is kept of it */

static struct considered
considered(const struct wish *w, struct engineer *x, enum considered_why why)
{
    struct place from = engineer_place(x);
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
    p.best = NULL;
    p.least = p.next = MATCH_NEVER;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        grade(w, x, &p);
    for (size_t i = 0; w->slot != NULL && i < w->slot->misses_count; i++)
        grade_out(w, &w->e->roster.list[w->slot->misses[i]], WHY_UNSKILLED, &p);
    out->best = p.best;
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
        int64_t cost = match_cost(w, &s, 0);
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
    const struct category *c = w->fit.category;
    for (size_t i = 0; (x = match_each(w, &i)) != NULL;)
        if (engineer_qualifies(x, c->needs, c->needs_count))
            return true;
    return false;
}
