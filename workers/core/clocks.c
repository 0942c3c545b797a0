/* clocks.c - the promised times of a ticket, a row each. A clock runs along its line: the time from
 * its start without the gaps that do not count, used up at its promise's pace (pace.c).
 *
 *      start ======|  gap  |======== deadline
 *                                    = 100 % of the promise is used up
 */
#include "workers/core/clocks.h"

#include "workers/core/pace.h"
#include "workers/core/record.h"

#define RECEIVED MILES /* as a row's beginning */
#define BIT(n)   (1u << (n))
#define ALL      UINT32_MAX

/* RESTORED before anybody has come, or before a name could be told, or before the new device:
 * nothing of the kind is owed any more. Papers and complaints outlive the ticket's end, and nothing
 * that stops the repair stops a complaint: it is about those who repair. */
static const struct row {
    const char *text;
    uint8_t from, to;   /* enum milestone */
    uint16_t voided_by; /* BIT(milestone) */
    uint32_t unpaused;  /* BIT(reason): excluded time that is none of its own */
} rows[CLOCKS] = {
    [CLOCK_RESPONSE] = { "response", RECEIVED, MILE_DELIVERED,
                         BIT(MILE_RESTORED) | BIT(MILE_ENDED) },
    [CLOCK_ARRIVAL] = { "arrival", RECEIVED, MILE_ARRIVED, BIT(MILE_RESTORED) | BIT(MILE_ENDED) },
    [CLOCK_RESTORATION] = { "restoration", RECEIVED, MILE_RESTORED, BIT(MILE_ENDED) },
    [CLOCK_REPLACEMENT] = { "replacement", MILE_REPLACE, MILE_REPLACED,
                            BIT(MILE_RESTORED) | BIT(MILE_ENDED) },
    [CLOCK_ANALYSIS] = { "analysis", MILE_RESTORED, MILE_ANALYSED, 0 },
    [CLOCK_COMPLAINT_ANSWER] = { "complaint answer", MILE_COMPLAINED, MILE_ANSWERED, 0, ALL },
    [CLOCK_COMPLAINT_CLOSE] = { "complaint close", MILE_COMPLAINED, MILE_COMPLAINT_OVER, 0, ALL },
};

const char *
promise_text(enum clock c)
{
    return (unsigned)c < CLOCKS ? rows[c].text : "";
}

instant
instant_after(instant at, msec length)
{
    if (length <= 0)
        return at;
    return at > INSTANT_MAX - length || length > INSTANT_MAX ? NEVER : at + length;
}

/* ---- the line */

struct gap {
    instant from, to;
};
struct line {
    struct pace pace;
    instant start;
    struct gap gaps[EXCLUSIONS_MAX]; /* sorted, disjoint, after the start */
    size_t gaps_count;
};

static void
gap_add(struct line *l, struct gap g)
{
    size_t at = l->gaps_count++;
    for (; at > 0 && l->gaps[at - 1].from > g.from; at--)
        l->gaps[at] = l->gaps[at - 1];
    l->gaps[at] = g;
}

/* Overlaps once. */
static void
gaps_join(struct line *l)
{
    size_t kept = 0;
    for (size_t i = 1; i < l->gaps_count; i++) {
        struct gap *last = &l->gaps[kept];
        if (l->gaps[i].from > last->to)
            l->gaps[++kept] = l->gaps[i];
        else if (l->gaps[i].to > last->to)
            last->to = l->gaps[i].to;
    }
    if (l->gaps_count > 0)
        l->gaps_count = kept + 1;
}

static void
gaps_of(struct line *l, const struct course *course, uint32_t unpaused)
{
    l->gaps_count = 0;
    for (size_t i = 0; i < course->excluded_count; i++) {
        const struct exclusion *x = &course->excluded[i];
        if (x->to > l->start && x->to > x->from && !(unpaused >> x->reason & 1))
            gap_add(l, (struct gap){ x->from < l->start ? l->start : x->from, x->to });
    }
    gaps_join(l);
}

/* The instant by which so much is used up, outside the gaps. */
static instant
line_after(const struct line *l, units want)
{
    instant at = l->start;
    for (size_t i = 0; i < l->gaps_count && at != NEVER; i++) {
        units used = pace_used(&l->pace, at, l->gaps[i].from);
        if (used >= want)
            break;
        want -= used;
        at = l->gaps[i].to;
    }
    return at == NEVER ? NEVER : pace_after(&l->pace, at, want);
}

static instant
line_share(const struct line *l, unsigned share_pct)
{
    return line_after(l, pace_share(&l->pace, share_pct));
}

static msec
line_excluded(const struct line *l, instant until)
{
    msec sum = 0;
    for (size_t i = 0; i < l->gaps_count && l->gaps[i].from < until; i++)
        sum += (l->gaps[i].to < until ? l->gaps[i].to : until) - l->gaps[i].from;
    return sum;
}

instant
clock_counted(const struct course *course, instant at)
{
    struct line l = { .start = INT64_MIN };
    gaps_of(&l, course, 0);
    for (size_t i = 0; i < l.gaps_count; i++)
        if (l.gaps[i].from <= at && at < l.gaps[i].to)
            return l.gaps[i].to;
    return at;
}

/* ---- a clock on its line */

struct run {
    enum clock_state state; /* ABSENT, WAITING; else the line is laid */
    struct line line;
    instant deadline, stop, over; /* NEVER; `over`: it became void */
};

/* When it became void. A replacement declared in time takes restoration's place, if one is
 * promised: no word takes a promise away that has none to follow it. */
static instant
void_at(enum clock c, const struct course *course, const struct run *r, bool replaceable)
{
    instant over = NEVER, replace = course->miles[MILE_REPLACE];
    for (unsigned m = 0; rows[c].voided_by >> m != 0; m++) {
        bool voids = (rows[c].voided_by >> m & 1) && course->miles[m] >= r->line.start;
        if (voids && course->miles[m] < over)
            over = course->miles[m];
    }
    if (c == CLOCK_RESTORATION && replaceable && replace <= r->deadline && replace < over)
        over = replace;
    return over;
}

static void
run_of(struct run *r, enum clock c, const struct course *course, const struct contract *contract,
       uint8_t level)
{
    const struct row *row = &rows[c];
    const struct promise *p = &contract->promises[c][level];
    r->deadline = r->stop = r->over = NEVER;
    r->line.start = row->from == RECEIVED ? course->received_at : course->miles[row->from];
    r->line.gaps_count = 0;
    r->state = p->working_ms <= 0       ? CLOCK_ABSENT
               : r->line.start == NEVER ? CLOCK_WAITING
                                        : CLOCK_RUNNING;
    if (r->state != CLOCK_RUNNING)
        return;
    pace_of(&r->line.pace, p, contract->calendar, r->line.start);
    gaps_of(&r->line, course, row->unpaused);
    r->deadline = line_share(&r->line, 100);
    bool replaceable = contract->promises[CLOCK_REPLACEMENT][level].working_ms > 0;
    instant stop = course->miles[row->to], over = void_at(c, course, r, replaceable);
    if (stop != NEVER && stop <= over) {
        r->state = CLOCK_STOPPED;
        r->stop = stop;
    } else if (over != NEVER) {
        r->state = CLOCK_VOID;
        r->over = over;
    }
}

static bool
is_broken(enum clock c, const struct course *course, const struct run *r, instant now)
{
    if (r->deadline == NEVER)
        return false;
    if (r->state == CLOCK_STOPPED)
        return r->stop > r->deadline;
    if (r->state == CLOCK_VOID && c == CLOCK_RESTORATION && r->over <= r->deadline &&
        r->over == course->miles[MILE_REPLACE])
        return false; /* in time, be it the last moment */
    return (r->state == CLOCK_VOID ? r->over : now) >= r->deadline;
}

void
clock_read(enum clock c, const struct course *course, const struct contract *contract,
           uint8_t level, instant now, struct reading *out)
{
    struct run r;
    run_of(&r, c, course, contract, level);
    *out = (struct reading){ r.state, NEVER, NEVER, NEVER, 0, false };
    if (r.state == CLOCK_ABSENT || r.state == CLOCK_WAITING)
        return;
    instant end = r.state == CLOCK_STOPPED ? r.stop : r.over; /* NEVER: it runs */
    out->start = r.line.start;
    out->deadline = r.deadline;
    out->stop = end;
    out->excluded = line_excluded(&r.line, end < now ? end : now);
    out->broken = is_broken(c, course, &r, now);
    for (size_t i = 0; r.state == CLOCK_RUNNING && i < r.line.gaps_count; i++)
        if (r.line.gaps[i].from <= now && now < r.line.gaps[i].to)
            out->state = CLOCK_PAUSED;
}

instant
clock_share(enum clock c, const struct course *course, const struct contract *contract,
            uint8_t level, unsigned share_pct)
{
    struct run r;
    run_of(&r, c, course, contract, level);
    if (r.state == CLOCK_ABSENT || r.state == CLOCK_WAITING)
        return NEVER;
    instant at = share_pct == 100 ? r.deadline : line_share(&r.line, share_pct);
    instant end = r.state == CLOCK_STOPPED ? r.stop : r.over;
    return at <= end ? at : NEVER;
}

/* ---- what is owed for it */

static int64_t
times(int64_t a, int64_t b)
{
    int64_t out;
    return __builtin_mul_overflow(a, b, &out) ? INT64_MAX : out;
}

static int64_t
sum(int64_t a, int64_t b)
{
    int64_t out;
    return __builtin_add_overflow(a, b, &out) ? INT64_MAX : out;
}

int64_t
clock_penalty(enum clock c, const struct contract *contract, uint8_t level, const struct reading *r,
              instant now)
{
    const struct promise *p = &contract->promises[c][level];
    if (!r->broken)
        return 0;
    msec late = (r->stop == NEVER ? now : r->stop) - r->deadline, each = p->penalty_each_ms;
    int64_t owed = p->penalty;
    if (each > 0 && late > 0)
        owed = sum(owed, times(p->penalty_per, late / each + (late % each != 0)));
    return p->penalty_most > 0 && owed > p->penalty_most ? p->penalty_most : owed;
}
