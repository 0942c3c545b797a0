/* hours.c - from the files of calendars and rosters to what a plan carries for ever after.
 *
 *     horizon   1 January of last year .. end of the fifth year from now, in each one's zone:
 * compiled window    from now to the roster's last shift: judged, for what has been cannot be
 * mended, and what has not been planned yet is no fault */
#include "common/plan/hours.h"

#include "common/plan/calendar.h"
#include "common/plan/census.h"
#include "common/plan/date.h"
#include "common/plan/roster.h"

#include <stdlib.h>

enum { YEARS_BACK = 1, YEARS_AHEAD = 5, ROSTER_SHORT_DAYS = 14 };

struct hours {
    struct plan *p;
    const struct plan_files *files;
    struct faults *f;
    struct buf *why;
    const char *name;              /* of the plan's file */
    struct happenings *happenings; /* a calendar; empty: it was compiled already */
    struct census census;
    bool good; /* no line of a fault in `why` yet */
};

struct horizon {
    struct zone *zone;
    int year; /* now */
    instant from, until;
};

static bool
horizon_of(struct hours *h, const struct spot *s, const char *name, struct horizon *out)
{
    out->zone = zone_open(name);
    if (out->zone == NULL) {
        fault(
            h->f, s, "zone",
            "this machine knows no zone \"%s\"; correct it (Asia/Shanghai, UTC), or install tzdata",
            name);
        return false;
    }
    out->year = date_of(zone_day(out->zone, h->files->now)).year;
    int64_t first = date_day((struct date){ out->year - YEARS_BACK, 1, 1 });
    int64_t last = date_day((struct date){ out->year + YEARS_AHEAD + 1, 1, 1 });
    out->from = zone_midnight(out->zone, first);
    out->until = zone_midnight(out->zone, last);
    return true;
}

/* Everything that the files say, in whole years around the horizon. */
static bool
read_files(struct hours *h, const struct spot *s, const struct horizon *z, char *const *files,
           unsigned count, struct happenings *all)
{
    instant from = z->from, until = z->until;
    size_t before = h->f->count;
    calendar_widen(z->zone, &from, &until);
    for (unsigned i = 0; i < count; i++) {
        struct buf text = { 0 }, why = { 0 };
        if (!h->files->read(h->files->given, files[i], &text, &why)) {
            fault(h->f, &(struct spot){ s, "files", i, NULL, NULL }, NULL, "cannot read %s: %s",
                  files[i], buf_cstr(&why));
        } else if (ical_read(all, files[i], buf_str(&text), z->zone, from, until, h->why) != OK) {
            h->good = false;
        }
        buf_fini(&text);
        buf_fini(&why);
    }
    return h->good && h->f->count == before;
}

static void
drop_files(char ***files, unsigned *count)
{
    for (unsigned i = 0; i < *count; i++)
        free((*files)[i]);
    free(*files);
    *files = NULL;
    *count = 0;
}

static char *
text_of(const struct calendar *c)
{
    struct buf text = { 0 };
    calendar_put_text(c, &text);
    char *copy = str_dup(buf_str(&text));
    buf_fini(&text);
    return copy;
}

/* The line of the item in the plan's file. */
static void
warn(struct hours *h, const struct spot *s, struct str lines)
{
    while (lines.len > 0) {
        struct str line = str_cut(&lines, '\n');
        buf_printf(h->why, "%s:%u: warning: %.*s\n", h->name, fault_at(h->f, s, "files"),
                   STR_ARG(line));
    }
}

/* ---- calendars */

static bool
has_holidays(const struct happenings *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].categories & ICAL_HOLIDAY)
            return true;
    return false;
}

/* A calendar that has holidays, or must have them for a roster, has them this year and the next:
 * this year's absence is a fault; next year's may not have been made public yet. */
static void
check_years(struct hours *h, const struct spot *s, const struct horizon *z,
            const struct happenings *all)
{
    const struct plan_calendar *k = s->item;
    bool meant = has_holidays(all);
    for (unsigned i = 0; i < h->p->rosters_count && !meant; i++)
        meant = str_is(str_of(h->p->rosters[i].holidays), k->id);
    if (!meant)
        return;
    if (!calendar_has_holiday(all, z->zone, z->year))
        fault(h->f, s, "files", "%d has no holiday; add the file with that year's holidays",
              z->year);
    if (!calendar_has_holiday(all, z->zone, z->year + 1)) {
        struct buf line = { 0 };
        buf_printf(&line,
                   "calendar %s: %d has no holiday yet; add the file with that year's "
                   "holidays when it is known",
                   k->id, z->year + 1);
        warn(h, s, buf_str(&line));
        buf_fini(&line);
    }
}

static void
compile_calendar(struct hours *h, const struct spot *s, struct plan_calendar *k,
                 struct happenings *all)
{
    struct horizon z;
    struct calendar *compiled = NULL;
    if (k->files_count == 0 || !horizon_of(h, s, k->zone, &z))
        return;
    if (read_files(h, s, &z, k->files, k->files_count, all)) {
        enum err e = calendar_compile(&compiled, k->id, z.zone, all, z.from, z.until, h->why);
        h->good = h->good && e == OK;
        if (e == OK) {
            check_years(h, s, &z, all);
            k->compiled = text_of(compiled);
            drop_files(&k->files, &k->files_count);
            calendar_free(compiled);
        }
    }
    zone_free(z.zone);
}

/* ---- rosters */

static bool
known(void *given, const char *id)
{
    const struct hours *h = given;
    return census_find(&h->census, REFERS_ENGINEER, id) != NULL ||
           census_find(&h->census, REFERS_PRINCIPAL, id) != NULL;
}

/* The most that any contract promises. */
static unsigned
seats_of(const struct plan *p, const char *roster)
{
    unsigned most = 0;
    for (unsigned i = 0; i < p->contracts_count; i++)
        for (unsigned k = 0; k < p->contracts[i].seats_count; k++) {
            const struct plan_seats *s = &p->contracts[i].seats[k];
            if (strcmp(s->roster, roster) == 0 && s->seats > most)
                most = s->seats;
        }
    return most;
}

static const struct happenings *
holidays_of(const struct hours *h, const char *calendar)
{
    for (unsigned i = 0; calendar != NULL && i < h->p->calendars_count; i++)
        if (strcmp(h->p->calendars[i].id, calendar) == 0)
            return h->happenings[i].count > 0 ? &h->happenings[i] : NULL;
    return NULL;
}

/* When the last shift ends; `from` when there is none after it. */
static instant
last_shift(const struct roster *r, instant from)
{
    instant last = from;
    for (size_t i = 0; i < r->shifts_count; i++)
        if (r->shifts[i].to > last)
            last = r->shifts[i].to;
    return last < r->until ? last : r->until;
}

static void
check_window(struct hours *h, const struct plan_roster *r, const struct horizon *z,
             const struct happenings *all, instant until)
{
    struct roster *window = NULL;
    const struct happenings *holidays = holidays_of(h, r->holidays);
    unsigned seats = seats_of(h->p, r->id);
    if (until <= h->files->now ||
        roster_compile(&window, z->zone, all, h->files->now, until, h->why) != OK)
        return;
    size_t faults = roster_check_overlaps(window, h->why);
    if (seats > 0)
        faults += roster_check_seats(window, seats, h->why);
    if (holidays != NULL)
        faults += roster_check_holidays(window, r->id, holidays, h->why);
    if (r->covers != NULL && *r->covers)
        faults += roster_check_cover(window, r->id, h->why);
    h->good = h->good && faults == 0;
    roster_free(window);
}

static void
check_end(struct hours *h, const struct spot *s, const struct horizon *z, instant until)
{
    if (until - h->files->now >= ROSTER_SHORT_DAYS * DAYS)
        return;
    char text[ZONE_TEXT];
    struct buf line = { 0 };
    zone_text(z->zone, text, until);
    buf_printf(&line, "roster %s: %s %s; add the shifts that follow", noun_id(s->item),
               until > h->files->now ? "its last shift ends" : "it has no shift after", text);
    warn(h, s, buf_str(&line));
    buf_fini(&line);
}

static void
keep_duty(struct plan_roster *r, const struct roster *compiled)
{
    r->compiled = zalloc(compiled->engineers_count * sizeof(*r->compiled) + 1);
    for (size_t i = 0; i < compiled->engineers_count; i++)
        r->compiled[r->compiled_count++] =
            (struct plan_duty){ .who = str_dup(str_of(compiled->engineers[i].id.s)),
                                .compiled = text_of(compiled->engineers[i].duty) };
    drop_files(&r->files, &r->files_count);
}

static void
judge_roster(struct hours *h, const struct spot *s, struct plan_roster *r, const struct horizon *z,
             const struct happenings *all)
{
    struct roster *compiled = NULL;
    if (roster_compile(&compiled, z->zone, all, z->from, z->until, h->why) != OK) {
        h->good = false;
        return;
    }
    h->good = roster_check_known(compiled, known, h, h->why) == 0 && h->good;
    if (compiled->engineers_count == 0) {
        fault(h->f, s, "files", "nobody has duty in these files (CATEGORIES:DUTY); correct them");
    } else {
        instant until = last_shift(compiled, h->files->now);
        check_window(h, r, z, all, until);
        check_end(h, s, z, until);
        keep_duty(r, compiled);
    }
    roster_free(compiled);
}

static void
compile_roster(struct hours *h, const struct spot *s, struct plan_roster *r)
{
    struct horizon z;
    struct happenings all = { 0 };
    if (r->files_count == 0 || !horizon_of(h, s, r->zone, &z))
        return;
    if (read_files(h, s, &z, r->files, r->files_count, &all))
        judge_roster(h, s, r, &z, &all);
    happenings_fini(&all);
    zone_free(z.zone);
}

/* Who may stand in a roster: engineers, principals, and whom contracts and escalations name in a
 * plan whose principals are yet to be made. */
static void
take_people(struct hours *h)
{
    struct plan *p = h->p;
    for (unsigned i = 0; i < p->engineers_count; i++)
        (void)census_add(&h->census, REFERS_ENGINEER, p->engineers[i].id, &p->engineers[i]);
    for (unsigned i = 0; i < p->principals_count; i++)
        (void)census_add(&h->census, REFERS_PRINCIPAL, p->principals[i].id, &p->principals[i]);
    char **names;
    size_t count = plan_named(p, &names);
    for (size_t i = 0; i < count; i++)
        (void)census_add(&h->census, REFERS_PRINCIPAL, names[i], p);
    free(names);
}

bool
hours_compile(struct plan *p, const struct plan_files *files, struct faults *f, struct buf *why)
{
    struct hours h = { .p = p, .files = files, .f = f, .why = why, .name = f->file, .good = true };
    struct spot root = { NULL, NULL, NO_INDEX, &noun_plan, p };
    h.happenings = zalloc(p->calendars_count * sizeof(*h.happenings) + 1);
    census_init(&h.census);
    take_people(&h);
    for (unsigned i = 0; i < p->calendars_count; i++)
        compile_calendar(&h,
                         &(struct spot){ &root, "calendars", i, &noun_calendar, &p->calendars[i] },
                         &p->calendars[i], &h.happenings[i]);
    for (unsigned i = 0; i < p->rosters_count; i++)
        compile_roster(&h, &(struct spot){ &root, "rosters", i, &noun_roster, &p->rosters[i] },
                       &p->rosters[i]);
    for (unsigned i = 0; i < p->calendars_count; i++)
        happenings_fini(&h.happenings[i]);
    free(h.happenings);
    census_fini(&h.census);
    return h.good && f->count == 0;
}
