/* whose.c - which engineer may use which verb on a ticket: the one in whose hands it is, those who
 * help him, or those who have been asked. docs/life.md says it in words. */
#include "workers/core/state.h"

/* What is not here is for the engineer in whose hands it is: WHOSE_HOLDER. */
static const uint8_t whose[VERBS] = {
    [VERB_TAKE_OVER] = WHOSE_NEXT,    [VERB_JOIN_IN] = WHOSE_ASKED,
    [VERB_STEP_BACK] = WHOSE_HAND,    [VERB_NOTE] = WHOSE_TEAM,
    [VERB_PART_REQUEST] = WHOSE_TEAM, [VERB_PART_RECEIVE] = WHOSE_TEAM,
    [VERB_PART_USE] = WHOSE_TEAM,     [VERB_PART_RETURN] = WHOSE_TEAM,
    [VERB_PART_CANCEL] = WHOSE_TEAM,  [VERB_REPORT] = WHOSE_TEAM,
    [VERB_ANALYSE] = WHOSE_TEAM,
};

enum whose
life_whose(enum verb v)
{
    return (unsigned)v < VERBS ? whose[v] : WHOSE_HOLDER;
}

bool
whose_is(const struct ticket *t, enum verb v, struct engineer_id x)
{
    if (no_name(x))
        return false;
    const struct hand *helper = hands_helper(t, x);
    bool holder = same_id(t->engineer, x), next = same_id(t->next.engineer, x);
    switch (life_whose(v)) {
    case WHOSE_HOLDER:
        return holder;
    case WHOSE_TEAM:
        return holder || (helper != NULL && helper->due == NEVER);
    case WHOSE_NEXT:
        return next;
    case WHOSE_ASKED:
        return helper != NULL && helper->due != NEVER;
    case WHOSE_HAND:
        return next || helper != NULL;
    case WHOSES:
        break;
    }
    return false;
}
