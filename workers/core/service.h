/* service.h - how long the work takes, once there: for the category (the plan's service_ms counts
 * for LEARNED_K times seen), and for this engineer in it (the category's estimate does):
 *
 *      estimate = (sum seen + K x expected) / (n + K) */
#ifndef CORE_SERVICE_H
#define CORE_SERVICE_H

#include "faultline/rules.h"
#include "workers/core/learned.h"

/* `c` NULL: an hour. `x` none: whoever it is. */
msec service_time(const struct learned *l, const struct category *c, struct engineer_id x);
/* Of what the key of work tells; `x` none: of the category. */
void service_key_names(const struct learned_key *key, struct category_id *c, struct engineer_id *x);
/* What is left of it after so much work: at least a quarter of the whole, for what takes longer
 * than usual goes on for a while. */
msec service_left(const struct learned *l, const struct category *c, struct engineer_id x,
                  msec worked);
/* Work that was done. `x` none: by nobody of ours. Beyond an eighth or eight times of what was
 * expected counts as that; none at all, and more than four days, not. */
void service_learn(struct learned *l, const struct category *c, struct engineer_id x, msec seen);

#endif
