/* census.h - everybody in a plan by id, so that no check is quadratic. */
#ifndef PLAN_CENSUS_H
#define PLAN_CENSUS_H

#include "common/base/map.h"
#include "common/plan/fields.h"

struct census {
    struct map by_id[REFERS]; /* id -> item */
    struct map skills;        /* skill -> the best level any engineer has, as a pointer */
};
void census_init(struct census *c);
void census_fini(struct census *c);
/* The item that had the id before; NULL: this one is in now (or its id is too long for any). */
const void *census_add(struct census *c, enum field_refers kind, const char *id, const void *item);
const void *census_find(const struct census *c, enum field_refers kind, const char *id);
void census_add_skill(struct census *c, const struct plan_need *skill);
unsigned census_skill(const struct census *c, const char *skill); /* 0: nobody has it */

#endif
