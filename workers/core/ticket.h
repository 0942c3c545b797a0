/* ticket.h - the ticket's record: everything that is known about one fault, its timeline, and
 * who was considered for it and why not. A record's bytes are canonical: equal tickets, equal
 * bytes. Command line and tests read records through ticket_decode.
 *
 * Everything is bounded. The timeline keeps its first TIMELINE_HEAD steps and its latest ones; what
 * lies between is folded into a sum that still tells what the clocks need:
 *
 *     step 0 .. step 7 | fold: n steps, their verbs, paused time | step n+8 .. last
 */
#ifndef CORE_TICKET_H
#define CORE_TICKET_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/ids.h"
#include "faultline/life.h"

enum {
    TIMELINE_MAX = 64,
    TIMELINE_HEAD = 8,
    CONSIDERED_MAX = 12,
    REFUSERS_MAX = 16,
    REPEATS_KEPT = 16,
    GATEWAYS_MAX = 3,
    BUSY_ROUNDS_MAX = 16,
    NOTE_MAX = 1024 /* bytes; longer notes are cut between characters */
};

/* One step that was taken. A note, a nudge or an arrival may lead from a state to itself. */
struct taken {
    instant at;              /* of the decision */
    instant occurred_at;     /* when it happened, as far as its sender is believed; never before
                                the step before it */
    struct principal_id who; /* people's verbs: the sender; the engine's: the engineer concerned,
                                or none */
    uint32_t version;        /* of the ticket after it */
    uint8_t verb, from, to;  /* enum verb, enum ticket_state */
    uint32_t note_len;
    char *note; /* owned; NULL: none */
};

/* What remains of the steps between head and tail. */
struct fold {
    uint32_t count;   /* steps folded; 0: none, and all else is zero */
    uint32_t verbs;   /* bit per verb that occurred */
    uint32_t version; /* of the last one folded */
    msec paused_ms;   /* spent in PENDING_CUSTOMER before folded steps */
    instant occurred_at;
};

/* Why an engineer was, or was not, the one. */
enum considered_why {
    WHY_CHOSEN,
    WHY_OUTRANKED, /* could, but another was nearer or less loaded */
    WHY_MISSED,    /* could, but let an offer of this ticket run out: last in the row */
    WHY_OFF_DUTY,
    WHY_FULL, /* carries as many tickets as he may */
    WHY_DECLINED,
    WHY_UNSKILLED, /* has the rarest skill, but not all, or not at the level */
    CONSIDERED_WHYS
};
const char *considered_text(enum considered_why w); /* static, a few words */

enum { DISTANCE_UNKNOWN = -1 };
struct considered {
    struct engineer_id engineer;
    int32_t distance_m; /* DISTANCE_UNKNOWN: his place or the ticket's is not known */
    uint16_t load;      /* tickets he carried */
    uint8_t why;
};

/* An engineer who does not want it, or did not answer. */
struct refuser {
    struct engineer_id engineer;
    instant until; /* the refusal counts before this instant */
    bool missed;   /* an offer ran out: he comes last, but he comes */
};

struct ticket {
    struct ticket_id id;
    uint32_t version;
    enum ticket_state state;
    uint8_t level; /* index into the rules' levels */
    struct category_id category;
    struct site_id site;
    struct customer_id customer;
    struct source_id source;
    struct place place;
    instant opened_at;   /* the event that opened it */
    instant received_at; /* the report's own instant if believed, else opened_at: clocks start */
    instant occurred_at; /* the report's own instant, believed or not: repeats compare it */
    instant due;         /* QUEUED: ask the next neighbour; OFFERED: the offer's end;
                            RESOLVED: the customer's silence; else NEVER */
    struct principal_id gateways[GATEWAYS_MAX]; /* the reporter's first */
    size_t gateways_count;
    struct engineer_id engineer; /* asked, or responsible; none */
    char name[64], phone[32];    /* the engineer's */
    struct territory_id home;    /* the engineer is lent by this territory; none: ours */
    struct territory_id asked;   /* this neighbour has been asked for one; none: nobody */
    bool unqualified;            /* neither here nor at any neighbour has anybody the skills */
    bool busy;                   /* a neighbour asked in this round has somebody, but not free */
    uint8_t busy_rounds;         /* rounds in a row that ended so */
    bool silent;                 /* closed by the customer's silence */
    uint8_t warned;              /* bits of the alarms given (clocks.h) */
    uint32_t nudges;
    uint32_t repeats; /* reports attached; the last REPEATS_KEPT ids follow, oldest first */
    struct report_id repeat_ids[REPEATS_KEPT];
    struct str text; /* the report's own words, packed; owned */

    struct taken *timeline; /* owned */
    size_t timeline_count, timeline_cap;
    struct fold fold;
    struct considered *considered; /* owned; the latest decision, best first */
    size_t considered_count;
    struct refuser *refusers; /* owned; oldest first */
    size_t refusers_count, refusers_cap;
};

void ticket_fini(struct ticket *t);

/* Appends one step (its note is copied and cut); folds when the timeline is full. */
void ticket_take(struct ticket *t, const struct taken *step, struct str note);
/* Bits of all verbs ever used on it. */
uint32_t ticket_verbs(const struct ticket *t);
/* Time spent waiting for the customer so far, a present wait not counted. */
msec ticket_paused(const struct ticket *t);
/* Has somebody other than `who` moved the ticket since version `seen`? */
bool ticket_is_stale(const struct ticket *t, uint32_t seen, struct principal_id who);

void ticket_consider(struct ticket *t, const struct considered *list, size_t count);
/* An engineer who is not to be asked (or to be asked last) until then. The oldest drops out. */
void ticket_refuse(struct ticket *t, struct refuser r);
/* NULL: he has not refused, or no longer. */
const struct refuser *ticket_refuser(const struct ticket *t, struct engineer_id e, instant at);
/* Forgets refusals that have passed; and those that were missed offers, if asked. */
void ticket_forgive(struct ticket *t, instant at, bool missed_too);
void ticket_repeat(struct ticket *t, struct report_id id, struct principal_id gateway);
bool ticket_tells(const struct ticket *t, struct principal_id gateway);

/* For people: "N1-0123456789-4" (docs/protocol.md). */
void ticket_number(char out[32], const char *code, struct ticket_id id);

void ticket_encode(const struct ticket *t, struct buf *out);
/* On success *out owns its memory (ticket_fini); on ERR_SYNTAX it owns nothing. */
must_use enum err ticket_decode(struct ticket *out, struct str bytes);

#endif
