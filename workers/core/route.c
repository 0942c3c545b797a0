/* route.c - the planner's life: what it makes ready once, and its steps.
 *
 * A step ruins, recreates, and keeps what came of it or takes it back. The best plan is a copy;
 * only tours that differ are copied again, so that it costs little to have found a better one. */
#include "workers/core/cool.h"
#include "workers/core/tour.h"

enum { HEAT_NEAR = 10 }; /* the way to so many neighbours says how hot to begin */

static void
check_spans(const struct route_span *s, uint32_t count)
{
    assert(count <= ROUTE_SPANS);
    for (uint32_t i = 0; i < count; i++) {
        assert(s[i].from >= -ROUTE_TIME_MAX && s[i].from <= s[i].to && s[i].to <= ROUTE_TIME_MAX);
        assert(i == 0 || s[i].from > s[i - 1].to);
    }
}

static void
check_input(const struct route_input *in)
{
    assert(in->places_count < ROUTE_PLACES && (in->travel_s != NULL || in->travel != NULL));
    assert(in->travel_weight > 0 && in->travel_weight <= ROUTE_WEIGHT_MAX);
    assert(in->store == ROUTE_NONE || in->store < in->places_count);
    assert(in->store_s >= 0 && in->store_s <= ROUTE_TRAVEL_MAX);
    for (uint32_t i = 0; i < in->vehicles_count; i++) {
        const struct route_vehicle *v = &in->vehicles[i];
        assert(v->shifts_count > 0);
        check_spans(v->shifts, v->shifts_count);
        assert(v->start == ROUTE_NONE || v->start < in->places_count);
        assert(v->end == ROUTE_NONE || v->end < in->places_count);
    }
    for (uint32_t i = 0; i < in->jobs_count; i++) {
        const struct route_job *j = &in->jobs[i];
        check_spans(j->windows, j->windows_count);
        assert(j->place < in->places_count);
        assert(j->service_s >= 0 && j->service_s <= ROUTE_TRAVEL_MAX);
        assert(j->late_max_s >= 0 && j->late_max_s <= ROUTE_TRAVEL_MAX);
        assert(j->late_weight >= 0 && j->late_weight <= ROUTE_WEIGHT_MAX);
        assert(j->penalty >= 0 && j->penalty <= ROUTE_COST_MAX);
        assert(j->release_at >= -ROUTE_TIME_MAX && j->release_at <= ROUTE_TIME_MAX);
        assert(j->pinned == ROUTE_NONE || j->pinned < in->vehicles_count);
    }
}

/* Both ways to read the travel times: a trial looks along one line of each. */
static void
read_travel(struct route *r)
{
    const struct route_input *in = &r->in;
    size_t n = in->places_count;
    r->stride = in->places_count + 1;
    r->from = zalloc((size_t)r->stride * r->stride * sizeof(*r->from));
    r->to = zalloc((size_t)r->stride * r->stride * sizeof(*r->to));
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++) {
            int32_t s = in->travel_s != NULL ? in->travel_s[a * n + b] : in->travel(in->arg, a, b);
            assert(s >= 0 && s <= ROUTE_TRAVEL_MAX);
            r->from[(size_t)a * r->stride + b] = s;
            r->to[(size_t)b * r->stride + a] = s;
        }
}

static bool
is_able(const struct route *r, const struct route_job *j, uint32_t vehicle)
{
    const struct route_vehicle *v = &r->in.vehicles[vehicle];
    if (j->pinned != ROUTE_NONE && j->pinned != vehicle)
        return false;
    for (size_t w = 0; w < ROUTE_SKILL_WORDS; w++)
        if ((j->needs[w] & ~v->skills[w]) != 0)
            return false;
    if (r->in.store != ROUTE_NONE)
        return true;
    bool carried = (j->tools & ~v->tools) == 0;
    for (size_t p = 0; p < ROUTE_PARTS; p++)
        carried = carried && j->parts[p] <= v->parts[p];
    return carried;
}

static void
read_able(struct route *r)
{
    const struct route_input *in = &r->in;
    r->words = in->vehicles_count / 64 + 1;
    r->may = zalloc(((size_t)in->jobs_count + 1) * r->words * sizeof(*r->may));
    for (uint32_t i = 0; i < in->jobs_count; i++)
        for (uint32_t v = 0; v < in->vehicles_count; v++)
            if (is_able(r, &in->jobs[i], v))
                r->may[(size_t)i * r->words + v / 64] |= (uint64_t)1 << v % 64;
    for (uint32_t i = 0; i < in->bans_count; i++) {
        const struct route_ban *ban = &in->bans[i];
        assert(ban->job < in->jobs_count && ban->vehicle < in->vehicles_count);
        r->may[(size_t)ban->job * r->words + ban->vehicle / 64] &=
            ~((uint64_t)1 << ban->vehicle % 64);
    }
}

static void
read_reach(struct route *r, uint32_t job)
{
    struct trait *a = &r->about[job];
    a->reach_s = ROUTE_TRAVEL_MAX;
    for (uint32_t v = 0; v < r->in.vehicles_count; v++) {
        if (!route_may(r, job, v))
            continue;
        uint32_t start = r->in.vehicles[v].start;
        int32_t s = start == ROUTE_NONE ? 0 : route_travel(r, start, r->in.jobs[job].place);
        a->reach_s = s < a->reach_s ? s : a->reach_s;
        a->able++;
    }
}

/* What is asked of each job again and again. */
static void
read_jobs(struct route *r)
{
    r->about = zalloc(((size_t)r->in.jobs_count + 1) * sizeof(*r->about));
    for (uint32_t i = 0; i < r->in.jobs_count; i++) {
        const struct route_job *j = &r->in.jobs[i];
        struct trait *a = &r->about[i];
        bool open = j->windows_count == 0;
        a->due_at = open ? ROUTE_TIME_MAX : j->windows[j->windows_count - 1].to;
        a->latest_at = open ? ROUTE_TIME_MAX : a->due_at + j->late_max_s;
        a->late_weight = j->late_weight;
        for (size_t p = 0; p < ROUTE_PARTS; p++)
            a->parts = a->parts || j->parts[p] > 0;
        a->kit = a->parts || j->tools != 0;
        r->kits = r->kits || a->kit;
        read_reach(r, i);
    }
}

static bool
share_vehicle(const struct route *r, uint32_t a, uint32_t b)
{
    for (uint32_t w = 0; w < r->words; w++)
        if ((r->may[(size_t)a * r->words + w] & r->may[(size_t)b * r->words + w]) != 0)
            return true;
    return false;
}

/* The nearest of one job, there and back, in order; equals by number. Returned is the way to the
 * first few of them, one after the other. */
static int64_t
read_near(struct route *r, uint32_t job)
{
    const struct route_job *jobs = r->in.jobs;
    uint32_t *near = &r->near[(size_t)job * TOUR_NEAR];
    int32_t far[TOUR_NEAR];
    size_t count = 0;
    for (uint32_t i = 0; i < r->in.jobs_count; i++) {
        int32_t s = route_travel(r, jobs[job].place, jobs[i].place) +
                    route_travel(r, jobs[i].place, jobs[job].place);
        if (i == job || (count == TOUR_NEAR && s >= far[count - 1]) || !share_vehicle(r, job, i))
            continue;
        size_t at = count < TOUR_NEAR ? count++ : count - 1;
        for (; at > 0 && far[at - 1] > s; at--) {
            far[at] = far[at - 1];
            near[at] = near[at - 1];
        }
        far[at] = s;
        near[at] = i;
    }
    for (size_t i = count; i < TOUR_NEAR; i++)
        near[i] = ROUTE_NONE;
    int64_t sum = 0;
    for (size_t i = 0; i < count && i < HEAT_NEAR; i++)
        sum += far[i] / 2;
    return sum;
}

static void
read_neighbours(struct route *r)
{
    int64_t sum = 0, count = r->in.jobs_count;
    r->near = zalloc(((size_t)count + 1) * TOUR_NEAR * sizeof(*r->near));
    for (uint32_t i = 0; i < count; i++)
        sum += read_near(r, i);
    int64_t heat = r->in.heat != 0 || count == 0 ? r->in.heat : sum / count * r->in.travel_weight;
    r->heat = heat < 1 ? 1 : heat > COOL_MAX ? COOL_MAX : heat;
}

static struct tour *
tours_new(const struct route *r)
{
    uint32_t count = r->in.vehicles_count;
    struct tour *t = zalloc((count + 1) * sizeof(*t));
    for (uint32_t v = 0; v < count; v++) {
        t[v].stops = zalloc((ROUTE_STOPS + 2) * sizeof(*t[v].stops));
        t[v].used = r->kits ? zalloc((ROUTE_STOPS + 2) * sizeof(*t[v].used)) : NULL;
        tour_open(r, v, &t[v]);
    }
    return t;
}

static void
tours_free(const struct route *r, struct tour *t)
{
    for (uint32_t v = 0; v < r->in.vehicles_count; v++) {
        free(t[v].stops);
        free(t[v].used);
    }
    free(t);
}

struct route *
route_new(const struct route_input *in)
{
    struct route *r = zalloc(sizeof(*r));
    size_t jobs = (size_t)in->jobs_count + 1, vehicles = (size_t)in->vehicles_count + 1;
    check_input(in);
    r->in = *in;
    r->rng.state = in->seed;
    read_travel(r);
    read_able(r);
    read_jobs(r);
    read_neighbours(r);
    r->now = tours_new(r);
    r->kept = tours_new(r);
    r->best = tours_new(r);
    r->who = zalloc(jobs * sizeof(*r->who));
    r->absent = zalloc(jobs * sizeof(*r->absent));
    r->absent_kept = zalloc(jobs * sizeof(*r->absent));
    r->absent_best = zalloc(jobs * sizeof(*r->absent));
    r->stamp = zalloc(vehicles * sizeof(*r->stamp));
    r->touched = zalloc(vehicles * sizeof(*r->touched));
    r->differs = zalloc(vehicles * sizeof(*r->differs));
    for (uint32_t i = 0; i < in->jobs_count; i++) {
        r->who[i] = ROUTE_NONE;
        r->absent[i] = r->absent_best[i] = i;
        r->cost += in->jobs[i].penalty;
    }
    r->absent_count = r->absent_best_count = in->jobs_count;
    r->cost_best = r->cost;
    r->blink = 1;
    return r;
}

void
route_free(struct route *r)
{
    if (r == NULL)
        return;
    tours_free(r, r->now);
    tours_free(r, r->kept);
    tours_free(r, r->best);
    free(r->from);
    free(r->to);
    free(r->may);
    free(r->about);
    free(r->near);
    free(r->who);
    free(r->absent);
    free(r->absent_kept);
    free(r->absent_best);
    free(r->stamp);
    free(r->touched);
    free(r->differs);
    free(r);
}

static void
begin(struct route *r)
{
    r->steps++;
    r->touched_count = 0;
    r->cost_kept = r->cost;
    r->absent_kept_count = r->absent_count;
    memcpy(r->absent_kept, r->absent, r->absent_count * sizeof(*r->absent));
}

static void
take_back(struct route *r)
{
    for (uint32_t i = 0; i < r->touched_count; i++) {
        uint32_t v = r->touched[i];
        tour_copy(&r->now[v], &r->kept[v]);
        for (uint32_t s = 1; s <= r->now[v].count; s++)
            r->who[r->now[v].stops[s].job] = v;
    }
    r->cost = r->cost_kept;
    r->absent_count = r->absent_kept_count;
    memcpy(r->absent, r->absent_kept, r->absent_count * sizeof(*r->absent));
    for (uint32_t i = 0; i < r->absent_count; i++)
        r->who[r->absent[i]] = ROUTE_NONE;
}

static void
keep(struct route *r)
{
    for (uint32_t i = 0; i < r->touched_count; i++)
        r->differs[r->touched[i]] = true;
    if (r->cost >= r->cost_best)
        return;
    for (uint32_t v = 0; v < r->in.vehicles_count; v++)
        if (r->differs[v]) {
            tour_copy(&r->best[v], &r->now[v]);
            r->differs[v] = false;
        }
    r->cost_best = r->cost;
    r->absent_best_count = r->absent_count;
    memcpy(r->absent_best, r->absent, r->absent_count * sizeof(*r->absent));
}

void
route_step(struct route *r, uint32_t steps)
{
    for (; steps > 0 && r->in.jobs_count > 0; steps--) {
        begin(r);
        if (r->absent_count <= TOUR_TRIES || r->steps % 2 == 0) /* at first there is no plan */
            route_ruin(r);
        route_recreate(r);
        int64_t heat = cool_heat(r->heat, r->steps, r->in.cool_over);
        if (r->cost - r->cost_kept < heat * cool_luck(&r->rng) / COOL_ONE)
            keep(r);
        else
            take_back(r);
    }
}

/* Takes it off the absent ones. */
static void
come_in(struct route *r, uint32_t job)
{
    uint32_t at = 0;
    while (r->absent[at] != job)
        at++;
    r->absent[at] = r->absent[--r->absent_count];
}

bool
route_put(struct route *r, uint32_t vehicle, uint32_t job)
{
    assert(vehicle < r->in.vehicles_count && job < r->in.jobs_count);
    struct tour *t = &r->now[vehicle];
    if (r->who[job] != ROUTE_NONE || !route_may(r, job, vehicle) || t->count == ROUTE_STOPS ||
        tour_trial(r, vehicle, t->count, job, TOUR_NEVER) == TOUR_NEVER)
        return false;
    begin(r);
    come_in(r, job);
    tour_insert(r, vehicle, t->count, job);
    keep(r);
    return true;
}

static void
tell(const struct route *r, uint32_t vehicle, uint32_t at, struct route_visit *visit,
     struct route_total *total)
{
    const struct stop *s = &r->best[vehicle].stops[at], *before = s - 1;
    int32_t late = s->begin_at - r->about[s->job].due_at;
    bool call = s->stocked && !before->stocked;
    total->visits++;
    total->late_s += late > 0 ? late : 0;
    total->travel_s += s->leg_s - (call ? r->in.store_s : 0);
    if (visit != NULL)
        *visit = (struct route_visit){
            .job = s->job,
            .vehicle = vehicle,
            .leave_at = s->begin_at - s->leg_s,
            .begin_at = s->begin_at,
            .done_at = s->done_at,
            .by_store = call,
        };
}

void
route_best(const struct route *r, struct route_visit *visits, struct route_total *total)
{
    *total = (struct route_total){ .cost = r->cost_best,
                                   .left_out = r->absent_best_count,
                                   .steps = r->steps };
    for (uint32_t v = 0; v < r->in.vehicles_count; v++) {
        const struct tour *t = &r->best[v];
        for (uint32_t i = 1; i <= t->count; i++)
            tell(r, v, i, visits == NULL ? NULL : &visits[total->visits], total);
        if (t->count > 0) {
            total->travel_s += t->stops[t->count + 1].leg_s;
            total->vehicles_used++;
        }
    }
}
