/* road.c - two rivers cross the city, one from south to north, one from west to east; each has few
 * bridges. Between bridges one drives as in a chessboard: first east or west, then north or south.
 *
 *      |    :            north river's bridges lie on both sides of the crossing, so from every
 *   ---+----:--- x ---   quarter there is a way to every other over at most two
 *      |    :
 */
#include "bench/quality/road.h"

#include "common/base/base.h"

#include <math.h>

#define RIVER_X 10500.0
#define RIVER_Y 19000.0

static const double bridges_x[] = { 4000, 11000, 17500, 25500 };       /* over RIVER_X, at y */
static const double bridges_y[] = { 3000, 9000, 13500, 21000, 27000 }; /* over RIVER_Y, at x */
enum { BRIDGES = countof(bridges_x) + countof(bridges_y) };

static bool
is_east(struct spot s)
{
    return s.x > RIVER_X;
}

static bool
is_north(struct spot s)
{
    return s.y > RIVER_Y;
}

static double
streets_m(struct spot a, struct spot b)
{
    return fabs(a.x - b.x) + fabs(a.y - b.y);
}

static void
drive_to(struct road *r, struct spot to)
{
    struct spot from = r->bends[r->count - 1];
    r->metres += streets_m(from, to);
    r->bends[r->count++] = (struct spot){ to.x, from.y };
    r->bends[r->count++] = to;
}

static struct road
over(struct spot from, const struct spot *via, unsigned count, struct spot to)
{
    struct road r = { { from }, 1, 0 };
    for (unsigned i = 0; i < count; i++)
        drive_to(&r, via[i]);
    drive_to(&r, to);
    return r;
}

static void
keep_shorter(struct road *best, struct road r)
{
    if (best->count == 0 || r.metres < best->metres)
        *best = r;
}

/* A bridge over one river that lies on the given side of the other one. */
static bool
bridge(unsigned i, bool over_x, bool side, struct spot *out)
{
    if (over_x && i < countof(bridges_x))
        *out = (struct spot){ RIVER_X, bridges_x[i] };
    else if (!over_x && i < countof(bridges_y))
        *out = (struct spot){ bridges_y[i], RIVER_Y };
    else
        return false;
    return (over_x ? is_north(*out) : is_east(*out)) == side;
}

struct road
road_find(struct spot a, struct spot b)
{
    bool cross_x = is_east(a) != is_east(b), cross_y = is_north(a) != is_north(b);
    struct road best = { 0 };
    struct spot via[2];
    if (!cross_x && !cross_y)
        return over(a, NULL, 0, b);
    if (cross_x != cross_y) {
        for (unsigned i = 0; i < BRIDGES; i++)
            if (bridge(i, cross_x, cross_x ? is_north(a) : is_east(a), &via[0]))
                keep_shorter(&best, over(a, via, 1, b));
        return best;
    }
    for (unsigned i = 0; i < BRIDGES; i++)
        for (unsigned k = 0; k < BRIDGES; k++) {
            if (bridge(i, true, is_north(a), &via[0]) && bridge(k, false, is_east(b), &via[1]))
                keep_shorter(&best, over(a, via, 2, b));
            if (bridge(i, false, is_east(a), &via[0]) && bridge(k, true, is_north(b), &via[1]))
                keep_shorter(&best, over(a, via, 2, b));
        }
    return best;
}

struct spot
road_at(const struct road *r, double share)
{
    double left = r->metres * (share < 0 ? 0 : share);
    for (unsigned i = 1; i < r->count; i++) {
        struct spot a = r->bends[i - 1], b = r->bends[i];
        double part = streets_m(a, b);
        if (left < part)
            return (struct spot){ a.x + (b.x - a.x) * left / part,
                                  a.y + (b.y - a.y) * left / part };
        left -= part;
    }
    return r->bends[r->count - 1];
}

/* km/h on an empty middle street, by hour. */
static const double speeds[24] = {
    46, 46, 46, 46, 46, 44, 38, 27, 24, 30, 34, 34, 32, 33, 34, 32, 28, 23, 24, 30, 36, 40, 44, 46,
};

/* Slow in the middle of the city, quick at its edge. */
static double
ease(const struct road *r)
{
    static const struct spot middle = { ROAD_SIDE_M / 2, ROAD_SIDE_M / 2 };
    struct spot half = road_at(r, 0.5);
    double out = spot_crow_m(half, middle) / (ROAD_SIDE_M / 2);
    return 0.8 + 0.4 * (out > 1 ? 1 : out);
}

msec
road_takes(const struct road *r, instant at)
{
    double left = r->metres, factor = ease(r);
    msec took = 0;
    for (;;) {
        instant now = at + took;
        msec rest = HOURS - now % HOURS;
        double per_ms = speeds[now % DAYS / HOURS] * factor / 3600;
        if (left <= per_ms * (double)rest)
            return took + (msec)(left / per_ms);
        left -= per_ms * (double)rest;
        took += rest;
    }
}

double
spot_crow_m(struct spot a, struct spot b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

struct place
spot_place(struct spot s)
{
    return (struct place){ 310000000 + (int32_t)(s.y / 0.011119508),
                           1210000000 + (int32_t)(s.x / 0.011119508 / 0.8562) };
}
