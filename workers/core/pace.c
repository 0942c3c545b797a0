/* pace.c - how time uses up a promise. Where open and closed time both count, and differently, the
 * question "when?" is one binary search over the calendar's spans, as in calendar.c. */
#include "workers/core/pace.h"

#include "workers/core/calendar.h"
#include "workers/core/clocks.h"
#include "workers/core/record.h"

void
pace_of(struct pace *p, const struct promise *promise, const struct calendar *calendar,
        instant start)
{
    msec working = promise->working_ms;
    msec off = promise->off_ms > 0 ? promise->off_ms : working;
    *p = (struct pace){ NULL, 1, 1, (units)working };
    if (promise->basis == BASIS_WORKING)
        *p = (struct pace){ calendar, 1, 0, (units)working };
    else if (promise->basis == BASIS_SPLIT && off != working)
        *p = (struct pace){ calendar, (uint64_t)off, (uint64_t)working,
                            (units)working * (units)off };
    else if (promise->basis == BASIS_ALWAYS && off != working && !calendar_is_open(calendar, start))
        p->total = (units)off;
}

/* Long division where the processor's own does not reach. */
static units
divide(units n, uint64_t by)
{
    if (n >> 64 == 0)
        return (uint64_t)n / by;
    units quotient = 0, rest = 0;
    for (int bit = 127; bit >= 0; bit--) {
        rest = rest << 1 | (n >> bit & 1);
        if (rest >= by) {
            rest -= by;
            quotient |= (units)1 << bit;
        }
    }
    return quotient;
}

static units
divide_up(units n, uint64_t by)
{
    return by == 1 ? n : divide(n + (by - 1), by);
}

units
pace_share(const struct pace *p, unsigned share_pct)
{
    return share_pct == 100 ? p->total : divide_up(p->total * share_pct, 100);
}

units
pace_used(const struct pace *p, instant a, instant b)
{
    if (b <= a)
        return 0;
    msec all = b - a, open = p->calendar == NULL ? all : calendar_open(p->calendar, a, b);
    return (units)open * p->open + (units)(all - open) * p->closed;
}

/* The instant after a stretch of time that is used at one rate. */
static instant
stretch(instant a, units want, uint64_t rate)
{
    units length = divide_up(want, rate);
    return length > (units)INSTANT_MAX ? NEVER : instant_after(a, (msec)length);
}

/* What is used from the calendar's beginning to that of a span. */
static units
before(const struct pace *p, const struct open_span *s)
{
    return (units)s->before * p->open +
           (units)(s->from - p->calendar->from - s->before) * p->closed;
}

/* Within [from, until): `want` is counted from the calendar's beginning. */
static instant
within(const struct pace *p, units want)
{
    const struct calendar *c = p->calendar;
    size_t low = 0, high = c->count; /* the first span before whose beginning it is used */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (before(p, &c->spans[mid]) < want)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0)
        return stretch(c->from, want, p->closed);
    const struct open_span *s = &c->spans[low - 1];
    units rest = want - before(p, s), open = (units)(s->to - s->from) * p->open;
    return rest <= open ? stretch(s->from, rest, p->open) : stretch(s->to, rest - open, p->closed);
}

static instant
split_after(const struct pace *p, instant a, units want)
{
    const struct calendar *c = p->calendar;
    if (a < c->from) {
        units open = (units)(c->from - a) * p->open;
        if (want <= open)
            return stretch(a, want, p->open);
        want -= open;
        a = c->from;
    }
    if (a >= c->until)
        return stretch(a, want, p->open);
    units left = pace_used(p, a, c->until);
    if (want > left)
        return stretch(c->until, want - left, p->open);
    return within(p, want + pace_used(p, c->from, a));
}

instant
pace_after(const struct pace *p, instant a, units want)
{
    if (want == 0)
        return a;
    if (p->calendar == NULL)
        return stretch(a, want, p->open);
    if (p->closed > 0)
        return split_after(p, a, want);
    if (want > (units)INSTANT_MAX)
        return NEVER;
    instant at = calendar_after(p->calendar, a, (msec)want);
    return at > INSTANT_MAX ? NEVER : at;
}
