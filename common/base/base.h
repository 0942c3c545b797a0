/* base.h - the ground every room stands on.
 *
 * Asserts stay on in every build: a bug ends the process, and another takes
 * its place. Running out of memory is a bug of that kind, met in one place
 * (grow), so no caller tests for it. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef NDEBUG
#error "asserts are part of the design: build without NDEBUG"
#endif

#define countof(array)    (sizeof(array) / sizeof((array)[0]))
#define must_use          __attribute__((warn_unused_result))
#define unused            __attribute__((unused))
#define format_like(f, a) __attribute__((format(printf, f, a)))

/* The struct that holds `member`, from the member's address. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* realloc and calloc that do not fail: they abort. `size` may not be 0. */
void *grow(void *old, size_t size);
void *zalloc(size_t size);

/* Room for one more item in a growing array: doubles `*cap` (items) and moves
 * `items` when `count` has reached it. Returns the possibly moved array. */
void *grow_array(void *items, size_t count, size_t *cap, size_t item_size);

#endif
