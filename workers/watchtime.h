/* watchtime.h - what instant an input bears, and whether timers may be believed.
 *
 *     at = max(last committed, min(own clock, Redis' clock))
 *
 * Two clocks and a third that never steps watch each other. While the two differ by more
 * than the limit, or one has just jumped against the third, no timer fires: a wrong clock makes
 * things late, never early. Reports go on; their instants cannot run backwards.
 *
 * Redis' clock is read somewhere between two readings of ours, so it is compared with that
 * span and a slow answer is not taken for a wrong clock. */
#ifndef WORKERS_WATCHTIME_H
#define WORKERS_WATCHTIME_H

#include "common/base/base.h"
#include "faultline/ids.h"

/* All ms. `before` and `after` the question that brought `redis`. */
struct clock_reading {
    int64_t own_before, own_after;
    int64_t mono_before, mono_after;
    int64_t redis;
};

enum clock_doubt {
    CLOCK_SANE,
    CLOCK_APART,      /* own and Redis' differ by more than the limit */
    CLOCK_OWN_JUMP,   /* own stepped against the monotonic clock */
    CLOCK_REDIS_JUMP, /* Redis' did */
    CLOCK_DOUBTS
};
const char *clock_doubt_text(enum clock_doubt d);

enum { CLOCK_STEADY_MS = 5000 }; /* agree for so long to be believed again */

struct watchtime {
    int64_t limit_ms;
    struct clock_reading last;
    bool any;               /* `last` holds a reading */
    enum clock_doubt doubt; /* why timers are stopped; CLOCK_SANE: they run */
    int64_t steady_since;   /* mono: no doubt was seen since */
};

enum clock_news { CLOCK_AS_BEFORE, CLOCK_DOUBTED, CLOCK_RESUMED };

void watchtime_init(struct watchtime *w, int64_t limit_ms);
/* Takes a reading. The news is for the log and for dispatchers. */
enum clock_news watchtime_read(struct watchtime *w, const struct clock_reading *r);
/* The instant for an input of a territory whose last committed instant is `committed`. */
instant watchtime_at(const struct watchtime *w, instant committed);
bool watchtime_sane(const struct watchtime *w);
/* What the slower clock says by now, for waiting. */
instant watchtime_now(const struct watchtime *w, int64_t mono_ms);

#endif
