/* clocks.h - the promised times of a ticket, computed from its course, its contract and the
 * contract's calendar, each of the versions that the ticket was opened under. Nothing is counted or
 * stored, so nothing can be lost, and a change of level is a change from the start. Integer ms. */
#ifndef CORE_CLOCKS_H
#define CORE_CLOCKS_H

#include "faultline/rules.h"
#include "workers/core/course.h"

enum clock_state {
    CLOCK_ABSENT,  /* the contract promises nothing of the kind */
    CLOCK_WAITING, /* what starts it has not happened */
    CLOCK_RUNNING,
    CLOCK_PAUSED,
    CLOCK_STOPPED, /* what ends it has happened */
    CLOCK_VOID     /* nothing is owed any more; what was broken by then stays broken */
};

struct reading {
    enum clock_state state;
    instant start;
    instant deadline; /* NEVER: none, or excluded time goes on and the promise was not used up
                         before; also of a stopped clock: what it would have had to keep */
    instant stop;     /* STOPPED, VOID: since when; else NEVER */
    msec excluded;    /* between start and the earlier of stop and `now`, overlaps once */
    bool broken;      /* stopped after its deadline; or runs, and `now` is at or past it; or it was
                         so when it became void */
};

/* One clock as it stands at `now`. `level` is an index below LEVELS_MAX. */
void clock_read(enum clock c, const struct course *course, const struct contract *contract,
                uint8_t level, instant now, struct reading *out);
/* The instant by which share_pct of the promise is used up, under the exclusions known; beyond
 * 100 the time after the deadline counts on by the same rule. NEVER: absent, waiting, stopped or
 * void before it comes to that, or excluded time goes on. 100 gives the deadline of a running
 * clock. */
instant clock_share(enum clock c, const struct course *course, const struct contract *contract,
                    uint8_t level, unsigned share_pct);
/* Minor units owed under the promise for this reading; 0 when it was kept. */
int64_t clock_penalty(enum clock c, const struct contract *contract, uint8_t level,
                      const struct reading *r, instant now);
/* The instant itself, or when the excluded time that it falls into ends: NEVER, if it goes on. */
instant clock_counted(const struct course *course, instant at);
const char *promise_text(enum clock c); /* static: "response" */

/* at + length, NEVER instead of overflow. */
instant instant_after(instant at, msec length);

#endif
