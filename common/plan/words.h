/* words.h - the patterns of a plan's level rules, compiled. */
#ifndef PLAN_WORDS_H
#define PLAN_WORDS_H

#include "common/plan/plan.h"

/* How many bits a rule takes: one for words and match, one for device. */
static inline unsigned
rule_bits(const struct plan_level_rule *r)
{
    return (r->words_count + r->match_count > 0 ? 1u : 0u) + (r->device_count > 0 ? 1u : 0u);
}

/* NULL: the plan, which has been checked, has no patterns. Keeps nothing of it. */
struct patterns *patterns_new(const struct plan *p);
void patterns_free(struct patterns *p);

#endif
