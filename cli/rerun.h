/* rerun.h - a past period played again under a plan: the real engines decide, one a territory, and
 * people do what they are told the way they did it in the log.
 *
 *   past --reports, deeds--> engines --offers--> crew --accept, depart, arrive, resolve--> engines
 *                              '--- words to each other, a second on the way ---'
 *
 * Invariant: everything that is not decided is the same under every plan (past.h, and the ways and
 * works that the territory has learned), so two plays differ by the plans alone; the same plan
 * gives the same play. */
#ifndef CLI_RERUN_H
#define CLI_RERUN_H

#include "cli/past.h"
#include "common/base/heap.h"
#include "workers/core/ask.h"
#include "workers/core/clocks.h"

/* Until a ticket that was reported at the very end counts as left waiting. */
#define RERUN_AFTER_MS (2 * DAYS)

struct rerun_wish {
    size_t count;                       /* territories */
    const struct rules *const *rules;   /* the plan's, by territory; borrowed */
    const struct engine *const *truths; /* what is known of ways and works there; borrowed */
    /* The plan's own bits for a report's words; NULL: those of the log. */
    uint64_t (*words)(void *context, const struct report *r);
    void *context;
};

struct rerun_man;
struct rerun_job {
    const struct past_report *report;
    struct ticket_id id;
    bool opened;  /* a ticket of its own came of it */
    bool counted; /* it was reported in the period */
    bool over;    /* solved or ended, and read: */
    struct reading readings[CLOCKS];
    int64_t penalties[CLOCKS];
    uint8_t level;
    enum ticket_state state;
    struct rerun_man *man; /* who is asked or has it; NULL: nobody */
    unsigned serial;       /* of its hands: what was due for earlier ones is void */
    uint32_t version;
    instant arrived_at; /* NEVER: nobody came */
    msec travel_ms;     /* all trips to it */
    int64_t travel_m;   /* straight */
};

struct rerun_man {
    const struct engineer_rule *rule;
    size_t territory;
    msec accepts, departs;
    struct place here;     /* or whence he left */
    struct rerun_job *job; /* at which he is, or on his way to */
    bool travels;
    instant left_at, reach_at;
    int64_t metres;
    unsigned serial;        /* of what he is at */
    struct rerun_job **bag; /* accepted, not begun; owned */
    size_t bag_count, bag_cap;
    msec travel_ms, work_ms; /* for tickets that count */
};

struct rerun {
    const struct past *past;
    struct rerun_wish wish;
    struct engine **engines; /* owned */
    struct effects fx;
    instant at, end;
    struct rerun_job *jobs; /* one a report, in their order; owned */
    size_t jobs_count;
    struct map by_id;      /* ticket -> job */
    struct rerun_man *men; /* by territory, then as in the rules; owned */
    size_t men_count;
    struct map by_name;  /* engineer -> man */
    struct map counters; /* principal -> uint64_t of his events; in the arena */
    struct heap dues;
    uint64_t dues_made;
    size_t reports_left, open; /* tickets that count and are not over */
    uint64_t refused;          /* by the engine: people did what they could not */
    struct arena arena;
};

/* The caller's to free; `past` and all that the wish names outlive it. */
struct rerun *rerun_play(const struct past *past, const struct rerun_wish *wish);
void rerun_free(struct rerun *r);

/* ---- between rerun.c, which knows the engines, and crew.c, which knows the people */
enum due_kind {
    DUE_REPORT,
    DUE_DEED,
    DUE_ASSIST,
    DUE_ACCEPT,
    DUE_DELIVERED,
    DUE_LEAVE,
    DUE_REACH,
    DUE_SOLVE,
    DUE_DUTY,
    DUES
};
struct due {
    struct heap_at heap;
    instant at;
    uint64_t order;
    enum due_kind kind;
    unsigned serial;
    size_t index; /* of a report or deed; of the territory a word goes to */
    struct rerun_job *job;
    struct rerun_man *man;
    struct assist assist;
};
/* Zeroed but for kind and instant. */
struct due *rerun_later(struct rerun *r, instant at, enum due_kind kind);
/* Says a verb about the job, as this principal, now; `seen` 0: any version. */
void rerun_say(struct rerun *r, struct rerun_job *j, enum verb v, struct principal_id who,
               enum role role);
void rerun_place(struct rerun *r, const struct rerun_man *m);

void crew_begin(struct rerun *r);
void crew_fini(struct rerun *r);
/* The engine has offered it to him; it is nobody's any more. */
void crew_asked(struct rerun *r, struct rerun_job *j, struct rerun_man *m);
void crew_let_go(struct rerun *r, struct rerun_job *j);
extern void (*const crew_dues[DUES])(struct rerun *r, const struct due *d); /* NULL: not its own */

#endif
