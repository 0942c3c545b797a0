/* travel.h - how long it takes to get there: what the plan expects of the distance at that hour,
 * corrected by the trips that were seen between these two neighbourhoods at such hours.
 *
 *      expected = metres x detour / (speed x speed of the half hour) + fixed
 *      estimate = expected x (sum seen + K x mean expected) / (sum expected + K x mean expected)
 *
 * For a trip of the usual length of its cells that is (n x mean seen + K x expected) / (n + K); a
 * longer one is in proportion, so that within a pair of cells further is never sooner. */
#ifndef CORE_TRAVEL_H
#define CORE_TRAVEL_H

#include "faultline/rules.h"
#include "workers/core/learned.h"

/* Ways that begin at instants of one phase take equally long. */
uint16_t travel_phase(const struct rules *r, instant at);
/* Does what is learned under this key tell of trips to or from here? */
bool travel_key_ends(const struct learned_key *key, struct place p);
/* Straight metres; TRAVEL_UNKNOWN_M when either place is unknown, which is no reason to keep
 * anybody at home. */
enum { TRAVEL_UNKNOWN_M = 15000 };
int64_t travel_metres(struct place a, struct place b);

/* The departure's instant is `at`. Rising in the metres. */
msec travel_expected(const struct rules *r, int64_t metres, instant at);
msec travel_time(const struct rules *r, const struct learned *l, struct place a, struct place b,
                 instant at);
/* The same, for whoever knows the distance already: travel_metres(a, b). */
msec travel_over(const struct rules *r, const struct learned *l, struct place a, struct place b,
                 int64_t metres, instant at);
/* A trip that was made. What cannot be (places unknown, no time passed, more than six hours) is
 * not learned from; beyond a quarter or four times of what was expected counts as that. */
void travel_learn(struct learned *l, const struct rules *r, struct place a, struct place b,
                  instant departed, instant arrived);

#endif
