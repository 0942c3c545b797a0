/* outlook.h - the appointments of the coming days as one question to the planner of routes
 * (route.h), and its answer as proposals to the engine.
 *
 *      engine --> outlook_new --> outlook_step, in slices --> outlook_propose --> EVENT_PROPOSE
 *
 * Jobs are the tickets that wait for their appointment; vehicles are engineers, one for each
 * stretch of duty, from where and when they will have done what they hold. Who may do what is
 * fit_person's word, as in the matching. It begins with the plan that stands; what it proposes is
 * that plan where nothing better was found, so an outlook that finds nothing changes nothing.
 *
 * Nothing of the engine is kept after outlook_new: it may go on meanwhile, and takes of a proposal
 * what still stands. All is whole numbers and counted steps: the same engine, instant and seed
 * propose the same. */
#ifndef CORE_OUTLOOK_H
#define CORE_OUTLOOK_H

#include "workers/core/engine.h"

enum {
    OUTLOOK_JOBS = 128, /* the next so many appointments */
    OUTLOOK_TOURS = 256 /* stretches of duty; engineers who are planned come first */
};
#define OUTLOOK_AHEAD_MS (3 * DAYS)
/* Smaller changes of hour are not proposed, and a plan must be so much shorter to be another. */
#define OUTLOOK_DRIFT_MS (2 * MINUTES)
#define OUTLOOK_GAIN_S   300

struct outlook;

/* NULL: no appointment waits. `steps` is how many there will be. */
struct outlook *outlook_new(const struct engine *e, instant now, uint64_t seed, uint64_t steps);
/* At most so many; returns how many are left. */
uint64_t outlook_step(struct outlook *o, uint32_t steps);
/* What should be otherwise than it stood; `out` has room for OUTLOOK_JOBS. */
size_t outlook_propose(const struct outlook *o, struct proposal *out);
void outlook_free(struct outlook *o);

#endif
