/* ahead.h - policies that price every pairing: of the idle only, or with a look ahead. */
#ifndef QUALITY_AHEAD_H
#define QUALITY_AHEAD_H

#include "bench/quality/field.h"

extern const struct policy
    policy_idle_only; /* the cheapest matching of tickets and idle engineers */
/* Three slots an engineer (now, and two jobs later), those en route may be diverted: */
extern const struct policy policy_greedy;  /* the pair that gains most over deferring, first */
extern const struct policy policy_optimal; /* the cheapest matching: what the engine should equal */

#endif
