/* object.h - what is linked to a ticket: which verb makes or moves which kind, from where to where,
 * and what it needs for it. Who may use the verb, and in which state of the ticket, is life.h's. */
#ifndef CORE_OBJECT_H
#define CORE_OBJECT_H

#include "workers/core/ticket.h"

struct act;
struct engine;
struct job;

#define OBJECT_BIT(n) (1u << (n)) /* of a state, a section */

enum object_need {
    NEED_AMOUNT = 1,   /* more than 0: a price in minor units, a count */
    NEED_SCORE = 2,    /* 1 .. SCORE_MOST */
    NEED_NAME = 4,     /* a part, a depot */
    NEED_NOTE = 8,     /* words: what for, why, the answer */
    NEED_SECTIONS = 16 /* all of the rule's sections, in text */
};
enum { SCORE_MOST = 5, SCORE_BAD = 2 /* and below: dispatchers are told */ };

/* What of an act is kept as the object's text. */
enum object_text { KEEP_NOTHING, KEEP_NOTE, KEEP_NAME, KEEP_SECTIONS };

struct object_rule {
    uint8_t kind;      /* enum object_kind */
    uint8_t from;      /* bit a state it may come from; 0: the verb makes it */
    uint8_t to;        /* enum object_state */
    uint8_t warranted; /* and in warranty; the same for most */
    uint8_t needs;     /* enum object_need */
    bool alone;        /* made only while no other of its kind is open or answered */
    uint8_t keeps;     /* enum object_text */
    uint16_t sections; /* bit a section, with NEED_SECTIONS */
};

/* NULL: the verb is about no object. */
const struct object_rule *object_rule(enum verb v);

/* ---- between object.c and owed.c */

/* `number`, or 0: the only one of this kind in one of these states. NULL: none, or several. */
struct object *object_find(const struct ticket *t, uint16_t number, enum object_kind kind,
                           unsigned states);
/* By the rule of a->verb alone; REFUSAL_OBJECT, _INCOMPLETE or _LIMIT. */
enum refusal object_may(const struct engine *e, const struct job *j, const struct act *a);
/* Makes or moves what a->verb is about; `a->object` becomes its number. The step comes after. */
struct object *object_move(struct engine *e, struct job *j, struct act *a);
/* UPDATE_OBJECT to those concerned, after the step. Empty words: what its name says. */
void object_tell(struct engine *e, const struct job *j, const struct object *o, struct str words);
/* By the last inspection; where there is none, by the plan's date for the site. */
bool object_in_warranty(const struct engine *e, const struct job *j);
/* Who answers complaints about it, by the contract as it is now; none: any dispatcher. */
struct principal_id object_owner(const struct engine *e, const struct job *j);

#endif
