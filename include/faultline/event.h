/* event.h - everything that can happen to a territory, the instant included.
 *
 * Texts are borrowed for the length of engine_apply. The shell has opened,
 * decoded and checked an event before the core sees it. */
#ifndef FAULTLINE_EVENT_H
#define FAULTLINE_EVENT_H

#include "common/base/str.h"
#include "faultline/ids.h"
#include "faultline/life.h"
#include "faultline/rules.h"

enum event_kind {
    EVENT_FOUND,   /* the first of all: a new territory takes its rules */
    EVENT_REPORT,  /* a customer's fault, through a gateway */
    EVENT_VERB,    /* a person acts on a ticket */
    EVENT_TIME,    /* an instant that engine_next asked for has come */
    EVENT_PLAN,    /* a new plan version takes effect */
    EVENT_PLACES,  /* engineers' latest positions */
    EVENT_ASSIST,  /* a word from another territory */
    EVENT_POISON,  /* an inbox entry that cannot be read, or that kills its readers */
    EVENT_PROPOSE, /* the planner's advice for appointments */
    EVENT_KINDS
};

/* What the reporter's gateway said, opened. */
struct report {
    struct report_id id;
    struct principal_id gateway; /* whom to tell */
    struct source_id source;     /* the channel account */
    struct site_id site;         /* may be none */
    struct customer_id customer; /* may be none */
    struct category_id category; /* may be none or unknown: the fallback */
    struct place place;
    int8_t hint;              /* level hint, -1 none */
    int8_t affected_pct;      /* share of the business affected, 0 .. 100; -1 not said */
    int8_t lost_pct;          /* share of the capacity lost; -1 not said */
    bool down;                /* the system is down */
    char lang[8];             /* the reporter's language, "zh", "en"; empty: not said */
    struct ticket_id follows; /* an older ticket that this one continues; zero: none */
    instant from, until;      /* the time agreed with the customer; 0: none */
    instant occurred_at;      /* the gateway's journal */
    uint64_t words;           /* bits of the text rules that matched, set by the shell */
    uint8_t digest[16];       /* keyed digest of the content: same or other? */
    struct str text;          /* phenomenon, place and contact in words; opaque to the core:
                                 packed by common/wire/body.h, shown to the engineer */
};

/* An engineer's, dispatcher's or reporter's verb. */
struct act {
    struct principal_id who;
    enum role role;
    struct event_id id;
    enum verb verb;
    struct ticket_id ticket;
    uint32_t seen; /* the ticket version that the sender saw; 0: any */
    instant occurred_at;
    struct str note; /* words, evidence; may be empty */
    /* what some verbs need besides (docs/protocol.md section 4); zero, none, empty when absent */
    enum reason reason;
    instant from;                /* appoint: the agreed time's beginning; 0 none */
    instant until;               /* pend: wake time; exempt, appoint: its end; 0 none */
    struct engineer_id engineer; /* transfer, help: this one and nobody else */
    struct ticket_id other;      /* join: the master; merge: the one that stays */
    struct ticket_id fresh;      /* derived by the shell from `id`: bears what this act opens */
    struct place place;          /* arrive: where the device is */
    char code[16];               /* arrive: the customer's code */
    char level[16];              /* relevel */
    uint16_t object;             /* number of a linked object; 0: the only one of its kind */
    int64_t amount;              /* quote: price, part: count, survey: score; -1 none */
    char name[64];               /* part: what; reserve: which depot; inspect: the cause */
    bool warranty;               /* inspect, part_use: in warranty */
    uint32_t sections;           /* bit a section present in `text` (enum section) */
    struct str text;             /* sections as packed by common/wire/body.h; opaque to the core */
};

enum assist_kind {
    ASSIST_ASK,      /* asker: have you somebody for this? */
    ASSIST_RESERVED, /* home: this engineer's time is kept for you */
    ASSIST_DENIED,   /* home: nobody has the skills, or (engineer named) he is gone */
    ASSIST_BUSY,     /* home: somebody has them, but nobody is free */
    ASSIST_FREE,     /* home: somebody with these skills is free now, if you still need him */
    ASSIST_ASSIGN,   /* asker: he accepted */
    ASSIST_RELEASE,  /* asker: his time is his again (declined, timed out, done) */
    ASSISTS
};

/* Between territories: numbered per (sender, incarnation), so applied once. */
struct assist {
    struct territory_id from;
    struct incarnation incarnation; /* of the sender */
    uint64_t sequence;              /* of this message from -> to, from 1 */
    enum assist_kind kind;
    struct ticket_id ticket;
    uint8_t level;                 /* ASK */
    struct place place;            /* ASK: where; RESERVED: where he is */
    struct skill needs[NEEDS_MAX]; /* ASK, FREE */
    size_t needs_count;
    struct engineer_id refused[8]; /* ASK: do not send these again */
    size_t refused_count;
    struct engineer_id engineer; /* RESERVED, ASSIGN, RELEASE */
    char name[64], phone[32];    /* RESERVED */
    uint32_t round; /* ASK: of the ticket's questions; an answer, ASSIGN, RELEASE: of the ASK that
                       it goes back to */
    uint32_t certificates; /* ASK: bits, as in struct category */
    uint64_t parts;
};

struct position {
    struct engineer_id engineer;
    struct place place;
    instant at; /* the device's own instant */
};

/* Who should go to an appointment, and when. */
struct proposal {
    struct ticket_id ticket;
    struct engineer_id engineer; /* none: nobody can, as far as is seen */
    instant leave_at, begin_at;  /* sets out, and begins to work; 0 with nobody */
};

struct event {
    enum event_kind kind;
    instant at; /* max(last committed, min(own clock, Redis TIME)) */
    union {
        struct report report;
        struct act act;
        const struct rules *rules; /* FOUND, PLAN: must outlive its use by the engine */
        struct {
            const struct position *list;
            size_t count;
        } places;
        struct assist assist;
        struct {
            const struct proposal *list;
            size_t count;
        } proposals;
        struct {
            struct principal_id who; /* sender as the broker knew it; may be none */
            struct report_id report; /* zero when unknown */
            struct event_id event;   /* zero when unknown */
            struct str why;
        } poison;
    };
};

#endif
