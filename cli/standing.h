/* standing.h - how every ticket of a territory stands at one moment, as its engine sees it: who has
 * it or for whom it waits, when he should be there and done, and what of its promises that keeps.
 * Two of these, before and after an event that has not happened, are what would follow from it. */
#ifndef CLI_STANDING_H
#define CLI_STANDING_H

#include "common/base/map.h"
#include "workers/core/ask.h"

enum { STANDING_ARRIVAL, STANDING_RESTORATION, STANDING_CLOCKS };

struct standing {
    struct ticket_id id;
    enum ticket_state state;
    instant due;                /* of the ticket: the offer's end, the desk's */
    struct engineer_id has;     /* is asked, or responsible; none */
    struct engineer_id awaited; /* none: nobody in particular */
    bool foreseen;              /* it is known when he should be there and done: */
    struct errand errand;
    instant deadlines[STANDING_CLOCKS]; /* NEVER: that promise does not run */
};

struct standings {
    instant at;
    struct standing *list; /* owned; by id */
    size_t count, cap;
};

/* Of what is neither solved nor over. */
void standings_take(struct standings *all, const struct engine *e, const struct rules *r);
void standings_fini(struct standings *all);
const struct standing *standings_find(const struct standings *all, struct ticket_id id);
/* So much later than promised, by what is foreseen; below 0: to spare. false: nothing is known. */
bool standing_late(const struct standing *s, unsigned clock, msec *late);
/* Is it another: who has it or should have it, its state, or what it is late by? */
bool standing_differs(const struct standing *a, const struct standing *b);

/* "offered to li.na; there in 12 min, done in 72 min; arrival with 40 min to spare" */
void standing_words(const struct standing *s, instant now, struct buf *out);

#endif
