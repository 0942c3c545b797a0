/* keyring.c - principals and the keys between them and the pool. */
#include "workers/keyring.h"

#include "common/base/map.h"

struct keyring {
    const struct keys *pool;
    struct key_id pool_key;
    const struct atlas *atlas;
    struct map by_id; /* struct principal_id -> struct keyholder *, owned */
    struct keyholder **dispatchers;
    size_t dispatchers_count, dispatchers_cap;
};

struct keyring *
keyring_new(const struct keys *pool)
{
    struct keyring *p = zalloc(sizeof(*p));
    p->pool = pool;
    memcpy(p->pool_key.b, keys_public(pool)->seal_id, sizeof(p->pool_key.b));
    map_init(&p->by_id, sizeof(struct principal_id));
    return p;
}

void
keyring_free(struct keyring *p)
{
    if (p == NULL)
        return;
    struct keyholder *x;
    for (size_t i = 0; (x = map_next(&p->by_id, &i)) != NULL;)
        free(x);
    map_fini(&p->by_id);
    free(p->dispatchers);
    free(p);
}

/* What the plan says of him now; his keys stay unless his public key changed. */
static void
renew(struct keyholder *x, const struct principal *now)
{
    x->present = now != NULL;
    if (now == NULL)
        return;
    if (memcmp(x->p.seal, now->seal, sizeof(now->seal)) != 0) {
        x->has_in = x->has_out = x->weak = false;
        seal_key_id(x->key.b, now->seal);
    }
    x->p = *now;
}

static struct keyholder *
meet(struct keyring *p, const struct principal *who)
{
    struct keyholder *x = zalloc(sizeof(*x));
    seal_key_id(x->key.b, x->p.seal);
    renew(x, who);
    map_put(&p->by_id, &who->id, x);
    return x;
}

void
keyring_use(struct keyring *p, const struct atlas *a)
{
    struct keyholder *x;
    p->atlas = a;
    for (size_t i = 0; (x = map_next(&p->by_id, &i)) != NULL;)
        renew(x, atlas_principal(a, x->p.id));
    const struct principal *all;
    size_t count = atlas_principals(a, &all);
    p->dispatchers_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].role != ROLE_DISPATCHER || all[i].revoked)
            continue;
        p->dispatchers = grow_array(p->dispatchers, p->dispatchers_count, &p->dispatchers_cap,
                                    sizeof(*p->dispatchers));
        p->dispatchers[p->dispatchers_count++] = keyring_find(p, all[i].id);
    }
}

struct keyholder *
keyring_find(struct keyring *p, struct principal_id id)
{
    struct keyholder *x = map_get(&p->by_id, &id);
    if (x == NULL && p->atlas != NULL) {
        const struct principal *who = atlas_principal(p->atlas, id);
        return who == NULL ? NULL : meet(p, who);
    }
    return x != NULL && x->present ? x : NULL;
}

static const struct seal_key *
derive(struct keyring *p, struct keyholder *x, struct seal_key *key, bool *has, bool outward)
{
    if (!*has && !x->weak) {
        x->weak = !seal_key_between(key, p->pool, x->p.seal, outward);
        *has = !x->weak;
    }
    return *has ? key : NULL;
}

const struct seal_key *
keyholder_in(struct keyring *p, struct keyholder *x)
{
    return derive(p, x, &x->in, &x->has_in, false);
}

const struct seal_key *
keyholder_out(struct keyring *p, struct keyholder *x)
{
    return derive(p, x, &x->out, &x->has_out, true);
}

size_t
keyring_dispatchers(struct keyring *p, struct keyholder *const **list)
{
    *list = p->dispatchers;
    return p->dispatchers_count;
}

bool
keyring_may_speak(const struct keyring *p, struct principal_id gateway, struct source_id source)
{
    return p->atlas != NULL && atlas_may_speak(p->atlas, gateway, source);
}

struct key_id
keyring_pool_key(const struct keyring *p)
{
    return p->pool_key;
}
