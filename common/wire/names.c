/* names.c - one row a word: its name on the wire, its number in the log. */
#include "common/wire/names.h"
#include "common/wire/words.h"

static const struct word states[TICKET_STATES] = {
    [TICKET_RECEIVED] = { "received", 0 },
    [TICKET_TRIAGED] = { "triaged", 1 },
    [TICKET_QUEUED] = { "queued", 2 },
    [TICKET_OFFERED] = { "offered", 3 },
    [TICKET_ACCEPTED] = { "accepted", 4 },
    [TICKET_EN_ROUTE] = { "en_route", 5 },
    [TICKET_WORKING] = { "working", 6 },
    [TICKET_PENDING_CUSTOMER] = { "pending_customer", 7 },
    [TICKET_HELD] = { "held", 8 },
    [TICKET_RESOLVED] = { "resolved", 9 },
    [TICKET_CLOSED] = { "closed", 10 },
    [TICKET_REJECTED] = { "rejected", 11 },
    [TICKET_DUPLICATE] = { "duplicate", 12 },
    [TICKET_CANCELLED] = { "cancelled", 13 },
};

static const struct word verbs[VERBS] = {
    [VERB_TRIAGE] = { "triage", 0 },    [VERB_QUEUE] = { "queue", 1 },
    [VERB_OFFER] = { "offer", 2 },      [VERB_EXPIRE] = { "expire", 3 },
    [VERB_CLOSE] = { "close", 4 },      [VERB_ACCEPT] = { "accept", 5 },
    [VERB_DECLINE] = { "decline", 6 },  [VERB_DEPART] = { "depart", 7 },
    [VERB_ARRIVE] = { "arrive", 8 },    [VERB_WORK] = { "work", 9 },
    [VERB_PEND] = { "pend", 10 },       [VERB_HOLD] = { "hold", 11 },
    [VERB_RESUME] = { "resume", 12 },   [VERB_RESOLVE] = { "resolve", 13 },
    [VERB_APPROVE] = { "approve", 14 }, [VERB_REOPEN] = { "reopen", 15 },
    [VERB_NUDGE] = { "nudge", 16 },     [VERB_NOTE] = { "note", 17 },
    [VERB_CANCEL] = { "cancel", 18 },   [VERB_REJECT] = { "reject", 19 },
    [VERB_SYNC] = { "sync", 20 },
};

static const struct word roles[ROLES] = {
    [ROLE_NONE] = { "none", 0 },         [ROLE_GATEWAY] = { "gateway", 1 },
    [ROLE_ENGINEER] = { "engineer", 2 }, [ROLE_DISPATCHER] = { "dispatcher", 3 },
    [ROLE_BROKER] = { "broker", 4 },     [ROLE_WORKER] = { "worker", 5 },
};

static const struct word refusals[REFUSALS] = {
    [REFUSAL_NONE] = { "none", 0 },
    [REFUSAL_NO_TICKET] = { "no_ticket", 1 },
    [REFUSAL_STATE] = { "state", 2 },
    [REFUSAL_ROLE] = { "role", 3 },
    [REFUSAL_NOT_YOURS] = { "not_yours", 4 },
    [REFUSAL_STALE] = { "stale", 5 },
    [REFUSAL_OLD] = { "old", 6 },
};

static const struct word updates[UPDATE_KINDS] = {
    [UPDATE_OPENED] = { "opened", 0 },       [UPDATE_ATTACHED] = { "attached", 1 },
    [UPDATE_DUPLICATE] = { "duplicate", 2 }, [UPDATE_QUARANTINED] = { "quarantined", 3 },
    [UPDATE_TICKET] = { "ticket", 4 },       [UPDATE_OFFER] = { "offer", 5 },
    [UPDATE_WITHDRAWN] = { "withdrawn", 6 }, [UPDATE_VERDICT] = { "verdict", 7 },
    [UPDATE_ALARM] = { "alarm", 8 },         [UPDATE_RESYNC] = { "resync", 9 },
};

static const struct word outcomes[OUTCOMES] = {
    [OUTCOME_OPENED] = { "opened", 0 },       [OUTCOME_ATTACHED] = { "attached", 1 },
    [OUTCOME_DUPLICATE] = { "duplicate", 2 }, [OUTCOME_QUARANTINED] = { "quarantined", 3 },
    [OUTCOME_STEP] = { "step", 4 },           [OUTCOME_REFUSED] = { "refused", 5 },
    [OUTCOME_REPEATED] = { "repeated", 6 },   [OUTCOME_UNQUALIFIED] = { "unqualified", 7 },
    [OUTCOME_ASSIST] = { "assist", 8 },       [OUTCOME_PLAN] = { "plan", 9 },
};

static const struct word hows[ROUTED_HOWS] = {
    [ROUTED_SITE] = { "site", 0 },
    [ROUTED_PLACE] = { "place", 1 },
    [ROUTED_CUSTOMER] = { "customer", 2 },
    [ROUTED_TRIAGE] = { "triage", 3 },
};

static const struct word events[EVENT_KINDS] = {
    [EVENT_FOUND] = { "found", 0 },   [EVENT_REPORT] = { "report", 1 },
    [EVENT_VERB] = { "verb", 2 },     [EVENT_TIME] = { "time", 3 },
    [EVENT_PLAN] = { "plan", 4 },     [EVENT_PLACES] = { "places", 5 },
    [EVENT_ASSIST] = { "assist", 6 }, [EVENT_POISON] = { "poison", 7 },
};

static const struct word assists[ASSISTS] = {
    [ASSIST_ASK] = { "ask", 0 },         [ASSIST_RESERVED] = { "reserved", 1 },
    [ASSIST_DENIED] = { "denied", 2 },   [ASSIST_ASSIGN] = { "assign", 3 },
    [ASSIST_RELEASE] = { "release", 4 }, [ASSIST_BUSY] = { "busy", 5 },
    [ASSIST_FREE] = { "free", 6 },
};

const struct words words_state = { states, TICKET_STATES };
const struct words words_verb = { verbs, VERBS };
const struct words words_role = { roles, ROLES };
const struct words words_refusal = { refusals, REFUSALS };
const struct words words_update = { updates, UPDATE_KINDS };
const struct words words_outcome = { outcomes, OUTCOMES };
const struct words words_how = { hows, ROUTED_HOWS };
const struct words words_event = { events, EVENT_KINDS };
const struct words words_assist = { assists, ASSISTS };

const struct word *
words_at(const struct words *w, unsigned value)
{
    assert(value < w->count);
    return &w->list[value];
}

unsigned
words_named(const struct words *w, struct str name)
{
    unsigned i = 0;
    while (i < w->count && !str_is(name, w->list[i].name))
        i++;
    return i;
}

unsigned
words_coded(const struct words *w, uint64_t code)
{
    unsigned i = 0;
    while (i < w->count && w->list[i].code != code)
        i++;
    return i;
}

const char *
state_name(enum ticket_state s)
{
    return words_at(&words_state, s)->name;
}

const char *
verb_name(enum verb v)
{
    return words_at(&words_verb, v)->name;
}

const char *
role_name(enum role r)
{
    return words_at(&words_role, r)->name;
}

const char *
refusal_name(enum refusal r)
{
    return words_at(&words_refusal, r)->name;
}

const char *
update_name(enum update_kind k)
{
    return words_at(&words_update, k)->name;
}

const char *
outcome_name(enum outcome_kind k)
{
    return words_at(&words_outcome, k)->name;
}

const char *
how_name(enum routed_how h)
{
    return words_at(&words_how, h)->name;
}

const char *
event_name(enum event_kind k)
{
    return words_at(&words_event, k)->name;
}

const char *
assist_name(enum assist_kind k)
{
    return words_at(&words_assist, k)->name;
}

enum ticket_state
state_named(struct str name)
{
    return words_named(&words_state, name);
}

enum verb
verb_named(struct str name)
{
    return words_named(&words_verb, name);
}

enum role
role_named(struct str name)
{
    return words_named(&words_role, name);
}

enum refusal
refusal_named(struct str name)
{
    return words_named(&words_refusal, name);
}

enum update_kind
update_named(struct str name)
{
    return words_named(&words_update, name);
}

enum outcome_kind
outcome_named(struct str name)
{
    return words_named(&words_outcome, name);
}

enum routed_how
how_named(struct str name)
{
    return words_named(&words_how, name);
}

enum event_kind
event_named(struct str name)
{
    return words_named(&words_event, name);
}

enum assist_kind
assist_named(struct str name)
{
    return words_named(&words_assist, name);
}
