/* limit.c - token buckets in thousandths of a token; the table is a map with a row by last use. */
#include "gateways/limit.h"

#include "common/base/map.h"
#include "common/io/seal.h"

struct bucket {
    int64_t milli, at; /* milli: what is in it at `at` */
};

struct sender {
    struct bucket bucket;
    uint8_t key[16];
    struct sender *newer, *older;
};

struct limits {
    struct limit_rate sender, all;
    struct bucket common;
    struct map senders;
    struct sender *oldest, *newest;
    size_t most;
};

struct limits *
limits_new(struct limit_rate sender, struct limit_rate all, size_t senders_max)
{
    struct limits *l = zalloc(sizeof(*l));
    assert(senders_max > 0);
    *l = (struct limits){ .sender = sender, .all = all, .most = senders_max };
    l->common.milli = (int64_t)all.burst * 1000;
    map_init(&l->senders, 16);
    return l;
}

void
limits_free(struct limits *l)
{
    if (l == NULL)
        return;
    for (struct sender *s = l->oldest, *next; s != NULL; s = next) {
        next = s->newer;
        free(s);
    }
    map_fini(&l->senders);
    free(l);
}

/* 0, or how long until a token is there. */
static int64_t
refill(struct bucket *b, struct limit_rate rate, int64_t now)
{
    if (rate.burst == 0)
        return 0;
    int64_t most = (int64_t)rate.burst * 1000, full_ms = 60000 * (int64_t)rate.burst;
    int64_t gone = now - b->at < 0 ? 0 : now - b->at;
    gone = gone < full_ms ? gone : full_ms;
    int64_t more = gone * rate.per_minute / 60;
    if (more > 0 || gone == full_ms) {
        b->milli = b->milli + more < most ? b->milli + more : most;
        b->at = now;
    }
    if (b->milli >= 1000)
        return 0;
    return rate.per_minute == 0 ? full_ms : (1000 - b->milli) * 60 / rate.per_minute + 1;
}

static void
unrow(struct limits *l, struct sender *s)
{
    *(s->newer != NULL ? &s->newer->older : &l->newest) = s->older;
    *(s->older != NULL ? &s->older->newer : &l->oldest) = s->newer;
    s->newer = s->older = NULL;
}

static void
row(struct limits *l, struct sender *s)
{
    s->older = l->newest;
    if (l->newest != NULL)
        l->newest->newer = s;
    else
        l->oldest = s;
    l->newest = s;
}

static struct sender *
sender_of(struct limits *l, struct str name, int64_t now)
{
    uint8_t key[16];
    digest_16(key, NULL, name);
    struct sender *s = map_get(&l->senders, key);
    if (s != NULL) {
        unrow(l, s);
        row(l, s);
        return s;
    }
    if (l->senders.count >= l->most) {
        s = l->oldest;
        unrow(l, s);
        map_del(&l->senders, s->key);
    } else {
        s = grow(NULL, sizeof(*s));
    }
    *s = (struct sender){ .bucket = { (int64_t)l->sender.burst * 1000, now } };
    memcpy(s->key, key, 16);
    map_put(&l->senders, key, s);
    row(l, s);
    return s;
}

int64_t
limits_take(struct limits *l, struct str name, int64_t now)
{
    int64_t wait_all = refill(&l->common, l->all, now);
    if (wait_all > 0)
        return wait_all;
    if (l->sender.burst > 0) {
        struct sender *s = sender_of(l, name, now);
        int64_t wait_one = refill(&s->bucket, l->sender, now);
        if (wait_one > 0)
            return wait_one;
        s->bucket.milli -= 1000;
    }
    if (l->all.burst > 0)
        l->common.milli -= 1000;
    return 0;
}
