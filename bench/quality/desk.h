/* desk.h - what the simple policies have in common: a dispatcher's desk that knows what has been
 * told, and no more. Which ticket goes to whom is a rule's: `decide`.
 *
 * The desk's own model of travel is the crow's way with a detour at a guessed speed; of service,
 * the mean of the skill. It shares no code with the engine. */
#ifndef QUALITY_DESK_H
#define QUALITY_DESK_H

#include "bench/quality/field.h"

enum { DESK_REFUSERS = 6, DESK_DETOUR_PCT = 135, DESK_DOOR_S = 180 };

struct desk_man {
    uint32_t ticket; /* asked for, travelling to, or working on; NOBODY */
    enum job_stage stage;
    struct spot seen;
    instant stage_at, silent_until; /* he let an offer run out */
};
struct desk_ticket {
    uint32_t refusers[DESK_REFUSERS]; /* the latest */
    unsigned refused;
    instant due; /* of its offer; NEVER */
};
struct desk;
typedef void desk_rule(struct desk *d);

struct desk {
    struct field *field;
    const struct city *city;
    desk_rule *decide;
    msec window_ms;    /* decides at multiples of this; 0: at once */
    uint32_t *waiting; /* owned; in order of their coming back */
    size_t waiting_count, waiting_cap;
    uint32_t *asked; /* owned; offers that stand */
    size_t asked_count, asked_cap;
    struct desk_man *men;        /* owned */
    struct desk_ticket *tickets; /* owned */
    bool dirty;
    void *more; /* a rule's own; freed with the desk */
};

struct desk *desk_open(struct field *f, desk_rule *decide, msec window_ms);
void desk_tell(void *desk, const struct happening *h);
instant desk_next(const void *desk);
void desk_close(void *desk);

/* On duty, with nothing in his hands, and answering. */
bool desk_is_idle(const struct desk *d, uint32_t man);
msec desk_travel_ms(const struct desk *d, struct spot from, struct spot to, instant at);
/* Has the skill, did not decline, and would be done by the end of his shift (half an hour over is
 * allowed), if he arrived then. */
bool desk_fits(const struct desk *d, uint32_t man, uint32_t ticket, instant arrival);
/* May he be asked at all: skill and refusals. */
bool desk_may(const struct desk *d, uint32_t man, uint32_t ticket);
void desk_offer(struct desk *d, uint32_t ticket, uint32_t man);
/* Takes back a job that somebody travels to: it waits again. */
void desk_recall(struct desk *d, uint32_t ticket);

#endif
