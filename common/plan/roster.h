/* roster.h - who is on duty when, from iCalendar files.
 *
 *     CATEGORIES:DUTY      one shift each time. Every ATTENDEE is a seat:
 *                          ATTENDEE;CN=Wang Fang;X-PHONE=+86 10 5555 0101:engineer:e01
 *                          An occurrence overridden with RECURRENCE-ID is a swap.
 *     CATEGORIES:ABSENCE   takes its ATTENDEEs out of all duty for its time. PARTSTAT=DECLINED
 * takes one out of that shift alone.
 *
 * The seats of a moment are the different engineers that are on duty then, however many events they
 * stand in: whoever steps in may be put into the shift or get an event of his own.
 *
 * Checks append lines "file:line: what is wrong; what to do" to `why` and return how many faults
 * they found; of one check at most ROSTER_LINES are told one by one. All name times on the wall of
 * `zone`, which must live as long as the roster; so must the happenings, whose texts are used. */
#ifndef PLAN_ROSTER_H
#define PLAN_ROSTER_H

#include "common/plan/ical.h"
#include "faultline/rules.h"

enum { ROSTER_LINES = 10 };

enum presence { PRESENT, PARTLY_ABSENT, ABSENT };
struct shift_person {
    const struct ical_person *who; /* who->id is never NULL */
    enum presence presence;
};
struct shift {
    instant from, to; /* as written, also where the horizon cuts it */
    const char *name; /* SUMMARY */
    bool swapped;
    const struct happening *source;
    struct shift_person *people; /* in the file's order */
    size_t people_count;
};
struct roster_engineer {
    struct engineer_id id;
    const char *name, *phone; /* as first written; NULL: nowhere */
    struct calendar *duty; /* open: on duty. Outside the horizon the core takes all time for open */
};
/* How many engineers are on duty from `at` to the next step. */
struct roster_step {
    instant at;
    unsigned seats;
};
struct roster {
    const struct zone *zone;
    const struct happenings *all;
    instant from, until;
    struct shift *shifts; /* by begin */
    size_t shifts_count;
    struct roster_engineer *engineers; /* sorted by id */
    size_t engineers_count;
    struct roster_step *steps; /* by time; the first one at `from` */
    size_t steps_count;
    struct arena arena;
};

/* Shifts and duty of [from, until). ERR_SYNTAX, said in `why`: a DUTY or ABSENCE event with an
 * ATTENDEE that is no engineer:ID, or an ABSENCE of nobody. A shift of nobody is left to
 * roster_check_seats. */
must_use enum err roster_compile(struct roster **out, const struct zone *zone,
                                 const struct happenings *all, instant from, instant until,
                                 struct buf *why);
void roster_free(struct roster *r);
/* NULL: never named by this roster. */
const struct roster_engineer *roster_engineer(const struct roster *r, struct engineer_id id);
unsigned roster_seats(const struct roster *r, instant at); /* within the horizon */

/* Shifts with fewer engineers than `seats` at any moment: who stands in it, who is absent. */
size_t roster_check_seats(const struct roster *r, unsigned seats, struct buf *why);
/* One engineer in two shifts at the same time. */
size_t roster_check_overlaps(const struct roster *r, struct buf *why);
/* Days with a HOLIDAY (of `holidays`, which may be another calendar's), or the hours of it that are
 * one, for which nobody is on duty: not in their middle, and no shift begins in them. `name` is the
 * roster's, for the lines. */
size_t roster_check_holidays(const struct roster *r, const char *name,
                             const struct happenings *holidays, struct buf *why);
/* Attendees, once each, of whom `known` says no. */
size_t roster_check_known(const struct roster *r, bool (*known)(void *given, const char *id),
                          void *given, struct buf *why);
/* Times of the horizon without anybody, where cover around the clock is promised. */
size_t roster_check_cover(const struct roster *r, const char *name, struct buf *why);

#endif
