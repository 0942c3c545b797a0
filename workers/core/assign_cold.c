/* assign_cold.c - from nothing: a first round in which rows outbid each other (augmenting row
 * reduction, Jonker and Volgenant 1987), then shortest paths for those that it left. */
#include "workers/core/assign_state.h"

enum { BIDS_PER_ROW = 3 };

/* The two lowest that the row could have; defer counts, as a slot that nobody else can have. */
struct choice_of {
    price first, second;
    uint32_t slot; /* of the first */
};

static struct choice_of
two_lowest(const struct assign *a, uint32_t row)
{
    struct choice_of c = { a->rows[row].defer, PRICE_FAR, ASSIGN_NONE };
    const struct link *l = row_links(a, row), *end = l + a->rows[row].links.count;
    for (; l < end && link_price(l) < c.second; l++) {
        price p = link_price(l) - a->v[l->other];
        if (p < c.first) {
            c.second = c.first;
            c.first = p;
            c.slot = l->other;
        } else if (p < c.second) {
            c.second = p;
        }
    }
    return c;
}

/* The row takes its first choice, at the price at which the second is as good; whoever had it bids
 * next. Returns ASSIGN_NONE when nobody had. */
static uint32_t
bid(struct assign *a, uint32_t row)
{
    struct choice_of c = two_lowest(a, row);
    if (c.slot == ASSIGN_NONE) {
        a->u[row] = c.first;
        return ASSIGN_NONE;
    }
    uint32_t out = a->slots[c.slot].row;
    a->v[c.slot] -= c.second - c.first;
    a->u[row] = c.second;
    seat(a, row, c.slot);
    if (out != ASSIGN_NONE) {
        seat(a, out, ASSIGN_NONE);
        a->u[out] = OUT;
    }
    return out;
}

static void
forget(struct assign *a)
{
    for (uint32_t i = 0; i < a->slots_count; i++) {
        a->slots[i].row = ASSIGN_NONE;
        a->v[i] = a->slots[i].presence == PRESENT ? 0 : OUT;
    }
    for (uint32_t i = 0; i < a->rows_count; i++) {
        a->u[i] = OUT;
        if (a->rows[i].presence == PRESENT)
            seat(a, i, ASSIGN_NONE);
    }
}

void
assign_cold(struct assign *a)
{
    size_t bids = BIDS_PER_ROW * a->rows_count;
    forget(a);
    for (uint32_t i = 0; i < a->rows_count; i++)
        if (a->rows[i].presence == PRESENT)
            for (uint32_t row = i; row != ASSIGN_NONE && bids > 0; bids--)
                row = bid(a, row);
    for (uint32_t i = 0; i < a->rows_count; i++)
        if (a->rows[i].presence == PRESENT && a->u[i] == OUT)
            path_from_row(a, i);
}
