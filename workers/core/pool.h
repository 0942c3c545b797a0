/* pool.h - many short lists in one array: each list is a run of places in it, doubled when full.
 *
 * A run left behind is kept for the next list of its size, so a pool that has seen its peak
 * allocates no more; pool_reserve goes there ahead of time. Addresses of items are good until the
 * next call that may enlarge. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "common/base/base.h"

enum { POOL_SIZES = 28, POOL_LEAST = 4 /* items of the shortest run */ };

struct pool {
    uint8_t *items;            /* owned */
    size_t item_size;          /* bytes, at least 4 */
    size_t used, cap;          /* items */
    uint32_t free[POOL_SIZES]; /* first run of POOL_LEAST << i that nobody has, + 1 */
};

/* One list. Zeroed: empty, without a place. */
struct run {
    uint32_t at, count, cap;
};

void pool_init(struct pool *p, size_t item_size);
void pool_fini(struct pool *p);
void pool_clear(struct pool *p); /* no list has a place any more */
/* Room for this many items in all, those in use included, without allocation. */
void pool_reserve(struct pool *p, size_t items);
/* A pool of its own with the same lists at the same places. */
void pool_copy(struct pool *to, const struct pool *from);
/* Room for `want` items in the list; its items may move. */
void run_reserve(struct pool *p, struct run *list, uint32_t want);
/* The list is empty and has no place. */
void run_free(struct pool *p, struct run *list);
static inline void *
run_items(const struct pool *p, const struct run *list)
{
    return p->items + (size_t)list->at * p->item_size;
}

#endif
