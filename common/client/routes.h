/* routes.h - answers to ROUTE, remembered for exactly equal headers, so that a thousand
 * reports of one site ask once; and for the cells that brokers name, so that a city of places
 * asks a few hundred times. All are of one plan version, and a minute old at most. A wrong
 * answer is harmless: the broker checks every address. */
#ifndef CLIENT_ROUTES_H
#define CLIENT_ROUTES_H

#include "common/base/base.h"
#include "faultline/message.h"

enum {
    ROUTES_SLOTS = 4096,
    ROUTES_CELLS = 16384,
    ROUTES_SIDES = 4, /* that brokers give their cells; cells of further ones are not kept */
    ROUTES_AGE_MS = 60000
};

struct routes {
    struct routes_slot *slots;   /* made at first use */
    struct routes_cell *cells;   /* made at first use */
    int32_t sides[ROUTES_SIDES]; /* of those cells; 0: free */
    uint32_t plan;               /* 0: none is known */
    int64_t since;               /* when the oldest answer came; monotonic */
};

void routes_fini(struct routes *c);
void routes_forget(struct routes *c);
/* The broker speaks of this plan version: answers of another are forgotten. */
void routes_plan(struct routes *c, uint32_t plan);
void routes_learn(struct routes *c, const struct route *r, struct territory_id t, int64_t now);
/* Every place of this one's cell, with neither site nor customer, goes there. side > 0. */
void routes_learn_cell(struct routes *c, struct place p, int32_t side, struct territory_id t,
                       int64_t now);
/* false: not known. The plan is c->plan. */
bool routes_find(struct routes *c, const struct route *r, int64_t now, struct territory_id *t);

#endif
