/* reckon.h - the promised times of a ticket, reckoned slowly and obviously for whoever does not
 * take the engine's word: from the facts in the log, piece by piece over every edge of a calendar
 * and of excluded time. Shares with workers/core only the words and the rules of the plan.
 *
 *      start ---open---|--closed--|---open---[ gap ]---open---> deadline
 *            each piece has one rate; the pieces are walked until the promise is used up */
#ifndef CLI_RECKON_H
#define CLI_RECKON_H

#include "faultline/rules.h"

/* What a ticket comes by, each an instant as far as its teller is believed. */
enum moment {
    MOMENT_NAMED, /* the engineer's name has reached the reporter */
    MOMENT_ARRIVED,
    MOMENT_RESTORED,
    MOMENT_REPLACE, /* a replacement was declared */
    MOMENT_REPLACED,
    MOMENT_ANALYSED,
    MOMENT_COMPLAINED,
    MOMENT_ANSWERED, /* the complaint */
    MOMENT_SETTLED,  /* the complaint */
    MOMENT_ENDED,    /* the ticket */
    MOMENTS
};

struct gap {
    instant from, to; /* from <= t < to; NEVER in `to`: it goes on */
    enum reason reason;
};

struct facts {
    instant received;
    instant reached[MOMENTS]; /* NEVER: not, or not any more */
    struct gap *gaps;         /* as they were told; may overlap; a loan */
    size_t gaps_count;
};

enum verdict {
    VERDICT_ABSENT,  /* nothing of the kind is promised */
    VERDICT_WAITING, /* what starts it has not happened */
    VERDICT_RUNNING,
    VERDICT_PAUSED,
    VERDICT_STOPPED, /* what ends it has happened */
    VERDICT_VOID     /* nothing is owed any more; what was broken by then stays broken */
};

struct reckoning {
    enum verdict verdict;
    instant start;
    instant deadline; /* NEVER: none, or excluded time goes on and the promise is not used up */
    instant stop;     /* STOPPED, VOID: since when; else NEVER */
    msec excluded;    /* between start and the earlier of stop and `now`; overlaps once */
    bool broken;
};

/* One clock as it stands at `now`. `level` is below LEVELS_MAX. */
void reckon(enum clock c, const struct facts *f, const struct contract *contract, uint8_t level,
            instant now, struct reckoning *out);
/* When so much of the promise is used up, whatever has ended it by then. NEVER: absent, waiting, or
 * excluded time goes on before. */
instant reckon_share(enum clock c, const struct facts *f, const struct contract *contract,
                     uint8_t level, unsigned share_pct);
/* Minor units owed for it; 0 when the promise was kept. */
int64_t reckon_penalty(const struct promise *p, const struct reckoning *r, instant now);
/* Does time excluded for this reason count for this clock all the same? */
bool reckon_ignores(enum clock c, enum reason reason);

#endif
