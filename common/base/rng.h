/* rng.h - seeded randomness for tests, simulations and jitter; never for keys.
 * Source: SplitMix64, Steele, Lea and Flood 2014. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "common/base/base.h"

struct rng {
    uint64_t state; /* the seed */
};

static inline uint64_t
rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. below-1; the bias is below 2^-32 for the small ranges used here. */
static inline uint64_t
rng_below(struct rng *r, uint64_t below)
{
    assert(below > 0);
    return rng_next(r) % below;
}

#endif
