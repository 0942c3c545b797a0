/* check.h - does a plan make sense? */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "common/plan/faults.h"

/* Every fault is added; none: the plan may be used. `files`: calendars and rosters may name files,
 * which are yet to be compiled; otherwise only what is compiled will do. */
void check_plan(const struct plan *p, bool files, struct faults *f);
/* Once rosters are compiled: is nobody in two of them? */
void check_rosters(const struct plan *p, struct faults *f);

#endif
