/* service.c - work learned by category, and within it by engineer. */
#include "workers/core/service.h"

#include "workers/core/record.h"

enum { UNUSUAL = 8 };
#define WORK_MAX (4 * DAYS)

static void
put(struct learned_key *k, const char *name, size_t size)
{
    size_t len = 0;
    while (len < size && name[len] != '\0')
        len++;
    k->b[k->len++] = (uint8_t)len;
    memcpy(k->b + k->len, name, len);
    k->len = (uint8_t)(k->len + len);
}

/* The kind, then names under their lengths: two keys are never the same bytes. */
static struct learned_key
work_key(const struct category *c, struct engineer_id x)
{
    struct learned_key k = { { no_name(x) ? LEARNED_CATEGORY : LEARNED_WORK }, 1 };
    static_assert(sizeof(c->id.s) + sizeof(x.s) + 1 <= LEARNED_KEY_MAX, "both names fit");
    put(&k, c->id.s, sizeof(c->id.s));
    if (!no_name(x))
        put(&k, x.s, sizeof(x.s));
    return k;
}

static size_t
take(const struct learned_key *k, size_t at, char *name, size_t size)
{
    size_t len = at < k->len ? k->b[at] : 0;
    memset(name, 0, size);
    if (len < size && at + 1 + len <= k->len)
        memcpy(name, k->b + at + 1, len);
    return at + 1 + len;
}

void
service_key_names(const struct learned_key *key, struct category_id *c, struct engineer_id *x)
{
    size_t at = take(key, 1, c->s, sizeof(c->s));
    (void)take(key, at, x->s, sizeof(x->s));
}

static msec
shrunk(const struct learned *l, const struct category *c, struct engineer_id x, msec expected)
{
    if (l->buckets == NULL)
        return expected;
    struct learned_key k = work_key(c, x);
    struct lesson t = learned_ask(l, &k);
    return (t.seen_ms + LEARNED_K * expected) / (t.count + LEARNED_K);
}

msec
service_time(const struct learned *l, const struct category *c, struct engineer_id x)
{
    const struct engineer_id nobody = { { 0 } };
    if (c == NULL)
        return HOURS;
    msec usual = shrunk(l, c, nobody, c->service_ms > 0 ? c->service_ms : HOURS);
    return no_name(x) ? usual : shrunk(l, c, x, usual);
}

msec
service_left(const struct learned *l, const struct category *c, struct engineer_id x, msec worked)
{
    msec whole = service_time(l, c, x), left = whole - worked;
    return left > whole / 4 ? left : whole / 4;
}

void
service_learn(struct learned *l, const struct category *c, struct engineer_id x, msec seen)
{
    const struct engineer_id nobody = { { 0 } };
    if (c == NULL || seen <= 0 || seen > WORK_MAX)
        return;
    msec expected = service_time(l, c, nobody);
    if (seen < expected / UNUSUAL)
        seen = expected / UNUSUAL;
    if (seen > expected * UNUSUAL)
        seen = expected * UNUSUAL;
    struct learned_key k = work_key(c, nobody);
    learned_add(l, &k, seen, 0);
    if (no_name(x))
        return;
    k = work_key(c, x);
    learned_add(l, &k, seen, 0);
}
