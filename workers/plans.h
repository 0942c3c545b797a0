/* plans.h - plan versions: read from the store once, opened, checked and kept.
 *
 * An edition is a version with its atlas and, per territory, its rules. Engines borrow rules
 * for as long as they live by that version; plans_sweep gives back what nobody uses. */
#ifndef WORKERS_PLANS_H
#define WORKERS_PLANS_H

#include "common/base/map.h"
#include "common/io/seal.h"
#include "common/plan/plan.h"
#include "common/store/store.h"

struct edition {
    uint32_t version;
    struct plan *plan;
    struct atlas *atlas;
    struct map rules;       /* struct territory_id -> struct rules *, owned */
    uint64_t slow_patterns; /* bits of report.words whose pattern has been logged as too slow */
};

struct plans;
struct plans *plans_new(struct store *s, const struct keys *pool);
void plans_free(struct plans *p);

/* A version, from memory or the store. ERR_UNKNOWN: the store has none such; ERR_KEY, ERR_SYNTAX:
 * it does not open or does not parse (logged once); ERR_CLOSED: later. */
must_use enum err plans_get(struct plans *p, uint32_t version, struct edition **out);
/* NULL: this version has no such territory. */
const struct rules *edition_rules(struct edition *e, struct territory_id t);

/* Asks the store which version is current and reads it. `*news`: it is another than before. */
must_use enum err plans_refresh(struct plans *p, bool *news);
/* Is the current version newer than this one, and has been for a while? Then the word of it
 * has not reached the territory's inbox: who applied it died half way. */
bool plans_late(const struct plans *p, uint32_t version);
/* NULL before the first plan. */
struct edition *plans_current(const struct plans *p);
/* Forgets every version but the current one and those for which `used` is true. */
void plans_sweep(struct plans *p, bool (*used)(void *context, uint32_t version), void *context);

#endif
