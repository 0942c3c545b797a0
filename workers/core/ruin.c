/* ruin.c - takes strings of jobs, near to one another, out of several tours: slack by induction.
 *
 * A seed job is drawn; the jobs nearest to it name the tours, and of each of them a string that
 * holds that job goes, at most once a step. Half of the strings keep one stop or a few in their
 * middle. How many strings follows from how long they may be: about RUIN_MEAN jobs in all. */
#include "workers/core/tour.h"

enum { RUIN_MEAN = 10, STRING_MAX = 10, FOR_ABSENT = 2, ONE = 256 };

/* 1 .. most, evenly. */
static uint32_t
draw(struct route *r, uint32_t most)
{
    return 1 + (uint32_t)rng_below(&r->rng, most);
}

static void
tear(struct route *r, uint32_t vehicle, uint32_t job, uint32_t longest)
{
    const struct tour *t = &r->now[vehicle];
    uint32_t at = 1, spare = 0, n = t->count;
    while (t->stops[at].job != job)
        at++;
    uint32_t length = draw(r, n < longest ? n : longest);
    if (length > 1 && length < n && rng_below(&r->rng, 2) == 0)
        for (spare = 1; length + spare < n && rng_below(&r->rng, 100) == 0;)
            spare++;
    uint32_t all = length + spare;
    uint32_t low = at >= all ? at - all + 1 : 1;
    uint32_t high = at + all <= n + 1 ? at : n + 1 - all;
    uint32_t first = low + draw(r, high - low + 1) - 1;
    uint32_t head = spare == 0 ? 0 : draw(r, length + 1) - 1;
    tour_tear(r, vehicle, first, all, head, spare);
}

static uint32_t
longest_string(const struct route *r)
{
    uint32_t used = 0, done = r->in.jobs_count - r->absent_count;
    for (uint32_t v = 0; v < r->in.vehicles_count; v++)
        used += r->now[v].count > 0;
    uint32_t mean = used == 0 ? 1 : done / used;
    return mean < 1 ? 1 : mean > STRING_MAX ? STRING_MAX : mean;
}

/* Any job; often one that is left out, so that there is room where it is wanted. */
static uint32_t
draw_seed(struct route *r)
{
    if (r->absent_count > 0 && rng_below(&r->rng, FOR_ABSENT) == 0)
        return r->absent[rng_below(&r->rng, r->absent_count)];
    return (uint32_t)rng_below(&r->rng, r->in.jobs_count);
}

void
route_ruin(struct route *r)
{
    uint32_t longest = longest_string(r);
    uint32_t most = 4 * RUIN_MEAN * ONE / (1 + longest) - ONE;
    uint32_t strings = (ONE + (uint32_t)rng_below(&r->rng, most)) / ONE;
    uint32_t job = draw_seed(r);
    const uint32_t *near = &r->near[(size_t)job * TOUR_NEAR];
    for (uint32_t i = 0; strings > 0 && job != ROUTE_NONE; job = near[i++]) {
        uint32_t v = r->who[job];
        if (v != ROUTE_NONE && r->stamp[v] != r->steps) {
            tear(r, v, job, longest);
            strings--;
        }
        if (i == TOUR_NEAR)
            break;
    }
}
