/* life.c - the life of a ticket: one table, state by verb. An empty cell is a refusal; no
 * other file knows which step leads where. docs/life.md says the same in words, and a test
 * holds the two equal.
 *
 *   received - triaged - queued <---------- decline, expire ----------+
 *                           |                                         |
 *                           +--> offered --> accepted --> en_route ---+
 *                                   |           |  \         |        |
 *                                   +-----------+   `---> working ----+
 *                                   |                      |   ^      |
 *                                   v                      v   |      |
 *                              cancelled,   pending_customer, held ---+
 *                              rejected                    |
 *                                                       resolved --> closed
 */
#include "workers/core/life.h"

#define ENGINE     BY_ENGINE
#define ENGINEER   BY(ROLE_ENGINEER)
#define DISPATCHER BY(ROLE_DISPATCHER)
#define CUSTOMER   BY(ROLE_GATEWAY) /* the reporter speaks through his gateway */
#define DESK       (CUSTOMER | DISPATCHER)
#define ANYBODY    (DESK | ENGINEER)

/* What may happen to any ticket that is neither solved nor over. */
#define ALIVE(self)                                                                                \
    [VERB_NUDGE] = { self, DESK }, [VERB_NOTE] = { self, ANYBODY },                                \
    [VERB_CANCEL] = { TICKET_CANCELLED, DESK }, [VERB_REJECT] = { TICKET_REJECTED, DISPATCHER }

static const struct step steps[TICKET_STATES][VERBS] = {
    [TICKET_RECEIVED] = {
        [VERB_TRIAGE] = { TICKET_TRIAGED, ENGINE },
    },
    [TICKET_TRIAGED] = {
        [VERB_QUEUE] = { TICKET_QUEUED, ENGINE },
    },
    [TICKET_QUEUED] = {
        [VERB_OFFER] = { TICKET_OFFERED, ENGINE },
        ALIVE(TICKET_QUEUED),
    },
    [TICKET_OFFERED] = {
        [VERB_ACCEPT]  = { TICKET_ACCEPTED, ENGINEER },
        [VERB_DECLINE] = { TICKET_QUEUED, ENGINEER },
        [VERB_EXPIRE]  = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_OFFERED),
    },
    [TICKET_ACCEPTED] = {
        [VERB_DEPART] = { TICKET_EN_ROUTE, ENGINEER },
        [VERB_ARRIVE] = { TICKET_WORKING, ENGINEER },
        [VERB_WORK]   = { TICKET_WORKING, ENGINEER },
        [VERB_PEND]   = { TICKET_PENDING_CUSTOMER, ENGINEER },
        [VERB_HOLD]   = { TICKET_HELD, ENGINEER },
        [VERB_EXPIRE] = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_ACCEPTED),
    },
    [TICKET_EN_ROUTE] = {
        [VERB_ARRIVE] = { TICKET_WORKING, ENGINEER },
        [VERB_WORK]   = { TICKET_WORKING, ENGINEER },
        [VERB_PEND]   = { TICKET_PENDING_CUSTOMER, ENGINEER },
        [VERB_HOLD]   = { TICKET_HELD, ENGINEER },
        [VERB_EXPIRE] = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_EN_ROUTE),
    },
    [TICKET_WORKING] = {
        [VERB_DEPART]  = { TICKET_EN_ROUTE, ENGINEER },
        [VERB_ARRIVE]  = { TICKET_WORKING, ENGINEER },
        [VERB_PEND]    = { TICKET_PENDING_CUSTOMER, ENGINEER },
        [VERB_HOLD]    = { TICKET_HELD, ENGINEER },
        [VERB_RESOLVE] = { TICKET_RESOLVED, ENGINEER },
        [VERB_EXPIRE]  = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_WORKING),
    },
    [TICKET_PENDING_CUSTOMER] = {
        [VERB_RESUME] = { TICKET_WORKING, ENGINEER },
        [VERB_EXPIRE] = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_PENDING_CUSTOMER),
    },
    [TICKET_HELD] = {
        [VERB_RESUME] = { TICKET_WORKING, ENGINEER },
        [VERB_EXPIRE] = { TICKET_QUEUED, ENGINE },
        ALIVE(TICKET_HELD),
    },
    [TICKET_RESOLVED] = {
        [VERB_APPROVE] = { TICKET_CLOSED, DESK },
        [VERB_REOPEN]  = { TICKET_WORKING, DESK },
        [VERB_CLOSE]   = { TICKET_CLOSED, ENGINE },
        [VERB_NOTE]    = { TICKET_RESOLVED, ANYBODY },
    },
};

const struct step *
life_step(enum ticket_state from, enum verb v)
{
    if ((unsigned)from >= TICKET_STATES || (unsigned)v >= VERBS)
        return NULL;
    const struct step *s = &steps[from][v];
    return s->roles == 0 ? NULL : s;
}

bool
life_knows(enum verb v, enum role role)
{
    if (role == ROLE_NONE || (unsigned)role >= ROLES) /* the first one's bit is the engine's */
        return false;
    if (v == VERB_SYNC)
        return (ANYBODY & BY(role)) != 0;
    for (unsigned s = 0; s < TICKET_STATES && (unsigned)v < VERBS; s++)
        if (steps[s][v].roles & BY(role))
            return true;
    return false;
}

enum refusal
life_allows(enum ticket_state from, enum verb v, enum role role)
{
    if (!life_knows(v, role))
        return REFUSAL_ROLE;
    const struct step *s = life_step(from, v);
    if (s == NULL)
        return REFUSAL_STATE;
    return s->roles & BY(role) ? REFUSAL_NONE : REFUSAL_ROLE;
}

bool
life_is_over(enum ticket_state s)
{
    return s >= TICKET_CLOSED;
}

bool
life_is_held(enum ticket_state s)
{
    return s >= TICKET_OFFERED && s <= TICKET_HELD;
}
