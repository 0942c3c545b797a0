/* heap.c - a binary heap of embedded items. */
#include "common/base/heap.h"

void
heap_init(struct heap *h, bool (*before)(const struct heap_at *, const struct heap_at *))
{
    *h = (struct heap){ .before = before };
}

void
heap_fini(struct heap *h)
{
    free(h->items);
    *h = (struct heap){ 0 };
}

struct heap_at *
heap_first(const struct heap *h)
{
    return h->count == 0 ? NULL : h->items[0];
}

static void
settle(struct heap *h, size_t i, struct heap_at *item)
{
    while (i > 0 && h->before(item, h->items[(i - 1) / 2])) {
        h->items[i] = h->items[(i - 1) / 2];
        h->items[i]->place = i + 1;
        i = (i - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < h->count && h->before(h->items[child + 1], h->items[child]))
            child++;
        if (child >= h->count || !h->before(h->items[child], item))
            break;
        h->items[i] = h->items[child];
        h->items[i]->place = i + 1;
        i = child;
    }
    h->items[i] = item;
    item->place = i + 1;
}

void
heap_set(struct heap *h, struct heap_at *item)
{
    if (item->place == 0) {
        h->items = grow_array(h->items, h->count, &h->cap, sizeof(*h->items));
        h->items[h->count] = item;
        item->place = ++h->count;
    }
    settle(h, item->place - 1, item);
}

void
heap_del(struct heap *h, struct heap_at *item)
{
    if (item->place == 0)
        return;
    size_t i = item->place - 1;
    struct heap_at *last = h->items[--h->count];
    item->place = 0;
    if (last != item) {
        last->place = i + 1;
        settle(h, i, last);
    }
}
