/* arena.h - memory that is given back all at once. A zeroed struct is an empty arena. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "common/base/str.h"

struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first; owned */
};

/* Zeroed, aligned for anything, lives until arena_clear or arena_fini. */
void *arena_alloc(struct arena *a, size_t size);
struct str arena_copy(struct arena *a, struct str s);
void arena_clear(struct arena *a); /* keeps memory for the next use, a block of 1 MiB at most */
void arena_fini(struct arena *a);

#endif
