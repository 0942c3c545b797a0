/* cost.h - what it costs to send this engineer to this ticket, and what it costs to send nobody
 * yet: one function, in whole sixteenths of a second, each term readable for explanations. The
 * weights are the plan's (rules.h, struct matching; docs/running.md, "Matching", says them in
 * words).
 *
 *      travel       travel_pct of the time on the way
 *      lateness     for arrival and restoration, while they run:
 *                   w (p_late_s x P(late) + late_pct of the time late)
 *      flow         w x flow_pct of the time from report to arrival
 *      scarcity     scarcity_s x rarity of the skills that lie idle, and what it is worth that he
 *                   stands by (cover.h)
 *      fairness     fairness_s x his share of work
 *      preference   preference_s, missed_s, planned_s
 *      switching    w x switch_s
 *
 * P(late) = 1 / (1 + exp(z)), z = (deadline - estimate) / (240 s + unsure + 0.12 x (estimate -
 * now)), from a table; 1 when the deadline has passed already. Each term lies within
 * +-COST_TERM_MAX, so a sum within +-2^40. Nothing gets cheaper when the arrival is later, the way
 * longer, or the clock further on, all else equal. */
#ifndef CORE_COST_H
#define CORE_COST_H

#include "workers/core/roster.h"

enum { COST_SECOND = 16 };
#define COST_TERM_MAX ((int64_t)1 << 37)
#define COST_MAX      ((int64_t)1 << 40)

struct cost_terms {
    int64_t travel, lateness, flow, scarcity, fairness, preference, switching;
};
int64_t cost_sum(const struct cost_terms *t);
/* The terms in their order, for tables of people: COST_TERMS names, and the i-th value. */
enum { COST_TERMS = 7 };
const char *cost_text(size_t i);
int64_t cost_term(const struct cost_terms *t, size_t i);

/* What of a ticket is the same for every engineer, at one instant. */
struct cost_ticket {
    const struct matching *m; /* borrowed: of the rules in force */
    instant now, received_at;
    int64_t weight; /* of its level, in sixteenths */
    struct cost_clock {
        instant deadline; /* NEVER: not running, or excluded time goes on */
        int64_t weight;   /* sixteenths */
    } arrival, restoration;
    uint32_t rarity; /* of the skills that it needs: cost_rarity */
};
/* The ticket's clocks are read from its own contract (of the version that it lives by). */
void cost_ticket(struct cost_ticket *out, const struct matching *m, const struct contract *contract,
                 const struct ticket *t, uint32_t rarity, instant now);

/* One way to serve it. */
struct cost_trip {
    instant departs;             /* now, or when he is free */
    msec travel_ms, service_ms;  /* travel.h, service.h */
    uint32_t rarity;             /* of all his skills */
    uint32_t standby_s;          /* worth of his standing by, if it ends now */
    uint16_t share_pm;           /* of his places that are taken when he departs, 0 .. 1000 */
    bool unpreferred, unskilled; /* the contract prefers others; lacks a preferred skill */
    bool missed;                 /* let an offer of this ticket run out */
    bool unplanned;              /* the plan of appointments has somebody else for it */
    msec clash_ms;               /* he would be done so long after he has to set out elsewhere */
    bool leaves;                 /* and somebody on his way there is turned back */
    msec unsure_ms;              /* how far off the departure may be; 0: it is now */
};
/* What it costs that somebody on his way to it is turned back. */
int64_t cost_switch(const struct cost_ticket *t);
void cost_trip(const struct cost_ticket *t, const struct cost_trip *trip, struct cost_terms *out);
/* Nobody now: as if somebody set out defer_wait_s from now, and slot_s later for each of `slots`
 * places further back, */
instant cost_deferred(const struct cost_ticket *t, unsigned slots);
/* or when somebody is on duty, for a trip of defer_trip_s. */
void cost_defer(const struct cost_ticket *t, instant departs, msec service_ms,
                struct cost_terms *out);

/* At most by so much does a way to serve it become cheaper while the clock goes on for so long,
 * departure and way being the same, and its doubt at least this (decision 16). `t`: afterwards.
 * What is said of a longer time is more by what may fall in between: a floor that sinks by it may
 * be used on the way. */
int64_t cost_fall(const struct cost_ticket *t, msec unsure, msec passed);

/* The sum over these skills of 1 / (engineers here who have it, at whatever level), in 1/65536; a
 * skill that nobody has counts as one's. Once a plan version for each engineer and category. */
uint32_t cost_rarity(const struct roster *r, const struct skill *skills, size_t count);
/* P(late) in 1/2^24. */
uint32_t cost_late(instant now, instant deadline, instant estimate, msec unsure);

#endif
