/* city.h - made-up problems for `./dev bench match`: a clustered city of 30 by 30 km, tickets and
 * engineers in it, one engineer in five qualified for a ticket, the nearest `edges` of those its
 * candidates. Costs in 1/16 s. */
#ifndef BENCH_CITY_H
#define BENCH_CITY_H

#include "common/base/rng.h"
#include "workers/core/assign.h"

enum city_cost {
    CITY_TRAVEL, /* travel alone */
    CITY_LEXICAL /* a breach of the deadline, by severity, before travel */
};

struct city_ticket {
    int64_t defer;
    struct assign_edge *edges; /* of `city.edges`; nearest first */
    size_t count;
};

struct city {
    struct city_ticket *tickets;
    size_t tickets_count, slots_count;
    struct assign_edge *edges;
    struct place_m {
        int32_t x, y;
    } * slots; /* metres */
};

/* Tickets are as many as asked for, slots are 0 .. slots-1. */
void city_init(struct city *c, struct rng *r, size_t tickets, size_t slots, size_t edges,
               enum city_cost cost);
void city_fini(struct city *c);

#endif
