/* tzfile.h - the system's zone files (RFC 8536), read whole: their changes, and their last rule
 * written out to the year 2200. For zone.c alone. */
#ifndef PLAN_TZFILE_H
#define PLAN_TZFILE_H

#include "common/plan/zone.h"

/* false: no such zone, or its file is damaged. The changes are the caller's to free. */
must_use bool tzfile_read(const char *name, int32_t *first_s, struct zone_change **changes,
                          size_t *count);
/* The rule at a file's end ("CET-1CEST,M3.5.0,M10.5.0/3"): appends its changes after the instant
 * `after`. Without summer time, nothing is appended. false: not such a rule. */
must_use bool tzfile_rule(struct str rule, instant after, struct zone_change **changes,
                          size_t *count, size_t *cap);

#endif
