/* assign.h - the cheapest matching of rows (tickets) to slots (engineers' places), kept the
 * cheapest under every change.
 *
 * A row has edges (slot, cost) and a defer cost, which is what it costs to leave it without a slot;
 * so every problem has an answer. A slot takes at most one row. Rows and slots are *in* the problem
 * or *out* of it; what is out keeps its edges, and they may be changed, but counts for nothing.
 *
 *   a row or a slot comes in:   one shortest path, forward from the row, backward from the slot
 *   a row or a slot goes out:   the same for the one that it leaves behind
 *   a pair is held:             both go out; a pair that is matched goes at no cost
 *
 * Invariant: dual potentials u (rows) and v (slots) prove the matching at every moment:
 * u + v <= cost on every edge, equal on matched ones, u <= defer, v <= 0, and 0 while a slot is
 * free (assign_audit). Costs are fixed-point, 1/16 s by custom; nothing here depends on the unit.
 *
 * One answer. Costs tie, and then several matchings are cheapest. So each edge, and each defer,
 * carries below its cost a weight of 60 bits that is a hash of the keys of its row and slot; the
 * sum of weights, less than one unit of cost in all, decides among equals. By the isolation lemma
 * (Mulmuley, Vazirani and Vazirani 1987) the smallest sum is unique but for a chance of at most
 * edges / 2^60. So the matching is a function of what is in, with its costs and keys, whatever the
 * order of events that led there, and whatever the handles. The potentials are not, and nothing
 * that this header gives out depends on them.
 *
 * Handles are small numbers, used again after a deletion. */
#ifndef CORE_ASSIGN_H
#define CORE_ASSIGN_H

#include "common/base/base.h"

#define ASSIGN_NONE     UINT32_MAX /* no slot: the row is deferred; no row: the slot is free */
#define ASSIGN_COST_MAX ((int64_t)1 << 40) /* costs are nearer to 0 than this */
#define ASSIGN_NEVER    INT64_MAX          /* a margin without an alternative */
enum { ASSIGN_MOST = 1 << 20 /* rows, and slots */ };

struct assign;

struct assign_edge {
    uint32_t slot;
    int64_t cost;
};

struct assign *assign_new(void);
void assign_free(struct assign *a);
/* Room ahead for these (edges: of all rows), so that nothing is allocated while deciding. Lists of
 * edges keep their largest size; should the room not suffice, it doubles. */
void assign_reserve(struct assign *a, size_t rows, size_t slots, size_t edges);
/* `to` becomes the same problem with the same handles and matching: for a cold solve beside. */
void assign_copy(struct assign *to, const struct assign *from);

/* Nothing is left but the room; all handles are forgotten. */
void assign_clear(struct assign *a);

/* A new slot is out and has no edges, so that rows can be given theirs before it comes in. Keys
 * are unique among slots, and among rows, and the same for ever: half of the answer among equals.
 */
uint32_t assign_slot_add(struct assign *a, uint64_t key);
void assign_slot_in(struct assign *a, uint32_t slot);
void assign_slot_out(struct assign *a, uint32_t slot); /* its row looks for another */
/* Out, and its edges are gone; a row that is held with it comes in. */
void assign_slot_del(struct assign *a, uint32_t slot);

/* A new row is out. */
uint32_t assign_row_add(struct assign *a, uint64_t key, int64_t defer,
                        const struct assign_edge *edges, size_t count);
void assign_row_in(struct assign *a, uint32_t row);
void assign_row_out(struct assign *a, uint32_t row); /* its slot looks for another */
/* Out and gone; a slot that is held with it comes in. */
void assign_row_del(struct assign *a, uint32_t row);
/* Other edges and another defer cost. One edge a slot. */
void assign_row_set(struct assign *a, uint32_t row, int64_t defer, const struct assign_edge *edges,
                    size_t count);
/* One edge more, or at another cost; one less (it need not be there). */
void assign_edge_set(struct assign *a, uint32_t row, uint32_t slot, int64_t cost);
void assign_edge_cut(struct assign *a, uint32_t row, uint32_t slot);

/* Takes both out, together (an offer is out, a dispatcher has pinned them). Neither may be held. */
void assign_hold(struct assign *a, uint32_t row, uint32_t slot);
/* The pair of this row comes in again; which of the two is to stay out is to be deleted, or taken
 * out after. */
void assign_release(struct assign *a, uint32_t row);

bool assign_row_is_in(const struct assign *a, uint32_t row);
bool assign_slot_is_in(const struct assign *a, uint32_t slot);
uint32_t assign_matched(const struct assign *a, uint32_t row); /* its slot, or ASSIGN_NONE */
uint32_t assign_taker(const struct assign *a, uint32_t slot);  /* its row, or ASSIGN_NONE */
uint32_t assign_held(const struct assign *a, uint32_t row);    /* the slot held with it, or NONE */
uint64_t assign_row_key(const struct assign *a, uint32_t row);
uint64_t assign_slot_key(const struct assign *a, uint32_t slot);
size_t assign_edges_count(const struct assign *a, uint32_t row);
size_t assign_left_count(const struct assign *a); /* rows that are in and have no slot */
int64_t assign_cost(const struct assign *a);      /* of all rows that are in, defers included */

/* Rows whose slot is another than when assign_settle was last called (none, if it was out
 * since), by ascending key. Borrowed until the next change. These are the rows to act upon; those
 * of them that have no slot, or a dear one, are to be given twice the edges (assign_regret tells).
 */
const uint32_t *assign_moved(struct assign *a, size_t *count);
void assign_settle(struct assign *a);
/* How much more the row costs where it is than on its cheapest edge, 0 or more; it is in. A row
 * without edges that is deferred: ASSIGN_NEVER. */
int64_t assign_regret(const struct assign *a, uint32_t row);
/* Does the potential say that no further edge of this cost or above could make the whole cheaper?
 * False is no proof that one would. The row is in. */
bool assign_is_content(const struct assign *a, uint32_t row, int64_t cost);
/* How much dearer the whole becomes if this row may not have what it has; it is in. `next`, if not
 * NULL: what it would have then. ASSIGN_NEVER: it has nothing else. */
int64_t assign_margin(struct assign *a, uint32_t row, uint32_t *next);

/* Forgets the potentials and solves from nothing: the same matching. */
void assign_cold(struct assign *a);

enum assign_fault {
    ASSIGN_SOUND,
    ASSIGN_BROKEN,   /* the books: links, matches and holds that do not agree */
    ASSIGN_CHEAPER,  /* the pair costs less than its potentials */
    ASSIGN_SLACK,    /* the pair is matched and costs more than its potentials */
    ASSIGN_POSITIVE, /* the slot's potential is above 0 */
    ASSIGN_PRICED,   /* the slot is free and its potential is not 0 */
};
/* The first pair, by handle, that breaks the invariant; `row` or `slot` is ASSIGN_NONE where the
 * fault has none (a row with ASSIGN_NONE: its defer). */
struct assign_flaw {
    enum assign_fault fault;
    uint32_t row, slot;
};
struct assign_flaw assign_audit(const struct assign *a);

#endif
