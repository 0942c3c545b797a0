/* calendar.h - from iCalendar files to the compiled calendar that clocks run on.
 *
 *     CATEGORIES:WORKING   open time, mostly a weekly rule
 *     CATEGORIES:HOLIDAY   closes: the whole day, or its hours (a half day)
 *     CATEGORIES:MAKEUP    opens in spite of both. A whole day has the hours of the nearest Monday
 * to Friday that has WORKING hours (holidays not minded; the earlier one of two as near), and no
 * others; an event with times opens exactly these
 *
 * MAKEUP wins over HOLIDAY, which wins over WORKING, whatever the files' order. Days are days of
 * the calendar's zone, however long the clock makes them. How to use it:
 *
 *     struct zone *zone = zone_open("Asia/Shanghai");
 *     struct happenings all = { 0 };
 *     instant a = from, b = until;
 *     calendar_widen(zone, &a, &b);             // whole years, so that years can be judged
 *     for each file: ical_read(&all, name, bytes, zone, a, b, &why);
 *     calendar_compile(&out, "cn-hours", zone, &all, from, until, &why);
 *     calendar_check_years(&all, "cn-hours", zone, from, until, &why);
 *     calendar_put_text(out, &text);            // what a stored plan carries */
#ifndef PLAN_CALENDAR_H
#define PLAN_CALENDAR_H

#include "common/plan/ical.h"
#include "faultline/rules.h"

/* Widens a horizon to whole years of the zone and a fortnight around them: what ical_read needs to
 * give so that make-up days at the edges find their weekday, and years are judged whole. */
void calendar_widen(const struct zone *zone, instant *from, instant *until);

/* The open time of [from, until). ERR_SYNTAX, said in `why`: there is no WORKING event at all, or a
 * make-up day has no weekday with hours within a fortnight. `id` is shorter than 32 bytes. The
 * result is the caller's: calendar_free. */
must_use enum err calendar_compile(struct calendar **out, const char *id, const struct zone *zone,
                                   const struct happenings *all, instant from, instant until,
                                   struct buf *why);
void calendar_free(struct calendar *c);

/* Is there a HOLIDAY in this year (of the zone)? Make-up days do not count. */
bool calendar_has_holiday(const struct happenings *all, const struct zone *zone, int year);
/* A line for each year of the horizon without a holiday: "calendar cn-hours: 2027 has no holiday;
 * ...". Returns how many. Only for calendars that are meant to have holidays. */
size_t calendar_check_years(const struct happenings *all, const char *id, const struct zone *zone,
                            instant from, instant until, struct buf *why);

/* The compiled calendar as one word of letters, digits, '-', '_' and '.': version, unit, and
 * base64url of the horizon and the spans as differences in variable length. The id is not in it.
 * The same calendar always gives the same text, and only that text gives the calendar. */
void calendar_put_text(const struct calendar *c, struct buf *text);
/* ERR_VERSION: of a later version; ERR_SYNTAX: not such a text; ERR_TOO_BIG: times out of range. */
must_use enum err calendar_of_text(struct calendar **out, const char *id, struct str text);

#endif
