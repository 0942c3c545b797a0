/* life.h - may this verb be used on a ticket in this state, by this role, and what then? */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "common/base/base.h"
#include "faultline/life.h"

/* Who may take a step: one bit a role; the engine itself stands where ROLE_NONE would. */
#define BY(role)  (1u << (role))
#define BY_ENGINE BY(ROLE_NONE)

struct step {
    uint8_t next;  /* enum ticket_state */
    uint8_t roles; /* BY(...) */
};

/* NULL: the table refuses this verb in this state. */
const struct step *life_step(enum ticket_state from, enum verb v);
/* REFUSAL_NONE, REFUSAL_ROLE or REFUSAL_STATE, for a person. */
enum refusal life_allows(enum ticket_state from, enum verb v, enum role role);
/* Has this role anything to do with this verb, in whatever state? */
bool life_knows(enum verb v, enum role role);
/* Which engineer may use a verb (whose.c). */
enum whose {
    WHOSE_HOLDER, /* in whose hands it is, or was last; the one to whom it is offered */
    WHOSE_TEAM,   /* he, and helpers who have joined in */
    WHOSE_NEXT,   /* the one asked to take over */
    WHOSE_ASKED,  /* one asked to help */
    WHOSE_HAND,   /* the one asked to take over, or a helper, asked or joined */
    WHOSES
};
enum whose life_whose(enum verb v);
/* The reasons that a verb takes; and must it name one? (reason.c) */
bool reason_fits(enum verb v, enum reason r);
bool reason_asked(enum verb v);
/* Closed, rejected, joined or cancelled: it moves no more, unless it is reopened. */
bool life_is_over(enum ticket_state s);
/* Offered, or in an engineer's hands and unsolved: it takes up one of his places. */
bool life_is_held(enum ticket_state s);

#endif
