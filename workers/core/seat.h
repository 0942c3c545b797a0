/* seat.h - when an engineer could take the next ticket, and those after it.
 *
 * A *seat* is a place in his day. The first begins when what he has is done and he has had the
 * break that is due by then, as far as can be foreseen, each of the others so much later. As many
 * as he has room for can be taken now; the others are there so that a ticket may wait for him who
 * is near and nearly done.
 *
 * Who is on his way to a ticket could be turned back, where the plan allows it; then his first seat
 * is that way: for its own ticket, or for one that may divert him.
 *
 * What is known here is true of one tick, which is the minute in which the last event fell:
 * a pure function of records, rules and that minute. */
#ifndef CORE_SEAT_H
#define CORE_SEAT_H

#include "common/base/base.h"
#include "faultline/ids.h"

struct job;

enum { SEATS_NOW = 3, SEATS_LATER = 2, SEATS_MAX = 1 + SEATS_NOW + SEATS_LATER };
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
    instant tick;       /* what the rest is true of */
    bool stale;         /* it is not, whatever the tick */
    bool listed;        /* among the board's changed engineers */
    uint8_t turn;       /* 1: the first seat is his way to `rider` */
    uint8_t count, now; /* none: he is not to be had; so many after it are free now */
    struct job *rider;
    bool busy;                 /* he has something to do before all others; */
    struct place from;         /* whence he leaves for the first of them */
    instant begins[SEATS_MAX]; /* when he could leave for each, */
    instant untils[SEATS_MAX]; /* and when his work there must be done (fit_until) */
    uint32_t era;              /* of the matching in which these are his slots */
    uint8_t slots_count;       /* of which he has so many */
    uint32_t slots[SEATS_MAX];
};

/* Has he this seat at once, if only by turning back? */
static inline bool
seat_is_now(const struct seats *s, size_t i)
{
    return i < (size_t)s->turn + s->now;
}

/* Could he have it at once, and would else go on standing by? */
static inline bool
seat_is_idle(const struct seats *s, size_t i)
{
    return i >= s->turn && seat_is_now(s, i);
}

#endif
