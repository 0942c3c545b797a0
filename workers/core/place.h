/* place.h - how far, in whole metres, without floating point. */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "faultline/ids.h"

/* Metres between two known places: exact to about 0.5 % within a few hundred kilometres, which
 * is all that ranking engineers needs. Symmetric. */
int64_t place_distance(struct place a, struct place b);
/* The place itself, or PLACE_NONE when it is not on the globe. */
struct place place_checked(struct place p);

#endif
