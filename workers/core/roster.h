/* roster.h - the engineers at home here: what they carry, where they are, whom they are promised
 * to, and who qualifies for what.
 *
 * An engineer's places are taken by tickets of ours that are offered to him or in his hands
 * (`load`) and by places kept for neighbouring territories (`reserved`). The sum is looked at in
 * one place, engineer_room, and nothing is given to an engineer without it.
 *
 * A *slot* is a category as the matcher sees it: who has all its skills. One more slot stands for
 * "no category", for which everybody qualifies. */
#ifndef CORE_ROSTER_H
#define CORE_ROSTER_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/heap.h"
#include "common/base/map.h"
#include "faultline/rules.h"
#include "workers/core/seat.h"
#include "workers/core/ticket.h"

struct job;

/* A place kept for another territory's ticket. */
struct reservation {
    struct territory_id asker;
    struct ticket_id ticket;
    uint32_t round; /* of the asker's questions: the last one that named him */
};

/* He has set out; learned from when he arrives. */
struct trip {
    struct ticket_id ticket; /* zero: none */
    struct place from;
    instant at;
};

struct engineer {
    const struct engineer_rule *rule; /* of the rules in force */
    struct place place;               /* the latest known; PLACE_NONE: none (engineer_place) */
    instant place_at;                 /* the device's own instant of it */
    struct trip trip;
    instant absent_until; /* not expected before, though on duty: he let an offer run out, or rests;
                             0 as soon as he says something */
    uint32_t standby_s; /* what it was worth in the last minute that he stays free (cover.h) */
    uint32_t load;
    struct reservation *reserved; /* oldest first; owned */
    size_t reserved_count, reserved_cap;
    uint32_t *slots; /* those that he qualifies for, ascending; owned */
    size_t slots_count, slots_cap;
    struct seats seats; /* derived (seat.c) */
    struct job *held;   /* those in his hands, in no order (carry.c) */
    uint32_t held_count;
    uint32_t rarity;      /* of his skills (cost.h) */
    instant leave_at;     /* he sets out to his first planned visit; NEVER: none (visit.c) */
    struct heap_at shift; /* in roster.shifts */
    instant shift_at;     /* his next duty's beginning, or the end of his absence */
    bool changed;
    bool freed; /* waits in the engine's list of freed engineers */
};

struct slot {
    const struct category *category; /* NULL: no category, no needs */
    uint32_t *qualified;             /* engineers' places in the list, ascending; owned */
    size_t qualified_count, qualified_cap;
    uint32_t misses[CONSIDERED_MAX]; /* some who have the rarest skill but do not qualify */
    size_t misses_count;
    uint32_t rarity; /* of the skills it needs (cost.h) */
};

/* Who has a skill, and how well: the posting lists, sorted by (skill, engineer). */
struct holding {
    struct skill_id skill;
    uint32_t engineer;
    uint8_t level;
};

struct roster {
    const struct rules *rules;
    struct engineer *list; /* sorted by id, like the rules' */
    size_t count;
    struct slot *slots;
    size_t slots_count;
    struct holding *holdings;
    size_t holdings_count;
    struct heap shifts;  /* by (shift_at, id) */
    struct map reserved; /* (ticket, asker) -> engineer's place + 1 */
    struct engineer_id *changed;
    size_t changed_count, changed_cap;
};

void roster_init(struct roster *r, const struct rules *rules);
void roster_fini(struct roster *r);
/* Takes over, by id, what engineers of `old` carry that is not the plan's: place, reservations.
 * `lost` is called for each reservation of an engineer who is no longer here. */
void roster_inherit(struct roster *r, struct roster *old,
                    void (*lost)(void *context, struct engineer_id e, struct reservation v),
                    void *context);

struct engineer *roster_find(const struct roster *r, struct engineer_id id); /* NULL: not ours */
size_t roster_slot(const struct roster *r, struct category_id c);
/* Everybody who holds the rarest of these skills at whatever level, and whether to look at all. */
const struct holding *roster_holders(const struct roster *r, const struct skill *needs,
                                     size_t needs_count, size_t *count);

bool engineer_qualifies(const struct engineer *x, const struct skill *needs, size_t needs_count);
bool engineer_room(const struct engineer *x);
uint32_t engineer_load(const struct engineer *x); /* own and reserved */
/* Where he sets out from at this instant: where he was seen last, if in this shift or in the hour
 * (matching.pause_ms) before it, else from home. */
struct place engineer_place(const struct rules *r, const struct engineer *x, instant at);
bool engineer_travels(const struct engineer *x);
/* He is not expected before `until`, which is seen to then; 0: he is. All until `at` has been. */
void roster_away(struct roster *r, struct engineer *x, instant until, instant at);

void roster_mark(struct roster *r, struct engineer *x); /* his record has changed */
void roster_settle(struct roster *r);

/* The engineer whose place is kept for this ticket of this asker; NULL: nobody's. */
struct engineer *roster_reserved(const struct roster *r, struct territory_id asker,
                                 struct ticket_id t);
void roster_reserve(struct roster *r, struct engineer *x, struct reservation v);
/* His place that is kept for it; NULL: none. roster_mark when it is changed. */
struct reservation *roster_kept(const struct engineer *x, struct territory_id asker,
                                struct ticket_id t);
/* false: there was none. */
bool roster_release(struct roster *r, struct engineer *x, struct territory_id asker,
                    struct ticket_id t);

/* Beginnings of duty and ends of absence, in order of (instant, id). Sets everybody's next after
 * `at`. */
void roster_shifts(struct roster *r, instant at);
struct engineer *roster_shift(const struct roster *r); /* whose is next; NULL: nobody's, ever */
/* It has been seen to, and so has all until `at`. */
void roster_shifted(struct roster *r, struct engineer *x, instant at);

/* The record's value; empty when there is nothing to remember. Its key is the name. */
void roster_encode(const struct engineer *x, struct buf *out);
must_use enum err roster_restore(struct roster *r, struct str key, struct str bytes);

#endif
