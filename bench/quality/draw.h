/* draw.h - random numbers by name instead of by order: each is a function of (seed, what is drawn,
 * whose it is, the how manieth). So ticket 17 takes the same time to repair under every policy,
 * whatever else was drawn before: common random numbers. */
#ifndef QUALITY_DRAW_H
#define QUALITY_DRAW_H

#include "common/base/rng.h"

#include <math.h>

enum draw {
    DRAW_CLUSTER, /* the city's own; `who` is the cluster */
    DRAW_HOME,    /* an engineer's; `who` is his index */
    DRAW_SHIFT,
    DRAW_SKILLS,
    DRAW_LEVEL,
    DRAW_PACE,
    DRAW_BREAK,
    DRAW_FIX, /* of his device */
    DRAW_GAP, /* a ticket's; `who` is its number */
    DRAW_STORM,
    DRAW_SPOT,
    DRAW_NEED,
    DRAW_SEVERITY,
    DRAW_SERVICE,
    DRAW_ABSENT,
    DRAW_CANCEL,
    DRAW_TRAVEL,
    DRAW_DOOR,
    DRAW_ANSWER /* a ticket's and an engineer's: `turn` is his index */
};

static inline uint64_t
draw_bits(uint64_t seed, enum draw what, uint64_t who, uint64_t turn)
{
    struct rng r = { seed };
    r.state = rng_next(&r) ^ (uint64_t)what;
    r.state = rng_next(&r) ^ who;
    r.state = rng_next(&r) ^ turn;
    return rng_next(&r);
}

/* Between 0 and 1, neither of them. */
static inline double
draw_unit(uint64_t seed, enum draw what, uint64_t who, uint64_t turn)
{
    return ((double)(draw_bits(seed, what, who, turn) >> 11) + 0.5) * 0x1p-53;
}

/* Mean 0, deviation 1. Turns of one name must be used for nothing else. */
static inline double
draw_normal(uint64_t seed, enum draw what, uint64_t who, uint64_t turn)
{
    double a = draw_unit(seed, what, who, 2 * turn), b = draw_unit(seed, what, who, 2 * turn + 1);
    return sqrt(-2 * log(a)) * cos(6.283185307179586 * b);
}

/* Mean 1, of this deviation of its logarithm. */
static inline double
draw_lognormal(uint64_t seed, enum draw what, uint64_t who, uint64_t turn, double sigma)
{
    return exp(sigma * draw_normal(seed, what, who, turn) - sigma * sigma / 2);
}

static inline double
draw_exponential(uint64_t seed, enum draw what, uint64_t who, uint64_t turn)
{
    return -log(draw_unit(seed, what, who, turn));
}

#endif
