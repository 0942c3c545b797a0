/* grid_state.h - the inside of the grid, for grid.c (who is where) and grid_near.c (who is near).
 */
#ifndef CORE_GRID_STATE_H
#define CORE_GRID_STATE_H

#include "workers/core/grid.h"
#include "workers/core/pool.h"

/* On the flat map: units of 2e-7 degree of latitude, 22.239 mm. */
struct spot {
    int32_t x, y;
};

struct point {
    struct spot at;
    uint32_t engineer;
};

struct sheet {
    struct run *cells; /* wide * high, a row after another; of points; owned */
    uint32_t wide, high;
    struct spot origin; /* the first cell's least corner */
    unsigned shift;     /* a cell's side is 1 << shift */
    size_t count;       /* points */
    uint64_t crowd;     /* the sum of the squares of the cells' counts */
    size_t drawn_count; /* as it was drawn */
    uint64_t drawn_crowd;
    size_t changes; /* since it was drawn */
};

struct person {
    struct spot at;
    bool placed;
    struct run skills; /* of uint32_t, in no order */
};

struct grid {
    struct place middle;
    int64_t cosine; /* of the middle's latitude */
    struct sheet *sheets;
    size_t sheets_count;
    struct person *people;
    size_t people_count;
    struct pool points, skills;
};

struct spot grid_spot(const struct grid *g, struct place at);

/* The column, or row, that a coordinate falls into. */
static inline uint32_t
sheet_step(int32_t at, int32_t origin, unsigned shift, uint32_t count)
{
    int64_t off = (int64_t)at - origin;
    if (off < 0)
        return 0;
    return (uint64_t)off >> shift < count ? (uint32_t)(off >> shift) : count - 1;
}

#endif
