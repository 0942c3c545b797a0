/* wait.c - time that does not count, or that is only waited through: for the customer (pend), for
 * parts and vendors (hold), under observation, and exempted. */
#include "workers/core/state.h"

void
wait_over(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

void
wait_recur(struct engine *e, struct job *j)
{
    (void)e;
    (void)j;
}

const struct deed deeds_wait[VERBS] = {
    [VERB_PEND] = { NULL, deed_step },    [VERB_HOLD] = { NULL, deed_step },
    [VERB_RESUME] = { NULL, deed_step },  [VERB_EXEMPT] = { NULL, deed_step },
    [VERB_OBSERVE] = { NULL, deed_step },
};
