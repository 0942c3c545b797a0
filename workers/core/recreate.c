/* recreate.c - puts what is left out back, one job after the other, each where it costs least just
 * then: greedy, but in a drawn order, and with blinks: now and then a position is overlooked. */
#include "workers/core/tour.h"

enum {
    BLINK_MEAN = 100, /* one position of so many is overlooked */
    GENEROUS = 8      /* one step of so many puts back at any cost */
};

struct spot {
    int64_t cost;
    uint32_t vehicle, after;
};

/* The orders: what comes first has the smallest key. */
static int64_t
by_chance(struct route *r, uint32_t job)
{
    (void)job;
    return (int64_t)(rng_next(&r->rng) >> 1);
}

static int64_t
by_scarcity(struct route *r, uint32_t job)
{
    return r->about[job].able;
}

static int64_t
by_weight(struct route *r, uint32_t job)
{
    return -r->in.jobs[job].penalty;
}

static int64_t
by_distance(struct route *r, uint32_t job)
{
    return -(int64_t)r->about[job].reach_s;
}

static int64_t
by_nearness(struct route *r, uint32_t job)
{
    return r->about[job].reach_s;
}

static int64_t
by_width(struct route *r, uint32_t job)
{
    const struct route_job *j = &r->in.jobs[job];
    int64_t width = 0;
    for (uint32_t w = 0; w < j->windows_count; w++)
        width += j->windows[w].to - j->windows[w].from;
    return j->windows_count == 0 ? INT64_MAX : width;
}

static int64_t
by_end(struct route *r, uint32_t job)
{
    return r->about[job].due_at;
}

static int64_t
by_length(struct route *r, uint32_t job)
{
    return -(int64_t)r->in.jobs[job].service_s;
}

static const struct order {
    int64_t (*key)(struct route *r, uint32_t job);
    uint32_t share;
} orders[] = {
    { by_chance, 4 },   { by_scarcity, 4 }, { by_weight, 2 }, { by_distance, 2 },
    { by_nearness, 1 }, { by_width, 2 },    { by_end, 2 },    { by_length, 2 },
};

static const struct order *
draw_order(struct route *r)
{
    uint32_t all = 0;
    for (size_t i = 0; i < countof(orders); i++)
        all += orders[i].share;
    uint32_t at = (uint32_t)rng_below(&r->rng, all);
    size_t i = 0;
    for (; at >= orders[i].share; i++)
        at -= orders[i].share;
    return &orders[i];
}

static int
compare(const void *a, const void *b)
{
    const struct pick *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->job > y->job) - (x->job < y->job);
}

/* Draws which of the absent are tried, to the front of their list, and in which order. */
static uint32_t
choose(struct route *r)
{
    uint32_t count = r->absent_count < TOUR_TRIES ? r->absent_count : TOUR_TRIES;
    for (uint32_t i = 0; i < count && r->absent_count > TOUR_TRIES; i++) {
        uint32_t other = i + (uint32_t)rng_below(&r->rng, r->absent_count - i);
        uint32_t job = r->absent[other];
        r->absent[other] = r->absent[i];
        r->absent[i] = job;
    }
    const struct order *order = draw_order(r);
    for (uint32_t i = 0; i < count; i++)
        r->picks[i] = (struct pick){ order->key(r, r->absent[i]), r->absent[i] };
    qsort(r->picks, count, sizeof(*r->picks), compare);
    return count;
}

/* The cheapest position in a tour, if it is cheaper than what is known. The way round and the
 * lateness there are at least spent, so most positions need no trial. */
static void
look(struct route *r, uint32_t vehicle, uint32_t job, struct spot *best)
{
    const struct route_job *j = &r->in.jobs[job];
    const struct trait *about = &r->about[job];
    const struct tour *t = &r->now[vehicle];
    const int32_t *from = &r->from[(size_t)j->place * r->stride];
    const int32_t *to = &r->to[(size_t)j->place * r->stride];
    for (uint32_t at = 0; at <= t->count && t->count < ROUTE_STOPS; at++) {
        const struct stop *a = &t->stops[at], *b = a + 1;
        int32_t leave = a->done_at > j->release_at ? a->done_at : j->release_at;
        int32_t there = leave + to[a->place];
        if (there > about->latest_at && a->done_at >= j->release_at)
            return; /* and later still after the stops to come */
        if (--r->blink == 0) {
            r->blink = 1 + (uint32_t)rng_below(&r->rng, 2 * BLINK_MEAN);
            continue;
        }
        int64_t least = (to[a->place] + from[b->place] - b->leg_s) * r->in.travel_weight;
        if (there > about->due_at)
            least += (there - about->due_at) * about->late_weight;
        if (least >= best->cost || there + j->service_s + from[b->place] > b->latest_at)
            continue;
        int64_t cost = tour_trial(r, vehicle, at, job, best->cost);
        if (cost < best->cost)
            *best = (struct spot){ cost, vehicle, at };
    }
}

static bool
place(struct route *r, uint32_t job, int64_t limit)
{
    struct spot best = { .cost = limit, .vehicle = ROUTE_NONE };
    const uint64_t *may = &r->may[(size_t)job * r->words];
    for (uint32_t w = 0; w < r->words; w++)
        for (uint64_t bits = may[w]; bits != 0; bits &= bits - 1)
            look(r, w * 64 + (uint32_t)__builtin_ctzll(bits), job, &best);
    if (best.vehicle == ROUTE_NONE)
        return false;
    tour_insert(r, best.vehicle, best.after, job);
    return true;
}

void
route_recreate(struct route *r)
{
    uint32_t tried = choose(r), left = 0;
    /* What costs more than leaving the job out is no place for it, as a rule; but two such jobs
     * may be worth one way together, and are found by going there. */
    bool generous = rng_below(&r->rng, GENEROUS) == 0;
    for (uint32_t i = 0; i < tried; i++) {
        uint32_t job = r->picks[i].job;
        if (!place(r, job, generous ? TOUR_NEVER : r->in.jobs[job].penalty))
            r->absent[left++] = job;
    }
    memmove(&r->absent[left], &r->absent[tried], (r->absent_count - tried) * sizeof(*r->absent));
    r->absent_count -= tried - left;
}
