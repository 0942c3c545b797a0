/* hours.h - the files of a plan's calendars and rosters, read and compiled. */
#ifndef PLAN_HOURS_H
#define PLAN_HOURS_H

#include "common/plan/faults.h"

/* `files` gives way to `compiled` in every calendar and roster of a checked plan. What is wrong is
 * a fault of the plan, or a line about one of the files in `why`; then false. Warnings go to `why`
 * too. */
must_use bool hours_compile(struct plan *p, const struct plan_files *files, struct faults *f,
                            struct buf *why);

#endif
