/* zone.h - a place's clock on the wall and UTC. A zone is the list of its changes of offset, from
 * the system's zone files (names such as "Asia/Shanghai") or from a VTIMEZONE; the rule at the end
 * of a zone file is written out to the year 2200.
 *
 * A wall time is counted in milliseconds, as if the wall stood in Greenwich. Where the clock jumps
 * forward, a wall time that never was means the instant that it would have been without the jump;
 * where it is set back, a wall time that comes twice means the first (RFC 5545, 3.3.5). */
#ifndef PLAN_ZONE_H
#define PLAN_ZONE_H

#include "common/base/buf.h"
#include "faultline/ids.h"

struct zone;
/* NULL: this machine has no such zone (or no zone files at all; TZDIR is minded). */
struct zone *zone_open(const char *name);
struct zone_change {
    instant at;
    int32_t offset_s; /* wall minus UTC, from then on */
};
/* Sorts the changes. `first_s` holds before the first one. */
struct zone *zone_of_changes(int32_t first_s, const struct zone_change *changes, size_t count);
void zone_free(struct zone *z);

msec zone_offset(const struct zone *z, instant at);
msec zone_wall(const struct zone *z, instant at);
instant zone_instant(const struct zone *z, msec wall);
/* The day (date.h) of the wall, and the instant at which a day begins there. */
int64_t zone_day(const struct zone *z, instant at);
instant zone_midnight(const struct zone *z, int64_t day);
/* "2026-02-14 09:00", the wall's. */
enum { ZONE_TEXT = 24 };
void zone_text(const struct zone *z, char out[ZONE_TEXT], instant at);
/* Appends "2026-02-14 09:00 - 17:30", with the second day when it is another. */
void zone_put_span(const struct zone *z, struct buf *b, instant from, instant to);

#endif
