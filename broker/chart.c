/* chart.c - follows the plan's version, verifies each map, keeps their atlases. */
#include "broker/chart.h"

#include "common/io/log.h"
#include "common/io/redis.h"
#include "common/io/seal.h"
#include "common/store/store.h"
#include "common/wire/key.h"

#include <inttypes.h>
#include <stdio.h>

enum { ASK_EVERY_MS = 1000, MISSING_FOR_MS = 5000, AGAIN_AFTER_MS = 5000 };

void
chart_init(struct chart *c, struct store *s, const uint8_t operator_public[32])
{
    *c = (struct chart){ .store = s, .asked_ms = INT64_MIN / 2, .failed_ms = INT64_MIN / 2 };
    memcpy(c->operator_public, operator_public, sizeof(c->operator_public));
}

static void
sheet_free(struct chart_sheet *s)
{
    if (s == NULL)
        return;
    atlas_free(s->atlas);
    buf_fini(&s->yaml);
    free(s);
}

void
chart_fini(struct chart *c)
{
    for (size_t i = 0; i < CHART_KEPT; i++)
        sheet_free(c->kept[i]);
    *c = (struct chart){ 0 };
}

const struct atlas *
chart_current(const struct chart *c)
{
    return c->current == NULL ? NULL : c->current->atlas;
}

static struct chart_sheet *
find(const struct chart *c, uint32_t version)
{
    for (size_t i = 0; i < CHART_KEPT; i++)
        if (c->kept[i] != NULL && c->kept[i]->version == version)
            return c->kept[i];
    return NULL;
}

/* Where a new sheet may lie: a free place, or that of the one unused for longest among those that
 * are not of the last CHART_LAST versions. There are more places than those, so there is one. */
static size_t
place_for(const struct chart *c)
{
    size_t best = CHART_KEPT;
    for (size_t i = 0; i < CHART_KEPT; i++) {
        if (c->kept[i] == NULL)
            return i;
        if (c->current != NULL && (uint64_t)c->kept[i]->version + CHART_LAST > c->current->version)
            continue;
        if (best == CHART_KEPT || c->kept[i]->used_ms < c->kept[best]->used_ms)
            best = i;
    }
    assert(best < CHART_KEPT);
    return best;
}

static void
make_current(struct chart *c, struct chart_sheet *s, struct str yaml)
{
    if (c->current != NULL)
        buf_fini(&c->current->yaml);
    c->current = s;
    buf_put(&s->yaml, yaml.at, yaml.len);
    c->generation++;
    const struct territory_id *list;
    const struct principal *who;
    log_info("event=plan version=%" PRIu32 " territories=%zu principals=%zu", s->version,
             atlas_territories(s->atlas, &list), atlas_principals(s->atlas, &who));
}

/* The map's atlas, or why not. */
static enum err
read_map(uint32_t version, struct str yaml, struct atlas **out, struct buf *why)
{
    char name[32];
    snprintf(name, sizeof(name), "fl:map:%" PRIu32, version);
    struct plan *plan = NULL;
    enum err err = plan_parse(&plan, name, yaml, why);
    if (err != OK)
        return err;
    if (plan->version == version)
        *out = atlas_new(plan);
    else
        buf_printf(why, "%s holds version %u", name, plan->version);
    plan_free(plan);
    return *out == NULL ? ERR_VERSION : OK;
}

enum err
chart_take(struct chart *c, uint32_t version, struct str yaml, const uint8_t signature[64],
           int64_t now_ms, struct buf *why)
{
    if (!sign_check(c->operator_public, signature, yaml)) {
        buf_printf(why, "fl:map:%" PRIu32 " is not signed by the operator of operator_public",
                   version);
        return ERR_KEY;
    }
    struct atlas *atlas = NULL;
    enum err err = read_map(version, yaml, &atlas, why);
    if (err != OK)
        return err;
    bool newest = c->current == NULL || version >= c->current->version;
    struct chart_sheet *s = find(c, version);
    if (s == NULL) {
        size_t place = place_for(c);
        sheet_free(c->kept[place]);
        s = c->kept[place] = zalloc(sizeof(*s));
    }
    atlas_free(s->atlas);
    buf_clear(&s->yaml);
    s->version = version;
    s->atlas = atlas;
    s->used_ms = now_ms;
    memcpy(s->signature, signature, sizeof(s->signature));
    if (newest)
        make_current(c, s, yaml);
    return OK;
}

/* ---- following */

static void
on_current(void *context, enum err err, struct reply r)
{
    struct chart *c = context;
    int64_t version = 0;
    c->asking = false;
    if (err != OK || reply_kind(r) != REPLY_TEXT || !str_int(reply_text(r), &version) ||
        version <= 0 || version > UINT32_MAX)
        return; /* down, or no plan yet: what we have stays */
    c->told = (uint32_t)version;
    if (c->current == NULL || c->told >= c->current->version || c->went_back)
        return;
    c->went_back = true;
    log_error("event=plan_went_back version=%" PRIu32 " kept=%" PRIu32
              " do=\"was the store rolled back? apply the plan again\"",
              c->told, c->current->version);
}

static void
ask(struct chart *c, int64_t now_ms)
{
    const struct str argv[] = { STR("GET"), STR(KEY_PLAN_CURRENT) };
    c->asking = true;
    c->hurry = false;
    c->asked_ms = now_ms;
    redis_call(store_redis(c->store), on_current, c, countof(argv), argv);
}

static void
set_missing(struct chart *c, uint32_t version, int64_t now_ms)
{
    c->missing[c->missing_next++ % CHART_MISSING] = (struct chart_missing){ version, now_ms };
}

/* Fetches and takes one version; ERR_UNKNOWN when the store has none such. */
static enum err
load(struct chart *c, uint32_t version, int64_t now_ms)
{
    struct buf map = { 0 }, why = { 0 };
    uint8_t signature[64];
    enum err err = store_map_get(c->store, version, &map, signature);
    if (err == OK && map.len == 0)
        err = ERR_UNKNOWN;
    if (err == OK)
        err = chart_take(c, version, buf_str(&map), signature, now_ms, &why);
    if (err != OK)
        log_error("event=map_refused version=%" PRIu32 " err=\"%s\" why=%s", version, err_text(err),
                  log_quote((const char *)why.data, why.len));
    buf_fini(&map);
    buf_fini(&why);
    return err;
}

static void
follow(struct chart *c, int64_t now_ms)
{
    uint32_t have = c->current == NULL ? 0 : c->current->version;
    if (c->told < have || (c->told == have && !c->went_back) ||
        now_ms - c->failed_ms < AGAIN_AFTER_MS)
        return;
    if (load(c, c->told, now_ms) == OK)
        c->went_back = false;
    else
        c->failed_ms = now_ms;
}

/* One of the wanted a turn: the last. Those beyond what is current wait for a fresh answer. */
static void
fetch_wanted(struct chart *c, int64_t now_ms)
{
    if (c->wanted_count == 0 || c->asking || c->hurry)
        return;
    uint32_t version = c->wanted[--c->wanted_count];
    if (find(c, version) != NULL)
        return;
    enum err err = version > c->told ? ERR_UNKNOWN : load(c, version, now_ms);
    if (err != OK && err != ERR_CLOSED && err != ERR_AGAIN)
        set_missing(c, version, now_ms);
}

void
chart_work(struct chart *c, int64_t now_ms)
{
    if (!store_is_up(c->store))
        return;
    if (!c->asking && (c->hurry || now_ms - c->asked_ms >= ASK_EVERY_MS))
        ask(c, now_ms);
    if (c->told != 0)
        follow(c, now_ms);
    fetch_wanted(c, now_ms);
}

static bool
is_missing(const struct chart *c, uint32_t version, int64_t now_ms)
{
    for (size_t i = 0; i < CHART_MISSING; i++)
        if (c->missing[i].version == version && now_ms - c->missing[i].at_ms < MISSING_FOR_MS)
            return true;
    return false;
}

static void
want(struct chart *c, uint32_t version)
{
    for (size_t i = 0; i < c->wanted_count; i++)
        if (c->wanted[i] == version)
            return;
    if (c->wanted_count < CHART_WANTED)
        c->wanted[c->wanted_count++] = version;
    if (version > c->told)
        c->hurry = true;
}

const struct atlas *
chart_of(struct chart *c, uint32_t version, int64_t now_ms, bool *coming)
{
    *coming = false;
    struct chart_sheet *s = find(c, version);
    if (s != NULL) {
        s->used_ms = now_ms;
        return s->atlas;
    }
    if (version == 0 || is_missing(c, version, now_ms))
        return NULL;
    want(c, version);
    *coming = true;
    return NULL;
}
