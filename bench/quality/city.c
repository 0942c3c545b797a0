/* city.c - the draws. Demand follows the day and the skills follow Zipf's law; every shift has two
 * masters of every skill at least, of a hundred four, for a promise that nobody could keep measures
 * no policy. */
#include "bench/quality/city.h"

#include "common/base/base.h"

const double city_weights[CITY_SEVERITIES] = { 27, 9, 3, 1 };
const unsigned city_limits_min[CITY_SEVERITIES] = { 45, 90, 240, 600 };

enum { CLUSTERS = 8, SHIFTS = 3, MASTERS_MIN = 2, MASTERS_SHARE = 20, STREETS_M = 100 };

static const struct {
    int from_min, to_min;
    double share;
} shifts[SHIFTS] = {
    { 6 * 60, 15 * 60, 0.36 },
    { 9 * 60, 18 * 60, 0.30 },
    { 14 * 60, 23 * 60, 0.34 },
};

/* How much comes in each hour; calls of the night go to another desk. */
static const double profile[24] = {
    [6] = 0.5,  [7] = 0.7,  [8] = 0.8,  [9] = 1.3,  [10] = 1.45, [11] = 1.45,
    [12] = 1.4, [13] = 1.4, [14] = 1.4, [15] = 1.4, [16] = 1.2,  [17] = 0.8,
    [18] = 0.7, [19] = 0.6, [20] = 0.5, [21] = 0.3,
};

msec
city_mean_ms(unsigned skill)
{
    return (msec)(30 + 5 * (skill * 5 % 8)) * MINUTES;
}

bool
city_is_rush(int hour)
{
    return (hour >= 7 && hour < 9) || (hour >= 16 && hour < 19);
}

static double
zipf_total(double power)
{
    double sum = 0;
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        sum += pow(k + 1, -power);
    return sum;
}

static unsigned
zipf_pick(double unit, double power)
{
    double left = unit * zipf_total(power);
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        if ((left -= pow(k + 1, -power)) < 0)
            return k;
    return CITY_SKILLS - 1;
}

/* ---- places */

static double
inside(double v)
{
    v = v < 0 ? -v : v;
    v = v > ROAD_SIDE_M ? 2 * ROAD_SIDE_M - v : v;
    return round(v / STREETS_M) * STREETS_M; /* doors are on streets */
}

static struct spot
near_cluster(uint64_t seed, unsigned cluster, enum draw what, uint64_t who)
{
    double wide = 1200 + 1500 * draw_unit(seed, DRAW_CLUSTER, cluster, 2);
    double x = draw_unit(seed, DRAW_CLUSTER, cluster, 0),
           y = draw_unit(seed, DRAW_CLUSTER, cluster, 1);
    return (struct spot){
        inside(ROAD_SIDE_M * (0.08 + 0.84 * x) + wide * draw_normal(seed, what, who, 4)),
        inside(ROAD_SIDE_M * (0.08 + 0.84 * y) + wide * draw_normal(seed, what, who, 5)),
    };
}

/* Six in seven within the clusters, the first being the largest. */
static struct spot
draw_spot(uint64_t seed, enum draw what, uint64_t who)
{
    if (draw_unit(seed, what, who, 0) < 0.15)
        return (struct spot){ inside(ROAD_SIDE_M * draw_unit(seed, what, who, 1)),
                              inside(ROAD_SIDE_M * draw_unit(seed, what, who, 2)) };
    double u = draw_unit(seed, what, who, 3);
    return near_cluster(seed, (unsigned)(u * u * 0.5 * CLUSTERS + u * 0.5 * CLUSTERS), what, who);
}

/* ---- engineers */

static void
draw_man(const struct city *c, unsigned i, struct man *m)
{
    uint64_t seed = c->wish.seed;
    double at = (i + 0.5) / c->men_count;
    unsigned s = at < shifts[0].share ? 0 : at < shifts[0].share + shifts[1].share ? 1 : 2;
    *m = (struct man){ .home = draw_spot(seed, DRAW_HOME, i),
                       .shift = s,
                       .from_min = shifts[s].from_min,
                       .to_min = shifts[s].to_min,
                       .pace = draw_lognormal(seed, DRAW_PACE, i, 0, 0.15) };
    m->break_min = m->from_min + 150 + 15 * (int)(13 * draw_unit(seed, DRAW_BREAK, i, 0));
    unsigned want = 5 + (unsigned)(4 * draw_unit(seed, DRAW_SKILLS, i, 0));
    for (unsigned turn = 1, have = 0; have < want; turn++) {
        unsigned k = zipf_pick(draw_unit(seed, DRAW_SKILLS, i, turn), 0.6);
        double u = draw_unit(seed, DRAW_LEVEL, i, k);
        have += m->levels[k] == 0;
        m->levels[k] = u < 0.15 ? 1 : u < 0.45 ? 2 : 3;
    }
}

static unsigned
skills_of(const struct man *m)
{
    unsigned n = 0;
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        n += m->levels[k] == CITY_LEVELS;
    return n;
}

/* Whoever of the shift masters the fewest others learns it. */
static void
teach(struct city *c, unsigned shift, unsigned skill)
{
    struct man *least = NULL;
    for (unsigned i = 0; i < c->men_count; i++) {
        struct man *m = &c->men[i];
        if (m->shift == shift && m->levels[skill] < CITY_LEVELS &&
            (least == NULL || skills_of(m) < skills_of(least)))
            least = m;
    }
    if (least != NULL)
        least->levels[skill] = CITY_LEVELS;
}

static void
draw_men(struct city *c)
{
    c->men_count = c->wish.engineers;
    c->men = zalloc(c->men_count * sizeof(*c->men));
    for (unsigned i = 0; i < c->men_count; i++)
        draw_man(c, i, &c->men[i]);
    unsigned least = c->men_count / MASTERS_SHARE;
    least = least > MASTERS_MIN ? least : MASTERS_MIN;
    for (unsigned s = 0; s < SHIFTS; s++)
        for (unsigned k = 0; k < CITY_SKILLS; k++) {
            unsigned masters = 0;
            for (unsigned i = 0; i < c->men_count; i++)
                masters += c->men[i].shift == s && c->men[i].levels[k] == CITY_LEVELS;
            for (; masters < least; masters++)
                teach(c, s, k);
        }
}

/* ---- tickets */

static void
draw_ticket(const struct city *c, uint64_t n, instant at, struct ticket_drawn *t)
{
    static const double severities[] = { 0.04, 0.20, 0.60 }, levels[] = { 0.5, 0.8 };
    uint64_t seed = c->wish.seed;
    *t = (struct ticket_drawn){ .number = n, .created_at = at, .cancel_at = NEVER };
    t->spot = draw_spot(seed, DRAW_SPOT, n);
    t->skill = (uint8_t)zipf_pick(draw_unit(seed, DRAW_NEED, n, 0), 1);
    double u = draw_unit(seed, DRAW_NEED, n, 1), v = draw_unit(seed, DRAW_SEVERITY, n, 0);
    t->level = u < levels[0] ? 1 : u < levels[1] ? 2 : 3;
    while (t->severity < countof(severities) && v >= severities[t->severity])
        t->severity++;
    t->deadline = at + city_limits_min[t->severity] * MINUTES;
    t->service_ms =
        (msec)((double)city_mean_ms(t->skill) * draw_lognormal(seed, DRAW_SERVICE, n, 0, 0.5));
    if (draw_unit(seed, DRAW_CANCEL, n, 0) < 0.04)
        t->cancel_at =
            at + (msec)(90 * (double)MINUTES * draw_exponential(seed, DRAW_CANCEL, n, 1)) + 1;
    if (draw_unit(seed, DRAW_ABSENT, n, 0) < 0.03) {
        t->absent_ms = (msec)((10 + 30 * draw_unit(seed, DRAW_ABSENT, n, 1)) * (double)MINUTES);
        t->absent_for_good = draw_unit(seed, DRAW_ABSENT, n, 2) < 0.2;
    }
}

/* The instant of the day when this share of its tickets has come. */
static msec
time_of_share(double share)
{
    double sum = 0;
    for (unsigned h = 0; h < 24; h++)
        sum += profile[h];
    double left = share * sum;
    for (unsigned h = 0; h < 24; h++) {
        if (left < profile[h])
            return (msec)((h + left / profile[h]) * (double)HOURS);
        left -= profile[h];
    }
    return DAYS;
}

static double
tickets_a_day(const struct city *c)
{
    double duty_min = 0, job_min = 0;
    for (unsigned i = 0; i < c->men_count; i++)
        duty_min += c->men[i].to_min - c->men[i].from_min - CITY_BREAK_MIN;
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        job_min += (double)(city_mean_ms(k) / MINUTES) / (k + 1) / zipf_total(1);
    return c->wish.load * duty_min / (job_min + CITY_NOMINAL_MIN);
}

static int
by_time(const void *a, const void *b)
{
    const struct ticket_drawn *x = a, *y = b;
    if (x->created_at != y->created_at)
        return x->created_at < y->created_at ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void
draw_tickets(struct city *c)
{
    double a_day = tickets_a_day(c), passed = 0; /* days */
    size_t cap = 0, count = 0;
    uint64_t seed = c->wish.seed;
    for (;; count++) {
        passed += draw_exponential(seed, DRAW_GAP, count, 0) / a_day;
        if (passed >= c->wish.days)
            break;
        c->tickets = grow_array(c->tickets, count, &cap, sizeof(*c->tickets));
        instant at = CITY_BEGIN + (msec)passed * DAYS + time_of_share(passed - floor(passed));
        draw_ticket(c, count, at, &c->tickets[count]);
    }
    for (unsigned i = 0; c->wish.storm && i < CITY_STORM; i++, count++) {
        uint64_t n = (1u << 24) + i;
        instant at = CITY_BEGIN + 11 * HOURS + (msec)(600000 * draw_unit(seed, DRAW_STORM, i, 0));
        c->tickets = grow_array(c->tickets, count, &cap, sizeof(*c->tickets));
        draw_ticket(c, n, at, &c->tickets[count]);
        if (draw_unit(seed, DRAW_STORM, i, 1) < 0.7) /* most of it over one part of the city */
            c->tickets[count].spot = near_cluster(seed, 0, DRAW_SPOT, n);
    }
    c->tickets_count = (unsigned)count;
    if (count > 0)
        qsort(c->tickets, count, sizeof(*c->tickets), by_time);
}

struct city *
city_new(const struct city_wish *w)
{
    struct city *c = zalloc(sizeof(*c));
    c->wish = *w;
    draw_men(c);
    draw_tickets(c);
    return c;
}

void
city_free(struct city *c)
{
    if (c == NULL)
        return;
    free(c->men);
    free(c->tickets);
    free(c);
}

bool
city_qualified(const struct man *m, const struct ticket_drawn *t)
{
    return m->levels[t->skill] >= t->level;
}

bool
city_on_duty(const struct man *m, instant at)
{
    int minute = minute_of_day(at);
    bool pause = minute >= m->break_min && minute < m->break_min + CITY_BREAK_MIN;
    return minute >= m->from_min && minute < m->to_min && !pause;
}

instant
city_shift_end(const struct man *m, instant at)
{
    return at - at % DAYS + m->to_min * MINUTES;
}

static uint64_t
fold(uint64_t digest, const void *at, size_t len)
{
    const uint8_t *b = at;
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ b[i]) * 0x100000001b3u;
    return digest;
}

uint64_t
city_digest(const struct city *c)
{
    uint64_t d = 0xcbf29ce484222325u;
    for (unsigned i = 0; i < c->men_count; i++) {
        const struct man *m = &c->men[i];
        d = fold(d, &m->home, sizeof(m->home));
        d = fold(d, m->levels, sizeof(m->levels));
        d = fold(d, &m->pace, sizeof(m->pace));
        d = fold(d, &m->break_min, sizeof(m->break_min));
    }
    for (unsigned i = 0; i < c->tickets_count; i++) {
        const struct ticket_drawn *t = &c->tickets[i];
        uint64_t n[] = { t->number,
                         (uint64_t)t->created_at,
                         (uint64_t)t->service_ms,
                         (uint64_t)t->cancel_at,
                         (uint64_t)t->absent_ms,
                         t->skill,
                         t->level,
                         t->severity,
                         t->absent_for_good };
        d = fold(fold(d, n, sizeof(n)), &t->spot, sizeof(t->spot));
    }
    return d;
}
