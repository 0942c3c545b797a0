/* duty.c - two sources of duty on the line of UTC: a roster of dated spans, and a week of spans
 * [from, to) in minutes since Monday 00:00 UTC; rules hold both sorted and disjoint.
 *
 *      ... week | roster.from  ====  ==   === roster.until | week ...
 */
#include "workers/core/duty.h"

#include "workers/core/calendar.h"

#define WEEK             (7 * DAYS)
#define THURSDAY_OF_1970 (3 * DAYS) /* 1970-01-01 was a Thursday */

/* ---- the week */

/* The last Monday 00:00 UTC at or before `at`. */
static instant
monday(instant at)
{
    msec into = (at + THURSDAY_OF_1970) % WEEK;
    return at - (into < 0 ? into + WEEK : into);
}

/* When the span that `at` lies in ends; `at` itself when it lies in none. */
static instant
week_end(const struct engineer_rule *r, instant at)
{
    instant begin = monday(at);
    msec into = at - begin;
    size_t low = 0, high = r->duty_count;
    while (low < high) { /* the first span that begins after `into` */
        size_t mid = (low + high) / 2;
        if (r->duty[mid].from_min * MINUTES <= into)
            low = mid + 1;
        else
            high = mid;
    }
    bool on = low > 0 && into < r->duty[low - 1].to_min * MINUTES;
    return on ? begin + r->duty[low - 1].to_min * MINUTES : at;
}

static instant
week_next(const struct engineer_rule *r, instant after)
{
    if (r->duty_count == 0)
        return NEVER;
    instant week = monday(after);
    for (size_t i = 0; i < r->duty_count; i++)
        if (week + r->duty[i].from_min * MINUTES > after)
            return week + r->duty[i].from_min * MINUTES;
    return week + WEEK + r->duty[0].from_min * MINUTES;
}

/* ---- both */

static bool
is_rostered(const struct engineer_rule *r, instant at)
{
    return r->roster != NULL && r->roster->from <= at && at < r->roster->until;
}

bool
duty_is_on(const struct engineer_rule *r, instant at)
{
    return is_rostered(r, at) ? calendar_is_open(r->roster, at) : week_end(r, at) > at;
}

instant
duty_next(const struct engineer_rule *r, instant after)
{
    const struct calendar *c = r->roster;
    if (c == NULL || after >= c->until)
        return week_next(r, after);
    instant next = after < c->from ? week_next(r, after) : calendar_next(c, after);
    if (after < c->from && next >= c->from)
        next = calendar_is_open(c, c->from) ? c->from : calendar_next(c, c->from);
    if (next < c->until) /* calendar_next knows no week, and gives `until` or NEVER at the end */
        return next;
    return week_end(r, c->until) > c->until ? c->until : week_next(r, c->until);
}

/* As far as one span goes. */
static instant
span_end(const struct engineer_rule *r, instant at)
{
    if (is_rostered(r, at))
        return calendar_end(r->roster, at);
    instant end = week_end(r, at);
    bool meets = r->roster != NULL && at < r->roster->from && r->roster->from < end;
    return meets ? r->roster->from : end;
}

instant
duty_end(const struct engineer_rule *r, instant at)
{
    for (instant last = at + WEEK; at <= last;) {
        instant end = span_end(r, at);
        if (end == at)
            return at;
        at = end;
    }
    return NEVER;
}

instant
duty_over(const struct engineer_rule *r, instant at, msec pause)
{
    for (instant last = at + WEEK; at <= last;) {
        instant end = duty_end(r, at), next;
        if (end == NEVER || pause == 0)
            return end;
        next = duty_next(r, end);
        if (next == NEVER || next - end > pause)
            return end;
        at = next;
    }
    return NEVER;
}

instant
duty_began(const struct engineer_rule *r, instant at, msec pause)
{
    instant began = at - 2 * DAYS, end = duty_end(r, began);
    while (end <= at) { /* or NEVER */
        instant next = duty_next(r, end);
        if (next > at)
            break;
        if (next - end > pause)
            began = next;
        end = duty_end(r, next);
    }
    return began;
}

bool
duty_break(const struct engineer_rule *r, instant at, msec most, instant *from, instant *to)
{
    instant before = at - most;
    if (most == 0 || !duty_is_on(r, before))
        return false;
    *from = duty_end(r, before);
    *to = *from > at ? NEVER : duty_next(r, *from);
    return *to != NEVER && *to - *from <= most;
}
