/* outlook.c - the engine's appointments as jobs and its engineers' duties as vehicles, and back. */
#include "workers/core/outlook.h"

#include "workers/core/duty.h"
#include "workers/core/fit.h"
#include "workers/core/route.h"
#include "workers/core/service.h"
#include "workers/core/state.h"
#include "workers/core/travel.h"

#define LEFT_OUT ((int64_t)1 << 20) /* of the mildest level: more than any way */

/* A stretch of somebody's duty. */
struct stretch {
    const struct engineer *x; /* borrowed while it is made */
    struct engineer_id id;
};

struct outlook {
    instant zero;
    uint64_t left;
    struct route *route;
    struct route_vehicle vehicles[OUTLOOK_TOURS];
    struct stretch stretches[OUTLOOK_TOURS];
    uint32_t vehicles_count;
    struct route_job jobs[OUTLOOK_JOBS];
    struct proposal stood[OUTLOOK_JOBS]; /* the plan in the records, by job */
    uint32_t jobs_count;
    struct route_ban *bans; /* owned */
    uint32_t bans_count;
    struct place places[OUTLOOK_JOBS + OUTLOOK_TOURS]; /* of jobs, then of starts */
    struct route_visit first[OUTLOOK_JOBS];            /* the plan that stands, as far as it can */
    uint32_t first_count;
    int64_t first_cost;
};

/* While it is made. */
struct making {
    struct outlook *o;
    const struct engine *e;
    struct job *waits[OUTLOOK_JOBS]; /* by job */
};

static int32_t
seconds(const struct outlook *o, instant at)
{
    instant s = (at - o->zero) / SECONDS;
    return (int32_t)(s > ROUTE_TIME_MAX    ? ROUTE_TIME_MAX
                     : s < -ROUTE_TIME_MAX ? -ROUTE_TIME_MAX
                                           : s);
}

static instant
instant_of(const struct outlook *o, int32_t s)
{
    return o->zero + (instant)s * SECONDS;
}

/* ---- jobs */

static int
earlier(const void *a, const void *b)
{
    struct job *const *x = a, *const *y = b;
    instant p = (*x)->t.visit.from, q = (*y)->t.visit.from;
    if (p != q)
        return p < q ? -1 : 1;
    return memcmp(&(*x)->t.id, &(*y)->t.id, sizeof((*x)->t.id));
}

static void
put_job(struct making *k, struct job *j)
{
    struct outlook *o = k->o;
    const struct visit *v = &j->t.visit;
    const struct engine *e = k->e;
    struct engineer_id nobody = { { 0 } };
    uint32_t n = o->jobs_count++;
    msec service = service_time(&e->learned, e->roster.slots[j->slot].category, nobody);
    int32_t from = seconds(o, v->from + SECONDS - 1),
            weight = e->rules->matching.weights[j->t.level];
    k->waits[n] = j;
    o->places[n] = j->t.place;
    o->stood[n] = (struct proposal){ j->t.id, v->planned, v->leave_at, v->begin_at };
    o->jobs[n] = (struct route_job){
        .place = n,
        .service_s = (int32_t)((service + SECONDS - 1) / SECONDS),
        .windows = { { from < 0 ? 0 : from, seconds(o, v->until) } },
        .windows_count = 1,
        .penalty = LEFT_OUT * (weight > 0 ? weight : 1),
        .pinned = ROUTE_NONE,
    };
}

/* The next ones, of those whose time is not over. */
static void
put_jobs(struct making *k)
{
    struct outlook *o = k->o;
    const struct jobs *b = &k->e->booked;
    struct job **list = zalloc((b->count + 1) * sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct visit *v = &b->list[i]->t.visit;
        bool wide = v->until - v->from >= 2 * SECONDS; /* of whole seconds */
        if (wide && v->from < o->zero + OUTLOOK_AHEAD_MS && v->until >= o->zero + SECONDS)
            list[count++] = b->list[i];
    }
    if (count > 1)
        qsort(list, count, sizeof(*list), earlier);
    for (size_t i = 0; i < count && i < OUTLOOK_JOBS; i++)
        put_job(k, list[i]);
    free(list);
}

/* ---- vehicles */

/* As in the matching; a dispatcher's pin names the only one. */
static bool
may(const struct making *k, uint32_t job, const struct engineer *x)
{
    const struct job *j = k->waits[job];
    const struct engine *e = k->e;
    struct fit f =
        fit_of(&e->roster, &e->learned, &e->roster.slots[j->slot], job_contract(e, j), &j->t);
    if (!no_name(j->t.pinned) && !same_id(j->t.pinned, x->rule->id))
        return false;
    return fits(fit_person(&f, x, j->t.visit.from));
}

static bool
may_any(const struct making *k, const struct engineer *x)
{
    for (uint32_t i = 0; i < k->o->jobs_count; i++)
        if (may(k, i, x))
            return true;
    return false;
}

static void
put_vehicle(struct making *k, const struct engineer *x, struct place start, instant from,
            instant to)
{
    struct outlook *o = k->o;
    struct route_span shift = { seconds(o, from + SECONDS - 1), seconds(o, to) };
    if (shift.from >= shift.to || o->vehicles_count == OUTLOOK_TOURS)
        return;
    uint32_t n = o->vehicles_count++, place = o->jobs_count + n;
    o->places[place] = start;
    o->stretches[n] = (struct stretch){ x, x->rule->id };
    o->vehicles[n] = (struct route_vehicle){
        .start = place, .end = ROUTE_NONE, .shifts = { shift }, .shifts_count = 1
    };
}

/* His duties in the coming days: the one he is in begins when he is done with what he has. */
static void
put_duties(struct making *k, const struct engineer *x)
{
    const struct outlook *o = k->o;
    instant at = o->zero, last = o->zero + OUTLOOK_AHEAD_MS;
    struct engineer as_he_is = *x; /* his seats are looked at without touching them */
    const struct seats *s = seat_look(k->e, &as_he_is);
    bool on = duty_is_on(x->rule, at);
    while (at < last) {
        instant from = on ? at : duty_next(x->rule, at);
        if (from >= last)
            break;
        instant to = duty_end(x->rule, from), begin = from;
        if (to == NEVER || to > last + DAYS)
            to = last + DAYS;
        struct place start = x->rule->home;
        if (on && s->count > 0) {
            begin = s->begins[s->turn] > from ? s->begins[s->turn] : from;
            start = s->from;
        }
        if (begin < to)
            put_vehicle(k, x, start, begin, to);
        at = to > from ? to : from + MINUTES;
        on = false;
    }
}

/* Those who are planned for something, then the others; another part of these each time. */
static void
put_vehicles(struct making *k, uint64_t seed)
{
    const struct roster *r = &k->e->roster;
    for (size_t i = 0; i < r->count; i++)
        if (r->list[i].leave_at != NEVER)
            put_duties(k, &r->list[i]);
    for (size_t i = 0; i < r->count && k->o->vehicles_count < OUTLOOK_TOURS; i++) {
        const struct engineer *x = &r->list[(i + seed) % r->count];
        if (x->leave_at == NEVER && may_any(k, x))
            put_duties(k, x);
    }
}

static void
put_bans(struct making *k)
{
    struct outlook *o = k->o;
    o->bans = zalloc(((size_t)o->jobs_count * o->vehicles_count + 1) * sizeof(*o->bans));
    for (uint32_t v = 0; v < o->vehicles_count; v++) {
        bool again = v > 0 && o->stretches[v - 1].x == o->stretches[v].x;
        uint32_t before = o->bans_count;
        for (uint32_t i = 0; !again && i < o->jobs_count; i++)
            if (!may(k, i, o->stretches[v].x))
                o->bans[o->bans_count++] = (struct route_ban){ i, v };
        for (uint32_t i = before; again && i-- > 0 && o->bans[i].vehicle == v - 1;)
            o->bans[o->bans_count++] = (struct route_ban){ o->bans[i].job, v };
    }
}

/* ---- the question */

/* Nobody goes to where another sets out. */
static int32_t
travel(const void *arg, uint32_t from, uint32_t to)
{
    const struct making *k = arg;
    const struct outlook *o = k->o;
    if (from == to || to >= o->jobs_count)
        return 0;
    msec way = travel_time(k->e->rules, &k->e->learned, o->places[from], o->places[to], o->zero);
    return (int32_t)((way + SECONDS - 1) / SECONDS);
}

static void
ask(struct making *k, uint64_t seed, uint64_t steps)
{
    struct outlook *o = k->o;
    const struct route_input in = {
        .seed = seed,
        .vehicles = o->vehicles,
        .jobs = o->jobs,
        .bans = o->bans,
        .vehicles_count = o->vehicles_count,
        .jobs_count = o->jobs_count,
        .bans_count = o->bans_count,
        .places_count = o->jobs_count + o->vehicles_count,
        .travel = travel,
        .arg = k,
        .travel_weight = 1,
        .store = ROUTE_NONE,
        .cool_over = steps > 0 ? steps : 1,
    };
    o->route = route_new(&in); /* the only one that asks for travel */
}

/* Whose tour that would be now; vehicles_count: nobody's. */
static uint32_t
vehicle_of(const struct outlook *o, const struct proposal *p)
{
    int32_t at = seconds(o, p->begin_at);
    uint32_t v = 0;
    for (; v < o->vehicles_count; v++) {
        const struct route_span *s = &o->vehicles[v].shifts[0];
        if (same_id(o->stretches[v].id, p->engineer) && s->from <= at && at <= s->to)
            break;
    }
    return v;
}

/* The plan as it stood, in order of time, as far as it is still possible. */
static void
put_first(struct outlook *o)
{
    uint32_t order[OUTLOOK_JOBS], count = 0;
    for (uint32_t i = 0; i < o->jobs_count; i++) {
        uint32_t at = count;
        if (no_name(o->stood[i].engineer))
            continue;
        for (count++; at > 0 && o->stood[order[at - 1]].begin_at > o->stood[i].begin_at; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t v = vehicle_of(o, &o->stood[order[i]]);
        if (v < o->vehicles_count)
            (void)route_put(o->route, v, order[i]);
    }
    struct route_total total;
    route_best(o->route, o->first, &total);
    o->first_count = total.visits;
    o->first_cost = total.cost;
}

struct outlook *
outlook_new(const struct engine *e, instant now, uint64_t seed, uint64_t steps)
{
    if (e->booked.count == 0)
        return NULL;
    struct outlook *o = zalloc(sizeof(*o));
    struct making k = { .o = o, .e = e };
    o->zero = (now / SECONDS + 1) * SECONDS;
    o->left = steps;
    put_jobs(&k);
    if (o->jobs_count > 0) {
        put_vehicles(&k, seed);
        put_bans(&k);
        ask(&k, seed, steps);
        put_first(o);
    }
    if (o->jobs_count > 0)
        return o;
    outlook_free(o);
    return NULL;
}

uint64_t
outlook_step(struct outlook *o, uint32_t steps)
{
    if (steps > o->left)
        steps = (uint32_t)o->left;
    route_step(o->route, steps);
    o->left -= steps;
    return o->left;
}

/* ---- the answer */

static bool
is_apart(instant a, instant b)
{
    return (a < b ? b - a : a - b) > OUTLOOK_DRIFT_MS;
}

static bool
is_other(const struct proposal *a, const struct proposal *b)
{
    if (!same_id(a->engineer, b->engineer))
        return true;
    return !no_name(a->engineer) &&
           (is_apart(a->leave_at, b->leave_at) || is_apart(a->begin_at, b->begin_at));
}

size_t
outlook_propose(const struct outlook *o, struct proposal *out)
{
    struct route_visit best[OUTLOOK_JOBS];
    struct proposal wanted[OUTLOOK_JOBS];
    struct route_total total;
    size_t count = 0;
    route_best(o->route, best, &total);
    bool better = o->first_cost - total.cost >= OUTLOOK_GAIN_S;
    const struct route_visit *visits = better ? best : o->first;
    uint32_t visits_count = better ? total.visits : o->first_count;
    for (uint32_t i = 0; i < o->jobs_count; i++)
        wanted[i] = (struct proposal){ .ticket = o->stood[i].ticket };
    for (uint32_t i = 0; i < visits_count; i++) {
        struct proposal *p = &wanted[visits[i].job];
        p->engineer = o->stretches[visits[i].vehicle].id;
        p->leave_at = instant_of(o, visits[i].leave_at);
        p->begin_at = instant_of(o, visits[i].begin_at);
    }
    for (uint32_t i = 0; i < o->jobs_count; i++)
        if (is_other(&wanted[i], &o->stood[i]))
            out[count++] = wanted[i];
    return count;
}

void
outlook_free(struct outlook *o)
{
    if (o == NULL)
        return;
    route_free(o->route);
    free(o->bans);
    free(o);
}
