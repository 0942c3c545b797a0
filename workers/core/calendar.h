/* calendar.h - the two questions that clocks ask of a compiled calendar: how much open time lies
 * between two instants, and when has so much passed? Each is one binary search over the running
 * sums. Outside [from, until) all time is open (rules.h); a NULL calendar is always open. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "faultline/rules.h"

/* Open time in [a, b); 0 when b is not after a; the most there is on overflow. */
msec calendar_open(const struct calendar *c, instant a, instant b);
/* The earliest instant by which `want` of open time has passed since a; a itself when nothing is
 * wanted; NEVER on overflow. */
instant calendar_after(const struct calendar *c, instant a, msec want);
bool calendar_is_open(const struct calendar *c, instant at);
/* When the open time that `at` lies in ends, or the calendar with it; `at` itself in closed time.
 * Within [from, until) only. */
instant calendar_end(const struct calendar *c, instant at);
/* The first instant after `at` at which closed time turns into open time; NEVER: none follows. */
instant calendar_next(const struct calendar *c, instant at);

#endif
