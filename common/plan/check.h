/* check.h - does a plan make sense? */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "common/plan/faults.h"

/* Every fault is added; none: the plan may be used. */
void check_plan(const struct plan *p, struct faults *f);

#endif
