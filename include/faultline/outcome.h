/* outcome.h - the lines of the audit log that say what became of each event. */
#ifndef FAULTLINE_OUTCOME_H
#define FAULTLINE_OUTCOME_H

#include "faultline/ids.h"
#include "faultline/life.h"

/* What became of an event: a line of the audit log. An independent reader counts these. */
enum outcome_kind {
    OUTCOME_OPENED,      /* report, ticket */
    OUTCOME_ATTACHED,    /* report, ticket */
    OUTCOME_DUPLICATE,   /* report, ticket */
    OUTCOME_QUARANTINED, /* report or event; why */
    OUTCOME_STEP,        /* ticket went from -> to by verb; engineer where there is one */
    OUTCOME_REFUSED,     /* event; verb; refusal */
    OUTCOME_REPEATED,    /* event answered again, no second effect */
    OUTCOME_UNQUALIFIED, /* ticket: nobody here or at any neighbour has the skills */
    OUTCOME_ASSIST,      /* a word from a neighbour was applied */
    OUTCOME_PLAN,        /* plan version in `version` */
    OUTCOME_ALARM,       /* ticket: `clock` has come to `share_pct` of its promise; `deadline` */
    OUTCOME_CORRECTED,   /* ticket: the breach of `clock` that was told was none */
    OUTCOME_LEVEL,       /* ticket: `level` from its beginning, under plan `plan`, `contract` */
    OUTCOMES
};

struct outcome {
    enum outcome_kind kind;
    struct report_id report;
    struct ticket_id ticket;
    struct principal_id who; /* gateway, engineer or sender */
    struct event_id event;
    enum verb verb;
    enum ticket_state from, to;
    enum refusal refusal;
    uint32_t version; /* of the ticket or the plan */
    enum clock clock; /* ALARM, CORRECTED; and so for what follows */
    uint16_t share_pct;
    instant deadline;
    uint8_t level; /* LEVEL: index in its plan; and so for what follows */
    uint8_t contract;
    uint32_t plan;
};

#endif
