/* past.h - a period of the log as a play's script: what came from outside and would have come under
 * any plan (reports, the customers' and the desk's words), and how people behaved (how soon each
 * engineer answers and sets out, how long the work on each ticket took). Whatever the engine itself
 * decided is left out.
 *
 *   log records --past_read--> reports, deeds, people, works --rerun.h--> the same period anew */
#ifndef CLI_PAST_H
#define CLI_PAST_H

#include "cli/trail.h"
#include "common/base/arena.h"

/* What brings a ticket; and what became of the work on it. */
struct past_report {
    struct event event; /* REPORT; its texts are in the arena */
    size_t territory;   /* whose log it stood in */
    msec work_ms;       /* 0: nobody solved it in the log */
    bool remote;        /* solved without going there */
};

/* A customer's or dispatcher's word that is said again at its instant. */
struct past_deed {
    struct event event; /* VERB */
    size_t territory;
};

/* Sums over what was seen; 0 times: never. */
struct past_mean {
    msec sum;
    uint64_t count;
};

struct past_person {
    struct engineer_id id;
    struct past_mean accepts; /* from the offer to his answer */
    struct past_mean departs; /* from when he could to when he did, an hour at most each */
    instant free_at;          /* since when he has nothing to work on; while reading */
};

struct past {
    instant from, to; /* reports of from <= at < to count; */
    instant begin;    /* those since then are played before, so that people have work at `from` */
    instant last;     /* of the last record read */
    struct past_report *reports; /* by instant, after past_done; owned */
    size_t reports_count, reports_cap;
    struct past_deed *deeds; /* the same; owned */
    size_t deeds_count, deeds_cap;
    struct map people;                 /* engineer -> struct past_person; in the arena */
    struct past_mean accepts, departs; /* everybody's */
    struct past_mean delivered;        /* from acceptance to the name's delivery */
    struct arena arena;
};
#define PAST_WARM_MS DAYS

/* `from` 0: the first report; `to` NEVER: the end of the log. */
void past_init(struct past *p, instant from, instant to);
void past_fini(struct past *p);

/* The reading of one territory's log. */
struct past_reading {
    struct past *past;
    size_t territory;
    struct trails trails;
    struct map hands; /* ticket -> when it was offered and accepted; in the arena */
    size_t first;     /* of the reports that are its own */
};
/* `rules` gives those of a plan version, as long as the reading lives; NULL: not kept. */
void past_begin(struct past_reading *r, struct past *p, size_t territory,
                const struct rules *(*rules)(void *context, uint32_t version), void *context);
void past_read(struct past_reading *r, const struct log_record *record);
void past_end(struct past_reading *r);
/* After the last territory: all is in order of time. */
void past_done(struct past *p);

/* On average; who was never seen is like everybody, and nobody ever: `other`. */
msec past_accepts(const struct past *p, struct engineer_id x, msec other);
msec past_departs(const struct past *p, struct engineer_id x, msec other);
msec past_delivered(const struct past *p, msec other);

#endif
