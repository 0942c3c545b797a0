/* ticket.h - the ticket's record: everything that is known about one fault, its timeline, and
 * who was considered for it and why not. A record's bytes are canonical: equal tickets, equal
 * bytes. Command line and tests read records through ticket_decode.
 *
 * Everything is bounded. The timeline keeps its first TIMELINE_HEAD steps and its latest ones; what
 * lies between is only counted (the log has it), and nothing is decided by it:
 *
 *     step 0 .. step 7 | fold: n steps | step n+8 .. last
 *
 * What clocks run over is kept apart, whole, in the course. */
#ifndef CORE_TICKET_H
#define CORE_TICKET_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/ids.h"
#include "faultline/life.h"
#include "workers/core/course.h"

enum {
    TIMELINE_MAX = 64,
    TIMELINE_HEAD = 8,
    CONSIDERED_MAX = 12,
    REFUSERS_MAX = 16,
    REPEATS_KEPT = 16,
    GATEWAYS_MAX = 3,
    BUSY_ROUNDS_MAX = 16,
    HELPERS_MAX = 4,
    LINKS_MAX = 8,
    OBJECTS_MAX = 24,
    OBJECTS_KEPT = 8,          /* of them not for parts, reports, inspections and quotes */
    SECTIONS_BYTES_MAX = 8192, /* of an object's text; longer is refused */
    NOTE_MAX = 1024            /* bytes; longer notes are cut between characters */
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
    uint8_t reason;          /* enum reason */
    uint16_t object;         /* number of the linked object that it moved; 0: none */
    uint32_t note_len;
    char *note; /* owned; NULL: none */
};

/* What remains of the steps between head and tail. */
struct fold {
    uint32_t count;   /* steps folded; 0: none, and all else is zero */
    uint32_t version; /* of the last one folded */
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
    WHY_UNSKILLED,   /* has the rarest skill, but not all, or not at the level */
    WHY_EXPIRED,     /* a required skill's last day has passed */
    WHY_UNCERTIFIED, /* lacks a certificate, or it is not valid any more */
    WHY_NO_PARTS,    /* does not carry what the work needs */
    WHY_UNPREFERRED, /* lacks a preferred skill, and it is still insisted on */
    WHY_BANNED,      /* the contract will not have him */
    WHY_FAR,         /* out of reach */
    WHY_SHIFT_ENDS,  /* his duty ends before he could be done */
    WHY_AWAITED,     /* will be free soon, and is worth waiting for */
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

/* What the first of those considered costs (cost.h has the terms), in 1/16 s, and how much dearer
 * the cheapest of the others would be for this ticket alone; below 0, that one is cheaper, and
 * needed elsewhere. */
enum { TERMS_MAX = 7 };
#define GROUNDS_ALONE INT64_MAX /* there is no other */
struct grounds {
    int64_t terms[TERMS_MAX];
    int64_t margin;
    struct engineer_id other; /* the cheapest of the others; none: there is none, or the record is
                                 of before this was kept, and then the next is 0 */
    instant departs;          /* when the first could leave for it */
};

/* An engineer who does not want it, or did not answer. */
struct refuser {
    struct engineer_id engineer;
    instant until; /* the refusal counts before this instant */
    bool missed;   /* an offer ran out: he comes last, but he comes */
};

/* An engineer who has been asked to take over or to help, or who helps. */
struct hand {
    struct engineer_id engineer; /* none: nobody */
    instant due;                 /* asked: the answer's end; NEVER: he has said yes */
};

enum link_kind {
    LINK_MASTER,    /* `id` is solved, and so is this one */
    LINK_SUCCESSOR, /* `id` goes on where this one ended */
    LINK_PREVIOUS,  /* this one goes on where `id` ended */
    LINK_SAME,      /* a duplicate of `id` */
    LINKS
};
struct link {
    uint8_t kind;
    struct ticket_id id;
};

/* Something linked to the ticket, with its own life (object.c). */
struct object {
    uint16_t number;         /* of the ticket, from 1, never used again */
    uint8_t kind, state;     /* enum object_kind, enum object_state */
    bool warranty;           /* inspection, part */
    instant opened_at, at;   /* made; its last step (both believed) */
    struct principal_id who; /* of the last step */
    int64_t amount;          /* -1: none */
    char name[64];
    uint32_t sections; /* bits present in text */
    struct str text;   /* packed sections or the customer's words; owned */
};

/* An appointment, and what the planner has proposed for it. */
struct visit {
    instant from, until;        /* agreed with the customer; 0: none is */
    struct engineer_id planned; /* none: nobody yet */
    instant leave_at, begin_at; /* as planned; 0: nobody is */
    bool open;                  /* the time to offer it has come */
    bool missed;                /* `until` has passed without anybody there, and that was told */
};

/* How far the alarms of one clock have gone (pager.c). */
struct page {
    uint8_t rungs;    /* rungs begun */
    uint16_t told;    /* times the last of them was told */
    instant again_at; /* it is told again; NEVER: not */
    bool breach;      /* "the promise is broken" was said, and not taken back */
};

struct ticket {
    struct ticket_id id;
    uint32_t plan;    /* the version it was opened under: levels, contract, calendars, chain */
    uint8_t contract; /* index in that version's contracts */
    char lang[8];     /* the reporter's; empty: not said */
    char code[8];     /* digits that the customer tells the engineer on arrival */
    uint32_t version;
    enum ticket_state state;
    uint8_t level; /* index into the rules' levels */
    struct category_id category;
    struct site_id site;
    struct customer_id customer;
    struct source_id source;
    struct place place;
    instant opened_at;    /* the event that opened it */
    instant occurred_at;  /* the report's own instant, believed or not: repeats compare it */
    instant due;          /* TRIAGED: to the engineers; QUEUED: ask the next neighbour; OFFERED: the
                             offer's end; PENDING_CUSTOMER: wake; RESOLVED: the customer's silence;
                             over: it leaves the engine; else NEVER */
    instant ended_at;     /* CLOSED, REJECTED, CANCELLED, DUPLICATE: since; else NEVER */
    struct course course; /* from the report's own instant if believed, else opened_at */
    struct principal_id gateways[GATEWAYS_MAX]; /* the reporter's first */
    size_t gateways_count;
    struct engineer_id engineer; /* asked, or responsible; none */
    char name[64], phone[32];    /* the engineer's */
    struct territory_id home;    /* the engineer is lent by this territory; none: ours */
    struct territory_id asked;   /* this neighbour has been asked for one; none: nobody */
    uint32_t round;              /* of questions to neighbours: an answer counts in its own */
    bool unqualified;            /* neither here nor at any neighbour has anybody the skills */
    bool busy;                   /* a neighbour asked in this round has somebody, but not free */
    uint8_t busy_rounds;         /* rounds in a row that ended so */
    bool silent;                 /* closed by the customer's silence */
    uint8_t wait;                /* enum reason of PENDING_CUSTOMER and HELD; else REASON_NONE */
    uint8_t arrival;             /* enum arrival */
    uint8_t transfers;           /* so far */
    instant named_at;            /* since when his name can be told; 0: nobody has accepted */
    instant begun_at;            /* no arrival and no repair is before it: the last acceptance or
                                    reopening, as far as it is believed; 0: none yet */
    uint32_t named_version;      /* at which the present engineer accepted; 0: nobody has */
    struct engineer_id pinned; /* TRIAGED, QUEUED: it waits for him alone, by a dispatcher's word */
    struct visit visit;
    struct hand next; /* is asked to take over */
    struct hand helpers[HELPERS_MAX];
    size_t helpers_count;
    struct link links[LINKS_MAX]; /* oldest first */
    size_t links_count;
    struct page pages[CLOCKS];
    uint8_t paged_level; /* which they were counted under */
    instant quiet_until; /* an acknowledgement holds until then; 0: none */
    uint32_t nudges;
    uint32_t repeats; /* reports attached; the last REPEATS_KEPT ids follow, oldest first */
    struct report_id repeat_ids[REPEATS_KEPT];
    struct str text; /* the report's own words, packed; owned */

    struct taken *timeline; /* owned */
    size_t timeline_count, timeline_cap;
    struct fold fold;
    struct considered *considered; /* owned; the latest decision, best first */
    size_t considered_count;
    bool has_grounds; /* the first of them was chosen, or is awaited, by cost */
    struct grounds grounds;
    struct refuser *refusers; /* owned; oldest first */
    size_t refusers_count, refusers_cap;
    struct object *objects; /* owned; by number */
    size_t objects_count, objects_cap;
    uint16_t objects_made;
};

/* Nothing has happened yet; clocks start at received_at. */
void ticket_init(struct ticket *t, instant received_at);
void ticket_fini(struct ticket *t);

/* Appends one step (its note is copied and cut); folds when the timeline is full. */
void ticket_take(struct ticket *t, const struct taken *step, struct str note);
/* The part of somebody's words that is kept: at most NOTE_MAX bytes, no half character at its end.
 */
struct str ticket_note(struct str words);
/* NULL: no link of this kind. */
const struct link *ticket_link(const struct ticket *t, enum link_kind kind);
/* false: LINKS_MAX are there already, or this one. */
must_use bool ticket_links(struct ticket *t, enum link_kind kind, struct ticket_id id);
void ticket_unlink(struct ticket *t, enum link_kind kind);
/* Has somebody other than `who` moved the ticket since version `seen`? */
bool ticket_is_stale(const struct ticket *t, uint32_t seen, struct principal_id who);

/* `r` NULL: nobody was chosen by cost. */
void ticket_consider(struct ticket *t, const struct considered *list, size_t count,
                     const struct grounds *r);
/* An engineer who is not to be asked (or to be asked last) until then. The oldest drops out. */
void ticket_refuse(struct ticket *t, struct refuser r);
/* NULL: he has not refused, or no longer. */
const struct refuser *ticket_refuser(const struct ticket *t, struct engineer_id e, instant at);
/* Nothing is known of his refusal any more. */
void ticket_relent(struct ticket *t, struct engineer_id e);
/* Forgets refusals that have passed; and those that were missed offers, if asked. */
void ticket_forgive(struct ticket *t, instant at, bool missed_too);
void ticket_repeat(struct ticket *t, struct report_id id, struct principal_id gateway);
/* The reports of a duplicate, and whom to tell of them. */
void ticket_absorb(struct ticket *t, const struct ticket *other);
bool ticket_tells(const struct ticket *t, struct principal_id gateway);

/* For people: "N1-0123456789-4" (docs/protocol.md). */
void ticket_number(char out[32], const char *code, struct ticket_id id);

void ticket_encode(const struct ticket *t, struct buf *out);
/* On success *out owns its memory (ticket_fini); on ERR_SYNTAX it owns nothing. */
must_use enum err ticket_decode(struct ticket *out, struct str bytes);

#endif
