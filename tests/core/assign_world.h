/* assign_world.h - a matching beside a plain model of the same problem, which random events change
 * alike; and exact solvers of the model that share no thought with workers/core/assign*.c. */
#ifndef TESTS_CORE_ASSIGN_WORLD_H
#define TESTS_CORE_ASSIGN_WORLD_H

#include "tests/check.h"
#include "workers/core/assign.h"

#define NO_EDGE INT64_MAX

enum style { TIES, CITY, LEXICAL, SIGNED, STYLES };
enum { MODEL_MAX = 100, DENSE_MAX = 2 * MODEL_MAX };

/* A row or slot of the model; its number is its place here, for ever. */
struct body {
    bool there, in;
    uint32_t handle;
    size_t held; /* with this one + 1 */
    int64_t defer;
    int32_t x, y;
};

struct model {
    struct assign *a;
    struct rng *r;
    enum style style;
    size_t size; /* rows and slots at most */
    size_t edges;
    struct body rows[MODEL_MAX], slots[MODEL_MAX];
    int64_t cost[MODEL_MAX][MODEL_MAX];
};

static inline int64_t
model_draw(struct model *m, size_t row, size_t slot)
{
    const struct body *x = &m->rows[row], *y = &m->slots[slot];
    int64_t far = llabs((long long)x->x - y->x) + llabs((long long)x->y - y->y);
    switch (m->style) {
    case TIES:
        return (int64_t)rng_below(m->r, 3);
    case CITY:
        return far;
    case LEXICAL:
        return ((int64_t)rng_below(m->r, 2) << 34) * (int64_t)(1 + row % 3) + far;
    case SIGNED:
        return (int64_t)rng_below(m->r, 2000) - 1500;
    case STYLES:
        break;
    }
    return 0;
}

static inline int64_t
model_defer(struct model *m, size_t row)
{
    static const int64_t dear[STYLES] = { 3, 900, (int64_t)1 << 36, 200 };
    return m->style == TIES ? (int64_t)(row % 3) + 1
                            : (int64_t)rng_below(m->r, (uint64_t)dear[m->style]);
}

static inline void
model_place(struct model *m, struct body *b)
{
    int32_t cluster = (int32_t)rng_below(m->r, 3);
    b->x = cluster * 400 + (int32_t)rng_below(m->r, 60);
    b->y = cluster * 300 + (int32_t)rng_below(m->r, 60);
}

static inline void
model_init(struct model *m, struct rng *r, enum style style, size_t size, size_t edges)
{
    memset(m, 0, sizeof(*m));
    m->a = assign_new();
    m->r = r;
    m->style = style;
    m->size = size;
    m->edges = edges;
    for (size_t i = 0; i < MODEL_MAX; i++)
        for (size_t j = 0; j < MODEL_MAX; j++)
            m->cost[i][j] = NO_EDGE;
}

static inline void
model_fini(struct model *m)
{
    assign_free(m->a);
}

/* New edges for the row, in no order, into `out`. */
static inline size_t
model_edges(struct model *m, size_t row, struct assign_edge *out)
{
    size_t count = 0;
    for (size_t j = 0; j < m->size; j++) {
        size_t s = (j + row * 7) % m->size;
        m->cost[row][s] = NO_EDGE;
        if (!m->slots[s].there || rng_below(m->r, m->size) >= m->edges)
            continue;
        m->cost[row][s] = model_draw(m, row, s);
        out[count++] = (struct assign_edge){ m->slots[s].handle, m->cost[row][s] };
    }
    return count;
}

static inline void
model_row_add(struct model *m, size_t row)
{
    struct body *b = &m->rows[row];
    struct assign_edge edges[MODEL_MAX];
    model_place(m, b);
    b->there = b->in = true;
    b->defer = model_defer(m, row);
    size_t count = model_edges(m, row, edges);
    b->handle = assign_row_add(m->a, row + 1, b->defer, edges, count);
    assign_row_in(m->a, b->handle);
}

static inline void
model_row_set(struct model *m, size_t row)
{
    struct body *b = &m->rows[row];
    struct assign_edge edges[MODEL_MAX];
    if (rng_below(m->r, 2) == 0)
        b->defer = model_defer(m, row);
    size_t count = model_edges(m, row, edges);
    assign_row_set(m->a, b->handle, b->defer, edges, count);
}

static inline void
model_row_del(struct model *m, size_t row)
{
    struct body *b = &m->rows[row];
    if (b->held != 0) {
        m->slots[b->held - 1].held = 0;
        m->slots[b->held - 1].in = true;
    }
    assign_row_del(m->a, b->handle);
    *b = (struct body){ 0 };
    for (size_t j = 0; j < m->size; j++)
        m->cost[row][j] = NO_EDGE;
}

static inline void
model_slot_add(struct model *m, size_t slot)
{
    struct body *b = &m->slots[slot];
    model_place(m, b);
    b->there = b->in = true;
    b->handle = assign_slot_add(m->a, slot + 1);
    for (size_t i = 0; i < m->size; i++)
        if (m->rows[i].there && rng_below(m->r, m->size) < m->edges) {
            m->cost[i][slot] = model_draw(m, i, slot);
            assign_edge_set(m->a, m->rows[i].handle, b->handle, m->cost[i][slot]);
        }
    assign_slot_in(m->a, b->handle);
}

static inline void
model_slot_del(struct model *m, size_t slot)
{
    struct body *b = &m->slots[slot];
    if (b->held != 0) {
        m->rows[b->held - 1].held = 0;
        m->rows[b->held - 1].in = true;
    }
    assign_slot_del(m->a, b->handle);
    *b = (struct body){ 0 };
    for (size_t i = 0; i < m->size; i++)
        m->cost[i][slot] = NO_EDGE;
}

static inline void
model_toggle(struct model *m, struct body *b, void (*in)(struct assign *, uint32_t),
             void (*out)(struct assign *, uint32_t))
{
    if (b->held != 0 || (b->in && rng_below(m->r, 4) != 0))
        return; /* most are in */
    (b->in ? out : in)(m->a, b->handle);
    b->in = !b->in;
}

static inline void
model_edge(struct model *m, size_t row, size_t slot)
{
    if (rng_below(m->r, 3) == 0) {
        m->cost[row][slot] = NO_EDGE;
        assign_edge_cut(m->a, m->rows[row].handle, m->slots[slot].handle);
        return;
    }
    m->cost[row][slot] = model_draw(m, row, slot);
    assign_edge_set(m->a, m->rows[row].handle, m->slots[slot].handle, m->cost[row][slot]);
}

/* The pair is held, or the row's pair released. */
static inline void
model_hold(struct model *m, size_t row, size_t slot)
{
    struct body *x = &m->rows[row], *y = &m->slots[slot];
    if (x->held != 0) {
        y = &m->slots[x->held - 1];
        assign_release(m->a, x->handle);
        x->held = y->held = 0;
        x->in = y->in = true;
    } else if (y->held == 0) {
        assign_hold(m->a, x->handle, y->handle);
        x->in = y->in = false;
        x->held = slot + 1;
        y->held = row + 1;
    }
}

/* The slot that the row is matched to in `a`, as a number of the model; the size: none. */
static inline size_t
model_matched(const struct model *m, const struct assign *a, size_t row)
{
    uint32_t slot = assign_matched(a, m->rows[row].handle);
    return slot == ASSIGN_NONE ? m->size : (size_t)assign_slot_key(a, slot) - 1;
}

static inline void
model_event(struct model *m)
{
    size_t row = rng_below(m->r, m->size), slot = rng_below(m->r, m->size);
    struct body *x = &m->rows[row], *y = &m->slots[slot];
    uint64_t dice = rng_below(m->r, 16);
    if (!x->there && !y->there)
        dice < 8 ? model_row_add(m, row) : model_slot_add(m, slot);
    else if (!x->there)
        dice < 12 ? model_row_add(m, row) : model_slot_del(m, slot);
    else if (!y->there)
        dice < 12 ? model_slot_add(m, slot) : model_row_del(m, row);
    else if (dice < 4)
        model_row_set(m, row);
    else if (dice < 7)
        model_edge(m, row, slot);
    else if (dice < 8)
        model_row_del(m, row);
    else if (dice < 9)
        model_slot_del(m, slot);
    else if (dice < 11)
        model_toggle(m, x, assign_row_in, assign_row_out);
    else if (dice < 13)
        model_toggle(m, y, assign_slot_in, assign_slot_out);
    else if (dice < 14 || model_matched(m, m->a, row) == m->size)
        model_hold(m, row, slot);
    else
        model_hold(m, row, model_matched(m, m->a, row));
}

/* Exact, of a dense matrix with as many columns as rows at least: row by row with potentials,
 * arrays from 1 (Kuhn 1955; Edmonds and Karp 1972). */
static inline int64_t
dense_cost(size_t rows, size_t columns, const int64_t *cost)
{
    static int64_t u[DENSE_MAX + 1], v[2 * DENSE_MAX + 1], low[2 * DENSE_MAX + 1];
    static size_t mate[2 * DENSE_MAX + 1], way[2 * DENSE_MAX + 1];
    static bool used[2 * DENSE_MAX + 1];
    memset(u, 0, sizeof(u));
    memset(v, 0, sizeof(v));
    memset(mate, 0, sizeof(mate));
    for (size_t i = 1; i <= rows; i++) {
        size_t j0 = 0;
        mate[0] = i;
        memset(used, 0, sizeof(used));
        for (size_t j = 0; j <= columns; j++)
            low[j] = INT64_MAX;
        do {
            int64_t delta = INT64_MAX;
            size_t next = 0, i0 = mate[j0];
            used[j0] = true;
            for (size_t j = 1; j <= columns; j++) {
                int64_t now = cost[(i0 - 1) * columns + j - 1] - u[i0] - v[j];
                if (!used[j] && now < low[j]) {
                    low[j] = now;
                    way[j] = j0;
                }
                if (!used[j] && low[j] < delta) {
                    delta = low[j];
                    next = j;
                }
            }
            for (size_t j = 0; j <= columns; j++)
                if (used[j]) {
                    u[mate[j]] += delta;
                    v[j] -= delta;
                } else {
                    low[j] -= delta;
                }
            j0 = next;
        } while (mate[j0] != 0);
        for (; j0 != 0; j0 = way[j0])
            mate[j0] = mate[way[j0]];
    }
    return -v[0];
}

/* What the model's rows and slots that are in cost at least; `row` may not have what it has. */
static inline int64_t
model_cost(const struct model *m, size_t without_row, size_t without_slot)
{
    static int64_t cost[MODEL_MAX * DENSE_MAX];
    const int64_t never = (int64_t)1 << 48;
    size_t rows = 0, columns = m->size * 2;
    for (size_t i = 0; i < m->size; i++) {
        if (!m->rows[i].in)
            continue;
        for (size_t j = 0; j < columns; j++)
            cost[rows * columns + j] = never;
        for (size_t j = 0; j < m->size; j++)
            if (m->slots[j].in && m->cost[i][j] != NO_EDGE &&
                (i != without_row || j != without_slot))
                cost[rows * columns + j] = m->cost[i][j];
        if (i != without_row || without_slot != m->size)
            cost[rows * columns + m->size + rows] = m->rows[i].defer;
        rows++;
    }
    return rows == 0 ? 0 : dense_cost(rows, columns, cost);
}

/* The same by trying everything: for the smallest alone. */
static inline int64_t
model_tried(const struct model *m, size_t row, uint64_t taken)
{
    if (row == m->size)
        return 0;
    if (!m->rows[row].in)
        return model_tried(m, row + 1, taken);
    int64_t best = m->rows[row].defer + model_tried(m, row + 1, taken);
    for (size_t j = 0; j < m->size; j++) {
        if (!m->slots[j].in || m->cost[row][j] == NO_EDGE || (taken >> j & 1) != 0)
            continue;
        int64_t c = m->cost[row][j] + model_tried(m, row + 1, taken | (uint64_t)1 << j);
        best = c < best ? c : best;
    }
    return best;
}

#endif
