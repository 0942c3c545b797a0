/* match.h - filter, then score: which of our engineers should take this, and why not the others. */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "workers/core/roster.h"

/* What is looked for. */
struct wish {
    struct place place;
    const struct skill *needs; /* to be checked; none when everybody in `slot` has them */
    size_t needs_count;
    const struct slot *slot;           /* our own ticket's; NULL: a neighbour's wish */
    const struct ticket *ticket;       /* its refusers count; NULL: a neighbour's wish */
    const struct engineer_id *refused; /* the neighbour's */
    size_t refused_count;
};

/* The ones looked at: the best first, then those that could not, the nearest first. */
struct choice {
    struct considered list[CONSIDERED_MAX];
    size_t count;
};

/* The best engineer for the wish at this instant; NULL: nobody can take it now. Ties go to
 * the smaller id. `choice` may be NULL. */
struct engineer *match_best(const struct roster *r, const struct wish *w, instant at,
                            struct choice *choice);
/* Has anybody the skills for a neighbour's wish, free or not? */
bool match_exists(const struct roster *r, const struct wish *w);

#endif
