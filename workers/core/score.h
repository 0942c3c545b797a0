/* score.h - how long each of many candidates would take to a place, and the best of them; arrays
 * side by side, so that a compiler makes four or eight at a time of it.
 *
 * Times are in 1/16 s, whole numbers. In between is IEEE 754 single precision, and only what the
 * standard rounds correctly: conversion, +, -, *, square root; no contraction, no fast-math (the
 * build says so for this file). So every machine gets the same bits. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "common/base/base.h"
#include "faultline/ids.h"

#define SCORE_NEVER ((int32_t)1 << 30) /* and above: no candidate */

/* Candidates, by their place in the arrays. Borrowed. */
struct score_set {
    const int32_t *lat_e7, *lon_e7; /* on the globe */
    const int32_t *wait;            /* 1/16 s until he could leave, and whatever else counts against
                                       him; 0 .. SCORE_NEVER, which is for those who cannot */
    size_t count;
};

struct score_pace {
    uint32_t detour;   /* road to beeline, in 1/1024: 1382 is 1.35 */
    uint32_t mm_per_s; /* not 0 */
    int32_t fixed;     /* 1/16 s for each journey, 0 .. SCORE_NEVER / 4 */
};

/* times[i] = wait + travel of candidate i, SCORE_NEVER or more for who cannot. Beeline on the local
 * flat map of the place, east-west by the shorter way round. Travel is at most 2^28 (194 days). */
void score_times(const struct score_set *set, struct place to, const struct score_pace *pace,
                 int32_t *times);
/* The places of the k smallest below SCORE_NEVER into `best`, ascending, ties to the smaller
 * place. Returns how many. `best` has room for k. */
size_t score_best(const int32_t *times, size_t count, size_t k, uint32_t *best);

#endif
