/* board.h - who waits and who could take it, as one matching that is kept the cheapest.
 *
 *   waiting tickets --- rank ---> line, apart by category
 *                                   |  the first so many of each: its window
 *                                   v
 *   rows: tickets in windows  ----- edges ----- slots: seats of engineers on duty (seat.h)
 *                                   |
 *                                   v
 *   a row on a seat that is free now: an offer; on a later one, or on none: it waits
 *
 * Nothing here is state. After each event the matching is the cheapest one over all tickets in the
 * windows and all engineers who fit them, at the costs of the event's minute: one answer (assign.h)
 * to a problem that follows from records, rules and that minute, so a reloaded engine decides like
 * one that never stopped. That only the nearest have edges does not show: a row is given more of
 * them until its price proves that nobody left out could matter. Nor does it show that these alone
 * are rated anew when a minute has passed: the floor under those left out sinks by what time may
 * have done for them, and who stands otherwise than before is looked at by all (stance.h).
 *
 * While somebody waits whose level may divert, tickets that have somebody on his way have rows,
 * too: they keep him at no cost but the way that is left, and go to somebody else, or wait, at the
 * cost of turning him back. Whoever comes free nearer may so relieve him.
 *
 * One ticket alone needs no matching: it takes the cheapest, and of equals the first by name.
 *
 * Rank is the instant of receipt, AGEING_MS earlier for each level of severity. It never changes,
 * so whatever comes later than AGEING_MS x levels after a ticket stands behind it: a ticket reaches
 * its window when those before it have gone, and nobody can be put before it for ever. In the
 * matching the same is said by cost: what has waited for PATIENCE_MS costs more and more (match.c).
 */
#ifndef CORE_BOARD_H
#define CORE_BOARD_H

#include "workers/core/assign.h"
#include "workers/core/match.h"
#include "workers/core/queue.h"
#include "workers/core/stance.h"

struct job;
struct engine;

enum {
    BOARD_ROWS = 1024,     /* of all windows together, about */
    BOARD_WIDTH_LEAST = 32 /* of one window */
};
#define AGEING_MS (4 * HOURS)

/* The first of a category's line. */
struct window {
    struct job **list; /* owned; in no order */
    size_t count, cap;
    struct queue_at *last; /* by rank */
};

struct board_row {
    struct job *job;
    struct wish wish;
    uint32_t *near; /* engineers with edges; owned, and used again by the next row here */
    size_t near_count, near_cap, k;
    instant rated;           /* the tick in which everybody was */
    instant eases;           /* the row is to be rated by then (fit_eases) */
    int64_t bounds[STANCES]; /* what the cheapest of all others cost then, by how they stand */
    int64_t floors[STANCES]; /* below which none of them costs now */
};

struct seat_owner {
    uint32_t engineer; /* his place in the roster's list */
    uint32_t seat;
};

struct rated {
    int64_t cost; /* of his first seat */
    struct suitor s;
};

/* An offer to be made. */
struct chance {
    uint64_t key; /* in whose order */
    struct job *job;
    struct engineer *x;
    size_t seat;
    bool turns; /* he is to be turned back for it */
};

/* From when on, of this instant and later, somebody with a category's skills is on duty. */
struct staffing {
    instant at, from;
};

struct board {
    struct queue line;
    msec *services;             /* what match.c remembers, a category after the other; owned */
    int64_t hour;               /* in which */
    struct staffing *staffings; /* what match.c remembers, too; a category each; owned */
    struct window *windows;     /* a category each; owned */
    size_t width;
    unsigned depth;    /* so many places has the busiest, at least */
    size_t waiting;    /* in all windows */
    struct job **pins; /* that wait for one engineer by a dispatcher's word; owned, in no order */
    size_t pins_count, pins_cap;
    bool repinned;       /* one has come */
    bool riding;         /* those on their way count */
    struct job **riders; /* that have rows; owned, in no order */
    size_t riders_count, riders_cap;
    struct job **fresh; /* in a window and new there, or changed; owned */
    size_t fresh_count, fresh_cap;
    struct engineer **changed; /* owned */
    size_t changed_count, changed_cap;
    struct stance *stances; /* as the matching knows them, an engineer each; owned */
    instant tick;
    bool live;     /* the matching holds what the windows hold */
    bool warm;     /* it held that at some event of this hour, and only needs renewing; */
    bool rode;     /* with those on their way */
    bool pending;  /* more offers than one event makes */
    bool choosing; /* somebody waits though somebody is free: to be looked at every minute */
    uint32_t era;
    struct assign *assign;  /* owned; NULL until two have waited at once */
    struct board_row *rows; /* by handle; owned */
    size_t rows_cap;
    struct seat_owner *owners; /* by handle; owned */
    size_t owners_cap;
    struct rated *rated; /* scratch; owned */
    size_t rated_count, rated_cap;
    struct assign_edge *edges; /* scratch; owned */
    size_t edges_count, edges_cap;
    struct chance *chances; /* scratch; owned */
    size_t chances_count, chances_cap;
    struct choice choice; /* scratch */
    bool looked;          /* it is of the one chance there is */
};

/* ---- board.c */
void board_init(struct engine *e);
void board_fini(struct engine *e);
void board_hour(struct engine *e);                 /* what was remembered may have changed */
void board_enter(struct engine *e, struct job *j); /* it waits, if for one of ours */
void board_leave(struct engine *e, struct job *j);
/* Load, place or what he does has changed. */
void board_changed(struct engine *e, struct engineer *x);
/* It is in a window, or somebody is on his way to it, and something of it has changed. */
void board_fresh(struct engine *e, struct job *j);
/* What was learned is partly forgotten (lost.c). */
void board_lose(struct engine *e);
/* At an event's end: what changed is taken over, and whoever can be offered something is, `budget`
 * offers at most. */
void board_settle(struct engine *e, size_t budget);
/* May it turn somebody back? */
bool board_diverts(const struct engine *e, const struct job *j);
/* When it is to be looked at again though nothing happens: NEVER, or an instant. */
instant board_next(const struct engine *e);

/* ---- edges.c: the matching's rows and slots */
void edges_clear(struct engine *e);
void edges_row(struct engine *e, struct job *j, size_t k); /* anew, with at least k engineers */
void edges_drop(struct engine *e, struct job *j);
bool edges_has(const struct engine *e, const struct job *j);
void edges_engineer(struct engine *e, struct engineer *x); /* his seats, and all edges to them */
/* Everything is taken over into the present minute, but for engineers who stand otherwise than
 * before, who are now among the changed. */
void edges_renew(struct engine *e);
/* More edges for whom they might be too few. */
void edges_suffice(struct engine *e);
/* Whose seat the row has, and which; NULL: none. */
struct engineer *edges_taken(const struct engine *e, const struct job *j, size_t *seat);

#endif
