/* assign_path.c - shortest alternating paths over reduced prices (Dijkstra with potentials, after
 * Jonker and Volgenant 1987 and Crouse 2016), forward from a row and backward from a slot.
 *
 * A search stops at the nearest end: `bound` is the nearest one seen, and what is not nearer is
 * never put into the heap. A row's links ascend and slots' potentials are at most 0, so a row's
 * scan stops at the first link that alone is beyond the bound. */
#include "workers/core/assign_state.h"

/* Of four: pushes and moves upward are more than pops, and a flat heap makes those short. */
enum { ARITY = 4 };

static void
heap_up(struct assign *a, size_t i, struct waiting w)
{
    for (size_t parent; i > 0 && a->heap[parent = (i - 1) / ARITY].far > w.far; i = parent) {
        a->heap[i] = a->heap[parent];
        a->labels[a->heap[i].slot].place = (uint32_t)i;
    }
    a->heap[i] = w;
    a->labels[w.slot].place = (uint32_t)i;
}

/* The nearest child of place i, which has one. */
static size_t
heap_child(const struct assign *a, size_t i)
{
    size_t best = ARITY * i + 1, end = best + ARITY;
    if (end > a->heap_count)
        end = a->heap_count;
    for (size_t child = best + 1; child < end; child++)
        if (a->heap[child].far < a->heap[best].far)
            best = child;
    return best;
}

static struct waiting
heap_pop(struct assign *a)
{
    struct waiting first = a->heap[0], w = a->heap[--a->heap_count];
    if (a->heap_count == 0)
        return first;
    size_t i = 0;
    while (ARITY * i + 1 < a->heap_count) {
        size_t child = heap_child(a, i);
        if (a->heap[child].far >= w.far)
            break;
        a->heap[i] = a->heap[child];
        a->labels[a->heap[i].slot].place = (uint32_t)i;
        i = child;
    }
    a->heap[i] = w;
    a->labels[w.slot].place = (uint32_t)i;
    return first;
}

/* This slot can be had at this distance. */
static inline void
reach(struct assign *a, uint32_t slot, price far, uint32_t via)
{
    struct label *l = &a->labels[slot];
    bool known = l->turn == a->turn;
    if (known && far >= l->far)
        return;
    size_t at = known ? l->place : a->heap_count++;
    l->far = far;
    l->via = via;
    l->turn = a->turn;
    heap_up(a, at, (struct waiting){ far, slot });
}

static void
begin(struct assign *a, price bound, price toll)
{
    if (++a->turn == 0) {
        for (size_t i = 0; i < a->slots_count; i++)
            a->labels[i].turn = 0;
        a->turn = 1;
    }
    a->heap_count = a->seen_count = 0;
    a->bound = bound;
    a->toll = toll;
    a->end_row = a->end_slot = ASSIGN_NONE;
}

static void
end_at(struct assign *a, uint32_t row, uint32_t slot, price far)
{
    if (far >= a->bound)
        return;
    a->bound = far;
    a->end_row = row;
    a->end_slot = slot;
}

/* Everything that the row could have instead of its slot, which is `far` from the start. */
static void
scan_row(struct assign *a, uint32_t row, price far, uint32_t barred)
{
    price base = far - a->u[row];
    const struct link *l = row_links(a, row), *end = l + a->rows[row].links.count;
    for (; l < end; l++) {
        price p = link_price(l) + base;
        if (p >= a->bound)
            return;
        price v = a->v[l->other];
        p -= v;
        if (p >= a->bound || l->other == barred)
            continue;
        if (v == 0 && a->slots[l->other].row == ASSIGN_NONE)
            end_at(a, row, l->other, p + a->toll);
        else
            reach(a, l->other, p, row);
    }
}

static void
scan_defer(struct assign *a, uint32_t row, price far)
{
    end_at(a, row, ASSIGN_NONE, far - a->u[row] + a->rows[row].defer + a->toll);
}

/* Until nothing is nearer than the nearest end. The slot `goal`, if there is one, is an end too. */
static void
search_forward(struct assign *a, uint32_t goal)
{
    while (a->heap_count > 0 && a->heap[0].far < a->bound) {
        struct waiting w = heap_pop(a);
        if (w.slot == goal) {
            a->bound = w.far;
            a->end_row = a->labels[goal].via;
            a->end_slot = goal;
            return;
        }
        a->seen[a->seen_count++] = w.slot;
        scan_defer(a, a->slots[w.slot].row, w.far);
        scan_row(a, a->slots[w.slot].row, w.far, ASSIGN_NONE);
    }
}

void
seat(struct assign *a, uint32_t row, uint32_t slot)
{
    if (slot != ASSIGN_NONE)
        a->slots[slot].row = row;
    if (row == ASSIGN_NONE)
        return;
    a->rows[row].slot = slot;
    if (!a->rows[row].touched) {
        a->rows[row].touched = true;
        a->moved[a->moved_count++] = row;
    }
}

price
row_lowest(const struct assign *a, uint32_t row)
{
    price low = a->rows[row].defer;
    const struct link *l = row_links(a, row), *end = l + a->rows[row].links.count;
    for (; l < end && link_price(l) < low; l++) {
        price p = link_price(l) - a->v[l->other];
        low = p < low ? p : low;
    }
    return low;
}

void
path_from_row(struct assign *a, uint32_t start)
{
    begin(a, PRICE_FAR, 0);
    a->u[start] = row_lowest(a, start);
    scan_defer(a, start, 0);
    scan_row(a, start, 0, ASSIGN_NONE);
    search_forward(a, ASSIGN_NONE);
    for (size_t i = 0; i < a->seen_count; i++) {
        uint32_t slot = a->seen[i];
        price nearer = a->bound - a->labels[slot].far;
        a->v[slot] -= nearer;
        a->u[a->slots[slot].row] += nearer;
    }
    a->u[start] += a->bound;
    for (uint32_t row = a->end_row, slot = a->end_slot;;) {
        uint32_t left = a->rows[row].slot;
        seat(a, row, slot);
        if (row == start)
            return;
        slot = left;
        row = a->labels[slot].via;
    }
}

/* Everybody who would rather have the slot, which is `far` from the start. */
static void
scan_slot(struct assign *a, uint32_t slot, price far)
{
    price base = far - a->v[slot];
    const struct link *l = slot_links(a, slot), *end = l + a->slots[slot].links.count;
    for (; l < end; l++) {
        price p = link_price(l) + base - a->u[l->other];
        if (p >= a->bound)
            continue;
        uint32_t has = a->rows[l->other].slot;
        if (has == ASSIGN_NONE) {
            end_at(a, l->other, slot, p);
            continue;
        }
        reach(a, has, p, slot);
        end_at(a, ASSIGN_NONE, has, p - a->v[has]);
    }
}

static void
search_backward(struct assign *a, uint32_t start)
{
    begin(a, PRICE_FAR, 0);
    reach(a, start, 0, ASSIGN_NONE);
    end_at(a, ASSIGN_NONE, start, -a->v[start]);
    while (a->heap_count > 0 && a->heap[0].far < a->bound) {
        struct waiting w = heap_pop(a);
        a->seen[a->seen_count++] = w.slot;
        scan_slot(a, w.slot, w.far);
    }
}

void
path_from_slot(struct assign *a, uint32_t start)
{
    if (a->v[start] == 0)
        return;
    search_backward(a, start);
    for (size_t i = 0; i < a->seen_count; i++) {
        uint32_t slot = a->seen[i];
        price nearer = a->bound - a->labels[slot].far;
        a->v[slot] += nearer;
        if (slot != start)
            a->u[a->slots[slot].row] -= nearer;
    }
    for (uint32_t row = a->end_row, slot = a->end_slot;;) {
        uint32_t left = a->slots[slot].row;
        seat(a, row, slot);
        if (slot == start)
            return;
        row = left;
        slot = a->labels[slot].via;
    }
}

price
slot_lowest(const struct assign *a, uint32_t slot)
{
    price low = 0;
    const struct link *l = slot_links(a, slot), *end = l + a->slots[slot].links.count;
    for (; l < end; l++) {
        price p = link_price(l) - a->u[l->other];
        low = p < low ? p : low;
    }
    return low;
}

/* What the row would have first on the path that was found. */
static uint32_t
first_step(const struct assign *a, uint32_t start)
{
    uint32_t row = a->end_row, slot = a->end_slot;
    while (row != start) {
        slot = a->rows[row].slot;
        row = a->labels[slot].via;
    }
    return slot;
}

/* The cheapest matching in which the row has something else differs from ours along one path, from
 * the row to its own slot: through others' slots all the way; or through an end (a free slot,
 * somebody's defer) and from there, backward from the slot, to who gains by it. */
int64_t
assign_margin(struct assign *a, uint32_t row, uint32_t *next)
{
    assert(a->rows[row].presence == PRESENT);
    uint32_t mine = a->rows[row].slot;
    price toll = 0;
    if (mine != ASSIGN_NONE) {
        search_backward(a, mine);
        toll = a->bound;
    }
    begin(a, PRICE_FAR, toll);
    if (mine != ASSIGN_NONE)
        scan_defer(a, row, 0);
    scan_row(a, row, 0, mine);
    search_forward(a, mine);
    if (a->bound >= PRICE_FAR)
        return ASSIGN_NEVER;
    if (next != NULL)
        *next = first_step(a, row);
    return price_difference(a->bound);
}
