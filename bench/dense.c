/* dense.c - each row's search keeps a list of the columns not yet reached and looks at all of them
 * at every step. */
#include "bench/dense.h"

#include "common/base/base.h"

struct dense {
    size_t columns;
    const int64_t *cost;
    int64_t *u, *v, *far;
    size_t *row_of, *column_of, *via, *left;
    bool *row_seen, *column_seen;
};

/* The nearest free column; its distance into `least`. */
static size_t
search(struct dense *d, size_t start, int64_t *least)
{
    size_t left = d->columns, row = start;
    for (size_t j = 0; j < d->columns; j++) {
        d->left[j] = d->columns - 1 - j;
        d->far[j] = INT64_MAX;
        d->column_seen[j] = false;
    }
    for (*least = 0;;) {
        size_t at = 0;
        int64_t low = INT64_MAX;
        const int64_t *costs = d->cost + row * d->columns;
        d->row_seen[row] = true;
        for (size_t k = 0; k < left; k++) {
            size_t j = d->left[k];
            int64_t far = *least + costs[j] - d->u[row] - d->v[j];
            if (far < d->far[j]) {
                d->far[j] = far;
                d->via[j] = row;
            }
            if (d->far[j] < low || (d->far[j] == low && d->row_of[j] == SIZE_MAX)) {
                low = d->far[j];
                at = k;
            }
        }
        size_t j = d->left[at];
        *least = low;
        d->column_seen[j] = true;
        d->left[at] = d->left[--left];
        if (d->row_of[j] == SIZE_MAX)
            return j;
        row = d->row_of[j];
    }
}

static void
augment(struct dense *d, size_t rows, size_t start)
{
    int64_t least;
    memset(d->row_seen, 0, rows * sizeof(d->row_seen[0]));
    size_t j = search(d, start, &least);
    d->u[start] += least;
    for (size_t i = 0; i < rows; i++)
        if (d->row_seen[i] && i != start)
            d->u[i] += least - d->far[d->column_of[i]];
    for (size_t k = 0; k < d->columns; k++)
        if (d->column_seen[k])
            d->v[k] -= least - d->far[k];
    for (size_t row = SIZE_MAX; row != start;) {
        row = d->via[j];
        d->row_of[j] = row;
        size_t next = d->column_of[row];
        d->column_of[row] = j;
        j = next;
    }
}

int64_t
dense_solve(size_t rows, size_t columns, const int64_t *cost)
{
    struct dense d = { columns,
                       cost,
                       zalloc(rows * sizeof(int64_t)),
                       zalloc(columns * sizeof(int64_t)),
                       zalloc(columns * sizeof(int64_t)),
                       zalloc(columns * sizeof(size_t)),
                       zalloc(rows * sizeof(size_t)),
                       zalloc(columns * sizeof(size_t)),
                       zalloc(columns * sizeof(size_t)),
                       zalloc(rows),
                       zalloc(columns) };
    int64_t sum = 0;
    memset(d.row_of, 0xff, columns * sizeof(size_t));
    memset(d.column_of, 0xff, rows * sizeof(size_t));
    for (size_t i = 0; i < rows; i++)
        augment(&d, rows, i);
    for (size_t i = 0; i < rows; i++)
        sum += cost[i * columns + d.column_of[i]];
    free(d.u);
    free(d.v);
    free(d.far);
    free(d.row_of);
    free(d.column_of);
    free(d.via);
    free(d.left);
    free(d.row_seen);
    free(d.column_seen);
    return sum;
}
