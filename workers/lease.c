/* lease.c - beats watched, the dead buried, territories shared out. */
#include "workers/lease.h"

#include <stdio.h>

#include "common/io/log.h"
#include "common/io/seal.h"

enum {
    GAPS_MIN = 4,    /* a lease is watched in at least so many looks */
    BURY_LEASES = 20 /* silent for so many lease times: forgotten */
};

struct fellow {
    char worker[WORKER_NAME_MAX];
    uint64_t count;    /* as last seen */
    int64_t silent_ms; /* watched standing still */
    bool moved;        /* seen to grow */
    bool present;      /* in the last list of beats */
};

struct share {
    struct territory_id territory;
    uint32_t load;
    bool ours;
    char owner[WORKER_NAME_MAX]; /* another's */
};

struct lease {
    char worker[WORKER_NAME_MAX];
    int64_t lease_ms;
    uint64_t count; /* our own beat */
    int64_t observed_at;
    bool observed;
    struct fellow *fellows; /* everybody but us */
    size_t count_fellows, cap;
    struct share *shares; /* in order */
    size_t count_shares;
};

struct lease *
lease_new(const char *worker, int64_t lease_ms)
{
    struct lease *l = zalloc(sizeof(*l));
    snprintf(l->worker, sizeof(l->worker), "%s", worker);
    l->lease_ms = lease_ms;
    return l;
}

void
lease_free(struct lease *l)
{
    if (l == NULL)
        return;
    free(l->fellows);
    free(l->shares);
    free(l);
}

static struct fellow *
find(const struct lease *l, const char *worker)
{
    for (size_t i = 0; i < l->count_fellows; i++)
        if (strcmp(l->fellows[i].worker, worker) == 0)
            return &l->fellows[i];
    return NULL;
}

static struct fellow *
meet(struct lease *l, const char *worker, uint64_t count)
{
    l->fellows = grow_array(l->fellows, l->count_fellows, &l->cap, sizeof(*l->fellows));
    struct fellow *f = &l->fellows[l->count_fellows++];
    *f = (struct fellow){ .count = count };
    snprintf(f->worker, sizeof(f->worker), "%s", worker);
    return f;
}

static bool
is_silent(const struct lease *l, const struct fellow *f)
{
    return f->silent_ms >= l->lease_ms;
}

/* Those who left the list and have been silent since are of no more interest. */
static void
forget_gone(struct lease *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count_fellows; i++)
        if (l->fellows[i].present || !is_silent(l, &l->fellows[i]) ||
            l->fellows[i].silent_ms < BURY_LEASES * l->lease_ms)
            l->fellows[kept++] = l->fellows[i];
    l->count_fellows = kept;
}

static uint64_t
weight(const char *worker, struct territory_id t)
{
    char name[WORKER_NAME_MAX + sizeof(t.s)] = { 0 };
    size_t len = strlen(worker);
    uint8_t digest[32];
    uint64_t n;
    memcpy(name, worker, len);
    memcpy(name + len + 1, t.s, sizeof(t.s)); /* a zero between: no two pairs read alike */
    digest_32(digest, str_bytes(name, len + 1 + strlen(t.s)));
    memcpy(&n, digest, sizeof(n));
    return n;
}

/* The live: fellow i, and last, as NULL, ourselves. */
static size_t
live_fellows(const struct lease *l, const struct fellow **out)
{
    size_t live = 0;
    for (size_t i = 0; i < l->count_fellows; i++)
        if (l->fellows[i].present && !is_silent(l, &l->fellows[i]))
            out[live++] = &l->fellows[i];
    out[live++] = NULL;
    return live;
}

static int
heaviest_first(const void *a, const void *b)
{
    const struct share *const *x = a, *const *y = b;
    if ((*x)->load != (*y)->load)
        return (*x)->load > (*y)->load ? -1 : 1;
    return memcmp((*x)->territory.s, (*y)->territory.s, sizeof((*x)->territory.s));
}

/* Where it goes: to the one of the live who likes it best, of those whom it does not take beyond a
 * fair share; where it would take all of them there, of those who carry least. */
static size_t
taker(const struct lease *l, const struct fellow *const *live, size_t count,
      const uint64_t *carried, uint64_t fair, const struct share *s)
{
    uint64_t bound = UINT64_MAX, most = 0;
    const char *rival = NULL;
    size_t best = 0;
    for (size_t i = 0; i < count; i++)
        bound = carried[i] < bound ? carried[i] : bound;
    if (bound + s->load <= fair)
        bound = fair - s->load;
    for (size_t i = 0; i < count; i++) {
        const char *name = live[i] == NULL ? l->worker : live[i]->worker;
        uint64_t n = weight(name, s->territory);
        if (carried[i] > bound || (rival != NULL && n < most) ||
            (rival != NULL && n == most && strcmp(name, rival) < 0))
            continue;
        best = i;
        most = n;
        rival = name;
    }
    return best;
}

/* Every worker comes to the same result from the same beats and the same plan. The heavy ones are
 * placed first, so that what is left over is light. */
static void
share_out(struct lease *l)
{
    const struct fellow **live = zalloc((l->count_fellows + 1) * sizeof(*live));
    uint64_t *carried = zalloc((l->count_fellows + 1) * sizeof(*carried)), all = 0;
    struct share **order = zalloc((l->count_shares + 1) * sizeof(*order));
    size_t count = live_fellows(l, live);
    for (size_t t = 0; t < l->count_shares; t++) {
        order[t] = &l->shares[t];
        all += order[t]->load;
    }
    qsort(order, l->count_shares, sizeof(*order), heaviest_first);
    for (size_t t = 0; t < l->count_shares; t++) {
        struct share *s = order[t];
        size_t i = taker(l, live, count, carried, (all + count - 1) / count, s);
        carried[i] += s->load;
        s->ours = live[i] == NULL;
        snprintf(s->owner, sizeof(s->owner), "%s", s->ours ? l->worker : live[i]->worker);
    }
    free(order);
    free(live);
    free(carried);
}

static int
by_territory(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    return memcmp(x->territory.s, y->territory.s, sizeof(x->territory.s));
}

void
lease_territories(struct lease *l, const struct territory_id *list, const uint32_t *loads,
                  size_t count)
{
    l->shares = grow(l->shares, (count + 1) * sizeof(*l->shares));
    l->count_shares = count;
    for (size_t i = 0; i < count; i++)
        l->shares[i] = (struct share){ .territory = list[i], .load = loads[i] };
    qsort(l->shares, count, sizeof(*l->shares), by_territory);
    share_out(l);
}

void
lease_observe(struct lease *l, const struct beat *list, size_t count, int64_t mono_ms)
{
    int64_t gap = l->observed ? mono_ms - l->observed_at : 0;
    if (gap > l->lease_ms / GAPS_MIN)
        gap = l->lease_ms / GAPS_MIN;
    for (size_t i = 0; i < l->count_fellows; i++) {
        l->fellows[i].present = false;
        l->fellows[i].silent_ms += gap;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].worker, l->worker) == 0)
            continue;
        struct fellow *f = find(l, list[i].worker);
        if (f == NULL)
            f = meet(l, list[i].worker, list[i].count);
        f->present = true;
        if (f->count == list[i].count)
            continue;
        f->count = list[i].count;
        f->silent_ms = 0;
        f->moved = true;
    }
    forget_gone(l);
    l->observed_at = mono_ms;
    l->observed = true;
    share_out(l);
}

bool
lease_silent(struct lease *l, const char *worker)
{
    if (strcmp(worker, l->worker) == 0)
        return false;
    struct fellow *f = find(l, worker);
    if (f == NULL)
        f = meet(l, worker, 0);
    return is_silent(l, f);
}

bool
lease_moving(const struct lease *l, const char *worker)
{
    const struct fellow *f = find(l, worker);
    return f != NULL && f->moved && f->present && !is_silent(l, f);
}

const char *
lease_owner(const struct lease *l, struct territory_id t)
{
    const struct share key = { .territory = t };
    const struct share *s =
        l->count_shares == 0 ? NULL
                             : bsearch(&key, l->shares, l->count_shares, sizeof(key), by_territory);
    return s == NULL || s->ours ? l->worker : s->owner;
}

bool
lease_mine(const struct lease *l, struct territory_id t)
{
    return lease_owner(l, t) == l->worker;
}

size_t
lease_live(const struct lease *l)
{
    size_t live = 1;
    for (size_t i = 0; i < l->count_fellows; i++)
        live += l->fellows[i].present && !is_silent(l, &l->fellows[i]);
    return live;
}

const char *
lease_worker(const struct lease *l)
{
    return l->worker;
}

static void
bury_dead(const struct lease *l, struct store *s)
{
    for (size_t i = 0; i < l->count_fellows; i++) {
        const struct fellow *f = &l->fellows[i];
        if (!f->present || f->silent_ms < BURY_LEASES * l->lease_ms)
            continue;
        if (store_bury(s, f->worker, f->count) == OK)
            log_info("event=buried worker=%s", f->worker);
    }
}

enum err
lease_beat(struct lease *l, struct store *s, int64_t mono_ms)
{
    enum err err = store_beat(s, l->worker, ++l->count);
    if (err != OK)
        return err;
    struct beat *list = NULL;
    size_t count = 0;
    err = store_beats(s, &list, &count);
    if (err == OK) {
        lease_observe(l, list, count, mono_ms);
        bury_dead(l, s);
    }
    free(list);
    return err;
}

void
lease_end(struct lease *l, struct store *s)
{
    if (l->count > 0 && store_bury(s, l->worker, l->count) != OK)
        log_warn("event=beat_left worker=%s", l->worker); /* they will see it stand still */
}
