/* price.h - what a pairing costs, in seconds of travel: the terms of the plan's cost function as
 * far as they matter here, computed from a desk's own model. Shared by the policies that optimise.
 */
#ifndef QUALITY_PRICE_H
#define QUALITY_PRICE_H

#include "bench/quality/desk.h"

enum { PRICE_SWITCH_S = 600, PRICE_JOB_S = 3300 };

/* travel + w (3600 P(late) + 0.5 late) + 0.2 w (arrival - created); w = 27, 9, 3, 1. How far off
 * the arrival may be grows with its distance, and by what is unsure besides. Giving up a way that
 * has begun costs PRICE_SWITCH_S w. */
double price_pair(const struct ticket_drawn *t, instant now, instant arrival, msec travel,
                  double unsure_s);
/* Leaving it for later, when `slots` jobs of everybody are looked ahead at. */
double price_defer(const struct ticket_drawn *t, instant now, unsigned slots);

#endif
