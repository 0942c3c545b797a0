/* terms.h - the part of an engine's rules that customers have signed: contracts, ladders,
 * calendars, and who stands under which contract. */
#ifndef PLAN_TERMS_H
#define PLAN_TERMS_H

#include "common/plan/fields.h"

/* Fills these parts. The engineers are in already, and get their rosters. */
void terms_put(struct rules *r, const struct plan *p, const struct plan_territory *t);
/* Index of a contract; NO_INDEX_8: none is named. */
uint8_t terms_contract(const struct plan *p, const char *id);

/* ---- for rules.c too */

static inline int64_t
number_or(const unsigned *given, int64_t otherwise)
{
    return given == NULL ? otherwise : *given;
}

static inline bool
same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* -1: none of this id, which a checked plan has only where the text is absent. */
static inline int
level_index(const struct plan *p, const char *id)
{
    for (unsigned i = 0; i < p->levels_count; i++)
        if (same_text(p->levels[i].id, id))
            return (int)i;
    return -1;
}

#endif
