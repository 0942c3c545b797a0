/* object.c - what is linked to a ticket, each with a life of its own. */
#include "workers/core/state.h"

void
object_survey(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

bool
object_is_owed(const struct engine *e, const struct job *j)
{
    (void)e;
    (void)j;
    return false;
}

const struct deed deeds_object[VERBS] = {
    [VERB_INSPECT] = { NULL, deed_step },         [VERB_QUOTE] = { NULL, deed_step },
    [VERB_QUOTE_ACCEPT] = { NULL, deed_step },    [VERB_QUOTE_DECLINE] = { NULL, deed_step },
    [VERB_PART_REQUEST] = { NULL, deed_step },    [VERB_PART_RESERVE] = { NULL, deed_step },
    [VERB_PART_MOVE] = { NULL, deed_step },       [VERB_PART_RECEIVE] = { NULL, deed_step },
    [VERB_PART_USE] = { NULL, deed_step },        [VERB_PART_RETURN] = { NULL, deed_step },
    [VERB_PART_CANCEL] = { NULL, deed_step },     [VERB_REPLACE] = { NULL, deed_step },
    [VERB_REPLACED] = { NULL, deed_step },        [VERB_REPORT] = { NULL, deed_step },
    [VERB_ANALYSE] = { NULL, deed_step },         [VERB_SURVEY_ANSWER] = { NULL, deed_step },
    [VERB_COMPLAIN] = { NULL, deed_step },        [VERB_COMPLAINT_ANSWER] = { NULL, deed_step },
    [VERB_COMPLAINT_CLOSE] = { NULL, deed_step },
};
