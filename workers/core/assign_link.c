/* assign_link.c - edges: each is in two lists, its row's and its slot's, and each copy knows where
 * the other is. */
#include "workers/core/assign_state.h"

/* SplitMix64's last step (Steele, Lea and Flood 2014). */
static uint64_t
mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static price
price_make(int64_t cost, uint64_t row_key, uint64_t slot_key)
{
    assert(cost > -ASSIGN_COST_MAX && cost < ASSIGN_COST_MAX);
    uint64_t weight = mix(mix(mix(row_key + 0x9e3779b97f4a7c15u) + slot_key) + 0x9e3779b97f4a7c15u);
    return price_of_cost(cost) + (price)(weight >> (64 - PRICE_TIE_BITS));
}

price
price_edge(const struct assign *a, uint32_t row, uint32_t slot, int64_t cost)
{
    return price_make(cost, a->rows[row].key, a->slots[slot].key);
}

price
price_of_defer(const struct assign *a, uint32_t row, int64_t cost)
{
    return price_make(cost, ~a->rows[row].key, 0);
}

struct link *
link_find(const struct assign *a, uint32_t row, uint32_t slot)
{
    struct link *links = row_links(a, row);
    for (uint32_t i = 0; i < a->rows[row].links.count; i++)
        if (links[i].other == slot)
            return &links[i];
    return NULL;
}

/* The row's link at this place has come from elsewhere: its twin is to know. */
static void
link_moved(struct assign *a, const struct link *l, uint32_t place)
{
    slot_links(a, l->other)[l->twin].twin = place;
}

void
link_add(struct assign *a, uint32_t row, uint32_t slot, int64_t cost)
{
    struct run *to = &a->rows[row].links, *back = &a->slots[slot].links;
    price p = price_edge(a, row, slot, cost);
    run_reserve(&a->links, to, to->count + 1);
    run_reserve(&a->links, back, back->count + 1);
    struct link *links = row_links(a, row);
    uint32_t at = to->count++;
    for (; at > 0 && link_price(&links[at - 1]) > p; at--) {
        links[at] = links[at - 1];
        link_moved(a, &links[at], at);
    }
    struct link l = { (uint64_t)p, (int64_t)(p >> 64), slot, back->count };
    links[at] = l;
    l.other = row;
    l.twin = at;
    slot_links(a, slot)[back->count++] = l;
}

/* Takes the copy out of its slot's list; the last one fills the gap. */
static void
unlink_back(struct assign *a, const struct link *l)
{
    struct link *back = slot_links(a, l->other);
    uint32_t last = --a->slots[l->other].links.count;
    if (l->twin == last)
        return;
    back[l->twin] = back[last];
    row_links(a, back[l->twin].other)[back[l->twin].twin].twin = l->twin;
}

void
link_cut(struct assign *a, uint32_t row, uint32_t place)
{
    struct link *links = row_links(a, row);
    unlink_back(a, &links[place]);
    uint32_t last = --a->rows[row].links.count;
    for (uint32_t i = place; i < last; i++) {
        links[i] = links[i + 1];
        link_moved(a, &links[i], i);
    }
}

void
links_clear_row(struct assign *a, uint32_t row)
{
    const struct link *links = row_links(a, row);
    for (uint32_t i = a->rows[row].links.count; i-- > 0;)
        unlink_back(a, &links[i]);
    a->rows[row].links.count = 0;
}

void
links_clear_slot(struct assign *a, uint32_t slot)
{
    while (a->slots[slot].links.count > 0) {
        const struct link *last = &slot_links(a, slot)[a->slots[slot].links.count - 1];
        link_cut(a, last->other, last->twin);
    }
}
