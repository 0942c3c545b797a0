/* base.c - memory that does not fail. */
#include "common/base/base.h"

void *
grow(void *old, size_t size)
{
    assert(size > 0);
    void *new = realloc(old, size);
    assert(new != NULL);
    return new;
}

void *
zalloc(size_t size)
{
    assert(size > 0);
    void *new = calloc(1, size);
    assert(new != NULL);
    return new;
}

void *
grow_array(void *items, size_t count, size_t *cap, size_t item_size)
{
    if (count < *cap)
        return items;
    size_t want = *cap == 0 ? 8 : *cap * 2;
    assert(want < SIZE_MAX / item_size);
    *cap = want;
    return grow(items, want * item_size);
}
