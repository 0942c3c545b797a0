/* when.h - instants as people type them. */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include "common/base/str.h"

/* "14:30" (the next time a clock on the wall here shows it), "+90m", "+2h", "+1d",
 * "2026-11-21T14:30" (here) or "2026-11-21T14:30:00Z". `now` and *out in ms since 1970 UTC. */
must_use bool when_parse(struct str text, int64_t now, int64_t *out);
#define WHEN_FORMS "14:30, +2h, +1d, 2026-11-21T14:30 or 2026-11-21T14:30:00Z"

#endif
