/* cost.c - the cost of a pair, in integers: the same on every machine.
 *
 * Products are arranged so that none can overflow: instants are held within LATE_MAX of each other
 * (two years), weights are at most 16 x WEIGHT_MAX, percentages at most 1000. */
#include "workers/core/cost.h"

#include "workers/core/clocks.h"

#define LATE_MAX ((msec)1 << 36)

/* 2^24 / (1 + exp(i / 16)), rounded, i = 0 .. 192; linear in between (within 2^-24 x 800 of the
 * curve), 0 beyond, where it is below 0.0000062. cost_test.c makes it anew and compares. */
enum { STEPS = 192, STEP_BITS = 12 /* of z in 1/65536 */ };
#define CERTAIN (UINT32_C(1) << 24)
static const uint32_t logistic[STEPS + 1] = {
    8388608, 8126549, 7865002, 7604472, 7345459, 7088452, 6833920, 6582320, 6334081, 6089613,
    5849295, 5613479, 5382488, 5156612, 4936108, 4721203, 4512088, 4308926, 4111844, 3920942,
    3736288, 3557924, 3385864, 3220098, 3060592, 2907294, 2760128, 2619006, 2483820, 2354452,
    2230770, 2112633, 1999893, 1892393, 1789971, 1692462, 1599699, 1511510, 1427725, 1348175,
    1272689, 1201101, 1133245, 1068960, 1008087, 950470,  895959,  844408,  795674,  749621,
    706115,  665029,  626241,  589633,  555091,  522507,  491778,  462804,  435492,  409751,
    385496,  362645,  341120,  320848,  301759,  283785,  266865,  250938,  235949,  221842,
    208568,  196080,  184330,  173278,  162881,  153103,  143906,  135258,  127125,  119478,
    112287,  105527,  99171,   93196,   87579,   82299,   77336,   72671,   68286,   64164,
    60291,   56650,   53229,   50013,   46992,   44152,   41484,   38976,   36620,   34406,
    32325,   30370,   28533,   26807,   25186,   23662,   22230,   20885,   19621,   18434,
    17318,   16270,   15285,   14360,   13490,   12674,   11906,   11185,   10508,   9872,
    9274,    8712,    8185,    7689,    7224,    6786,    6375,    5989,    5626,    5285,
    4965,    4665,    4382,    4117,    3867,    3633,    3413,    3206,    3012,    2830,
    2658,    2497,    2346,    2204,    2070,    1945,    1827,    1716,    1612,    1515,
    1423,    1337,    1256,    1180,    1108,    1041,    978,     919,     863,     811,
    762,     716,     672,     631,     593,     557,     523,     492,     462,     434,
    408,     383,     360,     338,     318,     298,     280,     263,     247,     232,
    218,     205,     193,     181,     170,     160,     150,     141,     132,     124,
    117,     110,     103,
};

static int64_t
held(int64_t n, int64_t most)
{
    return n > most ? most : n < -most ? -most : n;
}

/* a - b of any two instants. */
static msec
apart(instant a, instant b)
{
    msec d;
    if (__builtin_sub_overflow(a, b, &d))
        d = a > b ? LATE_MAX : -LATE_MAX;
    return held(d, LATE_MAX);
}

uint32_t
cost_late(instant now, instant deadline, instant estimate, msec unsure)
{
    if (deadline == NEVER)
        return 0;
    if (deadline <= now)
        return CERTAIN;
    /* z x 65536, with the spread in hundredths of ms: nothing is rounded before the division, so it
     * falls whenever the estimate rises */
    msec lead = apart(estimate, now);
    int64_t spread = (240 * SECONDS + held(unsure, LATE_MAX)) * 100 + 12 * (lead > 0 ? lead : 0);
    int64_t z = apart(deadline, estimate) * 100 * 65536 / spread;
    uint64_t size = (uint64_t)(z < 0 ? -z : z), i = size >> STEP_BITS;
    uint32_t p = 0;
    if (i < STEPS) {
        uint64_t rest = size & ((1u << STEP_BITS) - 1);
        p = logistic[i] - (uint32_t)((logistic[i] - logistic[i + 1]) * rest >> STEP_BITS);
    }
    return z < 0 ? CERTAIN - p : p;
}

uint32_t
cost_rarity(const struct roster *r, const struct skill *skills, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t holders;
        (void)roster_holders(r, &skills[i], 1, &holders);
        sum += 65536 / (uint32_t)(holders == 0 ? 1 : holders);
    }
    return sum;
}

/* ---- of a ticket */

/* In sixteenths; a promise without money weighs by the level. */
static int64_t
clock_weight(const struct matching *m, const struct promise *p, int64_t by_level)
{
    int64_t money = p->penalty > 0 ? p->penalty : p->penalty_per;
    const int64_t most = (int64_t)WEIGHT_MAX * COST_SECOND;
    if (!m->by_penalties || money <= 0 || m->penalty_unit <= 0)
        return by_level;
    if (money / m->penalty_unit >= WEIGHT_MAX)
        return most;
    int64_t weight = money * COST_SECOND / m->penalty_unit;
    return weight < 1 ? 1 : weight;
}

static void
clock_of(struct cost_clock *out, enum clock c, const struct cost_ticket *ct,
         const struct contract *contract, const struct ticket *t)
{
    struct reading r;
    clock_read(c, &t->course, contract, t->level, ct->now, &r);
    bool runs = r.state == CLOCK_RUNNING || r.state == CLOCK_PAUSED;
    out->deadline = runs ? r.deadline : NEVER;
    out->weight = clock_weight(ct->m, &contract->promises[c][t->level], ct->weight);
}

void
cost_ticket(struct cost_ticket *out, const struct matching *m, const struct contract *contract,
            const struct ticket *t, uint32_t rarity, instant now)
{
    int64_t weight = m->weights[t->level] > 0 ? m->weights[t->level] : 1;
    *out = (struct cost_ticket){ .m = m,
                                 .now = now,
                                 .received_at = t->course.received_at,
                                 .weight = weight * COST_SECOND,
                                 .rarity = rarity };
    clock_of(&out->arrival, CLOCK_ARRIVAL, out, contract, t);
    clock_of(&out->restoration, CLOCK_RESTORATION, out, contract, t);
    if (t->visit.until == 0)
        return;
    if (t->visit.until > out->received_at) /* nobody has waited for us before its end */
        out->received_at = t->visit.until;
    out->arrival.deadline = t->visit.until;
}

/* ---- the terms */

static int64_t
seconds(int64_t s)
{
    return held(s * COST_SECOND, COST_TERM_MAX);
}

/* So much percent of a length, times a weight of sixteenths. */
static int64_t
share(msec length, int32_t pct, int64_t weight)
{
    return held(length * pct * weight / (100 * SECONDS), COST_TERM_MAX);
}

static int64_t
lateness(const struct cost_ticket *t, const struct cost_clock *c, instant estimate, msec unsure)
{
    if (c->deadline == NEVER)
        return 0;
    uint64_t p = cost_late(t->now, c->deadline, estimate, unsure);
    int64_t soft = (int64_t)((uint64_t)(c->weight * t->m->p_late_s) * p >> 24);
    msec late = apart(estimate, c->deadline);
    return held(soft + share(late > 0 ? late : 0, t->m->late_pct, c->weight), COST_TERM_MAX);
}

/* All that follows from when somebody arrives. */
static void
arrive(const struct cost_ticket *t, instant at, const struct cost_trip *trip,
       struct cost_terms *out)
{
    instant done = instant_after(at, trip->service_ms);
    msec flow = apart(at, t->received_at);
    out->lateness = held(lateness(t, &t->arrival, at, trip->unsure_ms) +
                             lateness(t, &t->restoration, done, trip->unsure_ms),
                         COST_TERM_MAX);
    out->flow = share(flow > 0 ? flow : 0, t->m->flow_pct, t->weight);
}

int64_t
cost_switch(const struct cost_ticket *t)
{
    return held(t->m->switch_s * t->weight, COST_TERM_MAX);
}

/* Another than planned; and whoever would be late for what he is planned for, by how much. */
static int64_t
against_plan(const struct matching *m, const struct cost_trip *trip)
{
    int64_t clash = trip->clash_ms > 0 ? m->planned_s + held(trip->clash_ms, DAYS) / SECONDS : 0;
    return (trip->unplanned ? m->planned_s : 0) + clash;
}

void
cost_trip(const struct cost_ticket *t, const struct cost_trip *trip, struct cost_terms *out)
{
    enum { RARITY_MAX = 4 * 65536 };
    const struct matching *m = t->m;
    int64_t idle = trip->rarity > t->rarity ? trip->rarity - t->rarity : 0;
    if (idle > RARITY_MAX)
        idle = RARITY_MAX;
    *out = (struct cost_terms){
        .travel = share(held(trip->travel_ms, LATE_MAX), m->travel_pct, COST_SECOND),
        .scarcity =
            held(seconds(m->scarcity_s) * idle / 65536 + seconds(trip->standby_s), COST_TERM_MAX),
        .fairness = seconds(m->fairness_s) * trip->share_pm / 1000,
        .preference = seconds((int64_t)m->preference_s * (trip->unpreferred + trip->unskilled) +
                              (trip->missed ? m->missed_s : 0) + against_plan(m, trip)),
        .switching = trip->leaves ? cost_switch(t) : 0,
    };
    instant departs = trip->departs > t->now ? trip->departs : t->now;
    arrive(t, instant_after(departs, trip->travel_ms), trip, out);
}

instant
cost_deferred(const struct cost_ticket *t, unsigned slots)
{
    const struct matching *m = t->m;
    int64_t wait_s =
        m->defer_wait_s + (int64_t)m->slot_s * (slots > UINT16_MAX ? UINT16_MAX : slots);
    return instant_after(t->now, wait_s * SECONDS);
}

void
cost_defer(const struct cost_ticket *t, instant departs, msec service_ms, struct cost_terms *out)
{
    const struct cost_trip trip = { .departs = departs,
                                    .travel_ms = t->m->defer_trip_s * SECONDS,
                                    .service_ms = service_ms,
                                    .rarity = t->rarity };
    cost_trip(t, &trip, out);
}

/* P = 1 / (1 + exp(z)), and of z only its spread S changes, by 0.12 a second: |dP| <= 0.12 / S x
 * max |z P'(z)|, which is 0.224; 0.25 leaves room for the table's chords, and 2^-15 for what is
 * rounded in z and P and for the table's end. */
static int64_t
clock_fall(const struct cost_ticket *t, const struct cost_clock *c, msec unsure, msec passed)
{
    if (c->deadline == NEVER || c->deadline <= t->now - passed)
        return 0;
    int64_t whole = c->weight * t->m->p_late_s, spread_s = 240 + held(unsure, DAYS) / SECONDS;
    int64_t part = passed > DAYS ? whole : whole * 3 * (passed / SECONDS + 1) / (100 * spread_s);
    return (part < whole ? part : whole) + (whole >> 15) + 2;
}

int64_t
cost_fall(const struct cost_ticket *t, msec unsure, msec passed)
{
    if (passed <= 0)
        return 0;
    return clock_fall(t, &t->arrival, unsure, passed) +
           clock_fall(t, &t->restoration, unsure, passed);
}

/* ---- for people */

static const struct {
    const char *text;
    size_t at;
} terms[COST_TERMS] = {
    { "travel", offsetof(struct cost_terms, travel) },
    { "lateness", offsetof(struct cost_terms, lateness) },
    { "flow", offsetof(struct cost_terms, flow) },
    { "scarcity", offsetof(struct cost_terms, scarcity) },
    { "fairness", offsetof(struct cost_terms, fairness) },
    { "preference", offsetof(struct cost_terms, preference) },
    { "switch", offsetof(struct cost_terms, switching) },
};

const char *
cost_text(size_t i)
{
    assert(i < COST_TERMS);
    return terms[i].text;
}

int64_t
cost_term(const struct cost_terms *t, size_t i)
{
    int64_t n;
    assert(i < COST_TERMS);
    memcpy(&n, (const char *)t + terms[i].at, sizeof(n));
    return n;
}

int64_t
cost_sum(const struct cost_terms *t)
{
    return t->travel + t->lateness + t->flow + t->scarcity + t->fairness + t->preference +
           t->switching;
}
