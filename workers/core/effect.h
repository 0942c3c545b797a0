/* effect.h - what the engine asks the shell to do. Everything in a list of effects is
 * owned by the list's arena, so it outlives the engine's next step. */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include "common/base/arena.h"
#include "faultline/event.h"
#include "faultline/outcome.h"
#include "faultline/update.h"

/* The recipient that stands for all dispatchers. */
#define WATCH ((struct principal_id){ "watch" })

enum { RECIPIENTS_MAX = 4 };

/* One update, for each recipient under his own next sequence. */
struct posting {
    struct update update;
    size_t recipients_count; /* 1 .. RECIPIENTS_MAX */
    struct {
        struct principal_id who;
        uint64_t sequence; /* of this recipient in this territory, dense from 1 */
    } recipients[RECIPIENTS_MAX];
};

struct message_out {
    struct territory_id to;
    struct assist assist; /* from, incarnation, sequence are filled in */
};

struct effects {
    struct arena arena;
    struct posting *postings;
    size_t postings_count, postings_cap;
    struct outcome *outcomes;
    size_t outcomes_count, outcomes_cap;
    struct message_out *messages;
    size_t messages_count, messages_cap;
};

void effects_clear(struct effects *fx); /* for the next batch */
void effects_fini(struct effects *fx);

#endif
