/* pool.c - runs of POOL_LEAST << size places; the free ones of a size are a chain through their
 * own first bytes. */
#include "workers/core/pool.h"

void
pool_init(struct pool *p, size_t item_size)
{
    assert(item_size >= sizeof(uint32_t));
    *p = (struct pool){ .item_size = item_size };
}

void
pool_fini(struct pool *p)
{
    free(p->items);
    *p = (struct pool){ 0 };
}

void
pool_clear(struct pool *p)
{
    p->used = 0;
    memset(p->free, 0, sizeof(p->free));
}

void
pool_reserve(struct pool *p, size_t items)
{
    if (items <= p->cap)
        return;
    assert(items < UINT32_MAX);
    p->items = grow(p->items, items * p->item_size);
    p->cap = items;
}

void
pool_copy(struct pool *to, const struct pool *from)
{
    assert(to->item_size == from->item_size);
    pool_reserve(to, from->used);
    if (from->used > 0)
        memcpy(to->items, from->items, from->used * from->item_size);
    to->used = from->used;
    memcpy(to->free, from->free, sizeof(to->free));
}

static unsigned
size_for(uint32_t want)
{
    unsigned size = 0;
    while ((uint32_t)POOL_LEAST << size < want)
        size++;
    assert(size < POOL_SIZES);
    return size;
}

static uint32_t
place(struct pool *p, unsigned size)
{
    size_t length = (size_t)POOL_LEAST << size;
    if (p->free[size] != 0) {
        uint32_t at = p->free[size] - 1;
        memcpy(&p->free[size], p->items + at * p->item_size, sizeof(uint32_t));
        return at;
    }
    if (p->cap - p->used < length)
        pool_reserve(p, p->cap * 2 > p->used + length ? p->cap * 2 : p->used + length);
    p->used += length;
    return (uint32_t)(p->used - length);
}

static void
leave(struct pool *p, const struct run *list)
{
    if (list->cap == 0)
        return;
    unsigned size = size_for(list->cap);
    memcpy(run_items(p, list), &p->free[size], sizeof(uint32_t));
    p->free[size] = list->at + 1;
}

void
run_reserve(struct pool *p, struct run *list, uint32_t want)
{
    if (want <= list->cap)
        return;
    unsigned size = size_for(want);
    struct run next = { place(p, size), list->count, (uint32_t)POOL_LEAST << size };
    if (list->count > 0)
        memcpy(run_items(p, &next), run_items(p, list), list->count * p->item_size);
    leave(p, list);
    *list = next;
}

void
run_free(struct pool *p, struct run *list)
{
    leave(p, list);
    *list = (struct run){ 0 };
}
