/* tour.c - one engineer's tour: what can follow what, when, and what it costs.
 *
 * A later arrival never begins earlier, so a walk from a change may end at the first stop that
 * begins when it did: from there on all is as before. */
#include "workers/core/tour.h"

/* The first instant from `at` on when the job may begin and its work fits a shift; INT32_MAX: none.
 * Windows and shifts push each other on until both agree. */
static int32_t
settle(const struct route_vehicle *v, const struct route_job *j, int32_t at, int32_t latest)
{
    uint32_t s = 0, w = 0;
    for (;;) {
        while (w < j->windows_count && at > j->windows[w].to)
            w++;
        if (w < j->windows_count && at < j->windows[w].from)
            at = j->windows[w].from;
        if (at > latest)
            return INT32_MAX;
        while (s < v->shifts_count && at > v->shifts[s].to - j->service_s)
            s++;
        if (s == v->shifts_count)
            return INT32_MAX;
        if (at >= v->shifts[s].from)
            return at;
        at = v->shifts[s].from; /* which may lie after the window, or before the work's room */
    }
}

static bool
parts_cover(const struct route_vehicle *v, const struct route_job *j, const struct usage *used)
{
    for (size_t p = 0; p < ROUTE_PARTS; p++)
        if (j->parts[p] > 0 && used->of[p] + j->parts[p] > v->parts[p])
            return false;
    return true;
}

/* Is the way to the job by the store? What is used is written beside. */
static bool
needs_store(const struct route *r, const struct route_vehicle *v, uint32_t job,
            const struct usage *used, struct usage *after)
{
    const struct route_job *j = &r->in.jobs[job];
    *after = *used;
    if (!r->about[job].kit)
        return false;
    if ((j->tools & ~v->tools) != 0 || !parts_cover(v, j, used))
        return true;
    for (size_t p = 0; p < ROUTE_PARTS; p++)
        after->of[p] = (uint16_t)(after->of[p] + j->parts[p]);
    return false;
}

/* From one stop to a job; false: it cannot be. */
static bool
follow(const struct route *r, const struct route_vehicle *v, const struct stop *from,
       const struct usage *used, uint32_t job, struct stop *to, struct usage *after)
{
    const struct route_job *j = &r->in.jobs[job];
    int32_t leave = from->done_at > j->release_at ? from->done_at : j->release_at;
    int32_t travel, there = 0;
    bool call = r->kits && !from->stocked && needs_store(r, v, job, used, after);
    if (call && r->in.store == ROUTE_NONE)
        return false;
    if (call) {
        travel = route_travel(r, from->place, r->in.store) + route_travel(r, r->in.store, j->place);
        there = r->in.store_s;
    } else {
        travel = route_travel(r, from->place, j->place);
    }
    int32_t begin = settle(v, j, leave + travel + there, r->about[job].latest_at);
    if (begin == INT32_MAX)
        return false;
    int32_t late = begin - r->about[job].due_at;
    *to = (struct stop){
        .spent =
            from->spent + travel * r->in.travel_weight + (late > 0 ? late * j->late_weight : 0),
        .job = job,
        .begin_at = begin,
        .done_at = begin + j->service_s,
        .leg_s = travel + there,
        .place = (uint16_t)j->place,
        .stocked = from->stocked || call,
    };
    return true;
}

/* From the last job back; false: the shift is over by then. */
static bool
follow_home(const struct route *r, const struct route_vehicle *v, const struct stop *from,
            struct stop *end)
{
    int32_t travel = route_travel(r, from->place, end->place);
    end->leg_s = travel;
    end->begin_at = end->done_at = from->done_at + travel;
    end->spent = from->spent + travel * r->in.travel_weight;
    end->stocked = from->stocked;
    return end->done_at <= v->shifts[v->shifts_count - 1].to;
}

int64_t
tour_trial(const struct route *r, uint32_t vehicle, uint32_t after, uint32_t job, int64_t limit)
{
    const struct route_vehicle *v = &r->in.vehicles[vehicle];
    const struct tour *t = &r->now[vehicle];
    struct usage used[2];
    struct stop walk[2];
    uint32_t side = 0;
    if (!follow(r, v, &t->stops[after], r->kits ? &t->used[after] : NULL, job, &walk[0], &used[0]))
        return TOUR_NEVER;
    const struct stop *next = &t->stops[after + 1];
    if (walk[0].done_at + route_travel(r, walk[0].place, next->place) > next->latest_at)
        return TOUR_NEVER;
    for (uint32_t i = after + 1; i <= t->count; i++) {
        const struct stop *old = &t->stops[i];
        const struct stop *is = &walk[side ^= 1];
        if (!follow(r, v, &walk[side ^ 1], &used[side ^ 1], old->job, &walk[side], &used[side]) ||
            is->begin_at > old->latest_at)
            return TOUR_NEVER;
        int64_t more = is->spent - old->spent;
        if (is->begin_at == old->begin_at && is->stocked == old->stocked &&
            (is->stocked || !r->about[job].parts))
            return more < limit ? more : TOUR_NEVER;
        if (more - (is->stocked && !old->stocked ? t->errand : 0) >= limit &&
            is->begin_at >= old->begin_at)
            return TOUR_NEVER;
    }
    struct stop end = { .place = t->stops[t->count + 1].place };
    if (!follow_home(r, v, &walk[side], &end) || end.spent - t->cost >= limit)
        return TOUR_NEVER;
    return end.spent - t->cost;
}

/* Before the first change in a step. */
static void
touch(struct route *r, uint32_t vehicle)
{
    if (r->stamp[vehicle] == r->steps)
        return;
    r->stamp[vehicle] = r->steps;
    r->touched[r->touched_count++] = vehicle;
    tour_copy(&r->kept[vehicle], &r->now[vehicle]);
}

static void
leave_out(struct route *r, uint32_t job)
{
    r->who[job] = ROUTE_NONE;
    r->absent[r->absent_count++] = job;
    r->cost += r->in.jobs[job].penalty;
}

/* Closes the gap over [at, at + count). */
static void
drop(struct tour *t, uint32_t at, uint32_t count)
{
    memmove(&t->stops[at], &t->stops[at + count],
            (t->count + 2 - at - count) * sizeof(*t->stops)); /* the end too */
    t->count -= count;
}

/* From the end backwards: how late it may get. Waiting and the store would only make it earlier. */
static void
look_back(const struct route *r, const struct route_vehicle *v, struct tour *t)
{
    int32_t latest = v->shifts[v->shifts_count - 1].to;
    t->stops[t->count + 1].latest_at = latest;
    for (uint32_t i = t->count; i > 0; i--) {
        struct stop *s = &t->stops[i];
        latest -= route_travel(r, s->place, s[1].place) + r->in.jobs[s->job].service_s;
        if (latest > r->about[s->job].latest_at)
            latest = r->about[s->job].latest_at;
        s->latest_at = latest;
    }
}

/* All from stop `at` on anew; what cannot be is left out. */
static void
recount(struct route *r, uint32_t vehicle, uint32_t at)
{
    const struct route_vehicle *v = &r->in.vehicles[vehicle];
    struct tour *t = &r->now[vehicle];
    struct usage nothing, *used = t->used;
    r->cost -= t->cost;
    for (uint32_t i = at; i <= t->count;) {
        uint32_t job = t->stops[i].job;
        if (follow(r, v, &t->stops[i - 1], r->kits ? &used[i - 1] : NULL, job, &t->stops[i],
                   r->kits ? &used[i] : &nothing)) {
            i++;
            continue;
        }
        drop(t, i, 1);
        leave_out(r, job);
    }
    while (t->count > 0 && !follow_home(r, v, &t->stops[t->count], &t->stops[t->count + 1])) {
        uint32_t job = t->stops[t->count].job;
        drop(t, t->count, 1);
        leave_out(r, job);
    }
    t->cost = t->count == 0 ? 0 : t->stops[t->count + 1].spent;
    t->stops[t->count + 1].leg_s = t->count == 0 ? 0 : t->stops[t->count + 1].leg_s;
    t->errand = 0;
    for (uint32_t i = 1; r->kits && i <= t->count && t->errand == 0; i++)
        if (t->stops[i].stocked)
            t->errand = t->stops[i].leg_s * r->in.travel_weight;
    r->cost += t->cost;
    look_back(r, v, t);
}

void
tour_insert(struct route *r, uint32_t vehicle, uint32_t after, uint32_t job)
{
    struct tour *t = &r->now[vehicle];
    touch(r, vehicle);
    assert(t->count < ROUTE_STOPS && r->who[job] == ROUTE_NONE);
    memmove(&t->stops[after + 2], &t->stops[after + 1], (t->count + 1 - after) * sizeof(*t->stops));
    t->stops[after + 1].job = job;
    t->count++;
    r->who[job] = vehicle;
    r->cost -= r->in.jobs[job].penalty;
    recount(r, vehicle, after + 1);
}

void
tour_tear(struct route *r, uint32_t vehicle, uint32_t at, uint32_t count, uint32_t head,
          uint32_t spare)
{
    struct tour *t = &r->now[vehicle];
    assert(at > 0 && at + count <= t->count + 1 && head + spare <= count);
    touch(r, vehicle);
    for (uint32_t i = 0; i < count; i++)
        if (i < head || i >= head + spare)
            leave_out(r, t->stops[at + i].job);
    drop(t, at + head + spare, count - head - spare);
    drop(t, at, head);
    recount(r, vehicle, at);
}

void
tour_open(const struct route *r, uint32_t vehicle, struct tour *t)
{
    const struct route_vehicle *v = &r->in.vehicles[vehicle];
    uint16_t anywhere = (uint16_t)r->in.places_count;
    int32_t at = v->shifts[0].from;
    t->count = 0;
    t->cost = t->errand = 0;
    t->stops[0] = (struct stop){ .job = ROUTE_NONE,
                                 .begin_at = at,
                                 .done_at = at,
                                 .place = v->start == ROUTE_NONE ? anywhere : (uint16_t)v->start };
    t->stops[1] = t->stops[0];
    t->stops[1].place = v->end == ROUTE_NONE ? anywhere : (uint16_t)v->end;
    look_back(r, v, t);
    if (t->used != NULL)
        memset(&t->used[0], 0, sizeof(t->used[0]));
}

void
tour_copy(struct tour *to, const struct tour *from)
{
    memcpy(to->stops, from->stops, (from->count + 2) * sizeof(*to->stops));
    if (to->used != NULL)
        memcpy(to->used, from->used, (from->count + 1) * sizeof(*to->used));
    to->count = from->count;
    to->cost = from->cost;
    to->errand = from->errand;
}
