/* auditor.h - does every promise that comes near its end ring? An independent look, in slices: it
 * reads each open ticket's clocks anew, from the course and the contract alone, and compares with
 * what the ticket's pages say was told; and looks whether what the ticket waits for has passed.
 * Heaps and engine_next are what it checks, so it uses neither. (That the clocks themselves are
 * right, `audit clocks` proves.) What should have been told GRACE_MS ago and was not is logged, and
 * the dispatchers hear of it once. */
#ifndef WORKERS_AUDITOR_H
#define WORKERS_AUDITOR_H

#include "common/base/base.h"
#include "faultline/ids.h"
#include "faultline/life.h"
#include "workers/core/engine.h"

enum {
    AUDIT_EVERY_MS = 30 * 1000, /* from the end of a walk to the next */
    AUDIT_GRACE_MS = 10 * 1000,
    AUDIT_SLICE = 1024 /* tickets at a time */
};

struct audit {
    const struct engine *engine; /* of which this is; another one: all anew */
    int64_t due;                 /* mono: the next walk begins not before */
    size_t at;                   /* where the walk goes on */
    size_t found;                /* in this walk */
    bool told;                   /* dispatchers know that something is wrong */
};

struct territory;

/* What should have been done or told GRACE_MS before `now`: "response", ..., a clock whose alarm
 * was not given; "timer", what the ticket or somebody who was asked waits for. Static; NULL:
 * nothing. */
const char *auditor_overdue(const struct engine_look *l, instant now);
/* At most `budget` tickets of a served territory, if it is time. Returns how many were looked at.
 */
size_t auditor_walk(struct territory *t, instant now, int64_t mono_ms, size_t budget);

#endif
