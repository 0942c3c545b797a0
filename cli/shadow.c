/* shadow.c - records as they lie in the store become an engine. A worker goes on committing while
 * they are read, so they count only if the head has not moved meanwhile. */
#include "cli/shadow.h"

#include "common/base/map.h"
#include "common/wire/body.h"

enum { TRIES = 20, PASSES = 1000, KEY_MAX = 64 };

/* By enum record_hash: how its records are sealed, and what the engine calls them. */
static const struct {
    const char *name;
    enum record_kind kind;
} kinds[RECORD_HASHES] = {
    [HASH_META] = { "meta", RECORD_META },
    [HASH_TICKETS] = { "ticket", RECORD_TICKET },
    [HASH_ENGINEERS] = { "engineer", RECORD_ENGINEER },
    [HASH_PRINCIPALS] = { "principal", RECORD_PRINCIPAL },
    [HASH_REPORTS] = { "report", RECORD_REPORT },
    [HASH_LEARNED] = { "learned", RECORD_LEARNED },
};

struct loading {
    struct shadow *s;
    struct seal_key key;
    struct buf ad, plain;
    struct map seen; /* hash and key: a scan may give a record twice */
};

static bool
seen_before(struct loading *l, enum record_hash h, struct str key)
{
    char padded[KEY_MAX] = { (char)(h + 1) };
    if (key.len >= sizeof(padded))
        return false;
    memcpy(&padded[1], key.at, key.len);
    return map_put(&l->seen, padded, l) != NULL;
}

static enum err
load_record(void *context, enum record_hash h, struct str key, struct str sealed)
{
    struct loading *l = context;
    if (seen_before(l, h, key))
        return OK;
    if (h == HASH_META)
        key = (struct str){ 0 };
    buf_clear(&l->ad);
    buf_clear(&l->plain);
    ad_rest(&l->ad, kinds[h].name, l->s->territory, key);
    enum err e = unseal(&l->plain, &l->key, buf_str(&l->ad), sealed);
    return e == OK ? engine_restore(l->s->engine, kinds[h].kind, key, buf_str(&l->plain)) : e;
}

static enum err
load_records(struct shadow *s, const struct head *head, const struct rules *rules)
{
    struct loading l = { .s = s };
    seal_key_storage(&l.key, s->site->pool, "records");
    map_init(&l.seen, KEY_MAX);
    s->engine = engine_new(s->territory, head->incarnation, rules);
    enum err e = store_load(s->site->store, s->territory, load_record, NULL, &l);
    map_fini(&l.seen);
    buf_fini(&l.ad);
    buf_fini(&l.plain);
    return e;
}

static void
know_editions(struct shadow *s)
{
    for (uint32_t v = 0; (v = engine_wants(s->engine, v)) != 0;) {
        const struct rules *rules = editions_rules(&s->editions, v);
        if (rules != NULL)
            engine_knows(s->engine, rules);
    }
}

/* ERR_AGAIN: the head has moved while the records were read. */
static enum err
load(struct shadow *s)
{
    struct head before, after;
    enum err e = store_head(s->site->store, s->territory, &before);
    if (e != OK)
        return e;
    const struct rules *rules = before.exists ? editions_rules(&s->editions, before.plan) : NULL;
    if (rules == NULL)
        return before.exists ? ERR_VERSION : ERR_UNKNOWN;
    enum err loaded = load_records(s, &before, rules);
    e = store_head(s->site->store, s->territory, &after);
    if (e == OK && !same_id(before.chain, after.chain))
        return ERR_AGAIN;
    return e == OK ? loaded : e;
}

static bool
failed(struct shadow *s, enum err e)
{
    const char *t = s->territory.s;
    if (e == ERR_UNKNOWN)
        cmd_failed(s->site->command, "territory %s has not begun to live: no worker serves it yet",
                   t);
    else if (e == ERR_VERSION)
        cmd_failed(s->site->command, "the plan version that territory %s lives by is not kept", t);
    else if (e == ERR_AGAIN)
        cmd_failed(s->site->command,
                   "territory %s changes faster than it can be read: try again in a quieter moment",
                   t);
    else
        cmd_failed(s->site->command, "reading the records of territory %s: %s", t, err_text(e));
    shadow_close(s);
    return false;
}

bool
shadow_open(struct shadow *s, struct site *site, struct territory_id t)
{
    enum err e = ERR_AGAIN;
    *s = (struct shadow){ .site = site, .territory = t };
    editions_init(&s->editions, site, t);
    for (int i = 0; i < TRIES && e == ERR_AGAIN; i++) {
        engine_free(s->engine);
        s->engine = NULL;
        e = load(s);
    }
    if (e != OK)
        return failed(s, e);
    know_editions(s);
    engine_restored(s->engine);
    return true;
}

void
shadow_close(struct shadow *s)
{
    engine_free(s->engine);
    s->engine = NULL;
    effects_fini(&s->fx);
    editions_fini(&s->editions);
}

void
shadow_apply(struct shadow *s, const struct event *ev)
{
    effects_clear(&s->fx);
    engine_apply(s->engine, ev, &s->fx);
}

void
shadow_pass(struct shadow *s, instant at)
{
    struct event ev = { .kind = EVENT_TIME };
    for (int i = 0; i < PASSES; i++) {
        instant next = engine_next(s->engine);
        ev.at = next < engine_at(s->engine) ? engine_at(s->engine) : next;
        if (next > at || ev.at > at)
            break;
        shadow_apply(s, &ev);
    }
    ev.at = at > engine_at(s->engine) ? at : engine_at(s->engine);
    shadow_apply(s, &ev);
}
