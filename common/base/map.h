/* map.h - from an id of fixed size to a pointer. Open addressing, linear probing.
 *
 * The order of iteration depends on the history, so nothing that must be
 * reproducible may follow it: sort first. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "common/base/base.h"

struct map {
    uint8_t *slots;   /* cap of them: a value, NULL where it is free, and beside it its key */
    size_t slot_size; /* bytes */
    size_t key_size;  /* bytes, set by map_init */
    size_t cap;       /* slots: a power of two, or 0 */
    size_t count;     /* slots in use */
};

void map_init(struct map *m, size_t key_size);
void map_fini(struct map *m); /* the values are the caller's to free, before */
void *map_get(const struct map *m, const void *key);
/* `value` may not be NULL. Returns the value that was there, or NULL. */
void *map_put(struct map *m, const void *key, void *value);
void *map_del(struct map *m, const void *key); /* what was there, or NULL */
/* for (size_t i = 0; (v = map_next(m, &i)) != NULL;) - no put or del meanwhile */
void *map_next(const struct map *m, size_t *at);
/* The key of the value that map_next has just returned (its slot is *at - 1). */
const void *map_key(const struct map *m, size_t at);

#endif
