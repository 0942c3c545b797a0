/* match.h - one ticket, or a neighbour's wish for somebody: who could take it, what each would
 * cost, and why the others cannot. Whoever decides asks here, so there is one filter and one cost.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "workers/core/cost.h"
#include "workers/core/fit.h"

struct engine;

/* What is looked for, at the tick of the engine's last event. */
struct wish {
    const struct engine *e;
    const struct job *job;        /* NULL: a neighbour's wish */
    const struct engineer *comes; /* is on his way to it; NULL: nobody */
    struct fit fit;               /* its ticket NULL: a neighbour's wish */
    struct cost_ticket cost;
    int64_t defer;                     /* what it costs that nobody takes it for now */
    int64_t aged;                      /* that it goes on waiting, in whatever way */
    const struct slot *slot;           /* our own ticket's; NULL: a neighbour's wish */
    const struct engineer_id *refused; /* not these */
    size_t refused_count;
};

/* The ones looked at: the best first, then those that could not, the nearest first. */
struct choice {
    struct considered list[CONSIDERED_MAX];
    size_t count;
    struct engineer *best;   /* the cheapest, perhaps only later; of equals the first by id; NULL:
                                nobody */
    struct engineer *second; /* the next; NULL: nobody */
    int64_t least, next;     /* what they cost; MATCH_NEVER: there is none */
};

/* One who could take it, though perhaps not now. */
struct suitor {
    struct engineer *x;
    struct fit_way way;    /* from where he will be */
    struct fit_way turned; /* from where he is now, on his way elsewhere */
    uint8_t first;         /* the seat it may have first */
    enum considered_why why;
};
/* fits(): he could, and `out` is filled; the others say why not. */
enum considered_why match_fit(const struct wish *w, struct engineer *x, struct suitor *out);
/* That he takes it at his i-th seat, in 1/16 s, within +-2^40; MATCH_NEVER: his duty ends first.
 * one that is free now costs less than nobody, however far it is. */
int64_t match_cost(const struct wish *w, const struct suitor *s, size_t i);
/* All his seats, MATCH_NEVER where he cannot; none after `first` and the first ordinary one costs
 * less than these two. Returns the least. */
int64_t match_costs(const struct wish *w, const struct suitor *s, int64_t costs[SEATS_MAX]);
int64_t match_least(const struct wish *w, const struct suitor *s);
void match_terms(const struct wish *w, const struct suitor *s, size_t i, struct cost_terms *out);
#define PATIENCE_MS (24 * HOURS)
#define MATCH_NEVER INT64_MAX

/* In words for whoever asks later; false: he does not fit (a dispatcher may choose him). */
bool match_grounds(const struct wish *w, const struct choice *c, struct engineer *x, size_t seat,
                   struct grounds *out);

/* One of our own tickets'. */
struct wish match_wish(const struct engine *e, const struct job *j);
/* A neighbour's, who names what it needs. `made` is kept by the caller as long as the wish. */
struct wish match_foreign(const struct engine *e, struct place place, const struct category *made);

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
