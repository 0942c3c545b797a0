/* cool.h - the temperature of an annealing, in whole numbers: no libm, so the same everywhere.
 *
 * A plan that costs `more` than the present one is kept when more < heat * luck, where luck is
 * exponential with mean 1: the classical rule exp(-more / heat) > uniform, solved for `more`. */
#ifndef CORE_COOL_H
#define CORE_COOL_H

#include "common/base/rng.h"

enum { COOL_ONE = 1 << 16 };        /* 1 in the fixed point used here */
#define COOL_MAX ((int64_t)1 << 36) /* the greatest heat */

/* An exponential number of mean COOL_ONE (within 1 %), at most 45 * COOL_ONE. */
int64_t cool_luck(struct rng *r);
/* The heat after `done` of `over` steps: falls from `heat` to a hundredth of it, by equal factors
 * in equal times, and stays there. Never below 1. */
int64_t cool_heat(int64_t heat, uint64_t done, uint64_t over);

#endif
