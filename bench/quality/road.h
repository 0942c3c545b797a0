/* road.h - how one really gets about in the simulated city: along a grid of streets, over bridges,
 * slower in the middle and in the rush hours. The dispatcher knows none of this; his own model is
 * the crow's way with a detour. */
#ifndef QUALITY_ROAD_H
#define QUALITY_ROAD_H

#include "faultline/ids.h"

enum { ROAD_MOST = 8 };
#define ROAD_SIDE_M 30000.0 /* the city is a square */

struct spot {
    double x, y; /* metres east and north of the city's corner */
};

/* A way: from bend to bend. */
struct road {
    struct spot bends[ROAD_MOST];
    unsigned count;
    double metres;
};

struct road road_find(struct spot from, struct spot to);
/* Where one is after this share (0 .. 1) of it. */
struct spot road_at(const struct road *r, double share);
/* How long it takes when begun at this instant, before noise. */
msec road_takes(const struct road *r, instant at);

double spot_crow_m(struct spot a, struct spot b);
struct place spot_place(struct spot s);

/* Minutes since midnight. */
static inline int
minute_of_day(instant at)
{
    return (int)(at % DAYS / MINUTES);
}

#endif
