/* pace.h - how time uses up a promise. One rate for open and one for closed time serves all bases:
 *
 *      basis      a ms of open time    of closed time    the promise
 *      always     1                    1                 working_ms or off_ms, by the start
 *      working    1                    0                 working_ms
 *      split      off_ms               working_ms        working_ms * off_ms
 *
 * Shares are whole numbers: nothing is rounded until an instant is asked for, and then up, so that
 * an alarm is never early. */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include "faultline/rules.h"

__extension__ typedef unsigned __int128 units;

struct pace {
    const struct calendar *calendar; /* NULL: always open */
    uint64_t open, closed;           /* units that a ms uses */
    units total;                     /* what is promised */
};

/* `working_ms` is above 0. */
void pace_of(struct pace *p, const struct promise *promise, const struct calendar *calendar,
             instant start);
/* So much of the promise, rounded up. */
units pace_share(const struct pace *p, unsigned share_pct);
/* Used in [a, b). */
units pace_used(const struct pace *p, instant a, instant b);
/* The earliest instant by which `want` is used from a on; NEVER when that is out of reach. */
instant pace_after(const struct pace *p, instant a, units want);

#endif
