/* desk.c - what the customer and the dispatch centre do with a ticket: urging, words, the way
 * around the engineers (预处理), another level, its end. */
#include "workers/core/state.h"

static void
nudge(struct engine *e, struct job *j, const struct act *a)
{
    j->t.nudges++;
    deed_tell(e, j, a);
}

/* Withdrawn or rejected: whoever had it, has it no more. */
static void
end(struct engine *e, struct job *j, const struct act *a)
{
    struct principal_id engineer = principal_of(j->t.engineer);
    deed_step(e, j, a);
    struct update *u = post_new(e, UPDATE_WITHDRAWN, engineer);
    if (u == NULL)
        return;
    post_describe(e, u, j, false);
    u->why = post_words(e, a->note);
}

static void
approve(struct engine *e, struct job *j, const struct act *a)
{
    deed_tell(e, j, a);
    object_survey(e, j);
}

void
desk_waited(struct engine *e, struct job *j)
{
    step_take(e, j, &(struct move){ .verb = VERB_QUEUE });
    offer_seek(e, j);
}

static void
acknowledge(struct engine *e, struct job *j, const struct act *a)
{
    deed_step(e, j, a);
    pager_acknowledge(e, j, a);
}

const struct deed deeds_desk[VERBS] = {
    [VERB_PREPROCESS] = { NULL, deed_step },
    [VERB_DISPATCH] = { NULL, deed_step },
    [VERB_SOLVE] = { NULL, deed_step },
    [VERB_APPROVE] = { NULL, approve },
    [VERB_NUDGE] = { NULL, nudge },
    [VERB_NOTE] = { NULL, deed_tell },
    [VERB_CANCEL] = { NULL, end },
    [VERB_REJECT] = { NULL, end },
    [VERB_DELIVERED] = { NULL, deed_step },
    [VERB_RELEVEL] = { NULL, deed_step },
    [VERB_ACKNOWLEDGE] = { NULL, acknowledge },
};
