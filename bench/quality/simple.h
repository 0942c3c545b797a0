/* simple.h - the four rules that dispatchers live by, as policies. */
#ifndef QUALITY_SIMPLE_H
#define QUALITY_SIMPLE_H

#include "bench/quality/field.h"

extern const struct policy policy_first_come; /* the oldest ticket, the nearest idle engineer */
extern const struct policy policy_nearest;    /* the nearest pair of ticket and idle engineer */
extern const struct policy policy_severity;   /* the worst, then the earliest deadline */
extern const struct policy
    policy_tardiness; /* apparent tardiness cost: Vepsalainen and Morton 1987 */

#endif
