/* duty.c - weekly duty spans on the line of UTC. A span is [from, to) in minutes since Monday
 * 00:00 UTC; rules hold them sorted and disjoint. */
#include "workers/core/duty.h"

#define WEEK             (7 * DAYS)
#define THURSDAY_OF_1970 (3 * DAYS) /* 1970-01-01 was a Thursday */

/* The last Monday 00:00 UTC at or before `at`. */
static instant
monday(instant at)
{
    msec into = (at + THURSDAY_OF_1970) % WEEK;
    return at - (into < 0 ? into + WEEK : into);
}

bool
duty_is_on(const struct engineer_rule *r, instant at)
{
    msec into = at - monday(at);
    size_t low = 0, high = r->duty_count;
    while (low < high) { /* the first span that begins after `into` */
        size_t mid = (low + high) / 2;
        if (r->duty[mid].from_min * MINUTES <= into)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && into < r->duty[low - 1].to_min * MINUTES;
}

instant
duty_next(const struct engineer_rule *r, instant after)
{
    if (r->duty_count == 0)
        return NEVER;
    instant week = monday(after);
    for (size_t i = 0; i < r->duty_count; i++)
        if (week + r->duty[i].from_min * MINUTES > after)
            return week + r->duty[i].from_min * MINUTES;
    return week + WEEK + r->duty[0].from_min * MINUTES;
}
