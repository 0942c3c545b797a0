/* travel.c - distance, hour, and what was learned of both. Whole numbers only. */
#include "workers/core/travel.h"

#include "workers/core/place.h"

#define WEEK         (7 * DAYS)
#define SINCE_MONDAY (3 * DAYS) /* 1970-01-01 was a Thursday */

enum { CELL = 500000 /* units of 1e-7 degree: 0.05 degrees */, UNUSUAL = 4 };
#define TRIP_MAX (6 * HOURS)

/* Since Monday 00:00 of the territory's own time. */
static msec
into_week(const struct rules *r, instant at)
{
    msec into = (at + r->matching.utc_offset_min * MINUTES + SINCE_MONDAY) % WEEK;
    return into < 0 ? into + WEEK : into;
}

int64_t
travel_metres(struct place a, struct place b)
{
    return place_known(a) && place_known(b) ? place_distance(a, b) : TRAVEL_UNKNOWN_M;
}

msec
travel_expected(const struct rules *r, int64_t metres, instant at)
{
    const struct matching *m = &r->matching;
    int64_t pct = m->speed_pct[into_week(r, at) / (30 * MINUTES)];
    int64_t detour = m->detour_pct > 0 ? m->detour_pct : 100;
    int64_t speed = (r->speed_m_per_min > 0 ? r->speed_m_per_min : 1) * (pct > 0 ? pct : 100);
    return metres * detour * MINUTES / speed + m->fixed_ms;
}

/* ---- cells and parts of the week */

/* Night, morning, midday, evening of working days; the weekend. */
static uint8_t
band_of(msec into)
{
    static const uint8_t by_hour[24] = { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2,
                                         2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0 };
    return into >= 5 * DAYS ? 4 : by_hour[into % DAYS / HOURS];
}

uint16_t
travel_phase(const struct rules *r, instant at)
{
    msec into = into_week(r, at);
    return (uint16_t)(r->matching.speed_pct[into / (30 * MINUTES)] << 8 | band_of(into));
}

/* Cells are numbered from the south-west corner of the globe: within 16 bits. */
static uint32_t
cell_of(struct place p)
{
    uint32_t row = (uint32_t)((p.lat_e7 + INT64_C(900000000)) / CELL);
    uint32_t column = (uint32_t)((p.lon_e7 + INT64_C(1800000000)) / CELL);
    return row << 16 | column;
}

/* There and back are one trip. */
static struct learned_key
trip_key(const struct rules *r, struct place a, struct place b, instant at)
{
    uint32_t from = cell_of(a), to = cell_of(b);
    uint32_t low = from < to ? from : to, high = from < to ? to : from;
    struct learned_key k = { { LEARNED_TRIP, band_of(into_week(r, at)) }, 10 };
    for (size_t i = 0; i < 4; i++) {
        k.b[2 + i] = (uint8_t)(low >> (24 - 8 * i));
        k.b[6 + i] = (uint8_t)(high >> (24 - 8 * i));
    }
    return k;
}

bool
travel_key_ends(const struct learned_key *key, struct place p)
{
    uint32_t cell = cell_of(p), ends[2] = { 0, 0 };
    for (size_t i = 0; i < 2 * sizeof(uint32_t); i++)
        ends[i / 4] = ends[i / 4] << 8 | key->b[2 + i];
    return place_known(p) && (cell == ends[0] || cell == ends[1]);
}

msec
travel_time(const struct rules *r, const struct learned *l, struct place a, struct place b,
            instant at)
{
    return travel_over(r, l, a, b, travel_metres(a, b), at);
}

msec
travel_over(const struct rules *r, const struct learned *l, struct place a, struct place b,
            int64_t metres, instant at)
{
    msec expected = travel_expected(r, metres, at);
    if (l->buckets == NULL || !place_known(a) || !place_known(b) || expected > TRIP_MAX)
        return expected;
    struct learned_key k = trip_key(r, a, b, at);
    struct lesson t = learned_ask(l, &k);
    if (t.expected_ms == 0)
        return expected;
    /* both sums times n, to spare the mean a division; in seconds, so that products fit */
    int64_t n = t.count, prior = LEARNED_K * (t.expected_ms / SECONDS);
    int64_t above = n * (t.seen_ms / SECONDS) + prior;
    int64_t below = n * (t.expected_ms / SECONDS) + prior;
    return below == 0 ? expected : expected * above / below;
}

void
travel_learn(struct learned *l, const struct rules *r, struct place a, struct place b,
             instant departed, instant arrived)
{
    if (!place_known(a) || !place_known(b) || arrived <= departed || arrived - departed > TRIP_MAX)
        return;
    msec seen = arrived - departed, expected = travel_expected(r, travel_metres(a, b), departed);
    if (expected < MINUTES || expected > TRIP_MAX) /* round the corner, or out of this world */
        return;
    if (seen < expected / UNUSUAL)
        seen = expected / UNUSUAL;
    if (seen > expected * UNUSUAL)
        seen = expected * UNUSUAL;
    struct learned_key k = trip_key(r, a, b, departed);
    learned_add(l, &k, seen, expected);
}
