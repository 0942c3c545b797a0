/* nearest.c - a clustered country of 400 by 400 km. Every answer of the grid that is timed against
 * the scan is compared with it. */
#include "bench/nearest.h"

#include "bench/cpu.h"
#include "common/base/rng.h"
#include "workers/core/grid.h"
#include "workers/core/place.h"
#include "workers/core/score.h"

#include <stdio.h>

enum {
    SCORED = 100000,
    PEOPLE = 1000000,
    SKILLS = 100,
    K = 32,
    QUERIES = 100000,
    SCANS = 20,
    CLUSTERS = 40,
    SIDE = 40000000, /* 1e-7 degree */
    SPREAD = 600000
};

static const struct place corner = { 280000000, 1180000000 };

struct country {
    struct rng r;
    struct place clusters[CLUSTERS];
    struct place people[PEOPLE];
    uint8_t skills[PEOPLE]; /* one each */
};

static struct place
anywhere(struct country *c)
{
    return (struct place){ corner.lat_e7 + (int32_t)rng_below(&c->r, SIDE),
                           corner.lon_e7 + (int32_t)rng_below(&c->r, SIDE) };
}

static struct place
somewhere(struct country *c)
{
    if (rng_below(&c->r, 5) == 0)
        return anywhere(c);
    struct place p = c->clusters[rng_below(&c->r, CLUSTERS)];
    for (int i = 0; i < 4; i++) {
        p.lat_e7 += (int32_t)rng_below(&c->r, SPREAD) - SPREAD / 2;
        p.lon_e7 += (int32_t)rng_below(&c->r, SPREAD) - SPREAD / 2;
    }
    return p;
}

static void
settle(struct country *c, size_t people)
{
    c->r = (struct rng){ 11 };
    for (size_t i = 0; i < CLUSTERS; i++)
        c->clusters[i] = anywhere(c);
    for (size_t i = 0; i < people; i++) {
        c->people[i] = somewhere(c);
        c->skills[i] = (uint8_t)rng_below(&c->r, SKILLS);
    }
}

static int
order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

double
score_us_100k(void)
{
    static struct country c;
    static int32_t lat[SCORED], lon[SCORED], wait[SCORED], times[SCORED];
    const struct score_set set = { lat, lon, wait, SCORED };
    const struct score_pace pace = { 1382, 8333, 1920 };
    uint32_t best[K];
    int64_t ns[201];
    settle(&c, SCORED);
    for (size_t i = 0; i < SCORED; i++) {
        lat[i] = c.people[i].lat_e7;
        lon[i] = c.people[i].lon_e7;
        wait[i] = (int32_t)rng_below(&c.r, 50000);
    }
    for (size_t i = 0; i < countof(ns); i++) {
        struct place at = somewhere(&c);
        int64_t began = cpu_ns();
        score_times(&set, at, &pace, times);
        size_t count = score_best(times, SCORED, K, best);
        ns[i] = cpu_ns() - began;
        assert(count == K);
    }
    qsort(ns, countof(ns), sizeof(ns[0]), order);
    printf("100,000 candidates scored, the best 32 taken: %.0f us\n",
           (double)ns[countof(ns) / 2] / 1e3);
    return (double)ns[countof(ns) / 2] / 1e3;
}

/* The square of the distance to the k-th nearest, as the grid counts it. */
static int64_t
scan(const struct country *c, const struct grid_wish *w, struct place middle, int64_t cosine)
{
    int64_t best[K];
    size_t count = 0;
    int64_t x = (w->at.lon_e7 - middle.lon_e7) * cosine / ((int64_t)1 << 30) / 2;
    int64_t y = (w->at.lat_e7 - middle.lat_e7) / 2;
    for (size_t i = 0; i < PEOPLE; i++) {
        if (c->skills[i] != w->skill)
            continue;
        int64_t east = (c->people[i].lon_e7 - middle.lon_e7) * cosine / ((int64_t)1 << 30) / 2 - x;
        int64_t north = (c->people[i].lat_e7 - middle.lat_e7) / 2 - y;
        int64_t far = east * east + north * north;
        if (count == K && far >= best[K - 1])
            continue;
        size_t at = count < K ? count++ : K - 1;
        for (; at > 0 && best[at - 1] > far; at--)
            best[at] = best[at - 1];
        best[at] = far;
    }
    return best[K - 1];
}

struct nearest
nearest_1m(void)
{
    static struct country c;
    static struct grid_wish wishes[QUERIES];
    static int64_t farthest[QUERIES];
    struct place middle = { corner.lat_e7 + SIDE / 2, corner.lon_e7 + SIDE / 2 };
    struct grid_near near[K];
    struct nearest n;
    settle(&c, PEOPLE);
    struct grid *g = grid_new(middle);
    int64_t began = cpu_ns();
    for (uint32_t i = 0; i < PEOPLE; i++) {
        grid_have(g, i, c.skills[i]);
        grid_move(g, i, c.people[i]);
    }
    double filled_us = (double)(cpu_ns() - began) / 1e3 / PEOPLE;
    for (size_t i = 0; i < QUERIES; i++)
        wishes[i] = (struct grid_wish){ .at = somewhere(&c),
                                        .skill = (uint32_t)rng_below(&c.r, SKILLS),
                                        .k = K };
    began = cpu_ns();
    for (size_t i = 0; i < QUERIES; i++)
        farthest[i] = grid_nearest(g, &wishes[i], near) == K ? near[K - 1].square : -1;
    n.grid_us = (double)(cpu_ns() - began) / 1e3 / QUERIES;
    began = cpu_ns();
    for (size_t i = 0; i < SCANS; i++)
        if (scan(&c, &wishes[i], middle, place_cosine(middle.lat_e7)) != farthest[i])
            abort();
    n.scan_us = (double)(cpu_ns() - began) / 1e3 / SCANS;
    printf("the nearest 32 of 10,000 among 1,000,000: %.2f us; a scan %.0f us; one more, or "
           "elsewhere, %.2f us\n",
           n.grid_us, n.scan_us, filled_us);
    grid_free(g);
    return n;
}
