/* peers.c - connections by routing id, and a list in the order heard. */
#include "broker/peers.h"

void
peers_init(struct peers *ps, void (*on_drop)(void *context, struct peer *p), void *context)
{
    *ps = (struct peers){ .on_drop = on_drop, .context = context };
    map_init(&ps->by_id, sizeof(struct peer_id));
}

void
peers_fini(struct peers *ps)
{
    while (ps->oldest != NULL)
        peers_drop(ps, ps->oldest);
    while (ps->spare != NULL) {
        struct peer *p = ps->spare;
        ps->spare = p->newer;
        free(p);
    }
    map_fini(&ps->by_id);
}

static void
unlink_peer(struct peers *ps, struct peer *p)
{
    *(p->older == NULL ? &ps->oldest : &p->older->newer) = p->newer;
    *(p->newer == NULL ? &ps->newest : &p->newer->older) = p->older;
}

static void
link_newest(struct peers *ps, struct peer *p)
{
    p->older = ps->newest;
    p->newer = NULL;
    *(ps->newest == NULL ? &ps->oldest : &ps->newest->newer) = p;
    ps->newest = p;
}

/* The id as a map's key: what lies behind its length is zero. */
static struct peer_id
clean(const struct peer_id *id)
{
    struct peer_id key;
    memset(&key, 0, sizeof(key));
    assert(id->len <= sizeof(key.b));
    memcpy(key.b, id->b, id->len);
    key.len = id->len;
    return key;
}

static struct peer *
peer_new(struct peers *ps, struct peer_id id, uint32_t key)
{
    struct peer *p = ps->spare;
    if (p != NULL)
        ps->spare = p->newer;
    else
        p = grow(NULL, sizeof(*p));
    *p = (struct peer){ .id = id, .key = key };
    map_put(&ps->by_id, &id, p);
    link_newest(ps, p);
    return p;
}

struct peer *
peers_heard(struct peers *ps, const struct peer_id *id, uint32_t key, int64_t now_ms)
{
    struct peer_id at = clean(id);
    struct peer *p = map_get(&ps->by_id, &at);
    if (p != NULL && p->key != key) {
        peers_drop(ps, p);
        p = NULL;
    }
    if (p == NULL) {
        p = peer_new(ps, at, key);
    } else if (p != ps->newest) {
        unlink_peer(ps, p);
        link_newest(ps, p);
    }
    p->heard_ms = now_ms;
    return p;
}

struct peer *
peers_find(const struct peers *ps, const struct peer_id *id, uint32_t key)
{
    struct peer_id at = clean(id);
    struct peer *p = map_get(&ps->by_id, &at);
    return p != NULL && p->key == key ? p : NULL;
}

void
peers_drop(struct peers *ps, struct peer *p)
{
    ps->on_drop(ps->context, p);
    assert(p->mail == NULL && p->watch == NULL);
    unlink_peer(ps, p);
    map_del(&ps->by_id, &p->id);
    p->newer = ps->spare;
    ps->spare = p;
}

size_t
peers_sweep(struct peers *ps, int64_t now_ms)
{
    size_t dropped = 0;
    while (ps->oldest != NULL && now_ms - ps->oldest->heard_ms >= PEER_SILENCE_MS) {
        peers_drop(ps, ps->oldest);
        dropped++;
    }
    return dropped;
}

size_t
peers_count(const struct peers *ps)
{
    return ps->by_id.count;
}
