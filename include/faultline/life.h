/* life.h - the words for a ticket's life: states, verbs, roles, reasons, the objects linked to a
 * ticket, its clocks, and why a verb is refused. The table that joins states and verbs is
 * workers/core/life.c, the one of objects workers/core/object.c; docs/life.md says both in words.
 */
#ifndef FAULTLINE_LIFE_H
#define FAULTLINE_LIFE_H

enum ticket_state {
    TICKET_RECEIVED,         /* in, not yet triaged */
    TICKET_TRIAGED,          /* level and needs are known; the desk tries to solve it (预处理) */
    TICKET_QUEUED,           /* waits for an engineer */
    TICKET_OFFERED,          /* an engineer has been asked */
    TICKET_ACCEPTED,         /* an engineer is responsible */
    TICKET_EN_ROUTE,         /* and travels */
    TICKET_WORKING,          /* remotely or on site */
    TICKET_PENDING_CUSTOMER, /* waits for the customer, or is under observation */
    TICKET_HELD,             /* waits for parts, a vendor, another team or its master ticket */
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
    VERB_DIVERT, /* its engineer, on his way, is needed more elsewhere */
    VERB_CLOSE,  /* the customer's silence; the end of an observation */
    VERB_LAPSE,  /* a transfer or a call for help was not answered in time */
    VERB_WAKE,   /* a wait for the customer has reached its end */
    VERB_RECUR,  /* what was under observation has come again */
    VERB_FOLLOW, /* the master ticket is solved, and so is this one */
    VERB_LINK,   /* a ticket has been opened that goes on with it, or is the same */
    VERB_SURVEY, /* the customer is asked how it was */
    /* people's: the way to an engineer */
    VERB_PREPROCESS, /* the desk tries to solve it first (预处理) */
    VERB_DISPATCH,   /* it could not: to the engineers (派单) */
    VERB_SOLVE,      /* it could: solved from afar */
    VERB_ACCEPT,
    VERB_DECLINE,
    VERB_DEPART,
    VERB_ARRIVE,
    VERB_WORK, /* begin remotely */
    VERB_PEND,
    VERB_HOLD,
    VERB_RESUME,
    VERB_RESOLVE,
    /* more hands and other hands */
    VERB_TRANSFER,  /* another engineer is asked to take over (转派) */
    VERB_TAKE_OVER, /* he does */
    VERB_HELP,      /* a helper is asked for (加派) */
    VERB_JOIN_IN,   /* he comes */
    VERB_STEP_BACK, /* whoever was asked does not want; a helper leaves */
    VERB_RETURN,    /* back to the desk: not done (转交) */
    /* the customer's word */
    VERB_APPROVE, /* the customer accepts the repair */
    VERB_REOPEN,  /* the customer rejects it, or it has come back: work goes on */
    VERB_APPEAL,  /* the customer contests a rejection */
    VERB_NUDGE,
    VERB_NOTE,
    VERB_CANCEL,
    VERB_APPOINT,   /* a time is agreed: not before, and not after */
    VERB_DELIVERED, /* a gateway: name and phone have reached the reporter */
    /* the desk's */
    VERB_REJECT,
    VERB_ASSIGN,      /* to this engineer, now, past the matching */
    VERB_PIN,         /* to this engineer, as soon as he has room */
    VERB_FORBID,      /* not to this engineer, until then */
    VERB_RELEVEL,     /* another level, as if from the start */
    VERB_EXEMPT,      /* this time does not count: force majeure, the customer's own delay */
    VERB_ACKNOWLEDGE, /* I have seen the alarm: no more pages for a while */
    VERB_OBSERVE,     /* cannot be reproduced: watched for a time */
    VERB_DIFFERENT,   /* another cause: this ends, a linked ticket begins */
    VERB_JOIN,        /* part of a mass outage: it follows a master ticket */
    VERB_LEAVE,       /* not any more */
    VERB_MERGE,       /* the same fault as another ticket (重复受理) */
    /* linked objects */
    VERB_INSPECT,       /* the finding: in warranty or not */
    VERB_QUOTE,         /* a price for the customer */
    VERB_QUOTE_ACCEPT,  /* he takes it */
    VERB_QUOTE_DECLINE, /* he does not */
    VERB_PART_REQUEST,
    VERB_PART_RESERVE, /* in a depot */
    VERB_PART_MOVE,    /* on its way */
    VERB_PART_RECEIVE, /* in the engineer's hands */
    VERB_PART_USE,     /* built in; in warranty the old part is owed */
    VERB_PART_RETURN,  /* the old part is back */
    VERB_PART_CANCEL,
    VERB_REPLACE,  /* the whole device will be replaced */
    VERB_REPLACED, /* and works */
    VERB_REPORT,   /* the fault report to the customer */
    VERB_ANALYSE,  /* the fault analysis report */
    VERB_SURVEY_ANSWER,
    VERB_COMPLAIN,
    VERB_COMPLAINT_ANSWER, /* the first answer */
    VERB_COMPLAINT_CLOSE,  /* the solution */
    VERB_SYNC,             /* about no ticket: tell me again what concerns me */
    VERBS
};
#define VERB_FIRST_OF_PEOPLE VERB_PREPROCESS

enum role {
    ROLE_NONE, /* a revoked or unknown key */
    ROLE_GATEWAY,
    ROLE_ENGINEER,
    ROLE_DISPATCHER,
    ROLE_BROKER,
    ROLE_WORKER,
    ROLES
};

/* Why somebody declines, waits, holds, hands back, or why time does not count. Which verb takes
 * which reasons is a table in workers/core/reason.c. */
enum reason {
    REASON_NONE,
    /* decline, step_back, return: the seven */
    REASON_BUSY,     /* has more urgent work */
    REASON_FAR,      /* too far away */
    REASON_SKILL,    /* lacks the skill */
    REASON_PARTS,    /* lacks parts or tools; also hold */
    REASON_SHIFT,    /* the shift ends first */
    REASON_CONFLICT, /* should not go to this customer */
    REASON_UNFIT,    /* ill, or it is not safe */
    /* pend: these waits for the customer stop the clocks */
    REASON_ABSENT,      /* nobody there */
    REASON_ACCESS,      /* no way in */
    REASON_WISH,        /* the customer wants another time */
    REASON_INFORMATION, /* the customer owes information */
    REASON_QUOTE,       /* a price waits for an answer; set by the engine */
    REASON_OBSERVED,    /* not reproducible; set by the engine */
    /* hold: these do not */
    REASON_VENDOR,
    REASON_TEAM,   /* another team's work comes first */
    REASON_MASTER, /* follows a master ticket; set by the engine */
    /* exempt */
    REASON_FORCE_MAJEURE,
    REASON_CUSTOMER_DELAY,
    REASON_OVER, /* between an end and its reopening; set by the engine */
    REASONS
};

/* What may be linked to a ticket, each with a life of its own (workers/core/object.c). */
enum object_kind {
    OBJECT_INSPECTION,
    OBJECT_QUOTE,
    OBJECT_PART,
    OBJECT_REPLACEMENT,
    OBJECT_REPORT,   /* fault report to the customer */
    OBJECT_ANALYSIS, /* fault analysis report */
    OBJECT_SURVEY,
    OBJECT_COMPLAINT,
    OBJECT_KINDS
};
enum object_state {
    OBJECT_OPEN,     /* made, asked, declared */
    OBJECT_RESERVED, /* a part, in a depot */
    OBJECT_MOVING,
    OBJECT_HERE,
    OBJECT_OWED,     /* used; the old part is to come back */
    OBJECT_ANSWERED, /* a complaint: first answer given */
    OBJECT_DONE,
    OBJECT_REFUSED, /* declined, cancelled */
    OBJECT_STATES
};

/* The sections of a fault report and of a fault analysis report. */
enum section {
    /* fault report: handling, operations, handler, times, process, lessons */
    SECTION_HANDLING,
    SECTION_OPERATIONS,
    SECTION_HANDLER,
    SECTION_TIMES,
    SECTION_PROCESS,
    SECTION_LESSONS,
    /* fault analysis report, 3 days: 故障内容 受影响时间 受影响用户 故障处理过程 故障分析与定位
     * 总结与教训 预防措施 (process and lessons are shared with the first) */
    SECTION_FAULT,
    SECTION_TIME_AFFECTED,
    SECTION_USERS_AFFECTED,
    SECTION_ANALYSIS,
    SECTION_PREVENTION,
    SECTIONS
};

/* The promised times. */
enum clock {
    CLOCK_RESPONSE,         /* received -> engineer's name and phone delivered to the reporter */
    CLOCK_ARRIVAL,          /* received -> on site; void if solved from afar */
    CLOCK_RESTORATION,      /* received -> restored; void once a replacement is declared in time */
    CLOCK_REPLACEMENT,      /* replacement declared -> device works */
    CLOCK_ANALYSIS,         /* restored -> analysis report delivered */
    CLOCK_COMPLAINT_ANSWER, /* complaint made -> first answer */
    CLOCK_COMPLAINT_CLOSE,  /* complaint made -> closed */
    CLOCKS
};

/* How it is known that the engineer is where he says. */
enum arrival { ARRIVAL_NONE, ARRIVAL_UNVERIFIED, ARRIVAL_GEOFENCE, ARRIVAL_CODE, ARRIVALS };

/* Why an event had no effect. */
enum refusal {
    REFUSAL_NONE,
    REFUSAL_NO_TICKET,  /* no open ticket of that id here */
    REFUSAL_STATE,      /* the table has no such step from this state */
    REFUSAL_ROLE,       /* not with this role */
    REFUSAL_NOT_YOURS,  /* another engineer's, or another reporter's */
    REFUSAL_STALE,      /* the ticket has moved on since the version you saw */
    REFUSAL_OLD,        /* an event id below the window kept: answered before */
    REFUSAL_REASON,     /* the verb needs a reason from its list */
    REFUSAL_INCOMPLETE, /* something that the verb needs is missing or out of range */
    REFUSAL_LIMIT,      /* as many as a ticket may have */
    REFUSAL_OBJECT,     /* no such linked object, or not in that state */
    REFUSAL_DISPATCHER, /* this time a dispatcher has to decide */
    REFUSAL_NOBODY,     /* no such engineer here, or he cannot take it now */
    REFUSALS
};

#endif
