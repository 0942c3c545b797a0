/* zone.c - walls and instants. */
#include "common/plan/zone.h"

#include "common/plan/date.h"
#include "common/plan/tzfile.h"

#include <stdio.h>

struct zone {
    int32_t first_s;
    struct zone_change *changes; /* sorted */
    size_t count;
};

static int
by_instant(const void *a, const void *b)
{
    const struct zone_change *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

struct zone *
zone_of_changes(int32_t first_s, const struct zone_change *changes, size_t count)
{
    struct zone *z = zalloc(sizeof(*z));
    *z = (struct zone){ .first_s = first_s, .count = count };
    if (count > 0) {
        z->changes = grow(NULL, count * sizeof(*changes));
        memcpy(z->changes, changes, count * sizeof(*changes));
        qsort(z->changes, count, sizeof(*changes), by_instant);
    }
    return z;
}

struct zone *
zone_open(const char *name)
{
    struct zone_change *changes = NULL;
    size_t count = 0;
    int32_t first_s = 0;
    if (!tzfile_read(name, &first_s, &changes, &count))
        return NULL;
    struct zone *z = zone_of_changes(first_s, changes, count);
    free(changes);
    return z;
}

void
zone_free(struct zone *z)
{
    if (z == NULL)
        return;
    free(z->changes);
    free(z);
}

msec
zone_offset(const struct zone *z, instant at)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (z->changes[mid].at <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return (low == 0 ? z->first_s : z->changes[low - 1].offset_s) * SECONDS;
}

msec
zone_wall(const struct zone *z, instant at)
{
    return at + zone_offset(z, at);
}

/* At most one change lies between the two offsets that are tried: changes are days apart, and no
 * place is more than 26 hours from another. */
instant
zone_instant(const struct zone *z, msec wall)
{
    msec before = zone_offset(z, wall - 26 * HOURS), after = zone_offset(z, wall + 26 * HOURS);
    bool old = zone_offset(z, wall - before) == before;
    bool new = zone_offset(z, wall - after) == after;
    if (new && !(old && before > after))
        return wall - after;
    return wall - before;
}

int64_t
zone_day(const struct zone *z, instant at)
{
    msec wall = zone_wall(z, at);
    return wall / DAYS - (wall % DAYS < 0);
}

instant
zone_midnight(const struct zone *z, int64_t day)
{
    return zone_instant(z, day * DAYS);
}

void
zone_text(const struct zone *z, char out[ZONE_TEXT], instant at)
{
    char date[DATE_TEXT];
    int64_t day = zone_day(z, at);
    unsigned minute = (unsigned)((zone_wall(z, at) - day * DAYS) / MINUTES);
    date_text(date, day);
    snprintf(out, ZONE_TEXT, "%.10s %02u:%02u", date, minute / 60 % 24, minute % 60);
}

void
zone_put_span(const struct zone *z, struct buf *b, instant from, instant to)
{
    char begin[ZONE_TEXT], end[ZONE_TEXT];
    zone_text(z, begin, from);
    zone_text(z, end, to);
    bool same_day = memcmp(begin, end, 10) == 0;
    buf_printf(b, "%s - %s", begin, same_day ? end + 11 : end);
}
