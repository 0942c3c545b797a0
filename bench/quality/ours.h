/* ours.h - the real engine as a policy: what happens in the field becomes its events, and its
 * effects become offers. Nothing here decides anything. */
#ifndef QUALITY_OURS_H
#define QUALITY_OURS_H

#include "bench/quality/field.h"
#include "faultline/rules.h"

extern const struct policy policy_ours;

/* ---- the city as a plan (ours_plan.c) */
struct ours_plan;
struct ours_plan *ours_plan_new(const struct city *c);
void ours_plan_free(struct ours_plan *p);
const struct rules *ours_plan_rules(const struct ours_plan *p);
struct engineer_id ours_engineer(uint32_t man);
uint32_t ours_man(const char *id); /* NOBODY: it is nobody's */
struct category_id ours_category(unsigned skill, unsigned level);

#endif
