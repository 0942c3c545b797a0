/* arena.c - memory that is given back all at once. */
#include "common/base/arena.h"

#include <stdalign.h>

#define BLOCK_SIZE ((size_t)64 * 1024)
#define KEEP_MAX   ((size_t)1024 * 1024) /* by an arena that is cleared, to be used again */

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

/* What took several blocks will take as much again: it gets them as one. */
void
arena_clear(struct arena *a)
{
    size_t used = 0;
    if (a->blocks == NULL)
        return;
    if (a->blocks->next == NULL && a->blocks->size <= KEEP_MAX) {
        a->blocks->used = 0;
        return;
    }
    for (const struct arena_block *b = a->blocks; b != NULL; b = b->next)
        used += b->used;
    arena_fini(a);
    if (used > 0 && used <= KEEP_MAX)
        a->blocks = block_new((used + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE, NULL);
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
