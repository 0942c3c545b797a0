/* ical.h - what iCalendar files (RFC 5545) say, as a list of happenings on the line of UTC.
 *
 *     bytes -> ical.c (libical) -> struct event -> event.c -> struct happenings
 *                                  rules written out        swaps applied, window cut
 *
 * ical.c is the only file that knows libical, whose memory is given back before ical_read returns.
 * libical has globals: one reader at a time. Zones are ours (zone.h): libical's own reading of zone
 * files is wrong for some zones' past and future.
 *
 * Understood: VEVENT with UID, DTSTART, DTEND or DURATION, RRULE, RDATE, EXDATE, RECURRENCE-ID
 * (this occurrence only), STATUS:CANCELLED, SUMMARY, CATEGORIES, ATTENDEE; VTIMEZONE, where the
 * system has no zone of that name. Everything else is passed over. An occurrence whose DTEND is in
 * the zone of its DTSTART ends at the same time on the wall each day, also when the clock changes
 * in between: a shift from 22:00 to 06:00 ends at 06:00. DURATION counts days on the wall and hours
 * exactly. */
#ifndef PLAN_ICAL_H
#define PLAN_ICAL_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/plan/zone.h"

enum {
    ICAL_FILE_MAX = 8 << 20,      /* bytes of a file */
    ICAL_HAPPENINGS_MAX = 200000, /* occurrences of a file in the window */
    ICAL_RULE_MAX = 100000,       /* occurrences of one rule, from its DTSTART on */
    ICAL_RULES_MAX = 1000,        /* rules of a file */
};

/* The bits of CATEGORIES that mean something here. An event has one of them, or none. */
enum {
    ICAL_WORKING = 1, /* open time */
    ICAL_HOLIDAY = 2, /* closed: the day, or the hours */
    ICAL_MAKEUP = 4,  /* open in spite of a holiday or a weekend */
    ICAL_DUTY = 8,    /* a shift */
    ICAL_ABSENCE = 16 /* its attendees are on no duty */
};

struct ical_person {
    const char *id;    /* "e01" of "ATTENDEE:engineer:e01"; NULL: the address is another */
    const char *value; /* the address as written */
    const char *name;  /* CN=; NULL: none */
    const char *phone; /* X-PHONE=; NULL: none */
    bool absent;       /* PARTSTAT=DECLINED */
};
/* One occurrence. Texts are zero-terminated, UTF-8, and belong to the happenings' arena. */
struct happening {
    instant from, to;    /* from <= t < to */
    bool whole_day;      /* DATE values: days of the calendar's zone */
    int64_t day, days;   /* whole days: the first (date.h), and how many; 0, 0 else */
    unsigned categories; /* ICAL_* bits; 0: none that we know */
    const char *summary; /* "" when there is none */
    const char *uid;
    bool swapped;       /* a RECURRENCE-ID override put it here */
    instant recurrence; /* of a rule: the instant that the rule gives; NEVER: a single event */
    const struct ical_person *people;
    size_t people_count;
    const char *file;
    unsigned line; /* of its BEGIN:VEVENT; 0: unknown */
};
struct happenings {
    struct happening *list; /* of the files in turn; within a file by time */
    size_t count, cap;
    struct arena arena;
};

/* Appends what the file `name` (for messages) says of [from, until): every occurrence that has a
 * part in it. Floating times and whole days are of `zone`. Everything that is wrong is a line
 * "file:line: event "Summary": what is wrong; what to do" in `why`, and ERR_SYNTAX is returned;
 * ERR_TOO_BIG when a bound above is passed (said in `why` too). Nothing is appended then. */
must_use enum err ical_read(struct happenings *out, const char *name, struct str text,
                            const struct zone *zone, instant from, instant until, struct buf *why);
void happenings_fini(struct happenings *h);

#endif
