/* event.h - the events of one file, between ical.c, which reads them, and event.c, which puts the
 * overrides in their places. For these two alone. */
#ifndef PLAN_EVENT_H
#define PLAN_EVENT_H

#include "common/plan/ical.h"

/* A DATE or DATE-TIME as written, in its zone. */
struct moment {
    bool is_date;
    msec wall;
    const struct zone *zone; /* never NULL: floating times have the calendar's */
};
struct event {
    struct happening proto; /* all but the times */
    struct moment start;
    msec length_wall;  /* from the start's wall to the end's */
    msec length_exact; /* and then on the line of UTC */
    bool cancelled;
    bool is_override, matched;
    struct moment recurrence; /* overrides: which occurrence it replaces */
    bool recurs;
    msec *walls; /* of every occurrence: sorted, no two alike; owned */
    size_t walls_count, walls_cap;
};
struct events {
    struct event *list; /* owned */
    size_t count, cap;
    const char *file;
    const struct zone *zone; /* the calendar's */
    instant from, until;
    struct arena *arena; /* of the happenings */
    struct buf *why;
    enum err err; /* the worst so far */
};

instant moment_instant(struct moment m);
/* Do they name the same occurrence? A date means the one that begins on that day, on b's wall. */
bool moment_is(struct moment a, struct moment b);
/* Appends a line to `why` and marks the failure. `e` may be NULL: the file as a whole. */
void event_fault(struct events *all, enum err err, const struct event *e, const char *format, ...)
    format_like(4, 5);
/* Overrides applied, the window cut, sorted by time: appended to `out`, unless there are faults. */
void events_happen(struct events *all, struct happenings *out);
void events_fini(struct events *all);

#endif
