/* seat.h - when an engineer could take the next ticket, and those after it.
 *
 * A *seat* is a place in his day. The first begins when what he has is done, as far as can be
 * foreseen, each of the others so much later. As many as he has room for can be taken now; the
 * others are there so that a ticket may wait for him who is near and nearly done.
 *
 * What is known here is true of one tick, which is the minute in which the last event fell:
 * a pure function of records, rules and that minute. */
#ifndef CORE_SEAT_H
#define CORE_SEAT_H

#include "common/base/base.h"
#include "faultline/ids.h"

enum { SEATS_NOW = 3, SEATS_LATER = 2, SEATS_MAX = SEATS_NOW + SEATS_LATER };
#define SEAT_TICK MINUTES

/* One of the jobs that he works on or is to go to, as far as can be foreseen. */
enum { ERRANDS_MAX = 8 };
struct errand {
    struct ticket_id ticket;
    bool there; /* he has arrived; else he does at */
    instant arrives;
    instant done;
};

struct seats {
    instant tick;        /* what the rest is true of */
    bool stale;          /* it is not, whatever the tick */
    bool listed;         /* among the board's changed engineers */
    uint8_t count, now;  /* none: he is off duty; so many of them, the first, are free now */
    instant begin;       /* when he could leave for the first */
    struct place from;   /* and whence */
    uint32_t era;        /* of the matching in which these are his slots */
    uint8_t slots_count; /* of which he has so many */
    uint32_t slots[SEATS_MAX];
};

#endif
