/* rules.h - what one territory's engine knows of the plan: compiled once per plan
 * version by common/plan, never changed afterwards. Everything is by value or in
 * arrays owned by the struct, so the core reads it without knowing where it came from. */
#ifndef FAULTLINE_RULES_H
#define FAULTLINE_RULES_H

#include "faultline/ids.h"

#include <stddef.h>

enum {
    NEEDS_MAX = 8,       /* skills that one category may require */
    SKILLS_MAX = 32,     /* skills that one engineer may have */
    SPANS_MAX = 64,      /* duty spans of one week */
    LEVELS_MAX = 8,      /* fault levels */
    NEIGHBOURS_MAX = 16, /* territories to ask, triage last */
    WORDS_RULES_MAX = 64 /* level rules that look at text */
};

struct skill {
    struct skill_id id;
    uint8_t level; /* 1 (can) .. 9 (master): had, or required as a minimum */
};

struct category {
    struct category_id id;
    struct skill needs[NEEDS_MAX]; /* sorted by skill id; all are required */
    size_t needs_count;
    uint8_t level; /* index into levels unless a level rule says otherwise */
};

/* levels[0] is the mildest ("general"); the seed has two. */
struct level {
    char name[16];
    msec offer_ms;       /* an offer unanswered for so long is taken back */
    msec response_ms;    /* received -> accepted */
    msec arrival_ms;     /* received -> arrived */
    msec restoration_ms; /* received -> resolved */
};

/* The first rule that fits decides. A field that is absent fits everything. */
struct level_rule {
    struct category_id category; /* none: any */
    int16_t hint;                /* the gateway's level hint; -1: any */
    int16_t words;               /* bit in report.words that must be set; -1: any */
    uint8_t level;
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
    size_t skills_count; /* sorted by skill id */
    struct place home;
    uint16_t capacity;           /* tickets at a time, at least 1 */
    struct span duty[SPANS_MAX]; /* sorted, disjoint; none: never */
    size_t duty_count;
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
};

#endif
