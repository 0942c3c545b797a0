/* assign_state.h - the inside of the matching, for the files assign*.c alone.
 *
 * A price is a cost and its tie-breaking weight in one number: cost * 2^81 + weight, weight below
 * 2^60. With at most 2^20 rows two sums of weights differ by less than 2^80, half a unit of cost,
 * so the cost of a difference of matchings is that difference, rounded. Costs are below 2^40, so
 * prices are below 2^121 in size, and so are the potentials of rows, which lie between the row's
 * cheapest edge and its defer; those of slots are below 2^122, and the way to an end is below
 * 2^124.
 *
 * What is out has the potential OUT, so far below all others that its edges look too long to every
 * search: the inner loops need not ask. */
#ifndef CORE_ASSIGN_STATE_H
#define CORE_ASSIGN_STATE_H

#include "workers/core/assign.h"
#include "workers/core/pool.h"

__extension__ typedef __int128 price;
__extension__ typedef unsigned __int128 uprice;

enum { PRICE_COST_BITS = 81, PRICE_TIE_BITS = 60 };
#define PRICE_FAR ((price)1 << 124) /* farther than any path */
#define OUT       (-((price)1 << 125))

/* One edge, twice: in its row's list (`other` is the slot; by ascending price) and in its slot's
 * (`other` is the row; in no order). */
struct link {
    uint64_t low;
    int64_t high;
    uint32_t other;
    uint32_t twin; /* the other copy's place in its list */
};

enum presence { ABSENT /* a handle that nobody has */, ASIDE, PRESENT };

struct row {
    price defer;
    uint64_t key;
    struct run links;
    uint32_t slot;    /* ASSIGN_NONE: deferred, or not in */
    uint32_t held;    /* ASSIGN_NONE: not held; ABSENT: the next such handle */
    uint32_t settled; /* its slot at assign_settle */
    uint8_t presence;
    bool touched; /* is in `moved` */
};

struct slot_at {
    uint64_t key;
    struct run links;
    uint32_t row; /* ASSIGN_NONE: free, or not in */
    uint32_t held;
    uint8_t presence;
};

/* What a search knows of a slot. */
struct label {
    price far;     /* from the start */
    uint32_t via;  /* forward: the row that reached it; backward: the slot its row would go to */
    uint32_t turn; /* the search that this is about */
    uint32_t place;
};

struct waiting {
    price far;
    uint32_t slot;
};

struct assign {
    struct row *rows;
    price *u; /* the rows' potentials */
    size_t rows_count, rows_cap;
    struct slot_at *slots;
    price *v; /* the slots' */
    size_t slots_count, slots_cap;
    struct pool links;
    uint32_t rows_free, slots_free; /* ABSENT handles; ASSIGN_NONE: none */
    uint32_t *moved;                /* rows_cap */
    size_t moved_count;
    /* of the search that runs; slots_cap each */
    struct label *labels;
    struct waiting *heap;
    uint32_t *seen; /* slots whose distance is final, nearest first */
    size_t heap_count, seen_count;
    uint32_t turn;
    price bound;       /* the nearest end so far */
    uint32_t end_row;  /* the last step: this row ... */
    uint32_t end_slot; /* ... takes this slot (ASSIGN_NONE: its defer; backward: nobody does) */
    price toll;        /* what an end costs besides */
};

static inline price
price_of_cost(int64_t cost)
{
    return (price)((uprice)cost << PRICE_COST_BITS);
}

/* Rounded down: of a price, its cost. */
static inline int64_t
price_cost(price p)
{
    return (int64_t)(p >> PRICE_COST_BITS);
}

/* Rounded: of the difference of two matchings. */
static inline int64_t
price_difference(price p)
{
    return price_cost(p + ((price)1 << (PRICE_COST_BITS - 1)));
}

static inline price
link_price(const struct link *l)
{
    return (price)((uprice)l->high << 64 | l->low);
}

static inline struct link *
row_links(const struct assign *a, uint32_t row)
{
    return run_items(&a->links, &a->rows[row].links);
}

static inline struct link *
slot_links(const struct assign *a, uint32_t slot)
{
    return run_items(&a->links, &a->slots[slot].links);
}

/* assign_link.c: the edges' two copies. */
price price_edge(const struct assign *a, uint32_t row, uint32_t slot, int64_t cost);
price price_of_defer(const struct assign *a, uint32_t row, int64_t cost);
/* NULL: there is none. */
struct link *link_find(const struct assign *a, uint32_t row, uint32_t slot);
void link_add(struct assign *a, uint32_t row, uint32_t slot, int64_t cost);
void link_cut(struct assign *a, uint32_t row, uint32_t place);
void links_clear_row(struct assign *a, uint32_t row);
void links_clear_slot(struct assign *a, uint32_t slot);

/* assign_path.c */
/* Row takes slot (either may be ASSIGN_NONE: the other is left alone); former partners must be
 * seen to by the caller. */
void seat(struct assign *a, uint32_t row, uint32_t slot);
/* The row has no slot and is in: finds it the best there is, moving others. */
void path_from_row(struct assign *a, uint32_t row);
/* The slot is in and free and its potential is at most 0: finds who gains most by it. */
void path_from_slot(struct assign *a, uint32_t slot);
/* The slot's or row's cheapest reduced price, without its own potential; at most `most`. */
price row_lowest(const struct assign *a, uint32_t row);
price slot_lowest(const struct assign *a, uint32_t slot);

#endif
