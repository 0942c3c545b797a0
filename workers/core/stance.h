/* stance.h - how an engineer stands to all tickets in one minute: whatever of him their costs
 * depend on, so that the next minute can tell whether he has to be looked at again.
 *
 * Time alone makes nobody cheaper, with one exception: an arrival that stays where it is while the
 * clock comes nearer to it is known better, and what is likely to be in time becomes likelier
 * (cost_fall says by how much at most). So it matters whether his arrivals move with the clock. */
#ifndef CORE_STANCE_H
#define CORE_STANCE_H

#include "faultline/ids.h"

struct engine;
struct engineer;

enum stance_kind {
    STANCE_FREE,  /* he could leave at once: all that he can do comes later as the clock goes on */
    STANCE_BUSY,  /* first he has something to do, which leaves unsure_s of doubt */
    STANCE_COMES, /* he will be on duty soon */
    STANCES
};

struct stance {
    instant tick;                   /* NEVER: he is to be looked at, however he stands */
    uint8_t kind, count, now, turn; /* of his seats; of count 0 the rest says nothing */
    bool busy;
    uint32_t load, rarity;
    struct place from, here;      /* `here`: while he could be turned back */
    uint16_t phases[2];           /* of the ways (travel_phase): from there, and from here */
    instant begins[2], untils[2]; /* of the first ordinary seat, and of the way that he is on */
    instant leave_at;
    struct ticket_id rides; /* whither */
};

struct stance stance_of(const struct engine *e, struct engineer *x);
/* From one to the other, nothing that he could do has become cheaper by more than cost_fall, and
 * nothing that he could not do has become possible; tickets as they were. */
bool stance_holds(const struct stance *was, const struct stance *is);
/* Every cost of his is what it was. */
bool stance_is_same(const struct stance *was, const struct stance *is);

#endif
