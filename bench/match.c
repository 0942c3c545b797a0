/* match.c - `./dev bench match`: the matching solved from nothing and kept under arrivals and
 * departures, beside a dense solver on the same problem; candidates scored; the nearest qualified
 * of a million engineers, beside a scan of all. One thread, no processes, no store. */
#include "bench/city.h"
#include "bench/cpu.h"
#include "bench/dense.h"
#include "bench/nearest.h"

#include <stdio.h>

enum { EDGES = 32, CHANGES = 2000 };

struct row_of {
    const char *name;
    size_t tickets, slots;
    enum city_cost cost;
    int cities; /* the mean of so many */
    int solves; /* the median of so many, in each */
    bool dense;
};

static const struct row_of rows[] = {
    { "100 x 100 geo", 100, 100, CITY_TRAVEL, 8, 51, true },
    { "100 x 100 lex", 100, 100, CITY_LEXICAL, 8, 51, true },
    { "1k x 1k geo", 1000, 1000, CITY_TRAVEL, 8, 5, true },
    { "1k x 1k lex", 1000, 1000, CITY_LEXICAL, 8, 5, true },
    { "5k x 1k lex", 5000, 1000, CITY_LEXICAL, 2, 5, false },
    { "1k x 5k geo", 1000, 5000, CITY_TRAVEL, 2, 11, true },
};

/* Sums over the cities, then means. */
struct figures {
    double left, solve_ms, dense_ms;
    double insert_us, delete_us, insert_p99_us, delete_p99_us;
};

static int
order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double
at_share(int64_t *ns, size_t count, size_t per_mille)
{
    qsort(ns, count, sizeof(ns[0]), order);
    return (double)ns[(count - 1) * per_mille / 1000];
}

static double
mean(const int64_t *ns, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ns[i];
    return (double)sum / (double)count;
}

/* Row i is ticket i. */
static void
fill(struct assign *a, const struct city *c, uint32_t *handles)
{
    assign_reserve(a, c->tickets_count, c->slots_count, c->tickets_count * EDGES);
    for (uint64_t i = 0; i < c->slots_count; i++)
        assign_slot_in(a, assign_slot_add(a, i));
    for (size_t i = 0; i < c->tickets_count; i++) {
        const struct city_ticket *t = &c->tickets[i];
        handles[i] = assign_row_add(a, i, t->defer, t->edges, t->count);
        assign_row_in(a, handles[i]);
    }
}

static double
cold_ms(struct assign *a, int solves)
{
    int64_t ns[128];
    for (int i = 0; i < solves; i++) {
        int64_t began = cpu_ns();
        assign_cold(a);
        ns[i] = cpu_ns() - began;
    }
    return at_share(ns, (size_t)solves, 500) / 1e6;
}

/* A pair without an edge costs the ticket's defer: with a column for everybody that is the same. */
static double
dense_ms(const struct city *c, int64_t want)
{
    int64_t *cost = grow(NULL, c->tickets_count * c->slots_count * sizeof(cost[0]));
    for (size_t i = 0; i < c->tickets_count; i++) {
        const struct city_ticket *t = &c->tickets[i];
        for (size_t j = 0; j < c->slots_count; j++)
            cost[i * c->slots_count + j] = t->defer;
        for (size_t k = 0; k < t->count; k++)
            if (t->edges[k].cost < t->defer)
                cost[i * c->slots_count + t->edges[k].slot] = t->edges[k].cost;
    }
    int64_t began = cpu_ns(), got = dense_solve(c->tickets_count, c->slots_count, cost);
    int64_t took = cpu_ns() - began;
    assert(got == want);
    free(cost);
    return (double)took / 1e6;
}

/* Tickets go and come again, one at a time. */
static void
changes(struct assign *a, const struct city *c, uint32_t *handles, struct rng *r, struct figures *f)
{
    static int64_t deletes[CHANGES], inserts[CHANGES];
    for (size_t i = 0; i < CHANGES; i++) {
        size_t gone = rng_below(r, c->tickets_count);
        const struct city_ticket *t = &c->tickets[gone];
        int64_t began = cpu_ns();
        assign_row_del(a, handles[gone]);
        int64_t middle = cpu_ns();
        handles[gone] = assign_row_add(a, gone, t->defer, t->edges, t->count);
        assign_row_in(a, handles[gone]);
        inserts[i] = cpu_ns() - middle;
        deletes[i] = middle - began;
    }
    f->insert_us += mean(inserts, CHANGES) / 1e3;
    f->delete_us += mean(deletes, CHANGES) / 1e3;
    f->insert_p99_us += at_share(inserts, CHANGES, 990) / 1e3;
    f->delete_p99_us += at_share(deletes, CHANGES, 990) / 1e3;
}

static void
measure_city(const struct row_of *row, struct rng *r, struct figures *f)
{
    struct city c;
    city_init(&c, r, row->tickets, row->slots, EDGES, row->cost);
    struct assign *a = assign_new();
    uint32_t *handles = grow(NULL, row->tickets * sizeof(handles[0]));
    fill(a, &c, handles);
    int64_t cost = assign_cost(a);
    f->solve_ms += cold_ms(a, row->solves);
    assert(assign_cost(a) == cost);
    f->left += (double)assign_left_count(a);
    if (row->dense)
        f->dense_ms += dense_ms(&c, cost);
    changes(a, &c, handles, r, f);
    assert(assign_cost(a) == cost && assign_audit(a).fault == ASSIGN_SOUND);
    assign_free(a);
    free(handles);
    city_fini(&c);
}

static struct figures
measure(const struct row_of *row)
{
    struct figures f = { 0 };
    struct rng r = { 7 }; /* the same cities for both costs */
    for (int i = 0; i < row->cities; i++)
        measure_city(row, &r, &f);
    f.left /= row->cities;
    f.solve_ms /= row->cities;
    f.dense_ms /= row->cities;
    f.insert_us /= row->cities;
    f.delete_us /= row->cities;
    f.insert_p99_us /= row->cities;
    f.delete_p99_us /= row->cities;
    return f;
}

static void
print(const struct row_of *row, const struct figures *f)
{
    printf("%-14s %6.0f %9.3f ", row->name, f->left, f->solve_ms);
    if (row->dense)
        printf("%9.2f %6.1f ", f->dense_ms, f->dense_ms / f->solve_ms);
    else
        printf("%9s %6s ", "-", "-");
    printf("%6.1f %7.0f %6.1f %7.0f\n", f->insert_us, f->insert_p99_us, f->delete_us,
           f->delete_p99_us);
}

static double
larger(double a, double b)
{
    return a > b ? a : b;
}

/* The last line's figures are the worse of both costs. */
int
main(void)
{
    printf("%-14s %6s %9s %9s %6s %14s %14s\n", "K = 32", "left", "solve ms", "dense ms", "ratio",
           "insert us, p99", "delete us, p99");
    struct figures worst = { 0 };
    double vs_dense = 1e9;
    for (size_t i = 0; i < countof(rows); i++) {
        struct figures f = measure(&rows[i]);
        print(&rows[i], &f);
        if (rows[i].tickets != 1000 || rows[i].slots != 1000)
            continue;
        worst.solve_ms = larger(worst.solve_ms, f.solve_ms);
        worst.insert_us = larger(worst.insert_us, f.insert_us);
        worst.delete_us = larger(worst.delete_us, f.delete_us);
        vs_dense = f.dense_ms / f.solve_ms < vs_dense ? f.dense_ms / f.solve_ms : vs_dense;
    }
    double score_us = score_us_100k();
    struct nearest near = nearest_1m();
    printf("bench=match solve_1k_ms=%.2f insert_us=%.1f delete_us=%.1f score_100k_us=%.0f "
           "nearest_1m_us=%.2f vs_dense=%.1f vs_scan=%.0f\n",
           worst.solve_ms, worst.insert_us, worst.delete_us, score_us, near.grid_us, vs_dense,
           near.scan_us / near.grid_us);
    return 0;
}
