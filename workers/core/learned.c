/* learned.c - tallies in buckets, and their records. */
#include "workers/core/learned.h"

#include "workers/core/record.h"

static int
key_order(const struct learned_key *a, const struct learned_key *b)
{
    int order = memcmp(a->b, b->b, sizeof(a->b));
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Padding is zero. */
static bool
same_key(const struct learned_key *a, const struct learned_key *b)
{
    return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

/* FNV-1a. */
static size_t
bucket_of(const struct learned_key *key)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key->len; i++)
        h = (h ^ key->b[i]) * UINT64_C(1099511628211);
    return (size_t)((h ^ h >> 32) % LEARNED_BUCKETS);
}

/* Where the key is, else a free place, else the one to give way. */
static struct tally *
place_for(struct tally *bucket, const struct learned_key *key)
{
    struct tally *free_one = NULL, *least = &bucket[0];
    for (size_t i = 0; i < LEARNED_WAYS; i++) {
        struct tally *t = &bucket[i];
        if (t->count == 0) {
            free_one = t;
            continue;
        }
        if (key_order(&t->key, key) == 0)
            return t;
        if (t->count < least->count ||
            (t->count == least->count && key_order(&t->key, &least->key) > 0))
            least = t;
    }
    return free_one != NULL ? free_one : least;
}

static struct tally *
bucket_made(struct learned *l, const struct learned_key *key)
{
    size_t at = bucket_of(key);
    if (l->buckets == NULL)
        l->buckets = zalloc(LEARNED_BUCKETS * sizeof(*l->buckets));
    if (l->buckets[at] == NULL)
        l->buckets[at] = zalloc(LEARNED_WAYS * sizeof(**l->buckets));
    return l->buckets[at];
}

static void
mark(struct learned *l, struct tally *t)
{
    if (t->changed)
        return;
    l->changed = grow_array(l->changed, l->changed_count, &l->changed_cap, sizeof(*l->changed));
    l->changed[l->changed_count++] = t->key;
    t->changed = true;
}

static void
halve(struct tally *t)
{
    t->count /= 2;
    t->seen_ms /= 2;
    t->expected_ms /= 2;
}

void
learned_fini(struct learned *l)
{
    for (size_t i = 0; l->buckets != NULL && i < LEARNED_BUCKETS; i++)
        free(l->buckets[i]);
    free(l->buckets);
    free(l->changed);
    *l = (struct learned){ 0 };
}

const struct tally *
learned_find(const struct learned *l, const struct learned_key *key)
{
    const struct tally *bucket = l->buckets == NULL ? NULL : l->buckets[bucket_of(key)];
    for (size_t i = 0; bucket != NULL && i < LEARNED_WAYS; i++)
        if (bucket[i].count > 0 && same_key(&bucket[i].key, key))
            return &bucket[i];
    return NULL;
}

void
learned_now(struct learned *l, instant at)
{
    l->hour = at / HOURS;
}

struct lesson
learned_ask(const struct learned *l, const struct learned_key *key)
{
    const struct tally *t = l->buckets == NULL ? NULL : learned_find(l, key);
    if (t == NULL)
        return (struct lesson){ 0 };
    if (l->hour != 0 && t->hour == l->hour)
        return (struct lesson){ t->was_count, t->was_seen_ms, t->was_expected_ms };
    return (struct lesson){ t->count, t->seen_ms, t->expected_ms };
}

/* It is about to change: what it was at the hour's beginning is kept. */
static void
keep(const struct learned *l, struct tally *t)
{
    if (t->hour == l->hour)
        return;
    t->hour = l->hour;
    t->was_count = t->count;
    t->was_seen_ms = t->seen_ms;
    t->was_expected_ms = t->expected_ms;
}

/* Unless nothing was told of it anyway. */
static void
lose(struct learned *l, const struct tally *t)
{
    if (l->hour != 0 && t->was_count == 0)
        return;
    if (l->lost_count < LEARNED_LOST)
        l->lost[l->lost_count] = t->key;
    l->lost_count++;
}

void
learned_add(struct learned *l, const struct learned_key *key, msec seen, msec expected)
{
    assert(seen >= 0 && expected >= 0);
    struct tally *t = place_for(bucket_made(l, key), key);
    if (t->count > 0 && key_order(&t->key, key) != 0) {
        mark(l, t);
        keep(l, t);
        if (t->count > 1) {
            halve(t);
            return;
        }
        lose(l, t);
        t->count = 0;
    }
    if (t->count == 0)
        *t = (struct tally){ .key = *key };
    keep(l, t);
    if (t->count >= LEARNED_MOST)
        halve(t);
    t->count++;
    t->seen_ms += seen;
    t->expected_ms += expected;
    mark(l, t);
}

/* ---- what has changed */

static int
by_key(const void *a, const void *b)
{
    return key_order(a, b);
}

const struct learned_key *
learned_changes(struct learned *l, size_t *count)
{
    size_t kept = 0;
    if (l->changed_count > 1)
        qsort(l->changed, l->changed_count, sizeof(*l->changed), by_key);
    for (size_t i = 0; i < l->changed_count; i++) /* one that gave way and came again is twice */
        if (kept == 0 || key_order(&l->changed[kept - 1], &l->changed[i]) != 0)
            l->changed[kept++] = l->changed[i];
    *count = l->changed_count = kept;
    return l->changed;
}

void
learned_settle(struct learned *l)
{
    for (size_t i = 0; i < l->changed_count; i++) {
        struct tally *bucket = l->buckets[bucket_of(&l->changed[i])];
        for (size_t k = 0; k < LEARNED_WAYS; k++)
            bucket[k].changed = false; /* all of them are in the list */
    }
    l->changed_count = 0;
}

static int
by_tally_key(const void *a, const void *b)
{
    const struct tally *const *x = a, *const *y = b;
    return key_order(&(*x)->key, &(*y)->key);
}

const struct tally **
learned_sorted(const struct learned *l, size_t *count)
{
    const struct tally **list = zalloc((LEARNED_BUCKETS * LEARNED_WAYS + 1) * sizeof(*list));
    *count = 0;
    for (size_t i = 0; l->buckets != NULL && i < LEARNED_BUCKETS; i++)
        for (size_t k = 0; l->buckets[i] != NULL && k < LEARNED_WAYS; k++)
            if (l->buckets[i][k].count > 0)
                list[(*count)++] = &l->buckets[i][k];
    if (*count > 1)
        qsort(list, *count, sizeof(*list), by_tally_key);
    return list;
}

/* ---- records */

void
learned_encode(const struct tally *t, struct buf *out)
{
    if (t == NULL)
        return;
    buf_put_u8(out, RECORD_FORMAT);
    record_put_count(out, t->count);
    record_put_count(out, (uint64_t)t->seen_ms);
    record_put_count(out, (uint64_t)t->expected_ms);
    record_put_count(out, (uint64_t)t->hour);
    record_put_count(out, t->was_count);
    record_put_count(out, (uint64_t)t->was_seen_ms);
    record_put_count(out, (uint64_t)t->was_expected_ms);
}

static bool
key_of(struct learned_key *out, struct str key)
{
    *out = (struct learned_key){ .len = (uint8_t)key.len };
    if (key.len < 2 || key.len > sizeof(out->b))
        return false;
    memcpy(out->b, key.at, key.len);
    return out->b[0] == LEARNED_TRIP || out->b[0] == LEARNED_CATEGORY || out->b[0] == LEARNED_WORK;
}

enum err
learned_restore(struct learned *l, struct str key, struct str bytes)
{
    const uint64_t most_ms = (uint64_t)LEARNED_MOST * 366 * DAYS;
    struct tally t = { 0 };
    struct cur c = cur_of(bytes);
    if (!key_of(&t.key, key) || cur_u8(&c) != RECORD_FORMAT)
        return ERR_SYNTAX;
    t.count = (uint32_t)record_get_count(&c, LEARNED_MOST);
    t.seen_ms = (msec)record_get_count(&c, most_ms);
    t.expected_ms = (msec)record_get_count(&c, most_ms);
    t.hour = (int64_t)record_get_count(&c, INSTANT_MAX / HOURS);
    t.was_count = (uint32_t)record_get_count(&c, LEARNED_MOST);
    t.was_seen_ms = (msec)record_get_count(&c, most_ms);
    t.was_expected_ms = (msec)record_get_count(&c, most_ms);
    if (!cur_done(&c) || t.count == 0)
        return ERR_SYNTAX;
    struct tally *to = place_for(bucket_made(l, &t.key), &t.key);
    if (to->count > 0)
        return ERR_SYNTAX; /* there already, or more than fit */
    *to = t;
    return OK;
}
