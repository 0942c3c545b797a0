/* post.h - from postings to letters.
 *
 *   posting: update ----- packed, once ---\
 *     recipient e07, 41 ------------------ [map, map] -- seal(pool -> e07) --> letter: first 41,
 * two recipient e07, 42 ------------------/ watch,        911 ------------------ [map] -------
 * seal(letter key) ---> the dispatchers' letter
 *
 * A commit holds one letter a recipient, and one for the dispatchers, more only where one would
 * pass LETTER_MAX. A recipient whom the plan does not know, or whose key is revoked, gets none; the
 * log still says what happened. */
#ifndef WORKERS_POST_H
#define WORKERS_POST_H

#include "common/store/store.h"
#include "common/wire/log.h"
#include "workers/core/effect.h"
#include "workers/keyring.h"

struct poster;
struct poster *poster_new(struct keyring *k);
void poster_free(struct poster *p);

/* A new commit: nothing is gathered yet. */
void post_begin(struct poster *p);
/* After each engine_apply: packs what is new in `fx`, and sorts it to its recipients. */
void post_gather(struct poster *p, const struct effects *fx);
/* Enough for one commit? */
bool post_full(const struct poster *p);
/* Room for an event that may post to many? */
bool post_light(const struct poster *p);

/* What the letters say of where they come from. */
struct post_from {
    struct territory_id territory;
    struct incarnation incarnation;
    const struct head *head; /* the commit's parent */
    instant at;              /* of resync letters */
};
/* Seals everything gathered; fills mail and watch of *c, and the lines for the log. All of it
 * lives in the arena. */
void post_seal(struct poster *p, const struct post_from *from, struct arena *a, struct commit *c,
               struct log_letter **letters, size_t *count);

#endif
