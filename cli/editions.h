/* editions.h - every version of the plan that a log names, each opened and compiled once: a ticket
 * lives by the version it was opened under. */
#ifndef CLI_EDITIONS_H
#define CLI_EDITIONS_H

#include "cli/site.h"

struct editions {
    struct site *site;
    struct territory_id territory;
    struct edition *list; /* by version - 1; owned */
    size_t count, cap;
};

/* After site_plan, which must outlive it. */
void editions_init(struct editions *e, struct site *s, struct territory_id t);
void editions_fini(struct editions *e);
/* NULL: not kept, or it cannot be read (then it was said), or it has no such territory. `editions`
 * is a struct editions. */
const struct rules *editions_rules(void *editions, uint32_t version);
const struct plan *editions_plan(struct editions *e, uint32_t version);

#endif
