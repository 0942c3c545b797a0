/* hungary_test.c - the baselines' matching against trying everything. */
#include "bench/quality/hungary.h"
#include "tests/check.h"

enum { ROUNDS = 3000, MOST = 6 };

struct problem {
    size_t rows, columns;
    double cost[MOST * MOST], defer[MOST];
};

static void
draw_problem(struct rng *r, struct problem *p)
{
    p->rows = rng_below(r, MOST + 1);
    p->columns = rng_below(r, MOST + 1);
    for (size_t i = 0; i < p->rows; i++)
        p->defer[i] = (double)rng_below(r, 60);
    for (size_t i = 0; i < p->rows * p->columns; i++)
        p->cost[i] = rng_below(r, 3) == 0 ? HUNGARY_NEVER : (double)rng_below(r, 60);
}

/* The least of all ways to place the rows from `row` on. */
static double
least(const struct problem *p, size_t row, unsigned taken)
{
    if (row == p->rows)
        return 0;
    double best = p->defer[row] + least(p, row + 1, taken);
    for (size_t c = 0; c < p->columns; c++) {
        double cost = p->cost[row * p->columns + c];
        if (taken >> c & 1 || cost >= HUNGARY_NEVER)
            continue;
        double all = cost + least(p, row + 1, taken | 1u << c);
        best = all < best ? all : best;
    }
    return best;
}

static void
it_is_the_cheapest_and_nobody_is_taken_twice(void **state)
{
    struct rng r = seed();
    (void)state;
    for (size_t n = 0; n < ROUNDS; n++) {
        struct problem p;
        uint32_t to[MOST + 1];
        unsigned taken = 0;
        double cost = 0;
        draw_problem(&r, &p);
        hungary_solve(p.cost, p.defer, p.rows, p.columns, to);
        for (size_t i = 0; i < p.rows; i++) {
            if (to[i] == HUNGARY_NONE) {
                cost += p.defer[i];
                continue;
            }
            assert_true(to[i] < p.columns && !(taken >> to[i] & 1));
            taken |= 1u << to[i];
            cost += p.cost[i * p.columns + to[i]];
        }
        assert_true(cost == least(&p, 0, 0));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_cheapest_and_nobody_is_taken_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
