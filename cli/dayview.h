/* dayview.h - one day of calendars and rosters, for people or as JSON. */
#ifndef CLI_DAYVIEW_H
#define CLI_DAYVIEW_H

#include "common/plan/roster.h"

#include <stdio.h>

struct dayview {
    const struct zone *zone;
    const struct happenings *all; /* for the names of holidays */
    struct calendar *hours;       /* NULL: no working time is known */
    struct roster *roster;        /* NULL: no duty */
    bool json;
};

/* Prints the day (common/plan/date.h), which lies in the horizons of both. */
void dayview_print(const struct dayview *v, int64_t day, FILE *to);

#endif
