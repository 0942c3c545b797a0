/* plans.c - the versions of the plan that this worker lives by. */
#include "workers/plans.h"

#include <stdio.h>

#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/wire/body.h"

enum { LATE_MS = 3000 };

struct plans {
    struct store *store;
    struct seal_key key; /* of plans at rest */
    struct edition **editions;
    size_t count, cap;
    struct edition *current; /* one of them, or NULL */
    int64_t current_since;   /* mono */
    uint32_t unreadable;     /* the last version that was logged as such */
};

struct plans *
plans_new(struct store *s, const struct keys *pool)
{
    struct plans *p = zalloc(sizeof(*p));
    p->store = s;
    seal_key_storage(&p->key, pool, "plan");
    return p;
}

static void
edition_free(struct edition *e)
{
    struct rules *r;
    for (size_t i = 0; (r = map_next(&e->rules, &i)) != NULL;)
        rules_free(r);
    map_fini(&e->rules);
    atlas_free(e->atlas);
    plan_free(e->plan);
    free(e);
}

void
plans_free(struct plans *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++)
        edition_free(p->editions[i]);
    free(p->editions);
    free(p);
}

/* The plan at rest is sealed under its version, so that an older one cannot stand in for it. */
static enum err
read_plan(struct plans *p, uint32_t version, struct plan **out, struct buf *why)
{
    struct buf sealed = { 0 }, ad = { 0 }, yaml = { 0 };
    char name[32];
    snprintf(name, sizeof(name), "%u", version);
    enum err err = store_plan_get(p->store, version, &sealed);
    if (err == OK && sealed.len == 0)
        err = ERR_UNKNOWN;
    if (err == OK) {
        ad_rest(&ad, "plan", (struct territory_id){ 0 }, str_of(name));
        err = unseal(&yaml, &p->key, buf_str(&ad), buf_str(&sealed));
    }
    if (err == OK) {
        snprintf(name, sizeof(name), "plan %u", version);
        err = plan_parse(out, name, buf_str(&yaml), why);
    }
    buf_fini(&sealed);
    buf_fini(&ad);
    buf_fini(&yaml);
    return err;
}

static struct edition *
find(const struct plans *p, uint32_t version)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->editions[i]->version == version)
            return p->editions[i];
    return NULL;
}

static struct edition *
keep(struct plans *p, uint32_t version, struct plan *plan)
{
    struct edition *e = zalloc(sizeof(*e));
    plan->version = version;
    e->version = version;
    e->plan = plan;
    e->atlas = atlas_new(plan);
    map_init(&e->rules, sizeof(struct territory_id));
    p->editions = grow_array(p->editions, p->count, &p->cap, sizeof(struct edition *));
    p->editions[p->count++] = e;
    return e;
}

enum err
plans_get(struct plans *p, uint32_t version, struct edition **out)
{
    *out = find(p, version);
    if (*out != NULL)
        return OK;
    struct plan *plan = NULL;
    struct buf why = { 0 };
    enum err err = read_plan(p, version, &plan, &why);
    if (err == OK) {
        *out = keep(p, version, plan);
    } else if (err != ERR_CLOSED && err != ERR_AGAIN && p->unreadable != version) {
        p->unreadable = version;
        log_error("event=plan_unreadable version=%u err=%s why=%s", version,
                  log_quote(err_text(err), strlen(err_text(err))),
                  log_quote((const char *)why.data, why.len));
    }
    buf_fini(&why);
    return err;
}

const struct rules *
edition_rules(struct edition *e, struct territory_id t)
{
    struct rules *r = map_get(&e->rules, &t);
    if (r == NULL) {
        r = plan_rules(e->plan, t);
        if (r != NULL)
            map_put(&e->rules, &t, r);
    }
    return r;
}

enum err
plans_refresh(struct plans *p, bool *news)
{
    uint32_t version = 0;
    *news = false;
    enum err err = store_plan_current(p->store, &version);
    if (err != OK || version == 0 || (p->current != NULL && p->current->version == version))
        return err;
    struct edition *e;
    err = plans_get(p, version, &e);
    if (err != OK)
        return err;
    p->current = e;
    p->current_since = clock_mono_ms();
    *news = true;
    return OK;
}

bool
plans_late(const struct plans *p, uint32_t version)
{
    return p->current != NULL && p->current->version > version &&
           clock_mono_ms() - p->current_since > LATE_MS;
}

struct edition *
plans_current(const struct plans *p)
{
    return p->current;
}

void
plans_sweep(struct plans *p, bool (*used)(void *context, uint32_t version), void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct edition *e = p->editions[i];
        if (e == p->current || used(context, e->version))
            p->editions[kept++] = e;
        else
            edition_free(e);
    }
    p->count = kept;
}
