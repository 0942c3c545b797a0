/* map.c - from an id to a pointer. Deletion shifts back, so no tombstones. */
#include "common/base/map.h"

void
map_init(struct map *m, size_t key_size)
{
    size_t word = sizeof(void *); /* slots stay aligned for their values */
    *m = (struct map){ .key_size = key_size,
                       .slot_size = word + (key_size + word - 1) / word * word };
}

void
map_fini(struct map *m)
{
    free(m->slots);
    *m = (struct map){ 0 };
}

/* FNV-1a over 8-byte words, finished by splitmix64's mixer. */
static uint64_t
hash(const uint8_t *key, size_t len)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; len >= 8; key += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, key, 8);
        h = (h ^ word) * 0x100000001b3u;
        h ^= h >> 29;
    }
    for (; len > 0; key++, len--)
        h = (h ^ *key) * 0x100000001b3u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

static void **
slot_value(const struct map *m, size_t slot)
{
    return (void **)(void *)(m->slots + slot * m->slot_size);
}

static uint8_t *
slot_key(const struct map *m, size_t slot)
{
    return m->slots + slot * m->slot_size + sizeof(void *);
}

/* Most keys are ids of 16 bytes: compared without a call. */
static bool
same_key(const struct map *m, size_t slot, const void *key)
{
    const uint8_t *has = slot_key(m, slot);
    return m->key_size == 16 ? memcmp(has, key, 16) == 0 : memcmp(has, key, m->key_size) == 0;
}

/* The slot that holds `key`, or the free one where it would go. */
static size_t
find(const struct map *m, const void *key)
{
    size_t slot = (size_t)hash(key, m->key_size) & (m->cap - 1);
    while (*slot_value(m, slot) != NULL && !same_key(m, slot, key))
        slot = (slot + 1) & (m->cap - 1);
    return slot;
}

void *
map_get(const struct map *m, const void *key)
{
    return m->count == 0 ? NULL : *slot_value(m, find(m, key));
}

static void
enlarge(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap == 0 ? 16 : old.cap * 2;
    m->slots = zalloc(m->cap * m->slot_size);
    for (size_t i = 0; i < old.cap; i++)
        if (*slot_value(&old, i) != NULL)
            memcpy(slot_value(m, find(m, slot_key(&old, i))), slot_value(&old, i), m->slot_size);
    free(old.slots);
}

void *
map_put(struct map *m, const void *key, void *value)
{
    assert(value != NULL && m->key_size > 0);
    if ((m->count + 1) * 4 > m->cap * 3)
        enlarge(m);
    size_t slot = find(m, key);
    void *was = *slot_value(m, slot);
    if (was == NULL) {
        memcpy(slot_key(m, slot), key, m->key_size);
        m->count++;
    }
    *slot_value(m, slot) = value;
    return was;
}

void *
map_del(struct map *m, const void *key)
{
    if (m->count == 0)
        return NULL;
    size_t hole = find(m, key);
    void *was = *slot_value(m, hole);
    if (was == NULL)
        return NULL;
    for (size_t next = (hole + 1) & (m->cap - 1); *slot_value(m, next) != NULL;
         next = (next + 1) & (m->cap - 1)) {
        size_t home = (size_t)hash(slot_key(m, next), m->key_size) & (m->cap - 1);
        if (((next - home) & (m->cap - 1)) < ((next - hole) & (m->cap - 1)))
            continue; /* it would move before its home */
        memcpy(slot_value(m, hole), slot_value(m, next), m->slot_size);
        hole = next;
    }
    *slot_value(m, hole) = NULL;
    m->count--;
    return was;
}

void *
map_next(const struct map *m, size_t *at)
{
    while (*at < m->cap)
        if (*slot_value(m, (*at)++) != NULL)
            return *slot_value(m, *at - 1);
    return NULL;
}

const void *
map_key(const struct map *m, size_t at)
{
    return slot_key(m, at - 1);
}
