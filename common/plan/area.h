/* area.h - is a place in a polygon? Exact, in integers. */
#ifndef PLAN_AREA_H
#define PLAN_AREA_H

#include "common/plan/plan.h"

struct area_edge {
    struct place a, b; /* a is not above b */
};
struct area {
    struct place low, high;  /* the bounding box, both inside; low above high: holds nothing */
    struct area_edge *edges; /* owned: band after band, an edge in every band it touches */
    uint32_t *bands;         /* owned: where each band begins in edges; one more at the end */
    uint32_t bands_count;
};

void area_init(struct area *a, const struct plan_point *points, unsigned count);
void area_fini(struct area *a);
/* The border belongs to the area. */
bool area_holds(const struct area *a, struct place p);

/* Does its border touch the rectangle, both corners included? If not, the area holds either all
 * places of the rectangle or none. */
bool area_touches(const struct area *a, struct place low, struct place high);

/* Degrees in units of 1e-7, rounded; PLACE_NONE when either is NULL. */
struct place area_place(const double *lat, const double *lon);

#endif
