/* assign.c - rows and slots come in, change, are held and go; each operation here mends the
 * matching by at most one search backward (a slot that was left) and one forward (a row that lost
 * what it had). */
#include "workers/core/assign_state.h"

struct assign *
assign_new(void)
{
    struct assign *a = zalloc(sizeof(*a));
    a->rows_free = a->slots_free = ASSIGN_NONE;
    pool_init(&a->links, sizeof(struct link));
    return a;
}

void
assign_free(struct assign *a)
{
    if (a == NULL)
        return;
    free(a->rows);
    free(a->u);
    free(a->slots);
    free(a->v);
    free(a->moved);
    free(a->labels);
    free(a->heap);
    free(a->seen);
    pool_fini(&a->links);
    free(a);
}

static void
rows_reserve(struct assign *a, size_t want)
{
    if (want <= a->rows_cap)
        return;
    assert(want <= ASSIGN_MOST);
    a->rows = grow(a->rows, want * sizeof(a->rows[0]));
    a->u = grow(a->u, want * sizeof(a->u[0]));
    a->moved = grow(a->moved, want * sizeof(a->moved[0]));
    a->rows_cap = want;
}

static void
slots_reserve(struct assign *a, size_t want)
{
    if (want <= a->slots_cap)
        return;
    assert(want <= ASSIGN_MOST);
    a->slots = grow(a->slots, want * sizeof(a->slots[0]));
    a->v = grow(a->v, want * sizeof(a->v[0]));
    a->labels = grow(a->labels, want * sizeof(a->labels[0]));
    memset(a->labels + a->slots_cap, 0, (want - a->slots_cap) * sizeof(a->labels[0]));
    a->heap = grow(a->heap, want * sizeof(a->heap[0]));
    a->seen = grow(a->seen, want * sizeof(a->seen[0]));
    a->slots_cap = want;
}

void
assign_reserve(struct assign *a, size_t rows, size_t slots, size_t edges)
{
    rows_reserve(a, rows);
    slots_reserve(a, slots);
    /* two copies of each, in runs that may be half empty, and each list may have left runs of all
     * lesser sizes behind */
    pool_reserve(&a->links, 8 * edges + (size_t)2 * POOL_LEAST * (rows + slots));
}

void
assign_copy(struct assign *to, const struct assign *from)
{
    rows_reserve(to, from->rows_count);
    slots_reserve(to, from->slots_count);
    to->rows_count = from->rows_count;
    to->slots_count = from->slots_count;
    to->rows_free = from->rows_free;
    to->slots_free = from->slots_free;
    to->moved_count = from->moved_count;
    if (from->rows_count > 0) {
        memcpy(to->rows, from->rows, from->rows_count * sizeof(to->rows[0]));
        memcpy(to->u, from->u, from->rows_count * sizeof(to->u[0]));
        memcpy(to->moved, from->moved, from->moved_count * sizeof(to->moved[0]));
    }
    if (from->slots_count > 0) {
        memcpy(to->slots, from->slots, from->slots_count * sizeof(to->slots[0]));
        memcpy(to->v, from->v, from->slots_count * sizeof(to->v[0]));
    }
    pool_copy(&to->links, &from->links);
}

void
assign_clear(struct assign *a)
{
    a->rows_count = a->slots_count = a->moved_count = 0;
    a->rows_free = a->slots_free = ASSIGN_NONE;
    pool_clear(&a->links);
}

static struct row *
row_at(const struct assign *a, uint32_t row)
{
    assert(row < a->rows_count && a->rows[row].presence != ABSENT);
    return &a->rows[row];
}

static struct slot_at *
slot_of(const struct assign *a, uint32_t slot)
{
    assert(slot < a->slots_count && a->slots[slot].presence != ABSENT);
    return &a->slots[slot];
}

uint32_t
assign_slot_add(struct assign *a, uint64_t key)
{
    uint32_t slot = a->slots_free;
    if (slot == ASSIGN_NONE) {
        if (a->slots_count == a->slots_cap)
            slots_reserve(a, a->slots_cap == 0 ? 16 : a->slots_cap * 2);
        slot = (uint32_t)a->slots_count++;
    } else {
        a->slots_free = a->slots[slot].held;
    }
    a->slots[slot] =
        (struct slot_at){ .key = key, .row = ASSIGN_NONE, .held = ASSIGN_NONE, .presence = ASIDE };
    a->v[slot] = OUT;
    return slot;
}

void
assign_slot_in(struct assign *a, uint32_t slot)
{
    struct slot_at *s = slot_of(a, slot);
    assert(s->held == ASSIGN_NONE);
    if (s->presence == PRESENT)
        return;
    s->presence = PRESENT;
    a->v[slot] = slot_lowest(a, slot);
    path_from_slot(a, slot);
}

void
assign_slot_out(struct assign *a, uint32_t slot)
{
    struct slot_at *s = slot_of(a, slot);
    assert(s->held == ASSIGN_NONE);
    uint32_t left = s->row;
    s->presence = ASIDE;
    s->row = ASSIGN_NONE;
    a->v[slot] = OUT;
    if (left == ASSIGN_NONE)
        return;
    seat(a, left, ASSIGN_NONE);
    path_from_row(a, left);
}

void
assign_slot_del(struct assign *a, uint32_t slot)
{
    struct slot_at *s = slot_of(a, slot);
    uint32_t held = s->held;
    if (held != ASSIGN_NONE)
        a->rows[held].held = s->held = ASSIGN_NONE;
    assign_slot_out(a, slot);
    links_clear_slot(a, slot);
    run_free(&a->links, &s->links);
    s->presence = ABSENT;
    s->held = a->slots_free;
    a->slots_free = slot;
    if (held != ASSIGN_NONE)
        assign_row_in(a, held);
}

static void
row_edges(struct assign *a, uint32_t row, int64_t defer, const struct assign_edge *edges,
          size_t count)
{
    a->rows[row].defer = price_of_defer(a, row, defer);
    run_reserve(&a->links, &a->rows[row].links, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        slot_of(a, edges[i].slot);
        link_add(a, row, edges[i].slot, edges[i].cost);
    }
}

uint32_t
assign_row_add(struct assign *a, uint64_t key, int64_t defer, const struct assign_edge *edges,
               size_t count)
{
    uint32_t row = a->rows_free;
    bool touched = false;
    if (row == ASSIGN_NONE) {
        if (a->rows_count == a->rows_cap)
            rows_reserve(a, a->rows_cap == 0 ? 16 : a->rows_cap * 2);
        row = (uint32_t)a->rows_count++;
    } else {
        a->rows_free = a->rows[row].held;
        touched = a->rows[row].touched; /* its predecessor may still be in `moved` */
    }
    a->rows[row] = (struct row){ .key = key,
                                 .slot = ASSIGN_NONE,
                                 .held = ASSIGN_NONE,
                                 .settled = ASSIGN_NONE,
                                 .presence = ASIDE,
                                 .touched = touched };
    a->u[row] = OUT;
    row_edges(a, row, defer, edges, count);
    return row;
}

void
assign_row_in(struct assign *a, uint32_t row)
{
    struct row *r = row_at(a, row);
    assert(r->held == ASSIGN_NONE);
    if (r->presence == PRESENT)
        return;
    r->presence = PRESENT;
    path_from_row(a, row);
}

/* The row has nothing any more, for a moment or for longer; its slot is offered round. */
static void
unseat(struct assign *a, uint32_t row)
{
    uint32_t left = a->rows[row].slot;
    a->u[row] = OUT;
    if (left == ASSIGN_NONE)
        return;
    seat(a, row, ASSIGN_NONE);
    a->slots[left].row = ASSIGN_NONE;
    path_from_slot(a, left);
}

void
assign_row_out(struct assign *a, uint32_t row)
{
    struct row *r = row_at(a, row);
    assert(r->held == ASSIGN_NONE);
    if (r->presence != PRESENT)
        return;
    r->presence = ASIDE;
    unseat(a, row);
    r->settled = ASSIGN_NONE;
}

void
assign_row_del(struct assign *a, uint32_t row)
{
    struct row *r = row_at(a, row);
    uint32_t held = r->held;
    if (held != ASSIGN_NONE)
        a->slots[held].held = r->held = ASSIGN_NONE;
    assign_row_out(a, row);
    links_clear_row(a, row);
    run_free(&a->links, &r->links);
    r->presence = ABSENT;
    r->held = a->rows_free;
    a->rows_free = row;
    if (held != ASSIGN_NONE)
        assign_slot_in(a, held);
}

/* The row's prices have changed. Where it is may still be the best: then its potential follows. */
static void
mend(struct assign *a, uint32_t row)
{
    const struct row *r = &a->rows[row];
    if (r->presence != PRESENT)
        return;
    const struct link *l = r->slot == ASSIGN_NONE ? NULL : link_find(a, row, r->slot);
    if (l != NULL || r->slot == ASSIGN_NONE) {
        price here = l == NULL ? r->defer : link_price(l) - a->v[l->other];
        if (row_lowest(a, row) == here) {
            a->u[row] = here;
            return;
        }
    }
    unseat(a, row);
    path_from_row(a, row);
}

void
assign_row_set(struct assign *a, uint32_t row, int64_t defer, const struct assign_edge *edges,
               size_t count)
{
    row_at(a, row);
    links_clear_row(a, row);
    row_edges(a, row, defer, edges, count);
    mend(a, row);
}

void
assign_edge_set(struct assign *a, uint32_t row, uint32_t slot, int64_t cost)
{
    row_at(a, row);
    slot_of(a, slot);
    struct link *l = link_find(a, row, slot);
    if (l != NULL && price_cost(link_price(l)) == cost)
        return;
    if (l != NULL)
        link_cut(a, row, (uint32_t)(l - row_links(a, row)));
    link_add(a, row, slot, cost);
    mend(a, row);
}

void
assign_edge_cut(struct assign *a, uint32_t row, uint32_t slot)
{
    row_at(a, row);
    struct link *l = link_find(a, row, slot);
    if (l == NULL)
        return;
    link_cut(a, row, (uint32_t)(l - row_links(a, row)));
    mend(a, row);
}

void
assign_hold(struct assign *a, uint32_t row, uint32_t slot)
{
    struct row *r = row_at(a, row);
    struct slot_at *s = slot_of(a, slot);
    assert(r->held == ASSIGN_NONE && s->held == ASSIGN_NONE);
    if (r->slot == slot) { /* the others have the best without the two already */
        seat(a, row, ASSIGN_NONE);
        s->row = ASSIGN_NONE;
        r->presence = s->presence = ASIDE;
        r->settled = ASSIGN_NONE;
        a->u[row] = a->v[slot] = OUT;
    } else {
        assign_row_out(a, row);
        assign_slot_out(a, slot);
    }
    r->held = slot;
    s->held = row;
}

void
assign_release(struct assign *a, uint32_t row)
{
    struct row *r = row_at(a, row);
    uint32_t slot = r->held;
    assert(slot != ASSIGN_NONE);
    r->held = a->slots[slot].held = ASSIGN_NONE;
    assign_slot_in(a, slot);
    assign_row_in(a, row);
}

bool
assign_row_is_in(const struct assign *a, uint32_t row)
{
    return row_at(a, row)->presence == PRESENT;
}

bool
assign_slot_is_in(const struct assign *a, uint32_t slot)
{
    return slot_of(a, slot)->presence == PRESENT;
}

uint32_t
assign_matched(const struct assign *a, uint32_t row)
{
    return row_at(a, row)->slot;
}

uint32_t
assign_taker(const struct assign *a, uint32_t slot)
{
    return slot_of(a, slot)->row;
}

uint32_t
assign_held(const struct assign *a, uint32_t row)
{
    return row_at(a, row)->held;
}

uint64_t
assign_row_key(const struct assign *a, uint32_t row)
{
    return row_at(a, row)->key;
}

uint64_t
assign_slot_key(const struct assign *a, uint32_t slot)
{
    return slot_of(a, slot)->key;
}

bool
assign_is_content(const struct assign *a, uint32_t row, int64_t cost)
{
    assert(row_at(a, row)->presence == PRESENT);
    return a->u[row] <= price_of_cost(cost);
}

size_t
assign_edges_count(const struct assign *a, uint32_t row)
{
    return row_at(a, row)->links.count;
}
