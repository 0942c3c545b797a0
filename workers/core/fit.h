/* fit.h - may this engineer take this ticket, and if not, why not? Three questions, for look-ahead
 * asks them at different moments: of the person (which neither the hour nor his load changes), of
 * now, and of the way there. What is required is never relaxed; what a category only prefers is
 * required for matching.prefer_ms after the report, and no longer.
 *
 * WHY_OUTRANKED stands for "he may"; WHY_MISSED for "he may, but let an offer of this ticket run
 * out" (cost.h makes him dearer). All others are refusals. */
#ifndef CORE_FIT_H
#define CORE_FIT_H

#include "workers/core/learned.h"
#include "workers/core/roster.h"

/* What is asked for. */
struct fit {
    const struct rules *rules;       /* in force */
    const struct learned *learned;   /* may be empty */
    const struct ticket *ticket;     /* NULL: a neighbour's wish, judged by category alone */
    const struct category *category; /* NULL: none, everybody qualifies */
    const struct contract *contract; /* the ticket's own; NULL: nobody is banned */
    struct place place;              /* of the work */
    /* service_time of this engineer, remembered; NULL: it is asked for */
    msec (*service_ms)(const struct fit *f, const struct engineer *x);
    msec *services; /* for it: by engineer's place in the list; 0: not asked for yet */
    const struct engineer *first;
};
/* Of one of our tickets. `slot` is its category's. */
struct fit fit_of(const struct roster *r, const struct learned *l, const struct slot *slot,
                  const struct contract *contract, const struct ticket *t);

static inline bool
fits(enum considered_why w)
{
    return w == WHY_OUTRANKED || w == WHY_MISSED;
}

/* Skills, their level and last day; certificates; the contract's bans; his own refusal; parts;
 * preferred skills while they are insisted on. */
enum considered_why fit_person(const struct fit *f, const struct engineer *x, instant at);
/* On duty at this instant, with room. */
enum considered_why fit_now(const struct engineer *x, instant at);
/* How he would get there and how long he would stay. */
struct fit_way {
    int64_t metres; /* DISTANCE_UNKNOWN: a place is not known */
    msec travel_ms, service_ms;
};
struct fit_way fit_way(const struct fit *f, const struct engineer *x, struct place from,
                       instant departs);
/* The instant by which work that begins with this departure must be done: his shift's end, breaks
 * bridged, and overrun_ms; FIT_OFF: he is not on duty, nor in a break. */
instant fit_until(const struct rules *r, const struct engineer *x, instant departs);
#define FIT_OFF INT64_MIN
/* Within reach, and back in his own time. `until` as above. */
enum considered_why fit_reach(const struct fit *f, const struct fit_way *way, instant departs,
                              instant until);
/* All three, from where he is, departing at `at`. `way` (may be NULL) is filled if he came so far.
 */
enum considered_why fit_ask(const struct fit *f, const struct engineer *x, instant at,
                            struct fit_way *way);

/* The first instant after `at` at which time alone lets somebody in, or makes him dear no more: a
 * refusal passes, a preference is insisted on no longer; NEVER: none. */
instant fit_eases(const struct fit *f, instant at);

/* Does he lack a skill that the category prefers; does the contract prefer others? (cost.h) */
bool fit_lacks_preferred(const struct fit *f, const struct engineer *x, instant at);
bool fit_is_unpreferred(const struct fit *f, const struct engineer *x);

#endif
