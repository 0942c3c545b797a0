/* reckon.c - slow and obvious: every piece of time between two edges is looked at. No running sums,
 * no search: a reader can follow it with a calendar in his hand. */
#include "cli/reckon.h"

#include "common/base/base.h"

/* No promise reaches so far: beyond it there are no instants. */
#define FAR ((instant)1 << 55)

__extension__ typedef unsigned __int128 wide;

/* Which moments begin and end a clock, and which make it void. */
#define AT_RECEIPT MOMENTS
#define M(moment)  (1u << MOMENT_##moment)
static const struct {
    uint8_t begins, ends;
    uint16_t voids;
    uint32_t ignores; /* bit a reason: excluded time that is not this clock's */
} clocks[CLOCKS] = {
    [CLOCK_RESPONSE] = { AT_RECEIPT, MOMENT_NAMED, M(RESTORED) | M(ENDED), 0 },
    [CLOCK_ARRIVAL] = { AT_RECEIPT, MOMENT_ARRIVED, M(RESTORED) | M(ENDED), 0 },
    [CLOCK_RESTORATION] = { AT_RECEIPT, MOMENT_RESTORED, M(ENDED), 0 },
    [CLOCK_REPLACEMENT] = { MOMENT_REPLACE, MOMENT_REPLACED, M(RESTORED) | M(ENDED), 0 },
    [CLOCK_ANALYSIS] = { MOMENT_RESTORED, MOMENT_ANALYSED, 0, 0 },
    [CLOCK_COMPLAINT_ANSWER] = { MOMENT_COMPLAINED, MOMENT_ANSWERED, 0, UINT32_MAX },
    [CLOCK_COMPLAINT_CLOSE] = { MOMENT_COMPLAINED, MOMENT_SETTLED, 0, UINT32_MAX },
};

bool
reckon_ignores(enum clock c, enum reason reason)
{
    return (clocks[c].ignores >> reason & 1) != 0;
}

/* ---- the pieces */

/* What one clock runs along. */
struct road {
    enum clock clock;
    const struct facts *facts;
    const struct calendar *calendar; /* NULL: all time is the same */
    wide promised;                   /* in the units of the rates */
    uint64_t open_rate, closed_rate; /* units that a ms uses */
};

/* Outside what is known of a calendar all time counts as open. */
static bool
is_open(const struct calendar *c, instant at)
{
    if (c == NULL || at < c->from || at >= c->until)
        return true;
    for (size_t i = 0; i < c->count && c->spans[i].from <= at; i++)
        if (at < c->spans[i].to)
            return true;
    return false;
}

static bool
is_excluded(const struct road *r, instant at)
{
    for (size_t i = 0; i < r->facts->gaps_count; i++) {
        const struct gap *g = &r->facts->gaps[i];
        if (g->from <= at && at < g->to && !reckon_ignores(r->clock, g->reason))
            return true;
    }
    return false;
}

/* Is `edge` after `at`, and nearer than the nearest so far? */
static void
nearer(instant *nearest, instant at, instant edge)
{
    if (edge > at && edge < *nearest)
        *nearest = edge;
}

/* Where something may change after `at`; NEVER: nowhere. */
static instant
next_edge(const struct road *r, instant at)
{
    instant nearest = NEVER;
    const struct calendar *c = r->calendar;
    for (size_t i = 0; i < r->facts->gaps_count; i++) {
        nearer(&nearest, at, r->facts->gaps[i].from);
        nearer(&nearest, at, r->facts->gaps[i].to);
    }
    if (c == NULL)
        return nearest;
    nearer(&nearest, at, c->from);
    nearer(&nearest, at, c->until);
    for (size_t i = 0; i < c->count && c->spans[i].from < nearest; i++) {
        nearer(&nearest, at, c->spans[i].from);
        nearer(&nearest, at, c->spans[i].to);
    }
    return nearest;
}

static uint64_t
rate_at(const struct road *r, instant at)
{
    if (is_excluded(r, at))
        return 0;
    return is_open(r->calendar, at) ? r->open_rate : r->closed_rate;
}

/* The first instant by which `want` units are used. A piece of a ms counts whole. */
static instant
walk(const struct road *r, instant at, wide want)
{
    while (at < FAR) {
        uint64_t rate = rate_at(r, at);
        instant next = next_edge(r, at);
        wide length = next == NEVER ? (wide)FAR : (wide)(next - at);
        if (rate > 0 && want <= length * rate) {
            wide needed = (want + rate - 1) / rate;
            return needed > (wide)(FAR - at) ? NEVER : at + (msec)needed;
        }
        want -= length * rate;
        at = next;
    }
    return NEVER;
}

static msec
excluded_until(const struct road *r, instant start, instant until)
{
    const struct road gaps_alone = { .clock = r->clock, .facts = r->facts };
    msec sum = 0;
    for (instant at = start, next; at < until; at = next) {
        next = next_edge(&gaps_alone, at);
        if (next > until)
            next = until;
        sum += is_excluded(r, at) ? next - at : 0;
    }
    return sum;
}

/* ---- what is promised */

static instant
start_of(enum clock c, const struct facts *f)
{
    return clocks[c].begins == AT_RECEIPT ? f->received : f->reached[clocks[c].begins];
}

static void
lay(struct road *r, enum clock c, const struct facts *f, const struct contract *contract,
    const struct promise *p)
{
    const struct calendar *calendar = contract->calendar;
    uint64_t working = (uint64_t)p->working_ms;
    uint64_t off = p->off_ms > 0 ? (uint64_t)p->off_ms : working;
    *r = (struct road){ c, f, NULL, working, 1, 1 };
    switch ((enum promise_basis)p->basis) {
    case BASIS_ALWAYS: /* the hour of the start decides */
        if (!is_open(calendar, start_of(c, f)))
            r->promised = off;
        break;
    case BASIS_WORKING:
        r->calendar = calendar;
        r->closed_rate = 0;
        break;
    case BASIS_SPLIT: /* open time uses 1/working of it, closed time 1/off */
        r->calendar = calendar;
        r->open_rate = off;
        r->closed_rate = working;
        r->promised = (wide)working * off;
        break;
    }
}

instant
reckon_share(enum clock c, const struct facts *f, const struct contract *contract, uint8_t level,
             unsigned share_pct)
{
    const struct promise *p = &contract->promises[c][level];
    struct road r;
    if (p->working_ms <= 0 || start_of(c, f) == NEVER)
        return NEVER;
    lay(&r, c, f, contract, p);
    return walk(&r, start_of(c, f), (r.promised * share_pct + 99) / 100);
}

/* ---- a clock */

/* Since when nothing is owed; a replacement declared in time takes restoration's place, where one
 * is promised. */
static instant
void_since(enum clock c, const struct facts *f, const struct reckoning *r, bool replaceable,
           bool *in_time)
{
    instant since = NEVER;
    *in_time = false;
    for (enum moment m = 0; m < MOMENTS; m++)
        if ((clocks[c].voids >> m & 1) && f->reached[m] >= r->start && f->reached[m] < since)
            since = f->reached[m];
    instant replace = f->reached[MOMENT_REPLACE];
    if (c == CLOCK_RESTORATION && replaceable && replace != NEVER && replace <= r->deadline &&
        replace <= since) {
        since = replace;
        *in_time = true;
    }
    return since;
}

static void
judge(enum clock c, const struct facts *f, bool replaceable, struct reckoning *out, instant now)
{
    bool in_time, known = out->deadline != NEVER;
    instant reached = f->reached[clocks[c].ends],
            since = void_since(c, f, out, replaceable, &in_time);
    if (reached != NEVER && reached <= since) {
        out->verdict = VERDICT_STOPPED;
        out->stop = reached;
        out->broken = known && reached > out->deadline;
    } else if (since != NEVER) {
        out->verdict = VERDICT_VOID;
        out->stop = since;
        out->broken = known && since >= out->deadline && !in_time;
    } else {
        out->verdict = VERDICT_RUNNING;
        out->broken = known && now >= out->deadline;
    }
}

void
reckon(enum clock c, const struct facts *f, const struct contract *contract, uint8_t level,
       instant now, struct reckoning *out)
{
    const struct promise *p = &contract->promises[c][level];
    *out = (struct reckoning){ VERDICT_ABSENT, NEVER, NEVER, NEVER, 0, false };
    if (p->working_ms <= 0)
        return;
    out->verdict = VERDICT_WAITING;
    out->start = start_of(c, f);
    if (out->start == NEVER)
        return;
    struct road r;
    lay(&r, c, f, contract, p);
    out->deadline = reckon_share(c, f, contract, level, 100);
    judge(c, f, contract->promises[CLOCK_REPLACEMENT][level].working_ms > 0, out, now);
    out->excluded = excluded_until(&r, out->start, out->stop < now ? out->stop : now);
    if (out->verdict == VERDICT_RUNNING && is_excluded(&r, now) && now >= out->start)
        out->verdict = VERDICT_PAUSED;
}

/* ---- what is owed */

int64_t
reckon_penalty(const struct promise *p, const struct reckoning *r, instant now)
{
    if (!r->broken)
        return 0;
    msec late = (r->stop == NEVER ? now : r->stop) - r->deadline;
    wide owed = p->penalty > 0 ? (wide)p->penalty : 0;
    if (p->penalty_each_ms > 0 && late > 0 && p->penalty_per > 0)
        owed += (wide)((late - 1) / p->penalty_each_ms + 1) * (wide)p->penalty_per;
    if (p->penalty_most > 0 && owed > (wide)p->penalty_most)
        owed = (wide)p->penalty_most;
    return owed > INT64_MAX ? INT64_MAX : (int64_t)owed;
}
