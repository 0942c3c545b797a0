/* trail.h - what the log says of each ticket, and nothing else: the records of one territory, read
 * in order, become the facts that promises are reckoned from, and what the workers have said of
 * these promises. Nothing is taken from tickets' records; the engine's rules are followed afresh.
 *
 *     OPENED  LEVEL  STEP ... STEP  ALARM ...  CORRECTED
 *        '-- facts: received, moments, gaps --'   '-- claims, for prove.c --'
 *
 * A person's step happened when its sender says, as far as the plan of that day believes him. */
#ifndef CLI_TRAIL_H
#define CLI_TRAIL_H

#include "cli/reckon.h"
#include "common/base/map.h"
#include "common/wire/log.h"

struct trail_step {
    instant at, occurred_at; /* of the decision; as far as it is believed */
    struct principal_id who; /* people's: who sent it; the engine's: whom it concerns, or none */
    uint8_t verb, from, to, reason;
};

/* What was said of a clock: its shares, each once. */
struct trail_told {
    uint16_t shares[RUNGS_MAX + 1];
    size_t shares_count;
    bool breach; /* "it is broken", and not taken back */
    instant breach_at;
};

/* A clock that has begun anew: how it stood just before, if it had come to something. */
struct trail_run {
    uint8_t clock;
    struct reckoning reckoning;
    instant at; /* when it began anew */
};

struct trail {
    struct ticket_id id;
    struct customer_id customer;
    struct site_id site;
    struct category_id category;
    bool levelled; /* the log says which promises it lives by: */
    uint32_t plan;
    uint8_t contract, level;
    bool strayed; /* a line says another plan version than that of its opening */
    instant opened_at;
    instant changed_at; /* the last decision about it */
    enum ticket_state state;
    struct facts facts; /* its gaps are ours */
    size_t gaps_cap;
    struct trail_told told[CLOCKS];
    struct trail_step *steps; /* in order; owned */
    size_t steps_count, steps_cap;
    struct trail_run *runs; /* in order; owned */
    size_t runs_count, runs_cap;
    instant ended_at;     /* NEVER: it lives */
    instant begun_at;     /* the last acceptance or reopening, as far as it is believed; 0: none */
    instant agreed_until; /* the customer's appointment ends then; 0: none */
    instant reported_at;  /* its report's own instant, believed or not */
    instant wait_due;     /* the wait for the customer ends then at the latest; NEVER: none */
    struct ticket_id master; /* it follows this one; zero: none */
    instant occurred_at;     /* the timeline never goes back before it */
    uint32_t name_version; /* who knows this version knows its engineer's name; 0: there is none */
    instant name_at;
};

struct trails {
    struct map by_id;
    struct trail **list; /* in the order of their opening; owned */
    size_t count, cap;
    uint32_t plan;     /* in force */
    instant at;        /* of the last record */
    instant before;    /* of the one before it */
    uint64_t unopened; /* lines about tickets that nothing has opened */
    /* The rules of a plan version; NULL: not kept. */
    const struct rules *(*rules)(void *context, uint32_t version);
    /* ALARM or CORRECTED, before it changes the trail. NULL: not asked. */
    void (*claim)(void *context, const struct trail *s, const struct outcome *o, instant at);
    /* A clock begins anew, and what was said of it is forgotten: the last look. NULL: not asked. */
    void (*anew)(void *context, struct trail *s, enum clock c, instant at);
    void *context;
};

void trails_init(struct trails *all);
void trails_fini(struct trails *all);
/* Keeps a run that is over. */
void trail_keep(struct trail *s, enum clock c, const struct reckoning *r, instant at);
/* The next record of the log. */
void trails_read(struct trails *all, const struct log_record *r);
const struct trail *trails_find(const struct trails *all, struct ticket_id id); /* NULL: none */

#endif
