/* chart.h - the map, version by version: the part of the plan that brokers may read, checked
 * against the operator's signature before a byte of it is believed.
 *
 *     fl:plan:current --each second--> a new number? --fl:map:N--> signature, parse, atlas
 *
 * The current version never goes back: a store that was rolled back (or is hostile) cannot bring a
 * revoked key to life again. Older versions are kept for checking addresses: the last CHART_LAST
 * of them once used, others fetched again when somebody addresses them. */
#ifndef BROKER_CHART_H
#define BROKER_CHART_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/plan/plan.h"

struct store;
struct redis;

enum { CHART_LAST = 16, CHART_KEPT = 2 * CHART_LAST, CHART_MISSING = 32, CHART_WANTED = 16 };

struct chart_sheet {
    uint32_t version;
    struct atlas *atlas;
    struct buf yaml; /* of the current version only */
    uint8_t signature[64];
    int64_t used_ms;
};

struct chart {
    struct store *store;
    uint8_t operator_public[32];
    struct chart_sheet *kept[CHART_KEPT]; /* NULL: free */
    struct chart_sheet *current;          /* one of them, or NULL before the first */
    uint64_t generation;                  /* grows whenever `current` is replaced */
    uint32_t told;                        /* what fl:plan:current said last */
    bool went_back;                       /* it said less than we have: look at ours again */
    bool asking, hurry;
    int64_t asked_ms, failed_ms;
    uint32_t wanted[CHART_WANTED]; /* versions that somebody addresses and we have not */
    size_t wanted_count;
    struct chart_missing { /* looked for, and not there */
        uint32_t version;
        int64_t at_ms;
    } missing[CHART_MISSING];
    size_t missing_next;
};

void chart_init(struct chart *c, struct store *s, const uint8_t operator_public[32]);
void chart_fini(struct chart *c);
/* Asks what is current, and loads what is new or wanted. May wait for one answer of Redis, so
 * only at the top of a turn: it replaces atlases that others have borrowed. */
void chart_work(struct chart *c, int64_t now_ms);
/* The current map; NULL before the first. Borrowed until the next chart_work. */
const struct atlas *chart_current(const struct chart *c);
/* That version's map. NULL: not kept, or, with *coming, being fetched: ask again soon. */
const struct atlas *chart_of(struct chart *c, uint32_t version, int64_t now_ms, bool *coming);
/* Checks a map and keeps it; the current one if it is newer than that. What store_map_get
 * brings goes through here. ERR_KEY: not signed by the operator. ERR_SYNTAX, ERR_VERSION. */
must_use enum err chart_take(struct chart *c, uint32_t version, struct str yaml,
                             const uint8_t signature[64], int64_t now_ms, struct buf *why);

#endif
