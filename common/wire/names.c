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
    [VERB_TRIAGE] = { "triage", 0 },
    [VERB_QUEUE] = { "queue", 1 },
    [VERB_OFFER] = { "offer", 2 },
    [VERB_EXPIRE] = { "expire", 3 },
    [VERB_CLOSE] = { "close", 4 },
    [VERB_ACCEPT] = { "accept", 5 },
    [VERB_DECLINE] = { "decline", 6 },
    [VERB_DEPART] = { "depart", 7 },
    [VERB_ARRIVE] = { "arrive", 8 },
    [VERB_WORK] = { "work", 9 },
    [VERB_PEND] = { "pend", 10 },
    [VERB_HOLD] = { "hold", 11 },
    [VERB_RESUME] = { "resume", 12 },
    [VERB_RESOLVE] = { "resolve", 13 },
    [VERB_APPROVE] = { "approve", 14 },
    [VERB_REOPEN] = { "reopen", 15 },
    [VERB_NUDGE] = { "nudge", 16 },
    [VERB_NOTE] = { "note", 17 },
    [VERB_CANCEL] = { "cancel", 18 },
    [VERB_REJECT] = { "reject", 19 },
    [VERB_SYNC] = { "sync", 20 },
    [VERB_LAPSE] = { "lapse", 21 },
    [VERB_WAKE] = { "wake", 22 },
    [VERB_RECUR] = { "recur", 23 },
    [VERB_FOLLOW] = { "follow", 24 },
    [VERB_LINK] = { "link", 25 },
    [VERB_SURVEY] = { "survey", 26 },
    [VERB_PREPROCESS] = { "preprocess", 27 },
    [VERB_DISPATCH] = { "dispatch", 28 },
    [VERB_SOLVE] = { "solve", 29 },
    [VERB_TRANSFER] = { "transfer", 30 },
    [VERB_TAKE_OVER] = { "take_over", 31 },
    [VERB_HELP] = { "help", 32 },
    [VERB_JOIN_IN] = { "join_in", 33 },
    [VERB_STEP_BACK] = { "step_back", 34 },
    [VERB_RETURN] = { "return", 35 },
    [VERB_APPEAL] = { "appeal", 36 },
    [VERB_DELIVERED] = { "delivered", 37 },
    [VERB_RELEVEL] = { "relevel", 38 },
    [VERB_EXEMPT] = { "exempt", 39 },
    [VERB_ACKNOWLEDGE] = { "acknowledge", 40 },
    [VERB_OBSERVE] = { "observe", 41 },
    [VERB_DIFFERENT] = { "different", 42 },
    [VERB_JOIN] = { "join", 43 },
    [VERB_LEAVE] = { "leave", 44 },
    [VERB_MERGE] = { "merge", 45 },
    [VERB_INSPECT] = { "inspect", 46 },
    [VERB_QUOTE] = { "quote", 47 },
    [VERB_QUOTE_ACCEPT] = { "quote_accept", 48 },
    [VERB_QUOTE_DECLINE] = { "quote_decline", 49 },
    [VERB_PART_REQUEST] = { "part_request", 50 },
    [VERB_PART_RESERVE] = { "part_reserve", 51 },
    [VERB_PART_MOVE] = { "part_move", 52 },
    [VERB_PART_RECEIVE] = { "part_receive", 53 },
    [VERB_PART_USE] = { "part_use", 54 },
    [VERB_PART_RETURN] = { "part_return", 55 },
    [VERB_PART_CANCEL] = { "part_cancel", 56 },
    [VERB_REPLACE] = { "replace", 57 },
    [VERB_REPLACED] = { "replaced", 58 },
    [VERB_REPORT] = { "report", 59 },
    [VERB_ANALYSE] = { "analyse", 60 },
    [VERB_SURVEY_ANSWER] = { "survey_answer", 61 },
    [VERB_COMPLAIN] = { "complain", 62 },
    [VERB_COMPLAINT_ANSWER] = { "complaint_answer", 63 },
    [VERB_COMPLAINT_CLOSE] = { "complaint_close", 64 },
    [VERB_ASSIGN] = { "assign", 65 },
    [VERB_PIN] = { "pin", 66 },
    [VERB_FORBID] = { "forbid", 67 },
    [VERB_DIVERT] = { "divert", 68 },
    [VERB_APPOINT] = { "appoint", 69 },
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
    [REFUSAL_REASON] = { "reason", 7 },
    [REFUSAL_INCOMPLETE] = { "incomplete", 8 },
    [REFUSAL_LIMIT] = { "limit", 9 },
    [REFUSAL_OBJECT] = { "object", 10 },
    [REFUSAL_DISPATCHER] = { "dispatcher", 11 },
    [REFUSAL_NOBODY] = { "nobody", 12 },
};

static const struct word updates[UPDATE_KINDS] = {
    [UPDATE_OPENED] = { "opened", 0 },       [UPDATE_ATTACHED] = { "attached", 1 },
    [UPDATE_DUPLICATE] = { "duplicate", 2 }, [UPDATE_QUARANTINED] = { "quarantined", 3 },
    [UPDATE_TICKET] = { "ticket", 4 },       [UPDATE_OFFER] = { "offer", 5 },
    [UPDATE_WITHDRAWN] = { "withdrawn", 6 }, [UPDATE_VERDICT] = { "verdict", 7 },
    [UPDATE_ALARM] = { "alarm", 8 },         [UPDATE_RESYNC] = { "resync", 9 },
    [UPDATE_OBJECT] = { "object", 10 },      [UPDATE_TRANSFER] = { "transfer", 11 },
    [UPDATE_HELP] = { "help", 12 },
};

static const struct word outcomes[OUTCOMES] = {
    [OUTCOME_OPENED] = { "opened", 0 },       [OUTCOME_ATTACHED] = { "attached", 1 },
    [OUTCOME_DUPLICATE] = { "duplicate", 2 }, [OUTCOME_QUARANTINED] = { "quarantined", 3 },
    [OUTCOME_STEP] = { "step", 4 },           [OUTCOME_REFUSED] = { "refused", 5 },
    [OUTCOME_REPEATED] = { "repeated", 6 },   [OUTCOME_UNQUALIFIED] = { "unqualified", 7 },
    [OUTCOME_ASSIST] = { "assist", 8 },       [OUTCOME_PLAN] = { "plan", 9 },
    [OUTCOME_ALARM] = { "alarm", 10 },        [OUTCOME_CORRECTED] = { "corrected", 11 },
    [OUTCOME_LEVEL] = { "level", 12 },
};

static const struct word hows[ROUTED_HOWS] = {
    [ROUTED_SITE] = { "site", 0 },
    [ROUTED_PLACE] = { "place", 1 },
    [ROUTED_CUSTOMER] = { "customer", 2 },
    [ROUTED_TRIAGE] = { "triage", 3 },
};

static const struct word events[EVENT_KINDS] = {
    [EVENT_FOUND] = { "found", 0 },     [EVENT_REPORT] = { "report", 1 },
    [EVENT_VERB] = { "verb", 2 },       [EVENT_TIME] = { "time", 3 },
    [EVENT_PLAN] = { "plan", 4 },       [EVENT_PLACES] = { "places", 5 },
    [EVENT_ASSIST] = { "assist", 6 },   [EVENT_POISON] = { "poison", 7 },
    [EVENT_PROPOSE] = { "propose", 8 },
};

static const struct word assists[ASSISTS] = {
    [ASSIST_ASK] = { "ask", 0 },         [ASSIST_RESERVED] = { "reserved", 1 },
    [ASSIST_DENIED] = { "denied", 2 },   [ASSIST_ASSIGN] = { "assign", 3 },
    [ASSIST_RELEASE] = { "release", 4 }, [ASSIST_BUSY] = { "busy", 5 },
    [ASSIST_FREE] = { "free", 6 },
};

static const struct word reasons[REASONS] = {
    [REASON_NONE] = { "none", 0 },
    [REASON_BUSY] = { "busy", 1 },
    [REASON_FAR] = { "far", 2 },
    [REASON_SKILL] = { "skill", 3 },
    [REASON_PARTS] = { "parts", 4 },
    [REASON_SHIFT] = { "shift", 5 },
    [REASON_CONFLICT] = { "conflict", 6 },
    [REASON_UNFIT] = { "unfit", 7 },
    [REASON_ABSENT] = { "absent", 8 },
    [REASON_ACCESS] = { "access", 9 },
    [REASON_WISH] = { "wish", 10 },
    [REASON_INFORMATION] = { "information", 11 },
    [REASON_QUOTE] = { "quote", 12 },
    [REASON_OBSERVED] = { "observed", 13 },
    [REASON_VENDOR] = { "vendor", 14 },
    [REASON_TEAM] = { "team", 15 },
    [REASON_MASTER] = { "master", 16 },
    [REASON_FORCE_MAJEURE] = { "force_majeure", 17 },
    [REASON_CUSTOMER_DELAY] = { "customer_delay", 18 },
    [REASON_OVER] = { "over", 19 },
};

static const struct word object_kinds[OBJECT_KINDS] = {
    [OBJECT_INSPECTION] = { "inspection", 0 },
    [OBJECT_QUOTE] = { "quote", 1 },
    [OBJECT_PART] = { "part", 2 },
    [OBJECT_REPLACEMENT] = { "replacement", 3 },
    [OBJECT_REPORT] = { "report", 4 },
    [OBJECT_ANALYSIS] = { "analysis", 5 },
    [OBJECT_SURVEY] = { "survey", 6 },
    [OBJECT_COMPLAINT] = { "complaint", 7 },
};

static const struct word object_states[OBJECT_STATES] = {
    [OBJECT_OPEN] = { "open", 0 },     [OBJECT_RESERVED] = { "reserved", 1 },
    [OBJECT_MOVING] = { "moving", 2 }, [OBJECT_HERE] = { "here", 3 },
    [OBJECT_OWED] = { "owed", 4 },     [OBJECT_ANSWERED] = { "answered", 5 },
    [OBJECT_DONE] = { "done", 6 },     [OBJECT_REFUSED] = { "refused", 7 },
};

static const struct word sections[SECTIONS] = {
    [SECTION_HANDLING] = { "handling", 0 },
    [SECTION_OPERATIONS] = { "operations", 1 },
    [SECTION_HANDLER] = { "handler", 2 },
    [SECTION_TIMES] = { "times", 3 },
    [SECTION_PROCESS] = { "process", 4 },
    [SECTION_LESSONS] = { "lessons", 5 },
    [SECTION_FAULT] = { "fault", 6 },
    [SECTION_TIME_AFFECTED] = { "time_affected", 7 },
    [SECTION_USERS_AFFECTED] = { "users_affected", 8 },
    [SECTION_ANALYSIS] = { "analysis", 9 },
    [SECTION_PREVENTION] = { "prevention", 10 },
};

static const struct word clocks[CLOCKS] = {
    [CLOCK_RESPONSE] = { "response", 0 },
    [CLOCK_ARRIVAL] = { "arrival", 1 },
    [CLOCK_RESTORATION] = { "restoration", 2 },
    [CLOCK_REPLACEMENT] = { "replacement", 3 },
    [CLOCK_ANALYSIS] = { "analysis", 4 },
    [CLOCK_COMPLAINT_ANSWER] = { "complaint_answer", 5 },
    [CLOCK_COMPLAINT_CLOSE] = { "complaint_close", 6 },
};

static const struct word arrivals[ARRIVALS] = {
    [ARRIVAL_NONE] = { "none", 0 },
    [ARRIVAL_UNVERIFIED] = { "unverified", 1 },
    [ARRIVAL_GEOFENCE] = { "geofence", 2 },
    [ARRIVAL_CODE] = { "code", 3 },
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
const struct words words_reason = { reasons, REASONS };
const struct words words_object_kind = { object_kinds, OBJECT_KINDS };
const struct words words_object_state = { object_states, OBJECT_STATES };
const struct words words_section = { sections, SECTIONS };
const struct words words_clock = { clocks, CLOCKS };
const struct words words_arrival = { arrivals, ARRIVALS };

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

const char *
reason_name(enum reason v)
{
    return words_at(&words_reason, v)->name;
}

enum reason
reason_named(struct str name)
{
    return words_named(&words_reason, name);
}

const char *
object_kind_name(enum object_kind v)
{
    return words_at(&words_object_kind, v)->name;
}

enum object_kind
object_kind_named(struct str name)
{
    return words_named(&words_object_kind, name);
}

const char *
object_state_name(enum object_state v)
{
    return words_at(&words_object_state, v)->name;
}

enum object_state
object_state_named(struct str name)
{
    return words_named(&words_object_state, name);
}

const char *
section_name(enum section v)
{
    return words_at(&words_section, v)->name;
}

enum section
section_named(struct str name)
{
    return words_named(&words_section, name);
}

const char *
clock_name(enum clock v)
{
    return words_at(&words_clock, v)->name;
}

enum clock
clock_named(struct str name)
{
    return words_named(&words_clock, name);
}

const char *
arrival_name(enum arrival v)
{
    return words_at(&words_arrival, v)->name;
}

enum arrival
arrival_named(struct str name)
{
    return words_named(&words_arrival, name);
}
