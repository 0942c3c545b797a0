/* life.h - the words for a ticket's life: states, verbs, roles, and why a verb is refused.
 * The table that joins them is workers/core/life.c; docs/life.md says it in words. */
#ifndef FAULTLINE_LIFE_H
#define FAULTLINE_LIFE_H

enum ticket_state {
    TICKET_RECEIVED,         /* in, not yet triaged */
    TICKET_TRIAGED,          /* category, level and needs are known */
    TICKET_QUEUED,           /* waits for an engineer */
    TICKET_OFFERED,          /* an engineer has been asked */
    TICKET_ACCEPTED,         /* an engineer is responsible */
    TICKET_EN_ROUTE,         /* and travels */
    TICKET_WORKING,          /* remotely or on site */
    TICKET_PENDING_CUSTOMER, /* waits for the customer */
    TICKET_HELD,             /* waits for parts or a vendor */
    TICKET_RESOLVED,         /* the engineer says it works; the customer decides */
    TICKET_CLOSED,
    TICKET_REJECTED,  /* not a fault for us */
    TICKET_DUPLICATE, /* a dispatcher joined it to another */
    TICKET_CANCELLED, /* withdrawn */
    TICKET_STATES
};

enum verb {
    /* the engine's own */
    VERB_TRIAGE,
    VERB_QUEUE,
    VERB_OFFER,
    VERB_EXPIRE, /* an offer ran out, or its engineer is gone */
    VERB_CLOSE,  /* the customer's silence */
    /* people's */
    VERB_ACCEPT,
    VERB_DECLINE,
    VERB_DEPART,
    VERB_ARRIVE,
    VERB_WORK, /* begin remotely */
    VERB_PEND,
    VERB_HOLD,
    VERB_RESUME,
    VERB_RESOLVE,
    VERB_APPROVE, /* the customer accepts the repair */
    VERB_REOPEN,  /* the customer rejects it: work goes on */
    VERB_NUDGE,
    VERB_NOTE,
    VERB_CANCEL,
    VERB_REJECT,
    VERB_SYNC, /* about no ticket: tell me again what concerns me */
    VERBS
};
#define VERB_FIRST_OF_PEOPLE VERB_ACCEPT

enum role {
    ROLE_NONE, /* a revoked or unknown key */
    ROLE_GATEWAY,
    ROLE_ENGINEER,
    ROLE_DISPATCHER,
    ROLE_BROKER,
    ROLE_WORKER,
    ROLES
};

/* Why an event had no effect. */
enum refusal {
    REFUSAL_NONE,
    REFUSAL_NO_TICKET, /* no open ticket of that id here */
    REFUSAL_STATE,     /* the table has no such step from this state */
    REFUSAL_ROLE,      /* not with this role */
    REFUSAL_NOT_YOURS, /* another engineer's, or another reporter's */
    REFUSAL_STALE,     /* the ticket has moved on since the version you saw */
    REFUSAL_OLD,       /* an event id below the window kept: answered before */
    REFUSALS
};

#endif
