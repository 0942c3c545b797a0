/* place.h - how far, in whole metres, without floating point. */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "faultline/ids.h"

/* Metres between two known places: exact to about 0.5 % within a few hundred kilometres, which
 * is all that ranking engineers needs. Symmetric. */
int64_t place_distance(struct place a, struct place b);
/* The cosine of an angle of -180 to 180 degrees, times PLACE_COSINE_ONE; error below 4e-5, and 0
 * beyond 90 degrees. */
#define PLACE_COSINE_ONE ((int64_t)1 << 30)
int64_t place_cosine(int64_t angle_e7);
/* The place itself, or PLACE_NONE when it is not on the globe. */
struct place place_checked(struct place p);

#endif
