/* arena.c - memory that is given back all at once. */
#include "common/base/arena.h"

#include <stdalign.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) uint8_t data[];
};

static struct arena_block *
block_new(size_t size, struct arena_block *next)
{
    struct arena_block *b = grow(NULL, sizeof(*b) + size);
    *b = (struct arena_block){ .next = next, .size = size };
    return b;
}

static void *
take(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    assert(size < SIZE_MAX / 2);
    size = (size + align - 1) & ~(align - 1);
    if (a->blocks == NULL || a->blocks->size - a->blocks->used < size)
        a->blocks = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE, a->blocks);
    void *at = a->blocks->data + a->blocks->used;
    a->blocks->used += size;
    return at;
}

void *
arena_alloc(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

struct str
arena_copy(struct arena *a, struct str s)
{
    if (s.len == 0)
        return (struct str){ NULL, 0 };
    char *copy = take(a, s.len);
    memcpy(copy, s.at, s.len);
    return (struct str){ copy, s.len };
}

void
arena_clear(struct arena *a)
{
    while (a->blocks != NULL && (a->blocks->next != NULL || a->blocks->size > BLOCK_SIZE)) {
        struct arena_block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
    if (a->blocks != NULL)
        a->blocks->used = 0;
}

void
arena_fini(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *b = a->blocks;
        a->blocks = b->next;
        free(b);
    }
}
