/* update.h - a status message to one recipient, before it is sealed. */
#ifndef FAULTLINE_UPDATE_H
#define FAULTLINE_UPDATE_H

#include "common/base/str.h"
#include "faultline/ids.h"
#include "faultline/life.h"

enum update_kind {
    /* to the reporter's gateway: what became of a report */
    UPDATE_OPENED,      /* a ticket was opened */
    UPDATE_ATTACHED,    /* a repeat: attached to `ticket` */
    UPDATE_DUPLICATE,   /* this very report is known: nothing happened again */
    UPDATE_QUARANTINED, /* kept aside, `why` says why */
    /* to reporter, engineer and dispatchers: the ticket has moved */
    UPDATE_TICKET,
    UPDATE_OBJECT, /* something linked to it has: a quote, a part, a report, a survey */
    /* to the engineer */
    UPDATE_OFFER,     /* accept or decline before `due` */
    UPDATE_WITHDRAWN, /* offer or assignment is no longer yours */
    UPDATE_TRANSFER,  /* take over from another, or step back, before `due` */
    UPDATE_HELP,      /* join in, or step back, before `due` */
    /* to the sender of an event */
    UPDATE_VERDICT, /* `event` was done, or refused: `refusal` */
    /* to dispatchers, and to those whom an escalation names */
    UPDATE_ALARM, /* `why`: a promise in danger, quarantine, a clock in doubt */
    /* made by the store when a mailbox was full */
    UPDATE_RESYNC,
    UPDATE_KINDS
};

/* Fields that are zero, none or empty are absent on the wire. */
struct update {
    enum update_kind kind;
    instant at;
    struct ticket_id ticket;
    struct report_id report; /* OPENED, ATTACHED, DUPLICATE, QUARANTINED */
    char number[32];         /* for people: "N1-0123456789-4" */
    enum ticket_state state; /* after this change */
    uint32_t version;        /* of the ticket */
    char level[16];
    struct category_id category;
    struct site_id site;
    struct customer_id customer;
    struct place place;
    struct engineer_id engineer;
    char name[64], phone[32]; /* the engineer's */
    instant from, until;      /* the time agreed with the customer */
    instant due;              /* OFFER: answer before; ALARM: the deadline */
    uint32_t repeats;         /* reports attached so far */
    struct event_id event;    /* VERDICT, QUARANTINED */
    enum verb verb;           /* VERDICT; VERBS when absent */
    enum refusal refusal;     /* VERDICT: REFUSAL_NONE means done */
    enum reason reason;       /* TICKET, WITHDRAWN: of the step that is told; REASON_NONE */
    enum clock clock;         /* ALARM: which promise; CLOCKS when absent */
    uint16_t share_pct;       /* ALARM: how much of it has passed */
    uint16_t object;          /* a linked object's number; 0 none, and so for what follows */
    enum object_kind object_kind;
    enum object_state object_state;
    int64_t amount;         /* its price, count or score; -1 none */
    struct ticket_id other; /* the linked ticket: the one that stays, master, successor, or
                               the one before; the first that there is */
    char lang[8];           /* the reporter's language, to gateways */
    char code[8];           /* OPENED: what the customer tells the engineer on arrival */
    struct str why;         /* borrowed */
    struct str text;        /* OFFER, and TICKET to its engineer: the report's own
                               words, as packed by common/wire/body.h; borrowed */
};

#endif
