/* calendar.c - working time less holidays plus make-up days. */
#include "common/plan/calendar.h"

#include "common/plan/date.h"
#include "common/plan/spans.h"

enum { NEAR_DAYS = 14 };

static int
year_of(const struct zone *zone, instant at)
{
    return date_of(zone_day(zone, at)).year;
}

void
calendar_widen(const struct zone *zone, instant *from, instant *until)
{
    struct date first = { year_of(zone, *from), 1, 1 }, last = { year_of(zone, *until) + 1, 1, 1 };
    *from = zone_midnight(zone, date_day(first) - NEAR_DAYS - 1);
    *until = zone_midnight(zone, date_day(last) + NEAR_DAYS + 1);
}

void
calendar_free(struct calendar *c)
{
    if (c == NULL)
        return;
    free(c->spans);
    free(c);
}

static struct spans
gather(const struct happenings *all, unsigned category)
{
    struct spans s = { 0 };
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].categories == category)
            spans_add(&s, all->list[i].from, all->list[i].to);
    spans_merge(&s);
    return s;
}

/* The nearest Monday to Friday on which `working` has hours. */
static bool
nearest_weekday(const struct zone *zone, const struct spans *working, int64_t day, int64_t *found)
{
    for (int64_t away = 0; away <= NEAR_DAYS; away++)
        for (int side = -1; side <= 1; side += 2) {
            *found = day + side * away;
            if (date_weekday(*found) < 5 &&
                spans_touch(working, zone_midnight(zone, *found), zone_midnight(zone, *found + 1)))
                return true;
        }
    return false;
}

/* The hours of one day put on the walls of another. */
static void
copy_day(const struct zone *zone, const struct spans *working, int64_t source, int64_t target,
         struct spans *out)
{
    instant begin = zone_midnight(zone, source), end = zone_midnight(zone, source + 1);
    for (size_t i = spans_after(working, begin); i < working->count; i++) {
        const struct open_span *s = &working->list[i];
        if (s->from >= end)
            break;
        msec from = s->from <= begin ? 0 : zone_wall(zone, s->from) - source * DAYS;
        msec to = s->to >= end ? DAYS : zone_wall(zone, s->to) - source * DAYS;
        spans_add(out, zone_instant(zone, target * DAYS + from),
                  zone_instant(zone, target * DAYS + to));
    }
}

/* A whole make-up day: its hours in `open`, the day itself in `closed`, so that it has no others.
 */
static enum err
make_up(const struct zone *zone, const struct spans *working, const struct happening *h,
        struct spans *open, struct spans *closed, struct buf *why)
{
    for (int64_t day = h->day; day < h->day + h->days; day++) {
        int64_t like;
        instant begin = zone_midnight(zone, day), end = zone_midnight(zone, day + 1);
        if (begin >= end)
            continue; /* the zone left this day out */
        if (!nearest_weekday(zone, working, day, &like)) {
            char date[DATE_TEXT];
            date_text(date, day);
            buf_printf(why,
                       "%s:%u: make-up day %s \"%s\": no weekday within %d days has WORKING hours; "
                       "give the event its own times\n",
                       h->file, h->line, date, h->summary, NEAR_DAYS);
            return ERR_SYNTAX;
        }
        copy_day(zone, working, like, day, open);
        spans_add(closed, begin, end);
    }
    return OK;
}

enum err
calendar_compile(struct calendar **out, const char *id, const struct zone *zone,
                 const struct happenings *all, instant from, instant until, struct buf *why)
{
    struct spans working = gather(all, ICAL_WORKING), closed = gather(all, ICAL_HOLIDAY);
    struct spans made_up = { 0 }, open = { 0 };
    enum err err = OK;
    if (working.count == 0) {
        buf_printf(
            why,
            "calendar %s: no event has CATEGORIES:WORKING, so it would never be open; add the "
            "working time, for instance with RRULE:FREQ=WEEKLY\n",
            id);
        err = ERR_SYNTAX;
    }
    for (size_t i = 0; i < all->count && working.count > 0; i++) {
        const struct happening *h = &all->list[i];
        if (h->categories != ICAL_MAKEUP || h->to <= from || h->from >= until)
            continue;
        if (!h->whole_day)
            spans_add(&made_up, h->from, h->to);
        else if (make_up(zone, &working, h, &made_up, &closed, why) != OK)
            err = ERR_SYNTAX;
    }
    spans_merge(&closed);
    spans_add_all(&open, &working);
    spans_merge(&open);
    spans_subtract(&open, &closed);
    spans_add_all(&open, &made_up);
    if (err == OK)
        *out = spans_calendar(&open, id, from, until);
    spans_fini(&working);
    spans_fini(&closed);
    spans_fini(&made_up);
    spans_fini(&open);
    return err;
}

bool
calendar_has_holiday(const struct happenings *all, const struct zone *zone, int year)
{
    instant begin = zone_midnight(zone, date_day((struct date){ year, 1, 1 }));
    instant end = zone_midnight(zone, date_day((struct date){ year + 1, 1, 1 }));
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].categories == ICAL_HOLIDAY && all->list[i].from < end &&
            all->list[i].to > begin)
            return true;
    return false;
}

size_t
calendar_check_years(const struct happenings *all, const char *id, const struct zone *zone,
                     instant from, instant until, struct buf *why)
{
    size_t missing = 0;
    for (int year = year_of(zone, from); from < until && year <= year_of(zone, until - 1); year++) {
        if (calendar_has_holiday(all, zone, year))
            continue;
        missing++;
        buf_printf(why,
                   "calendar %s: %d has no holiday; add that year's file (`faultline calendar "
                   "import` makes one), or end the horizon before it\n",
                   id, year);
    }
    return missing;
}
