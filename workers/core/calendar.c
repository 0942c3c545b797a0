/* calendar.c - arithmetic on compiled calendars. Everything is read off one rising function: the
 * open time since the calendar's beginning, which falls below zero before it. */
#include "workers/core/calendar.h"

#include <assert.h>

static instant
sum(instant a, msec b)
{
    instant out;
    if (!__builtin_add_overflow(a, b, &out))
        return out;
    return b < 0 ? INT64_MIN : NEVER;
}

/* How many spans begin at or before `at`. */
static size_t
begun(const struct calendar *c, instant at)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->spans[mid].from <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static msec
through(const struct open_span *s)
{
    return s->before + (s->to - s->from);
}

static msec
total(const struct calendar *c)
{
    return c->count == 0 ? 0 : through(&c->spans[c->count - 1]);
}

/* Open time since the calendar's beginning. */
static msec
passed(const struct calendar *c, instant at)
{
    msec rest;
    if (at < c->from)
        return __builtin_sub_overflow(at, c->from, &rest) ? INT64_MIN : rest;
    if (at >= c->until)
        return __builtin_sub_overflow(at, c->until, &rest) ? NEVER : sum(total(c), rest);
    size_t count = begun(c, at);
    if (count == 0)
        return 0;
    const struct open_span *s = &c->spans[count - 1];
    return at < s->to ? s->before + (at - s->from) : through(s);
}

msec
calendar_open(const struct calendar *c, instant a, instant b)
{
    msec out;
    if (b <= a)
        return 0;
    if (__builtin_sub_overflow(c == NULL ? b : passed(c, b), c == NULL ? a : passed(c, a), &out))
        return NEVER;
    return out;
}

instant
calendar_after(const struct calendar *c, instant a, msec want)
{
    if (want <= 0 || c == NULL)
        return want <= 0 ? a : sum(a, want);
    msec lead; /* open time before the calendar begins */
    if (a < c->from && (__builtin_sub_overflow(c->from, a, &lead) || want <= lead))
        return a + want;
    msec target = sum(passed(c, a), want);
    if (target == NEVER)
        return NEVER;
    if (target > total(c))
        return sum(c->until, target - total(c));
    size_t low = 0, high = c->count; /* the first span by whose end the target is reached */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (through(&c->spans[mid]) < target)
            low = mid + 1;
        else
            high = mid;
    }
    assert(low < c->count);
    return c->spans[low].from + (target - c->spans[low].before);
}

bool
calendar_is_open(const struct calendar *c, instant at)
{
    if (c == NULL || at < c->from || at >= c->until)
        return true;
    size_t count = begun(c, at);
    return count > 0 && at < c->spans[count - 1].to;
}

instant
calendar_next(const struct calendar *c, instant at)
{
    if (c == NULL || at >= c->until)
        return NEVER;
    size_t i =
        begun(c, at < c->from ? c->from : at); /* one that begins with the calendar: no turn */
    if (i < c->count)
        return c->spans[i].from;
    instant closed = c->count == 0 ? c->from : c->spans[c->count - 1].to;
    return closed < c->until ? c->until : NEVER;
}

instant
calendar_end(const struct calendar *c, instant at)
{
    assert(c->from <= at && at < c->until);
    size_t count = begun(c, at);
    if (count == 0 || c->spans[count - 1].to <= at)
        return at;
    return c->spans[count - 1].to < c->until ? c->spans[count - 1].to : c->until;
}
