/* heap.h - a binary heap that tells each item its place, so that any item can
 * be moved or removed in O(log n).
 *
 * An item embeds a `struct heap_at`; `before` is a strict order and must be
 * total (break ties by id) where the order of equals matters. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "common/base/base.h"

struct heap_at {
    size_t place; /* 1-based while in a heap, 0 outside */
};

struct heap {
    struct heap_at **items; /* items[0] is the first */
    size_t count, cap;
    bool (*before)(const struct heap_at *a, const struct heap_at *b);
};

void heap_init(struct heap *h, bool (*before)(const struct heap_at *, const struct heap_at *));
void heap_fini(struct heap *h);
struct heap_at *heap_first(const struct heap *h); /* NULL when empty */
/* Inserts, or moves an item whose order has changed. */
void heap_set(struct heap *h, struct heap_at *item);
void heap_del(struct heap *h, struct heap_at *item); /* no effect when outside */

#endif
