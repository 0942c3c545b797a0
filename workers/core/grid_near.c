/* grid_near.c - rings of cells outward from the one asked for, until the next ring is farther than
 * the k-th found. */
#include "workers/core/grid_state.h"

enum { UM_PER_UNIT = 22239 };

struct search {
    const struct grid *g;
    const struct sheet *s;
    const struct grid_wish *wish;
    struct spot at;
    uint32_t column, row;   /* of `at` */
    struct grid_near *near; /* the nearest first */
    size_t count;
    int64_t limit; /* farther ones are of no use */
};

static bool
farther(struct grid_near a, struct grid_near b)
{
    return a.square != b.square ? a.square > b.square : a.engineer > b.engineer;
}

/* Into its place among the nearest so far; of a full list the last one falls off. For the few
 * dozen that are asked for, moving them up is quicker than keeping a heap. */
static void
found(struct search *q, struct grid_near item)
{
    bool full = q->count == q->wish->k;
    if (full && !farther(q->near[q->count - 1], item))
        return;
    if (q->wish->fits != NULL && !q->wish->fits(q->wish->context, item.engineer))
        return;
    size_t i = full ? q->count - 1 : q->count++;
    for (; i > 0 && farther(q->near[i - 1], item); i--)
        q->near[i] = q->near[i - 1];
    q->near[i] = item;
    if (q->count == q->wish->k)
        q->limit = q->near[q->count - 1].square;
}

static int64_t
square_of(int64_t x, int64_t y)
{
    return x * x + y * y;
}

/* From a coordinate to a column or row of cells. What is clamped into the outermost ones lies
 * farther out still. */
static int64_t
gap(int32_t at, int32_t origin, unsigned shift, uint32_t mine, uint32_t other)
{
    if (other == mine)
        return 0;
    if (other > mine)
        return origin + ((int64_t)other << shift) - at;
    return at - (origin + ((int64_t)(other + 1) << shift)) + 1;
}

/* A row's cells of these columns. */
static void
look(struct search *q, int64_t row, int64_t from, int64_t to, int64_t step)
{
    const struct sheet *s = q->s;
    if (row < 0 || row >= s->high)
        return;
    int64_t y = gap(q->at.y, s->origin.y, s->shift, q->row, (uint32_t)row);
    if (y * y > q->limit)
        return;
    const struct run *cells = &s->cells[(size_t)row * s->wide];
    for (int64_t column = from; column <= to; column += step) {
        if (column < 0 || column >= s->wide || cells[column].count == 0)
            continue;
        int64_t x = gap(q->at.x, s->origin.x, s->shift, q->column, (uint32_t)column);
        if (square_of(x, y) > q->limit)
            continue;
        const struct point *p = run_items(&q->g->points, &cells[column]);
        for (const struct point *end = p + cells[column].count; p < end; p++) {
            int64_t far = square_of((int64_t)p->at.x - q->at.x, (int64_t)p->at.y - q->at.y);
            if (far <= q->limit)
                found(q, (struct grid_near){ far, p->engineer });
        }
    }
}

/* The square of the least distance to ring r, INT64_MAX when it lies outside of the sheet. */
static int64_t
ring_square(const struct search *q, uint32_t r)
{
    const struct sheet *s = q->s;
    int64_t least = INT64_MAX;
    const int64_t gaps[] = {
        r <= q->column ? gap(q->at.x, s->origin.x, s->shift, q->column, q->column - r) : least,
        q->column + r < s->wide ? gap(q->at.x, s->origin.x, s->shift, q->column, q->column + r)
                                : least,
        r <= q->row ? gap(q->at.y, s->origin.y, s->shift, q->row, q->row - r) : least,
        q->row + r < s->high ? gap(q->at.y, s->origin.y, s->shift, q->row, q->row + r) : least,
    };
    for (size_t i = 0; i < countof(gaps); i++)
        least = gaps[i] < least ? gaps[i] : least;
    return least == INT64_MAX ? least : least * least;
}

static void
look_ring(struct search *q, int64_t r)
{
    int64_t column = q->column, row = q->row;
    int64_t from = column < r ? 0 : column - r;
    int64_t to = column + r < q->s->wide ? column + r : q->s->wide - 1;
    look(q, row - r, from, to, 1);
    for (int64_t y = row < r ? 0 : row - r + 1; y < row + r && y < q->s->high; y++)
        look(q, y, column - r, column + r, 2 * r);
    look(q, row + r, from, to, 1);
}

size_t
grid_nearest(const struct grid *g, const struct grid_wish *w, struct grid_near *out)
{
    if (w->k == 0 || grid_count(g, w->skill) == 0 || !place_known(w->at))
        return 0;
    const struct sheet *s = &g->sheets[w->skill];
    struct search q = { g, s, w, grid_spot(g, w->at), 0, 0, out, 0, INT64_MAX };
    q.column = sheet_step(q.at.x, s->origin.x, s->shift, s->wide);
    q.row = sheet_step(q.at.y, s->origin.y, s->shift, s->high);
    if (w->within_m > 0 && w->within_m < 50000000) {
        int64_t within = w->within_m * 1000000 / UM_PER_UNIT;
        q.limit = within * within;
    }
    look(&q, q.row, q.column, q.column, 1);
    for (uint32_t r = 1;; r++) {
        int64_t square = ring_square(&q, r);
        if (square == INT64_MAX || square > q.limit)
            break;
        look_ring(&q, r);
    }
    return q.count;
}
