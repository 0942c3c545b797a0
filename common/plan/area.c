/* area.c - point in polygon, exact in integers, the border included.
 *
 *      high .------------.
 *           |  /\   ____ |   a place is inside when a ray to the east crosses the
 *     band -|-/--\-/--.-\|-> polygon an odd number of times; only edges that touch
 *           |/____V____\_|   its latitude's band are looked at
 *       low '------------'
 *
 * Products of differences stay below 3.6e9 * 1.8e9 = 6.5e18 and so fit in 63 bits: no rounding,
 * hence no gap and no overlap between territories that share their corners. */
#include "common/plan/area.h"

#include <stdlib.h>

enum { EDGES_A_BAND = 8, BANDS_MAX = 512 };

struct place
area_place(const double *lat, const double *lon)
{
    if (lat == NULL || lon == NULL)
        return PLACE_NONE;
    return (struct place){ (int32_t)(*lat * 1e7 + (*lat < 0 ? -0.5 : 0.5)),
                           (int32_t)(*lon * 1e7 + (*lon < 0 ? -0.5 : 0.5)) };
}

static uint32_t
band_of(const struct area *a, int32_t lat_e7)
{
    uint64_t height = (uint64_t)((int64_t)a->high.lat_e7 - a->low.lat_e7) + 1;
    uint64_t up = (uint64_t)((int64_t)lat_e7 - a->low.lat_e7);
    return (uint32_t)(up * a->bands_count / height);
}

static struct area_edge
edge_of(const struct plan_point *points, unsigned count, unsigned i)
{
    const struct plan_point *from = &points[i], *to = &points[(i + 1) % count];
    struct place a = area_place(&from->lat, &from->lon), b = area_place(&to->lat, &to->lon);
    return a.lat_e7 <= b.lat_e7 ? (struct area_edge){ a, b } : (struct area_edge){ b, a };
}

static void
put_box(struct area *a, const struct plan_point *points, unsigned count)
{
    a->low = (struct place){ INT32_MAX, INT32_MAX };
    a->high = (struct place){ INT32_MIN, INT32_MIN };
    for (unsigned i = 0; i < count; i++) {
        struct place p = area_place(&points[i].lat, &points[i].lon);
        a->low.lat_e7 = p.lat_e7 < a->low.lat_e7 ? p.lat_e7 : a->low.lat_e7;
        a->low.lon_e7 = p.lon_e7 < a->low.lon_e7 ? p.lon_e7 : a->low.lon_e7;
        a->high.lat_e7 = p.lat_e7 > a->high.lat_e7 ? p.lat_e7 : a->high.lat_e7;
        a->high.lon_e7 = p.lon_e7 > a->high.lon_e7 ? p.lon_e7 : a->high.lon_e7;
    }
}

void
area_init(struct area *a, const struct plan_point *points, unsigned count)
{
    *a = (struct area){ 0 };
    put_box(a, points, count);
    if (count == 0)
        return;
    a->bands_count = count / EDGES_A_BAND + 1;
    if (a->bands_count > BANDS_MAX)
        a->bands_count = BANDS_MAX;
    /* count, then place: bands[i] is first the length of band i - 1, then its end */
    a->bands = zalloc((a->bands_count + 2) * sizeof(*a->bands));
    for (unsigned i = 0; i < count; i++) {
        struct area_edge e = edge_of(points, count, i);
        for (uint32_t b = band_of(a, e.a.lat_e7); b <= band_of(a, e.b.lat_e7); b++)
            a->bands[b + 2]++;
    }
    for (uint32_t b = 2; b <= a->bands_count + 1; b++)
        a->bands[b] += a->bands[b - 1];
    a->edges = grow(NULL, a->bands[a->bands_count + 1] * sizeof(*a->edges));
    for (unsigned i = 0; i < count; i++) {
        struct area_edge e = edge_of(points, count, i);
        for (uint32_t b = band_of(a, e.a.lat_e7); b <= band_of(a, e.b.lat_e7); b++)
            a->edges[a->bands[b + 1]++] = e;
    }
}

void
area_fini(struct area *a)
{
    free(a->edges);
    free(a->bands);
    *a = (struct area){ 0 };
}

static bool
between(int32_t x, int32_t a, int32_t b)
{
    return a <= b ? x >= a && x <= b : x >= b && x <= a;
}

bool
area_holds(const struct area *a, struct place p)
{
    if (p.lat_e7 < a->low.lat_e7 || p.lat_e7 > a->high.lat_e7 || p.lon_e7 < a->low.lon_e7 ||
        p.lon_e7 > a->high.lon_e7)
        return false;
    uint32_t band = band_of(a, p.lat_e7);
    bool inside = false;
    for (uint32_t i = a->bands[band]; i < a->bands[band + 1]; i++) {
        const struct area_edge *e = &a->edges[i];
        if (p.lat_e7 < e->a.lat_e7 || p.lat_e7 > e->b.lat_e7)
            continue;
        int64_t east = ((int64_t)p.lon_e7 - e->a.lon_e7) * ((int64_t)e->b.lat_e7 - e->a.lat_e7);
        int64_t edge = ((int64_t)e->b.lon_e7 - e->a.lon_e7) * ((int64_t)p.lat_e7 - e->a.lat_e7);
        if (east == edge && between(p.lon_e7, e->a.lon_e7, e->b.lon_e7))
            return true;
        /* an edge owns its lower end only, so a corner on the ray counts once */
        if (p.lat_e7 < e->b.lat_e7 && east < edge)
            inside = !inside;
    }
    return inside;
}

/* On which side of an edge a corner lies: -1, 0 or 1. The same products as in area_holds. */
static int
side_of(const struct area_edge *e, int32_t lat_e7, int32_t lon_e7)
{
    int64_t east = ((int64_t)lon_e7 - e->a.lon_e7) * ((int64_t)e->b.lat_e7 - e->a.lat_e7);
    int64_t edge = ((int64_t)e->b.lon_e7 - e->a.lon_e7) * ((int64_t)lat_e7 - e->a.lat_e7);
    return (east > edge) - (east < edge);
}

/* They are apart when a line of latitude, of longitude, or along the edge parts them. */
static bool
edge_touches(const struct area_edge *e, struct place low, struct place high)
{
    int32_t west = e->a.lon_e7 < e->b.lon_e7 ? e->a.lon_e7 : e->b.lon_e7;
    int32_t east = e->a.lon_e7 < e->b.lon_e7 ? e->b.lon_e7 : e->a.lon_e7;
    if (e->b.lat_e7 < low.lat_e7 || e->a.lat_e7 > high.lat_e7 || east < low.lon_e7 ||
        west > high.lon_e7)
        return false;
    int sides = side_of(e, low.lat_e7, low.lon_e7);
    return sides == 0 || side_of(e, low.lat_e7, high.lon_e7) != sides ||
           side_of(e, high.lat_e7, low.lon_e7) != sides ||
           side_of(e, high.lat_e7, high.lon_e7) != sides;
}

bool
area_touches(const struct area *a, struct place low, struct place high)
{
    if (high.lat_e7 < a->low.lat_e7 || low.lat_e7 > a->high.lat_e7 || high.lon_e7 < a->low.lon_e7 ||
        low.lon_e7 > a->high.lon_e7)
        return false;
    uint32_t from = band_of(a, low.lat_e7 > a->low.lat_e7 ? low.lat_e7 : a->low.lat_e7);
    uint32_t to = band_of(a, high.lat_e7 < a->high.lat_e7 ? high.lat_e7 : a->high.lat_e7);
    for (uint32_t i = a->bands[from]; i < a->bands[to + 1]; i++)
        if (edge_touches(&a->edges[i], low, high))
            return true;
    return false;
}
