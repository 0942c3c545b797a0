/* score.c - the loops are for the vectoriser: no calls, no branches, no libm but the square root,
 * which is one instruction (-fno-math-errno). */
#include "workers/core/score.h"

#include <float.h>

#include "workers/core/place.h"

static_assert(FLT_EVAL_METHOD == 0, "single precision must be computed in single precision");

#define TRAVEL_MOST  268435456.0f  /* 2^28 */
#define HALF_TURN_E7 1800000000.0f /* a turn, in the loop's units of 2e-7 degree */
enum { MM_PER_2E7_DEGREE = 22239016 /* in 1e-6 mm */ };

void
score_times(const struct score_set *set, struct place to, const struct score_pace *pace,
            int32_t *times)
{
    const int32_t *restrict lat = set->lat_e7, *restrict lon = set->lon_e7;
    const int32_t *restrict wait = set->wait;
    int32_t *restrict out = times;
    assert(pace->mm_per_s > 0);
    /* units of 2e-7 degree to 1/16 s, north-south and east-west */
    float north = (float)MM_PER_2E7_DEGREE / 1e6f * (float)pace->detour / 1024.0f * 16.0f /
                  (float)pace->mm_per_s;
    float east = north * (float)place_cosine(to.lat_e7) / (float)PLACE_COSINE_ONE;
    int32_t lat_half = to.lat_e7 >> 1, lon_half = to.lon_e7 >> 1, fixed = pace->fixed;
    for (size_t i = 0; i < set->count; i++) {
        float y = (float)((lat[i] >> 1) - lat_half), x = (float)((lon[i] >> 1) - lon_half);
        x = __builtin_fabsf(x);
        float round = HALF_TURN_E7 - x;
        x = (round < x ? round : x) * east;
        y *= north;
        float t = __builtin_sqrtf(x * x + y * y);
        out[i] = (int32_t)(t < TRAVEL_MOST ? t : TRAVEL_MOST) + fixed + wait[i];
    }
}

enum { BLOCK = 64 };

/* Is `a` a worse candidate than `b`? */
static bool
worse(const int32_t *times, uint32_t a, uint32_t b)
{
    return times[a] != times[b] ? times[a] > times[b] : a > b;
}

/* A heap with the worst on top. */
static void
sink(const int32_t *times, uint32_t *heap, size_t count, uint32_t item)
{
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && worse(times, heap[child + 1], heap[child]))
            child++;
        if (!worse(times, heap[child], item))
            break;
        heap[i] = heap[child];
    }
    heap[i] = item;
}

static void
rise(const int32_t *times, uint32_t *heap, size_t i, uint32_t item)
{
    for (size_t parent; i > 0 && worse(times, item, heap[parent = (i - 1) / 2]); i = parent)
        heap[i] = heap[parent];
    heap[i] = item;
}

/* Is any of these below the limit? */
static int32_t
any_below(const int32_t *times, size_t count, int32_t limit)
{
    int32_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= times[i] < limit;
    return any;
}

/* A full heap takes only what is below its top: later ones lose ties. */
size_t
score_best(const int32_t *times, size_t count, size_t k, uint32_t *best)
{
    size_t kept = 0;
    int32_t limit = k > 0 ? SCORE_NEVER : INT32_MIN;
    for (size_t from = 0; from < count; from += BLOCK) {
        size_t end = count - from < BLOCK ? count : from + BLOCK;
        bool hit = end - from == BLOCK ? any_below(times + from, BLOCK, limit) != 0 : true;
        for (size_t i = from; hit && i < end; i++) {
            if (times[i] >= limit)
                continue;
            if (kept < k)
                rise(times, best, kept++, (uint32_t)i);
            else
                sink(times, best, k, (uint32_t)i);
            if (kept == k)
                limit = times[best[0]];
        }
    }
    for (size_t left = kept; left > 1;) {
        uint32_t last = best[--left];
        best[left] = best[0];
        sink(times, best, left, last);
    }
    return kept;
}
