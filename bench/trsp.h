/* trsp.h - instances of the technician routing and scheduling problem (Pillac, Gueret, Medaglia
 * 2013) as routes to plan. What of their format is mapped, and how:
 *
 *      technicians' homes, working day   start and end, one shift
 *      requests' places, windows         hard windows of the begin of work, as in Solomon's
 * originals skills                            a bit each: theirs have no levels tools, spare parts
 * tools carried, parts used up; the depot is the store, where both are without limit, and calling
 * there takes no time release dates (in dyn/)           release_at: nobody sets out for a request
 * before it is known distance = time, real numbers     whole hundredths
 *
 * Not mapped: their goal, the time worked from leaving home to coming back; ours is travel. Told
 * beside it: the time worked, each day begun as late as its order of visits allows. A technician
 * calls at the depot when something first lacks, not at the best moment before that. */
#ifndef BENCH_TRSP_H
#define BENCH_TRSP_H

#include "workers/core/route.h"

enum { TRSP_CREW = 25, TRSP_JOBS = 100, TRSP_PLACES = 1 + TRSP_CREW + TRSP_JOBS, TRSP_UNIT = 100 };

struct trsp {
    char name[40];
    struct route_input in; /* lent the arrays below: do not copy the struct */
    struct route_vehicle crew[TRSP_CREW];
    struct route_job jobs[TRSP_JOBS];
    int32_t travel_s[TRSP_PLACES * TRSP_PLACES];
};

/* false: not such a file. */
bool trsp_read(struct trsp *t, const char *path);
/* The release dates of a file in dyn/ for the instance it belongs to. */
bool trsp_release(struct trsp *t, const char *path);
/* The time worked, from the latest start of each day. */
int64_t trsp_worked(const struct trsp *t, const struct route_visit *visits, uint32_t count);
/* The day as it comes: at each release the planner knows what is released, may change what nobody
 * has set out for, and has `steps` steps. The visits as they were in the end; returns how many. */
uint32_t trsp_live(const struct trsp *t, uint32_t steps, struct route_visit *visits);

#endif
