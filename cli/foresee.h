/* foresee.h - what would follow if somebody said this now: the event is applied to a shadow of the
 * territory's engine, and how tickets stand before and after is compared. Nothing is sent and
 * nothing is written. */
#ifndef CLI_FORESEE_H
#define CLI_FORESEE_H

#include "cli/json.h"
#include "cli/said.h"
#include "cli/shadow.h"
#include "cli/standing.h"

struct foresight {
    const char *code; /* of the territory, for numbers; a loan */
    struct act act;
    bool refused; /* and nothing would change: */
    enum refusal refusal;
    enum considered_why named;      /* of the engineer whom the act names; CONSIDERED_WHYS: of
                                       nobody here */
    struct standings before, after; /* at the same instant, without and with it */
    struct ticket ticket[2];        /* its grounds, before and after; valid while `there` */
    bool there[2];
    struct errand hands[ERRANDS_MAX]; /* of that engineer, after it */
    size_t hands_count;
};

/* Says it to the shadow, at `now`, as `who`. The shadow is spent afterwards, and is to outlive the
 * foresight. */
void foresee(struct foresight *f, struct shadow *s, const char *code, const struct act *act,
             instant now);
void foresight_fini(struct foresight *f);
void foresight_words(const struct foresight *f, struct buf *out);
struct json *foresight_json(const struct foresight *f); /* the caller's */

/* The act that would be sent; texts are borrowed from `said`. */
struct act foresee_act(const struct said *said, struct ticket_id ticket, uint32_t seen,
                       const struct principal *who);

#endif
