/* hungary.c - one Dijkstra a row over the columns. Leaving a row out is a column of its own that
 * only it can reach, so that column has never a price: a path may simply end there. */
#include "bench/quality/hungary.h"

#include "common/base/base.h"

struct work {
    const double *cost, *defer;
    size_t columns;
    double *u, *v;    /* prices of rows and columns: u + v <= cost, equal where assigned */
    uint32_t *row_of; /* of a column; HUNGARY_NONE */
    uint32_t *to;
    double *far;        /* of a column from the row being placed */
    uint32_t *from_row; /* the row before it on the way */
    bool *seen;
    uint32_t *path; /* columns, in the order in which they became final */
};

/* Where the cheapest way ends: at a free column, or (column HUNGARY_NONE) by leaving `row` out. */
struct way_end {
    uint32_t column, row;
    double far;
};

static void
relax(struct work *w, uint32_t row, double base)
{
    const double *cost = &w->cost[row * w->columns];
    for (uint32_t c = 0; c < w->columns; c++) {
        double far = base + cost[c] - w->u[row] - w->v[c];
        if (!w->seen[c] && cost[c] < HUNGARY_NEVER && far < w->far[c]) {
            w->far[c] = far;
            w->from_row[c] = row;
        }
    }
}

static struct way_end
search(struct work *w, uint32_t row, size_t *steps)
{
    struct way_end out = { HUNGARY_NONE, row, w->defer[row] - w->u[row] };
    double base = 0;
    *steps = 0;
    for (;;) {
        relax(w, row, base);
        uint32_t next = HUNGARY_NONE;
        for (uint32_t c = 0; c < w->columns; c++)
            if (!w->seen[c] && w->far[c] < out.far &&
                (next == HUNGARY_NONE || w->far[c] < w->far[next]))
                next = c;
        if (next == HUNGARY_NONE)
            return out;
        if (w->row_of[next] == HUNGARY_NONE)
            return (struct way_end){ next, HUNGARY_NONE, w->far[next] };
        w->seen[next] = true;
        w->path[(*steps)++] = next;
        row = w->row_of[next];
        base = w->far[next];
        double leave = base + w->defer[row] - w->u[row];
        if (leave < out.far)
            out = (struct way_end){ HUNGARY_NONE, row, leave };
    }
}

static void
place(struct work *w, uint32_t row)
{
    size_t steps;
    for (uint32_t c = 0; c < w->columns; c++) {
        w->far[c] = HUNGARY_NEVER;
        w->seen[c] = false;
    }
    struct way_end e = search(w, row, &steps);
    w->u[row] += e.far;
    for (size_t i = 0; i < steps; i++) {
        uint32_t c = w->path[i];
        if (w->far[c] >= e.far)
            continue;
        w->u[w->row_of[c]] += e.far - w->far[c];
        w->v[c] -= e.far - w->far[c];
    }
    uint32_t column = e.column;
    if (column == HUNGARY_NONE) { /* that row goes, and what it had is free for the one before */
        column = w->to[e.row];
        w->to[e.row] = HUNGARY_NONE;
        if (e.row == row)
            return;
    }
    for (;;) {
        uint32_t r = w->from_row[column], had = w->to[r];
        w->row_of[column] = r;
        w->to[r] = column;
        if (r == row)
            return;
        column = had;
    }
}

void
hungary_solve(const double *cost, const double *defer, size_t rows, size_t columns, uint32_t *to)
{
    struct work w = { .cost = cost, .defer = defer, .columns = columns, .to = to };
    w.u = zalloc((rows + 1) * sizeof(double));
    w.v = zalloc((columns + 1) * sizeof(double));
    w.far = zalloc((columns + 1) * sizeof(double));
    w.row_of = zalloc((columns + 1) * sizeof(uint32_t));
    w.from_row = zalloc((columns + 1) * sizeof(uint32_t));
    w.path = zalloc((columns + 1) * sizeof(uint32_t));
    w.seen = zalloc((columns + 1) * sizeof(bool));
    for (size_t c = 0; c < columns; c++)
        w.row_of[c] = HUNGARY_NONE;
    for (size_t r = 0; r < rows; r++) { /* reduced costs may not be negative */
        to[r] = HUNGARY_NONE;
        w.u[r] = defer[r];
        for (size_t c = 0; c < columns; c++)
            if (cost[r * columns + c] < w.u[r])
                w.u[r] = cost[r * columns + c];
    }
    for (uint32_t r = 0; r < rows; r++)
        place(&w, r);
    free(w.u);
    free(w.v);
    free(w.far);
    free(w.row_of);
    free(w.from_row);
    free(w.path);
    free(w.seen);
}
