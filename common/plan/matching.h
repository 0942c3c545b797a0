/* matching.h - the part of an engine's rules that matching needs besides skills: the weights, and
 * certificates and parts as bits. */
#ifndef PLAN_MATCHING_H
#define PLAN_MATCHING_H

#include "faultline/rules.h"

struct plan;
struct plan_category;
struct plan_engineer;
struct plan_territory;

/* Fills rules.matching. */
void matching_put(struct rules *r, const struct plan *p, const struct plan_territory *t);
/* What a plan means that says nothing of it. */
void matching_standard(struct rules *r);

/* The certificates and parts that the plan's categories need, sorted: a name's place is its bit. */
struct things {
    const char *certificates[CERTIFICATES_MAX], *parts[PART_KINDS_MAX]; /* the plan's */
    size_t certificates_count, parts_count;
};
void things_of(struct things *out, const struct plan *p);
void things_category(const struct things *t, struct category *to, const struct plan_category *from);
void things_engineer(const struct things *t, struct engineer_rule *to,
                     const struct plan_engineer *from, int utc_offset_min);
/* Midnight after the last day, by the territory's clock; 0: no day is given. */
instant last_day_end(const char *last, int utc_offset_min);

#endif
