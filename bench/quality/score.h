/* score.h - what a run was worth, and what many runs were worth: means with standard errors. */
#ifndef QUALITY_SCORE_H
#define QUALITY_SCORE_H

#include "bench/quality/field.h"

#include <stddef.h>

enum figure {
    FIGURE_BREACH,   /* % of the weight of all tickets that was reached too late */
    FIGURE_CRITICAL, /* % of the worst severity's tickets */
    FIGURE_TRAVEL,   /* minutes a ticket that was reached, ways in vain included */
    FIGURE_SPREAD,   /* deviation of engineers' busy time, % of its mean */
    FIGURE_WAIT,     /* hours that the last of all waited for somebody to come */
    FIGURES
};

struct score {
    double figures[FIGURES];
    unsigned tickets, done, cancelled, open;
    uint64_t digest, offers, declines, diverted;
    unsigned broken[BROKEN_KINDS];
};

struct score score_of(const struct field *f);
unsigned score_broken(const struct score *s); /* in all */

/* The same policy over several seeds. A zeroed struct is empty. */
struct record {
    double sum[FIGURES], squares[FIGURES];
    unsigned runs, broken[BROKEN_KINDS], not_replayed;
    uint64_t diverted, offers, tickets;
    uint32_t *decisions_ns; /* owned */
    size_t decisions_count, decisions_cap;
};

void record_add(struct record *r, const struct field *f);
void record_fini(struct record *r);
double record_mean(const struct record *r, enum figure f);
double record_error(const struct record *r, enum figure f); /* standard error of the mean */
double record_us(struct record *r, double share);           /* a decision's quantile */
unsigned record_broken(const struct record *r);

#endif
