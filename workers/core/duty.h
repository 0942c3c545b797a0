/* duty.h - is an engineer on duty, until when, and when does his next duty begin? By his roster as
 * far as it reaches; before and after it, and without one, by his week. */
#ifndef CORE_DUTY_H
#define CORE_DUTY_H

#include "faultline/rules.h"

bool duty_is_on(const struct engineer_rule *r, instant at);
/* The first instant after `after` at which a span begins; NEVER when he has none. */
instant duty_next(const struct engineer_rule *r, instant after);
/* The first instant from `at` on at which he is not on duty; NEVER: not within a week. */
instant duty_end(const struct engineer_rule *r, instant at);

/* The end of the shift that `at` lies in, when gaps of at most `pause` are its breaks. */
instant duty_over(const struct engineer_rule *r, instant at, msec pause);

/* When the shift began that `at` lies in, or else the last one before it; gaps of at most `pause`
 * are its breaks. Two days ago, if it was before that. */
instant duty_began(const struct engineer_rule *r, instant at, msec pause);

/* The break of his shift, a gap of at most `most`, that began last, at or before `at` and within
 * `most` of it. false: there is none. */
bool duty_break(const struct engineer_rule *r, instant at, msec most, instant *from, instant *to);

#endif
