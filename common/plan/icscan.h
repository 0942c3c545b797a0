/* icscan.h - a look at an iCalendar text before libical has it: size, letters, nesting, and the
 * lines at which its events begin (libical tells no lines). For ical.c alone. */
#ifndef PLAN_ICSCAN_H
#define PLAN_ICSCAN_H

#include "common/plan/event.h"

struct icscan {
    unsigned *lines; /* of each BEGIN:VEVENT, in turn; owned */
    size_t lines_count, lines_cap;
};
/* false: not to be given to libical; said. */
must_use bool icscan(struct icscan *scan, struct events *all, struct str text);

#endif
