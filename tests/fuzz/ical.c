/* ical.c - an iCalendar file written by anybody is read or refused with words. */
#include "common/plan/calendar.h"
#include "common/plan/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct happenings all = { 0 };
    struct buf why = { 0 };
    struct zone *zone = zone_of_changes(3600, NULL, 0);
    instant from = 20000 * DAYS, until = 20400 * DAYS;
    if (ical_read(&all, "fuzz", str_bytes(data, size), zone, from, until, &why) == OK) {
        struct calendar *c = NULL;
        struct roster *r = NULL;
        if (calendar_compile(&c, "fuzz", zone, &all, from, until, &why) == OK)
            calendar_free(c);
        if (roster_compile(&r, zone, &all, from, until, &why) == OK) {
            roster_check_overlaps(r, &why);
            roster_check_seats(r, 2, &why);
            roster_free(r);
        }
    } else {
        assert(why.len > 0);
    }
    happenings_fini(&all);
    buf_fini(&why);
    zone_free(zone);
    return 0;
}
