/* event.c - from events to happenings. Events are sorted by UID, the master of a UID before its
 * overrides, so that a UID is one run of the list. */
#include "common/plan/event.h"

#include "common/plan/date.h"

#include <stdarg.h>
#include <stdio.h>

instant
moment_instant(struct moment m)
{
    return zone_instant(m.zone, m.wall);
}

bool
moment_is(struct moment a, struct moment b)
{
    if (a.is_date)
        return a.wall / DAYS == b.wall / DAYS;
    return !b.is_date && moment_instant(a) == moment_instant(b);
}

void
event_fault(struct events *all, enum err err, const struct event *e, const char *format, ...)
{
    va_list args;
    char text[512];
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    all->err = all->err == ERR_TOO_BIG ? all->err : err;
    if (all->why->len > 64 * 1024)
        return; /* enough has been said */
    buf_printf(all->why, "%s:", all->file);
    if (e != NULL && e->proto.line > 0)
        buf_printf(all->why, "%u:", e->proto.line);
    if (e != NULL && e->proto.summary != NULL && e->proto.summary[0] != '\0')
        buf_printf(all->why, " event \"%s\":", e->proto.summary);
    else if (e != NULL && e->proto.uid != NULL)
        buf_printf(all->why, " event %s:", e->proto.uid);
    buf_printf(all->why, " %s\n", text);
}

void
events_fini(struct events *all)
{
    for (size_t i = 0; i < all->count; i++)
        free(all->list[i].walls);
    free(all->list);
    *all = (struct events){ 0 };
}

void
happenings_fini(struct happenings *h)
{
    free(h->list);
    arena_fini(&h->arena);
    *h = (struct happenings){ 0 };
}

static int
by_uid(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int order = strcmp(x->proto.uid, y->proto.uid);
    if (order == 0)
        order = x->is_override - y->is_override;
    return order != 0 ? order : (x->proto.line > y->proto.line) - (x->proto.line < y->proto.line);
}

/* The occurrence of `e` that begins at `wall`; nothing when it is empty, outside the window, or on
 * a day that the zone left out (Apia's 2011-12-30). */
static void
happen(struct events *all, struct happenings *out, const struct event *e, msec wall,
       instant recurrence)
{
    struct happening h = e->proto;
    int64_t day = wall / DAYS - (wall % DAYS < 0);
    h.from = zone_instant(e->start.zone, wall);
    h.to = zone_instant(e->start.zone, wall + e->length_wall) + e->length_exact;
    h.file = all->file;
    h.swapped = e->is_override;
    h.recurrence = recurrence;
    if (e->start.is_date) {
        h.whole_day = true;
        h.day = day;
        h.days = e->length_wall / DAYS;
    }
    bool skipped = !e->start.is_date &&
                   zone_midnight(e->start.zone, day) >= zone_midnight(e->start.zone, day + 1);
    if (skipped || h.to <= h.from || h.to <= all->from || h.from >= all->until)
        return;
    out->list = grow_array(out->list, out->count, &out->cap, sizeof(*out->list));
    out->list[out->count++] = h;
}

/* What an override leaves unsaid, the rule's event says. */
static void
inherit(struct event *e, const struct event *master)
{
    if (e->proto.categories == 0)
        e->proto.categories = master->proto.categories;
    if (e->proto.summary[0] == '\0')
        e->proto.summary = master->proto.summary;
}

/* Finds the occurrence that an override replaces, and marks it. */
static bool
replace(struct event *master, struct event *o, bool *replaced)
{
    if (master->start.is_date && !o->recurrence.is_date)
        return false;
    msec wall = o->recurrence.wall;
    if (!o->recurrence.is_date)
        wall = zone_wall(master->start.zone, moment_instant(o->recurrence));
    size_t low = 0, high = master->walls_count;
    while (low < high) { /* the first occurrence at or after it */
        size_t mid = (low + high) / 2;
        if (master->walls[mid] < wall)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low == 0 ? 0 : low - 1; i < master->walls_count && i <= low + 1; i++) {
        struct moment m = { master->start.is_date, master->walls[i], master->start.zone };
        if (moment_is(o->recurrence, m) && !replaced[i])
            return replaced[i] = true;
    }
    return false;
}

static void
one_uid(struct events *all, struct happenings *out, struct event *run, size_t count)
{
    struct event *master = &run[0];
    if (master->is_override) {
        event_fault(all, ERR_SYNTAX, master,
                    "RECURRENCE-ID without the event itself; the file must hold an event with the "
                    "same UID %s",
                    master->proto.uid);
        return;
    }
    bool *replaced = zalloc(master->walls_count + 1);
    for (size_t i = 1; i < count; i++) {
        struct event *o = &run[i];
        if (!o->is_override) {
            event_fault(all, ERR_SYNTAX, o, "UID %s is another event's; give each its own",
                        o->proto.uid);
            continue;
        }
        if (!replace(master, o, replaced) && !master->cancelled)
            event_fault(all, ERR_SYNTAX, o,
                        "its RECURRENCE-ID is no occurrence of the event (or is replaced twice); "
                        "it must be the time at which the rule would begin it");
        inherit(o, master);
        if (!o->cancelled && !master->cancelled)
            happen(all, out, o, o->start.wall, moment_instant(o->recurrence));
    }
    for (size_t i = 0; i < master->walls_count && !master->cancelled; i++)
        if (!replaced[i])
            happen(all, out, master, master->walls[i],
                   master->recurs ? zone_instant(master->start.zone, master->walls[i]) : NEVER);
    free(replaced);
}

static int
by_time(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

void
events_happen(struct events *all, struct happenings *out)
{
    size_t before = out->count;
    if (all->count > 1)
        qsort(all->list, all->count, sizeof(*all->list), by_uid);
    for (size_t i = 0, end; i < all->count; i = end) {
        for (end = i + 1; end < all->count; end++)
            if (strcmp(all->list[i].proto.uid, all->list[end].proto.uid) != 0)
                break;
        one_uid(all, out, &all->list[i], end - i);
        if (out->count - before > ICAL_HAPPENINGS_MAX) {
            event_fault(all, ERR_TOO_BIG, NULL,
                        "more than %d occurrences in the plan's horizon; split the file",
                        ICAL_HAPPENINGS_MAX);
            break;
        }
    }
    if (all->err != OK)
        out->count = before;
    else if (out->count - before > 1)
        qsort(out->list + before, out->count - before, sizeof(*out->list), by_time);
}
