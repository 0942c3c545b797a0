/* city.c - where people and faults are, and what it costs to bring them together. */
#include "bench/city.h"

enum { SIDE_M = 30000, CLUSTERS = 8, SPREAD_M = 2500, SKILLS = 16, PACE_M_PER_S = 8 };

struct near {
    int64_t far;
    uint32_t slot;
};

/* Four of five near a cluster's middle (a sum of uniforms is bell enough), the others anywhere. */
static struct place_m
somewhere(struct rng *r, const struct place_m *middles)
{
    if (rng_below(r, 5) == 0)
        return (struct place_m){ (int32_t)rng_below(r, SIDE_M), (int32_t)rng_below(r, SIDE_M) };
    struct place_m p = middles[rng_below(r, CLUSTERS)];
    for (int i = 0; i < 4; i++) {
        p.x += (int32_t)rng_below(r, SPREAD_M) - SPREAD_M / 2;
        p.y += (int32_t)rng_below(r, SPREAD_M) - SPREAD_M / 2;
    }
    return p;
}

static int64_t
root(int64_t n)
{
    int64_t r = n, next = (n + 1) / 2;
    while (next < r) {
        r = next;
        next = (r + n / r) / 2;
    }
    return r;
}

static int64_t
travel(struct place_m a, struct place_m b)
{
    int64_t x = a.x - b.x, y = a.y - b.y;
    return root(x * x + y * y) * 16 * 135 / 100 / PACE_M_PER_S;
}

static int
order(const void *a, const void *b)
{
    const struct near *x = a, *y = b;
    if (x->far != y->far)
        return x->far < y->far ? -1 : 1;
    return x->slot < y->slot ? -1 : 1;
}

static bool
qualified(uint32_t slot, uint64_t skill)
{
    struct rng r = { slot * (uint64_t)SKILLS + skill };
    return rng_below(&r, 5) == 0;
}

static int64_t
priced(enum city_cost cost, int64_t far, int64_t within, int64_t weight)
{
    return cost == CITY_TRAVEL ? far : far + (far > within ? weight << 30 : 0);
}

static void
ticket(struct city *c, struct rng *r, struct city_ticket *t, const struct place_m *middles,
       struct near *near, size_t edges, enum city_cost cost)
{
    static const int64_t weights[] = { 27, 9, 9, 3, 3, 3, 3, 1, 1, 1 };
    struct place_m at = somewhere(r, middles);
    uint64_t skill = rng_below(r, SKILLS);
    int64_t weight = weights[rng_below(r, countof(weights))];
    int64_t within = (int64_t)(300 + rng_below(r, 2400)) * 16;
    size_t count = 0;
    for (uint32_t s = 0; s < c->slots_count; s++)
        if (qualified(s, skill))
            near[count++] = (struct near){ travel(at, c->slots[s]), s };
    qsort(near, count, sizeof(near[0]), order);
    t->count = count < edges ? count : edges;
    t->defer = cost == CITY_TRAVEL ? 40000 * 16 : weight << 31;
    for (size_t i = 0; i < t->count; i++)
        t->edges[i] =
            (struct assign_edge){ near[i].slot, priced(cost, near[i].far, within, weight) };
}

void
city_init(struct city *c, struct rng *r, size_t tickets, size_t slots, size_t edges,
          enum city_cost cost)
{
    struct place_m middles[CLUSTERS];
    struct near *near = grow(NULL, slots * sizeof(near[0]));
    for (size_t i = 0; i < CLUSTERS; i++)
        middles[i] =
            (struct place_m){ (int32_t)rng_below(r, SIDE_M), (int32_t)rng_below(r, SIDE_M) };
    c->tickets_count = tickets;
    c->slots_count = slots;
    c->tickets = zalloc(tickets * sizeof(c->tickets[0]));
    c->slots = grow(NULL, slots * sizeof(c->slots[0]));
    c->edges = grow(NULL, tickets * edges * sizeof(c->edges[0]));
    for (size_t i = 0; i < slots; i++)
        c->slots[i] = somewhere(r, middles);
    for (size_t i = 0; i < tickets; i++) {
        c->tickets[i].edges = c->edges + i * edges;
        ticket(c, r, &c->tickets[i], middles, near, edges, cost);
    }
    free(near);
}

void
city_fini(struct city *c)
{
    free(c->tickets);
    free(c->slots);
    free(c->edges);
}
