/* match.h - one ticket, or a neighbour's wish for somebody: who could take it, what each would
 * cost, and why the others cannot. Whoever decides asks here, so there is one filter and one cost. */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "workers/core/roster.h"

struct engine;

/* What is looked for, at the tick of the engine's last event. */
struct wish {
    const struct engine *e;
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
    struct engineer *best; /* the cheapest, perhaps only later; of equals the first by id; NULL:
                              nobody */
};

/* WHY_OUTRANKED and WHY_MISSED: he could, though perhaps not now; the others say why not. */
enum considered_why match_fit(const struct wish *w, struct engineer *x);
static inline bool
match_could(enum considered_why why)
{
    return why == WHY_OUTRANKED || why == WHY_MISSED;
}
/* That he takes it at his i-th seat, in 1/16 s, within +-2^40; later seats cost more. */
int64_t match_cost(const struct wish *w, struct engineer *x, size_t i);
/* That nobody takes it for now. */
int64_t match_defer(const struct wish *w);

/* Looks at everybody. */
void match_look(const struct wish *w, struct choice *out);
/* Puts this one first, for this reason. */
void match_first(const struct wish *w, struct choice *c, struct engineer *x,
                 enum considered_why why);
/* The cheapest who can take it now; NULL: nobody. */
struct engineer *match_free(const struct wish *w);
/* Has anybody the skills for a neighbour's wish, free or not? */
bool match_exists(const struct wish *w);

/* for (size_t i = 0; (x = match_each(w, &i)) != NULL;) - those who may have the skills, by id. */
struct engineer *match_each(const struct wish *w, size_t *at);

#endif
