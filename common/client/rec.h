/* rec.h - what is kept in memory of a report or an event: who it is, how far it is, and where
 * its bytes are in the journal. A record is always in exactly one list, by its state:
 *
 *                 PARKED (another report of the same id goes first)
 *                   v
 *     report: WAITING -> ROUTING -> WAITING (addressed) -> SENDING -> ACCEPTED -> COVERED
 *     event:  WAITING ---------------------------------->  SENDING -> ACCEPTED -> COVERED */
#ifndef CLIENT_REC_H
#define CLIENT_REC_H

#include "common/client/journal.h"
#include "faultline/ids.h"

enum rec_state {
    REC_PARKED,
    REC_WAITING,
    REC_ROUTING, /* its ROUTE is unanswered */
    REC_SENDING, /* its REPORT or EVENT is unanswered */
    REC_ACCEPTED,
    REC_COVERED, /* told what became of it */
    REC_STATES
};

enum rec_flag {
    REC_EVENT = 1,
    REC_MAYBE = 2, /* sent once without an answer: it may be in */
    REC_TOLD = 4   /* told what became of it before it was ACCEPTED */
};

enum rec_list_name {
    RECS_PARKED,
    RECS_TO_ROUTE,
    RECS_TO_SEND,
    RECS_FLIGHT,
    RECS_EVENTS, /* not accepted, in the order they were made; in flight or not */
    RECS_UNCOVERED,
    RECS_KEPT, /* by the time they were covered */
    RECS_LISTS
};

struct rec {
    struct rec *next, *prev; /* in its list */
    struct rec *older;       /* of the same report id, still in the spool; or NULL */
    uint64_t number;         /* the spool's own, from 1; its requests bear it */
    int64_t at;              /* in flight: sent, monotonic; COVERED: since, wall; else 0 */
    union {
        struct report_id report;
        struct event_id event;
    } id;
    union {
        uint8_t digest[16];      /* of a report's content, keyed */
        struct ticket_id ticket; /* of an event */
    };
    struct spot spot;
    uint32_t plan;      /* of a report's address */
    uint16_t territory; /* index of a tally; 0: no address yet */
    uint8_t state, list, flags;
    uint8_t refusals; /* of its address */
};

struct rec_list {
    struct rec *first, *last;
    size_t count;
};

static inline bool
rec_is(const struct rec *r, enum rec_flag f)
{
    return (r->flags & f) != 0;
}

void rec_list_remove(struct rec_list *l, struct rec *r);
void rec_list_append(struct rec_list *l, struct rec *r);
/* By number: from the end, where a new one belongs; from the front, where one belongs that comes
 * back. */
void rec_list_insert(struct rec_list *l, struct rec *r);
void rec_list_return(struct rec_list *l, struct rec *r);

/* Records come from slabs and go back to them. A zeroed struct is an empty pool. */
struct rec_pool {
    struct rec *free;
    void **slabs;
    size_t count, cap;
};
struct rec *rec_new(struct rec_pool *p); /* zeroed */
void rec_free(struct rec_pool *p, struct rec *r);
void rec_pool_fini(struct rec_pool *p);

#endif
