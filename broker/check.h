/* check.h - is this message allowed? Pure: the message, who sent it, and the maps, nothing else.
 * The order of the checks is the order in which docs/protocol.md section 7 would have a client
 * mend things: what it is, who it is, what it names, where it goes. */
#ifndef BROKER_CHECK_H
#define BROKER_CHECK_H

#include "broker/voice.h"
#include "common/plan/plan.h"
#include "faultline/message.h"

struct check {
    const struct principal *who;
    const struct atlas *now;      /* the current map */
    const struct atlas *then;     /* the map that a REPORT's address names; NULL: not kept */
    const struct key_id *pool_id; /* the pool's present key */
};

/* Roles as a set. */
#define ROLE_BIT(role) (1u << (role))

/* A NULL code: allowed. A REPORT without an address needs no `then`. */
struct refusal_text check_report(const struct check *c, const struct message *m);
struct refusal_text check_event(const struct check *c, const struct message *m);
struct refusal_text check_place(const struct check *c, const struct message *m);
struct refusal_text check_subscribe(const struct check *c, const struct message *m);
/* `known`: some version of the plan had that territory. */
struct refusal_text check_confirm(const struct check *c, const struct message *m, bool known);
/* What a message that cannot be read is told. */
struct refusal_text check_unreadable(enum err err);
/* The roles that may use a verb: the table of docs/protocol.md section 4. 0: nobody. */
unsigned check_verb_roles(enum verb v);

#endif
