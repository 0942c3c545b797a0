/* ics.h - what the tests of calendars share: texts of iCalendar, read. */
#ifndef TESTS_PLAN_ICS_H
#define TESTS_PLAN_ICS_H

#include "common/plan/date.h"
#include "common/plan/ical.h"
#include "tests/check.h"

/* The instant of a wall's "2026-02-14 09:30" in the zone. */
static inline instant
at(const struct zone *z, const char *text)
{
    int64_t day;
    int h = 0, m = 0;
    assert_true(date_read(str_bytes(text, 10), &day));
    if (text[10] != '\0')
        assert_int_equal(sscanf(text + 10, " %d:%d", &h, &m), 2);
    return zone_instant(z, day * DAYS + h * HOURS + m * MINUTES);
}

static inline struct zone *
zone_of(const char *name)
{
    struct zone *z = zone_open(name);
    if (z == NULL)
        fail_msg("no zone %s on this machine", name);
    return z;
}

/* Reads the events (without the VCALENDAR around them), for [from, until) of the wall. */
static inline enum err
read_events(struct happenings *out, const struct zone *z, const char *from, const char *until,
            const char *events, struct buf *why)
{
    struct buf text = { 0 };
    buf_printf(&text, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n");
    buf_put(&text, events, strlen(events));
    buf_printf(&text, "END:VCALENDAR\n");
    enum err e = ical_read(out, "t.ics", buf_str(&text), z, at(z, from), at(z, until), why);
    buf_fini(&text);
    return e;
}

/* Events that must be good. */
static inline struct happenings
good_events(const struct zone *z, const char *from, const char *until, const char *events)
{
    struct happenings all = { 0 };
    struct buf why = { 0 };
    if (read_events(&all, z, from, until, events, &why) != OK)
        fail_msg("%s", buf_cstr(&why));
    assert_int_equal(why.len, 0);
    buf_fini(&why);
    return all;
}

/* Events that must be refused, with this in the words. */
static inline void
bad_events(const struct zone *z, const char *events, enum err expected, const char *words)
{
    struct happenings all = { 0 };
    struct buf why = { 0 };
    enum err e = read_events(&all, z, "2026-01-01", "2027-01-01", events, &why);
    if (e != expected || strstr(buf_cstr(&why), words) == NULL)
        fail_msg("error %d, not %d with \"%s\": %s\n%s", e, expected, words, buf_cstr(&why),
                 events);
    assert_int_equal(all.count, 0);
    buf_fini(&why);
    happenings_fini(&all);
}

#endif
