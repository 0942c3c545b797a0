/* rules.h - what one territory's engine knows of the plan: compiled once per plan
 * version by common/plan, never changed afterwards. Everything is by value or in
 * arrays owned by the struct, so the core reads it without knowing where it came from. */
#ifndef FAULTLINE_RULES_H
#define FAULTLINE_RULES_H

#include "faultline/ids.h"
#include "faultline/life.h"

#include <stddef.h>

enum {
    NEEDS_MAX = 8,         /* skills that one category may require */
    SKILLS_MAX = 32,       /* skills that one engineer may have */
    SPANS_MAX = 64,        /* duty spans of one week */
    LEVELS_MAX = 8,        /* fault levels */
    NEIGHBOURS_MAX = 16,   /* territories to ask, triage last */
    WORDS_RULES_MAX = 64,  /* text conditions of level rules */
    RUNGS_MAX = 8,         /* of an escalation */
    TARGETS_MAX = 4,       /* whom one step tells */
    PREFERRED_MAX = 8,     /* engineers that a contract names */
    BANNED_MAX = 16,       /* engineers that a contract will not have */
    CERTIFICATES_MAX = 32, /* different ones that a plan's categories need */
    PART_KINDS_MAX = 64,   /* the same of parts */
    WEIGHT_MAX = 1000,     /* of a ticket in matching, in ones of the mildest level */
    SPEEDS = 336,          /* half hours of a week */
    OUTAGE_MAX = 64,       /* tickets that make a mass outage, at most */
    NO_INDEX_8 = 0xff
};

struct skill {
    struct skill_id id;
    uint8_t level; /* 1 (can) .. 9 (master): had, or required as a minimum */
};

struct category {
    struct category_id id;
    struct skill needs[NEEDS_MAX]; /* sorted by skill id; all are required */
    size_t needs_count;
    uint8_t level;      /* index into levels unless a level rule says otherwise */
    bool installation;  /* 安装调试 instead of 售后 */
    msec preprocess_ms; /* so long the desk may try first; 0: straight to the engineers */
    struct skill prefers[NEEDS_MAX]; /* sorted; required at first (matching.prefer_ms), then only
                                        preferred */
    size_t prefers_count;
    uint32_t certificates; /* bit a certificate of the plan: all are required */
    uint64_t parts;        /* bit a part of the plan: all must be carried */
    msec service_ms;       /* how long the work takes, before anything is learned */
};

/* levels[0] is the mildest ("general"); the seed has two. */
struct level {
    char name[16];
    msec offer_ms; /* an offer unanswered for so long is taken back */
};

/* The first rule that fits decides. A field that is absent fits everything. */
struct level_rule {
    struct category_id category; /* none: any */
    uint8_t contract;            /* index; NO_INDEX_8: any */
    int16_t hint;                /* the gateway's level hint; -1: any */
    int16_t words, device;       /* bits of report.words that must be set; -1: any */
    int8_t affected_pct;         /* at least so much of the business is affected; -1: any */
    int8_t lost_pct;             /* at least so much capacity is lost; -1: any */
    bool down;                   /* only if the system is down */
    uint8_t level;
};

/* ---- what a customer is promised */

/* Which time counts, and how long the promise is. */
enum promise_basis {
    BASIS_ALWAYS,  /* round the clock; working_ms or off_ms, by the moment of the start */
    BASIS_WORKING, /* only open time of the contract's calendar counts; working_ms */
    BASIS_SPLIT    /* round the clock; each ms of open time uses 1/working_ms of the promise, each
                      of closed time 1/off_ms */
};
struct promise {
    msec working_ms, off_ms; /* 0 in working_ms: no such promise */
    uint8_t basis;
    int64_t penalty;     /* minor units of the contract's currency once it is missed */
    int64_t penalty_per; /* and for each begun penalty_each_ms after the deadline */
    msec penalty_each_ms;
    int64_t penalty_most; /* in all; 0: no cap */
};

/* Whom a step of an escalation tells. */
enum target_kind {
    TARGET_ENGINEER,    /* whoever has the ticket */
    TARGET_DISPATCHERS, /* the dispatchers' stream: always reachable */
    TARGET_MANAGER,     /* the contract's project manager */
    TARGET_PRINCIPAL    /* a person by name: a supervisor, a director */
};
struct target {
    uint8_t kind;
    struct principal_id who; /* TARGET_PRINCIPAL */
};
struct rung {
    uint16_t share_pct; /* of a clock: 50, 75, 100; beyond the deadline too: 150 */
    struct target targets[TARGETS_MAX];
    size_t targets_count;
    msec repeat_ms; /* told again after so long; 0: once */
    uint16_t times; /* in all, at least 1 */
};
/* Steps in rising order of share_pct. A step of which nobody can be reached is skipped at once:
 * the next one's people are told in its place. */
struct ladder {
    char id[32];
    struct rung rungs[RUNGS_MAX];
    size_t rungs_count;
    msec ack_ms; /* an acknowledgement quiets repeats for so long */
};

struct contract {
    char id[32], name[64], currency[4];
    const struct calendar *calendar; /* of the rules; NULL: always open */
    struct promise promises[CLOCKS][LEVELS_MAX];
    uint8_t ladder;                              /* index into the rules' ladders */
    uint32_t exempts;                            /* bit a reason: EXEMPT may use it */
    struct principal_id manager;                 /* named project manager; none */
    struct principal_id complaints;              /* who owns complaints; none: any dispatcher */
    struct engineer_id preferred[PREFERRED_MAX]; /* 优先 engineers */
    size_t preferred_count;
    struct engineer_id banned[BANNED_MAX]; /* never sent */
    size_t banned_count;
};

/* Whose contract it is: by site, else by customer, else contract 0. Sorted by id. */
struct site_rule {
    struct site_id id;
    struct customer_id customer; /* none */
    uint8_t contract;            /* NO_INDEX_8: neither the site nor its customer has one */
    instant warranty_until;      /* NEVER: no end; 0: none */
};
struct customer_rule {
    struct customer_id id;
    uint8_t contract;
};

/* Somebody who can be paged by name. Sorted by id. */
struct contact {
    struct principal_id id;
    const struct calendar *duty; /* when he can be reached; NULL: always */
};

struct span {
    int32_t from_min, to_min; /* minutes since Monday 00:00 UTC, from <= m < to, 0..10080 */
};

/* Open time on the line of UTC: sorted, disjoint, not touching. Compiled once per plan version from
 * iCalendar files by common/plan; the core knows neither zones nor holidays. Outside
 * [from, until) nothing is known, and all time counts as open: a promise then errs on the
 * customer's side. */
struct open_span {
    instant from, to; /* from <= t < to */
    msec before;      /* open time of all spans before this one */
};
struct calendar {
    char id[32];
    instant from, until;
    struct open_span *spans; /* owned by whoever owns the calendar */
    size_t count;
};

struct engineer_rule {
    struct engineer_id id;
    char name[64], phone[32]; /* zero-terminated */
    struct skill skills[SKILLS_MAX];
    size_t skills_count;              /* sorted by skill id */
    instant skills_until[SKILLS_MAX]; /* of each; it counts before this instant; 0: for ever */
    uint32_t certificates;            /* bit a certificate of the plan */
    instant certificates_until[CERTIFICATES_MAX]; /* by bit; 0: for ever */
    uint64_t parts;                               /* carried; bit a part of the plan */
    struct place home;
    uint16_t capacity;           /* tickets at a time, at least 1 */
    struct span duty[SPANS_MAX]; /* sorted, disjoint; none: never */
    size_t duty_count;
    const struct calendar *roster; /* of the rules: his dated duty, in place of the weekly one;
                                      NULL: the weekly one; outside its horizon the weekly one */
};

/* ---- what matching weighs; docs/running.md says each in words */

struct matching {
    bool by_penalties;    /* a clock weighs by its contract's penalty, not by the ticket's level */
    int64_t penalty_unit; /* minor units that weigh as much as a one */
    uint16_t weights[LEVELS_MAX];   /* 1 .. WEIGHT_MAX */
    int32_t travel_pct;             /* of the time on the way */
    int32_t detour_pct;             /* roads to the straight line */
    msec fixed_ms;                  /* of every trip: to the car, from the car */
    uint8_t speed_pct[SPEEDS];      /* of speed_m_per_min, by half hours of the local week */
    int32_t utc_offset_min;         /* local */
    int32_t p_late_s, late_pct;     /* certain lateness; each second of it */
    int32_t flow_pct;               /* each second from report to arrival */
    int32_t scarcity_s, fairness_s; /* at most */
    int32_t cover_pm;               /* so many of 1000 reports are of the worst level */
    int32_t preference_s, missed_s; /* not the preferred one; did not answer */
    int32_t switch_s;               /* turned back on the way, times the weight */
    int32_t planned_s;              /* not whom the plan of appointments has; or against it */
    msec lead_ms;     /* an appointment is offered so long before one has to set out */
    int32_t answer_s; /* until an offer is answered */
    int32_t unsure_s, unsure_slot_s;    /* when the busy will be done; more with each later slot */
    int32_t defer_wait_s, defer_trip_s; /* not now: so much later, and a trip so long */
    int32_t slot_s;                     /* a later slot: so much later each */
    uint16_t candidates;                /* engineers for each ticket: K */
    uint8_t divert;                     /* bit a level: may divert who is on his way */
    msec prefer_ms;                     /* preferred skills are required for so long */
    msec silent_ms;                     /* who let an offer run out is not expected for so long */
    msec early_ms;                      /* reckoned with so long before his duty begins */
    msec pause_ms;                      /* gaps in duty up to so long are breaks of one shift; who
                                           works then rests after, if no later than this */
    msec overrun_ms;                    /* work may end so long after the shift */
    int64_t reach_m;                    /* no engineer from further away; 0: from anywhere */
};

struct rules {
    uint32_t version; /* of the plan */
    struct territory_id territory;
    char code[8];                /* the territory's code in ticket numbers */
    struct category *categories; /* sorted by id; owned */
    size_t categories_count;
    struct category_id fallback; /* for reports of an unknown category */
    struct level levels[LEVELS_MAX];
    size_t levels_count;            /* at least 1 */
    struct level_rule *level_rules; /* in the plan's order; owned */
    size_t level_rules_count;
    struct engineer_rule *engineers; /* at home here, sorted by id; owned */
    size_t engineers_count;
    struct calendar *calendars; /* owned, with their spans */
    size_t calendars_count;
    struct ladder *ladders; /* at least 1; owned */
    size_t ladders_count;
    struct contract *contracts; /* at least 1: contract 0 is everybody else's; owned */
    size_t contracts_count;
    struct site_rule *sites; /* sorted by id; owned */
    size_t sites_count;
    struct customer_rule *customers; /* sorted by id; owned */
    size_t customers_count;
    struct contact *contacts; /* sorted by id; owned */
    size_t contacts_count;
    struct territory_id neighbours[NEIGHBOURS_MAX]; /* in the order of asking */
    size_t neighbours_count;
    msec repeat_ms;          /* repeats attach within so long of the first; 0: never */
    msec verdict_ms;         /* resolved and silent for so long: closed */
    msec ask_ms;             /* a neighbour that has not answered by then is passed over */
    msec decline_ms;         /* so long a declined ticket is not offered to the same engineer */
    msec retry_ms;           /* so long after the last denial the neighbours are asked again */
    msec occurred_limit_ms;  /* how far back occurred_at is believed for clocks */
    int32_t speed_m_per_min; /* assumed travel speed, for ranking */
    msec load_ms;            /* what each ticket already carried weighs in ranking */
    msec pend_ms;            /* a wait for the customer ends at the latest after so long */
    msec observe_ms;         /* what cannot be reproduced is watched for so long */
    msec reopen_ms;          /* a closed ticket can be reopened for so long */
    msec settle_ms;          /* and stays at hand for so long after its end */
    int32_t geofence_m;      /* an engineer within so many metres has arrived; 0: no geofence */
    struct matching matching;
    uint16_t outage_count; /* so many open tickets of a category ... */
    msec outage_ms;        /* ... opened within so long look like a mass outage; 0: never */
};

#endif
