/* duty.h - when an engineer is on duty: texts of local time into spans of the UTC week.
 *
 *     "always"                       round the clock
 *     "mon-fri 08:00-18:00"          a range of days
 *     "sat,sun 22:00-06:00"          days, past midnight: to 06:00 of the day after
 *     "daily 00:00-24:00"            every day */
#ifndef PLAN_DUTY_H
#define PLAN_DUTY_H

#include "common/base/err.h"
#include "common/base/str.h"
#include "faultline/rules.h"

enum { DAY_MIN = 1440, WEEK_MIN = 7 * DAY_MIN };

/* The minutes of the UTC week, from Monday 00:00. A zeroed struct is a week off. */
struct week {
    bool on[WEEK_MIN];
};
/* ERR_SYNTAX: not a duty text; the week is unchanged. */
must_use enum err duty_add(struct week *w, struct str text, int utc_offset_min);
/* Sorted, disjoint, not touching. ERR_TOO_BIG: more than SPANS_MAX. */
must_use enum err duty_spans(const struct week *w, struct span spans[SPANS_MAX], size_t *count);

#endif
