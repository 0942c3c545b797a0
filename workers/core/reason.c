/* reason.c - which verb takes which reasons. */
#include "workers/core/state.h"

#define R(reason) (1u << (reason))

/* The seven. */
#define UNWILLING                                                                                  \
    (R(REASON_BUSY) | R(REASON_FAR) | R(REASON_SKILL) | R(REASON_PARTS) | R(REASON_SHIFT) |        \
     R(REASON_CONFLICT) | R(REASON_UNFIT))

static const uint32_t allowed[VERBS] = {
    [VERB_DECLINE] = UNWILLING,
    [VERB_STEP_BACK] = UNWILLING,
    [VERB_RETURN] = UNWILLING,
    [VERB_TRANSFER] = UNWILLING,
    [VERB_PEND] = R(REASON_ABSENT) | R(REASON_ACCESS) | R(REASON_WISH) | R(REASON_INFORMATION),
    [VERB_HOLD] = R(REASON_PARTS) | R(REASON_VENDOR) | R(REASON_TEAM),
    [VERB_EXEMPT] = R(REASON_FORCE_MAJEURE) | R(REASON_CUSTOMER_DELAY),
};

bool
reason_fits(enum verb v, enum reason r)
{
    return r == REASON_NONE || ((unsigned)r < REASONS && (allowed[v] >> r & 1));
}

bool
reason_asked(enum verb v)
{
    return allowed[v] != 0;
}
