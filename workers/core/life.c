/* life.c - the life of a ticket: one table, state by verb. An empty cell is a refusal; no
 * other file knows which step leads where. docs/life.md says the same in words, and a test
 * holds the two equal.
 *
 *   received - triaged - queued <---- decline, expire, return ---+
 *                 ^ |       |  \                                   |
 *       preprocess| |       |   offered --> accepted --> en_route -+
 *                 +-|-------+                  |  \         |      |
 *                   | join                     |   `---> working --+
 *                   v                          |          |   ^    |
 *                  held <----------------------+          v   |    |
 *                   |                          pending_customer, held
 *                   | follow                              |
 *                   v                                     v
 *                resolved <--------------- resolve, solve |
 *                   |  ^                                  |
 *                   v  '- reopen: working                 v
 *                closed ---- reopen: queued   (cancelled, duplicate) rejected - appeal: queued
 */
#include "workers/core/life.h"

#define ENGINE     BY_ENGINE
#define ENGINEER   BY(ROLE_ENGINEER)
#define DISPATCHER BY(ROLE_DISPATCHER)
#define CUSTOMER   BY(ROLE_GATEWAY) /* the reporter speaks through his gateway */
#define DESK       (CUSTOMER | DISPATCHER)
#define FIELD      (ENGINEER | DISPATCHER)
#define ANYBODY    (DESK | ENGINEER)

/* Words and complaints are taken, and links made, at any time after triage. */
#define HEARD(self)                                                                                \
    [VERB_LINK] = { self, ENGINE }, [VERB_NOTE] = { self, ANYBODY },                               \
    [VERB_COMPLAIN] = { self, DESK }, [VERB_COMPLAINT_ANSWER] = { self, DISPATCHER },              \
    [VERB_COMPLAINT_CLOSE] = { self, DISPATCHER }

/* What may happen to any ticket that is neither solved nor over. */
#define ALIVE(self)                                                                                \
    HEARD(self), [VERB_NUDGE] = { self, DESK }, [VERB_CANCEL] = { TICKET_CANCELLED, DESK },        \
                 [VERB_REJECT] = { TICKET_REJECTED, DISPATCHER },                                  \
                 [VERB_RELEVEL] = { self, DISPATCHER }, [VERB_EXEMPT] = { self, DISPATCHER },      \
                 [VERB_ACKNOWLEDGE] = { self, FIELD }

/* Nobody is responsible yet: it can be put to another ticket. */
#define UNTAKEN                                                                                    \
    [VERB_JOIN] = { TICKET_HELD, DISPATCHER }, [VERB_MERGE] = { TICKET_DUPLICATE, DISPATCHER }

/* Somebody is meant to be: he and nobody else. */
#define PINNED                                                                                     \
    [VERB_ASSIGN] = { TICKET_QUEUED, DISPATCHER }, [VERB_PIN] = { TICKET_QUEUED, DISPATCHER }

/* Papers that follow the work, until long after it. */
#define PAPERS(self)                                                                               \
    [VERB_DELIVERED] = { self, CUSTOMER }, [VERB_REPORT] = { self, FIELD },                        \
    [VERB_ANALYSE] = { self, FIELD }, [VERB_PART_RETURN] = { self, FIELD }

/* In an engineer's hands. */
#define TAKEN(self)                                                                                \
    ALIVE(self), PAPERS(self),                                                                     \
        [VERB_EXPIRE] = { TICKET_QUEUED, ENGINE }, [VERB_LAPSE] = { self, ENGINE },                \
        [VERB_RETURN] = { TICKET_QUEUED, FIELD }, [VERB_TRANSFER] = { self, FIELD },               \
        [VERB_TAKE_OVER] = { TICKET_ACCEPTED, ENGINEER }, [VERB_HELP] = { self, FIELD },           \
        [VERB_JOIN_IN] = { self, ENGINEER }, [VERB_STEP_BACK] = { self, ENGINEER },                \
        [VERB_PART_REQUEST] = { self, FIELD }, [VERB_PART_RESERVE] = { self, DISPATCHER },         \
        [VERB_PART_MOVE] = { self, DISPATCHER }, [VERB_PART_RECEIVE] = { self, FIELD },            \
        [VERB_PART_CANCEL] = { self, FIELD }, [VERB_REPLACE] = { self, FIELD }

/* Before the work itself begins. */
#define ON_THE_WAY                                                                                 \
    [VERB_ARRIVE] = { TICKET_WORKING, ENGINEER }, [VERB_WORK] = { TICKET_WORKING, ENGINEER },      \
    [VERB_PEND] = { TICKET_PENDING_CUSTOMER, ENGINEER }, [VERB_HOLD] = { TICKET_HELD, ENGINEER }

static const struct step steps[TICKET_STATES][VERBS] = {
    [TICKET_RECEIVED] = {
        [VERB_TRIAGE] = { TICKET_TRIAGED, ENGINE },
    },
    [TICKET_TRIAGED] = {
        [VERB_QUEUE]    = { TICKET_QUEUED, ENGINE },
        [VERB_DISPATCH] = { TICKET_QUEUED, DISPATCHER },
        [VERB_SOLVE]    = { TICKET_RESOLVED, DISPATCHER },
        [VERB_PREPROCESS] = { TICKET_TRIAGED, DISPATCHER },
        [VERB_FORBID]   = { TICKET_TRIAGED, DISPATCHER },
        [VERB_APPOINT]  = { TICKET_TRIAGED, DESK },
        PINNED,
        UNTAKEN,
        ALIVE(TICKET_TRIAGED),
    },
    [TICKET_QUEUED] = {
        [VERB_OFFER]      = { TICKET_OFFERED, ENGINE },
        [VERB_PREPROCESS] = { TICKET_TRIAGED, DISPATCHER },
        [VERB_FORBID]     = { TICKET_QUEUED, DISPATCHER },
        [VERB_APPOINT]    = { TICKET_QUEUED, DESK },
        PINNED,
        UNTAKEN,
        ALIVE(TICKET_QUEUED),
    },
    [TICKET_OFFERED] = {
        [VERB_FORBID]  = { TICKET_OFFERED, DISPATCHER },
        [VERB_PREPROCESS] = { TICKET_TRIAGED, DISPATCHER },
        [VERB_APPOINT] = { TICKET_QUEUED, DESK },
        PINNED,
        [VERB_ACCEPT]  = { TICKET_ACCEPTED, ENGINEER },
        [VERB_DECLINE] = { TICKET_QUEUED, ENGINEER },
        [VERB_EXPIRE]  = { TICKET_QUEUED, ENGINE },
        UNTAKEN,
        ALIVE(TICKET_OFFERED),
    },
    [TICKET_ACCEPTED] = {
        [VERB_DEPART] = { TICKET_EN_ROUTE, ENGINEER },
        [VERB_APPOINT] = { TICKET_QUEUED, DESK },
        ON_THE_WAY,
        TAKEN(TICKET_ACCEPTED),
    },
    [TICKET_EN_ROUTE] = {
        [VERB_DIVERT] = { TICKET_QUEUED, ENGINE },
        ON_THE_WAY,
        TAKEN(TICKET_EN_ROUTE),
    },
    [TICKET_WORKING] = {
        [VERB_DEPART]    = { TICKET_EN_ROUTE, ENGINEER },
        [VERB_ARRIVE]    = { TICKET_WORKING, ENGINEER },
        [VERB_PEND]      = { TICKET_PENDING_CUSTOMER, ENGINEER },
        [VERB_HOLD]      = { TICKET_HELD, ENGINEER },
        [VERB_RESOLVE]   = { TICKET_RESOLVED, ENGINEER },
        [VERB_OBSERVE]   = { TICKET_PENDING_CUSTOMER, FIELD },
        [VERB_DIFFERENT] = { TICKET_CLOSED, FIELD },
        [VERB_INSPECT]   = { TICKET_WORKING, ENGINEER },
        [VERB_QUOTE]     = { TICKET_PENDING_CUSTOMER, FIELD },
        [VERB_PART_USE]  = { TICKET_WORKING, ENGINEER },
        [VERB_REPLACED]  = { TICKET_WORKING, ENGINEER },
        TAKEN(TICKET_WORKING),
    },
    [TICKET_PENDING_CUSTOMER] = {
        [VERB_RESUME]        = { TICKET_WORKING, ANYBODY },
        [VERB_WAKE]          = { TICKET_WORKING, ENGINE },
        [VERB_RECUR]         = { TICKET_QUEUED, ENGINE },
        [VERB_CLOSE]         = { TICKET_CLOSED, ENGINE },
        [VERB_QUOTE_ACCEPT]  = { TICKET_WORKING, DESK },
        [VERB_QUOTE_DECLINE] = { TICKET_CLOSED, DESK },
        TAKEN(TICKET_PENDING_CUSTOMER),
    },
    [TICKET_HELD] = {
        [VERB_RESUME] = { TICKET_WORKING, ENGINEER },
        [VERB_FOLLOW] = { TICKET_RESOLVED, ENGINE },
        [VERB_LEAVE]  = { TICKET_QUEUED, DISPATCHER | ENGINE },
        TAKEN(TICKET_HELD),
    },
    [TICKET_RESOLVED] = {
        [VERB_APPROVE] = { TICKET_CLOSED, DESK },
        [VERB_REOPEN]  = { TICKET_WORKING, DESK },
        [VERB_CLOSE]   = { TICKET_CLOSED, ENGINE },
        [VERB_ACKNOWLEDGE] = { TICKET_RESOLVED, FIELD },
        HEARD(TICKET_RESOLVED),
        PAPERS(TICKET_RESOLVED),
    },
    [TICKET_CLOSED] = {
        [VERB_REOPEN]        = { TICKET_QUEUED, DESK },
        [VERB_SURVEY]        = { TICKET_CLOSED, ENGINE },
        [VERB_SURVEY_ANSWER] = { TICKET_CLOSED, DESK },
        [VERB_ACKNOWLEDGE]   = { TICKET_CLOSED, FIELD },
        HEARD(TICKET_CLOSED),
        PAPERS(TICKET_CLOSED),
    },
    [TICKET_REJECTED] = {
        [VERB_APPEAL] = { TICKET_QUEUED, DESK },
        HEARD(TICKET_REJECTED),
    },
    [TICKET_CANCELLED] = {
        HEARD(TICKET_CANCELLED),
    },
    [TICKET_DUPLICATE] = {
        HEARD(TICKET_DUPLICATE),
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
