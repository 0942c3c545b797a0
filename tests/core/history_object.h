/* history_object.h - the part of a history that is about linked objects: mostly the next sensible
 * verb with what it needs, else anything. */
#ifndef TESTS_CORE_HISTORY_OBJECT_H
#define TESTS_CORE_HISTORY_OBJECT_H

#include "tests/core/world.h"
#include "workers/core/life.h"
#include "workers/core/object.h"

/* A verb that fits this ticket and what is linked to it, if a few tries find one. */
static inline enum verb
history_object_verb(struct rng *r, const struct ticket *t)
{
    enum verb v = VERB_INSPECT;
    for (int i = 0; i < 16; i++) {
        v = (enum verb)(VERB_INSPECT + rng_below(r, VERB_COMPLAINT_CLOSE - VERB_INSPECT + 1));
        const struct object_rule *rule = object_rule(v);
        if (life_step(t->state, v) == NULL)
            continue;
        if (rule->from == 0 ? rng_below(r, 3) == 0
                            : object_find(t, 0, rule->kind, rule->from) != NULL)
            break;
    }
    return v;
}

/* Mostly the engineer, if he may; else a gateway or a dispatcher. */
static inline const char *
history_object_person(struct rng *r, const struct ticket *t, enum verb v)
{
    bool engineers = life_knows(v, ROLE_ENGINEER), desks = life_knows(v, ROLE_DISPATCHER);
    if (engineers && t->engineer.s[0] != '\0' && (!desks || rng_below(r, 4) != 0))
        return t->engineer.s;
    if (life_knows(v, ROLE_GATEWAY) && t->gateways_count > 0 && rng_below(r, 3) != 0)
        return t->gateways[rng_below(r, t->gateways_count)].s;
    return rng_below(r, 3) == 0 ? "desk-2" : "desk-1";
}

/* What the verb needs, seven times out of eight each. */
static inline void
history_object_needs(struct rng *r, const struct ticket *t, struct act *a)
{
    const struct object_rule *rule = object_rule(a->verb);
    if (rule == NULL)
        return;
    a->amount = rng_below(r, 8) == 0 ? (int64_t)rng_below(r, 2) - 1 : (int64_t)rng_below(r, 5) + 1;
    a->warranty = rng_below(r, 3) == 0;
    if (rng_below(r, 8) != 0)
        memcpy(a->name, rng_below(r, 2) == 0 ? "fan" : "sfp", 3);
    a->note = rng_below(r, 8) == 0 ? STR("") : STR("\xe5\x9b\xa0\xe4\xb8\xba");
    a->sections = rng_below(r, 8) == 0 ? (uint32_t)rng_next(r) : rule->sections;
    if (rng_below(r, 8) != 0)
        a->text = STR("sections, packed");
    if (rng_below(r, 3) == 0)
        a->object = (uint16_t)rng_below(r, (uint64_t)t->objects_made + 2);
}

#endif
