/* story.h - one ticket's whole story, as text for people and as JSON for scripts. */
#ifndef CLI_STORY_H
#define CLI_STORY_H

#include "cli/json.h"
#include "cli/records.h"
#include "common/wire/body.h"
#include "workers/core/clocks.h"

struct story {
    struct site *site;
    struct territory_id territory;
    const struct ticket *ticket;
    const struct report_body *body; /* the report's words */
    const struct rules *rules;      /* of the plan version it lives by; NULL: not kept any more */
    instant now;
};

/* What it lives by; NULL: not known. */
const struct contract *story_contract(const struct story *s);
const char *story_level(const struct site *s, uint8_t level); /* of the plan in force */
const char *story_level_of(const struct story *s);            /* of the ticket's own plan */
/* false: nothing of the kind is promised, or the contract is not known. */
must_use bool story_read(const struct story *s, enum clock k, struct reading *out);
bool story_has_times(const struct reading *r); /* it has begun: start and deadline say something */
/* Time of the promise used: from its start to its stop or now, less what does not count. */
msec story_used(const struct reading *r, instant now);
extern const char *const story_clock_states[]; /* by enum clock_state */
extern const char *const story_links[LINKS];
void story_time(char out[32], instant at); /* to the second */
/* What a list shows of a ticket. */
struct json *story_json_head(const struct site *s, struct territory_id t,
                             const struct ticket *ticket);

/* Why who has it has it, or why nobody does, appended; and the same as members of an object:
 * considered, terms, cost and margin (seconds), next_best, departs (why.c). */
void why_words(const struct ticket *t, struct buf *out);
void why_json(const struct ticket *t, struct json *j);
void story_print(const struct story *s);
struct json *story_json(const struct story *s); /* the caller's */

#endif
