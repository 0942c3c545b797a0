/* grid.h - where everybody with a skill is: the nearest few among a million without looking at the
 * others.
 *
 *   skill -> sheet: square cells over all its people, each cell a list of (x, y, engineer)
 *
 * A sheet's cells are as small as its people are dense, and drawn anew when those have changed
 * much; only grid_have and grid_move do that, and only they allocate. Invariant: every engineer
 * with a place is in exactly one cell of each of his skills' sheets, the one that his place falls
 * into (the nearest one at the edge, if it falls outside).
 *
 * Distances are on one flat map around `middle`: for choosing whom to look at, in a territory of
 * some hundred kilometres; who is nearest to the metre is place.h's to say. Engineers and skills
 * are small numbers of the caller's. */
#ifndef CORE_GRID_H
#define CORE_GRID_H

#include "common/base/base.h"
#include "faultline/ids.h"

struct grid;

struct grid *grid_new(struct place middle);
void grid_free(struct grid *g);
/* He is there now; PLACE_NONE: nobody knows where. */
void grid_move(struct grid *g, uint32_t engineer, struct place at);
/* He has the skill, or not; again is no error. */
void grid_have(struct grid *g, uint32_t engineer, uint32_t skill);
void grid_lose(struct grid *g, uint32_t engineer, uint32_t skill);
/* Nothing is left of him. */
void grid_remove(struct grid *g, uint32_t engineer);

size_t grid_count(const struct grid *g, uint32_t skill); /* who have it and a place */
/* The skill that fewest have: the one to search by. The first of equals; count > 0. */
uint32_t grid_rarest(const struct grid *g, const uint32_t *skills, size_t count);

struct grid_near {
    int64_t square; /* of the distance, in units of 2e-7 degree (2.2 cm) */
    uint32_t engineer;
};

struct grid_wish {
    struct place at;
    uint32_t skill;
    size_t k;
    int64_t within_m; /* metres; 0: however far */
    /* Is he to be considered? Asked only of those near enough to matter. NULL: everybody is. */
    bool (*fits)(void *context, uint32_t engineer);
    void *context;
};

/* The nearest k who fit, by (distance, engineer), into `out` (room for k). Returns how many. */
size_t grid_nearest(const struct grid *g, const struct grid_wish *w, struct grid_near *out);

#endif
