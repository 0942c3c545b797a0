/* calendar.c - `faultline calendar`: files of holidays into iCalendar, and what calendars and
 * rosters say, day by day. Needs no site. */
#include "common/plan/calendar.h"
#include "cli/cmd.h"
#include "cli/dayview.h"
#include "cli/holidays.h"
#include "common/io/clock.h"
#include "common/plan/date.h"

#include <errno.h>
#include <stdio.h>

static const char help[] =
    "faultline calendar - working time, holidays and duty rosters (iCalendar files)\n"
    "\n"
    "usage: faultline calendar import FILE.json... [--out FILE.ics]\n"
    "       faultline calendar show FILE.ics... [--zone ZONE] [--from DATE] [--days N] [--json]\n"
    "\n"
    "import makes one .ics file of yearly files of public holidays with make-up working days (the\n"
    "shape of \"holiday-cn\": {\"days\": [{\"name\", \"date\", \"isOffDay\"}]}). Free days become\n"
    "CATEGORIES:HOLIDAY, working days CATEGORIES:MAKEUP. A day that two files hold is taken once; "
    "when\n"
    "they disagree, nothing is written. The same files always give the same bytes.\n"
    "\n"
    "show prints each day's open hours, its holidays, and who is on duty.\n"
    "\n"
    "  --out FILE    where import writes (standard output); also -o FILE\n"
    "  --zone ZONE   whose days and hours, for instance Asia/Shanghai (UTC)\n"
    "  --from DATE   the first day, YYYY-MM-DD (today)\n"
    "  --days N      how many days (14)\n"
    "  --json        show: one object a day\n"
    "\n"
    "What the events of a file mean: docs/running.md, \"Calendars and rosters\".\n"
    "\n"
    "exit: 0 done; 1 a file is missing or has faults, all of them told; 2 wrong usage\n";

enum { READ_MAX = 64 << 20, DAYS_SHOWN_MAX = 3660 };

static bool
read_file(const char *path, struct buf *text)
{
    FILE *f = fopen(path, "rbe");
    bool good = f != NULL;
    for (size_t got = 1; good && got > 0 && text->len < READ_MAX;) {
        got = fread(buf_reserve(text, 65536), 1, 65536, f);
        text->len += got;
        good = !ferror(f);
    }
    if (!good)
        cmd_failed(&cmd_calendar, "%s: %s", path, strerror(errno));
    if (f != NULL)
        fclose(f);
    return good;
}

static bool
write_file(const char *path, const struct buf *text)
{
    FILE *f = path == NULL ? stdout : fopen(path, "wbe");
    bool good = f != NULL && fwrite(text->data, 1, text->len, f) == text->len;
    good = f != NULL && (path == NULL ? fflush(f) : fclose(f)) == 0 && good;
    if (!good)
        cmd_failed(&cmd_calendar, "%s: %s", path == NULL ? "standard output" : path,
                   strerror(errno));
    return good;
}

static int
import(const struct words *w, const char *out)
{
    struct holidays h = { 0 };
    struct buf why = { 0 }, ics = { 0 };
    bool good = true;
    for (size_t i = 1; i < w->count; i++) {
        struct buf text = { 0 };
        good = read_file(w->list[i], &text) &&
               holidays_read(&h, w->list[i], buf_str(&text), &why) && good;
        buf_fini(&text);
    }
    fputs(buf_cstr(&why), stderr);
    if (good) {
        holidays_write(&h, &ics);
        good = write_file(out, &ics);
    }
    if (good && out != NULL)
        printf("%s: %zu days from %zu files\n", out, h.count, w->count - 1);
    holidays_fini(&h);
    buf_fini(&why);
    buf_fini(&ics);
    return good ? EXIT_DONE : EXIT_FAILED;
}

/* All files' happenings around [from, until). */
static bool
gather(const struct words *w, const struct zone *zone, instant from, instant until,
       struct happenings *all)
{
    struct buf why = { 0 };
    bool good = true;
    calendar_widen(zone, &from, &until);
    for (size_t i = 1; i < w->count; i++) {
        struct buf text = { 0 };
        good = read_file(w->list[i], &text) &&
               ical_read(all, w->list[i], buf_str(&text), zone, from, until, &why) == OK && good;
        buf_fini(&text);
    }
    fputs(buf_cstr(&why), stderr);
    buf_fini(&why);
    return good;
}

static bool
is_there(const struct happenings *all, unsigned category)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].categories == category)
            return true;
    return false;
}

/* Opening hours when there is working time, shifts when there is duty. */
static int
show(const struct words *w, const struct zone *zone, int64_t day, int64_t days)
{
    struct happenings all = { 0 };
    struct dayview v = { .zone = zone, .all = &all, .json = w->json };
    struct buf why = { 0 };
    instant from = zone_midnight(zone, day), until = zone_midnight(zone, day + days);
    bool good = gather(w, zone, from, until, &all);
    if (good && is_there(&all, ICAL_WORKING))
        good = calendar_compile(&v.hours, "shown", zone, &all, from, until, &why) == OK;
    if (good && is_there(&all, ICAL_DUTY))
        good = roster_compile(&v.roster, zone, &all, from, until, &why) == OK;
    fputs(buf_cstr(&why), stderr);
    for (int64_t d = day; d < day + days && good; d++)
        dayview_print(&v, d, stdout);
    calendar_free(v.hours);
    roster_free(v.roster);
    happenings_fini(&all);
    buf_fini(&why);
    return good ? EXIT_DONE : EXIT_FAILED;
}

static int
show_words(const struct words *w, const char *zone_name, const char *from, const char *days_text)
{
    int64_t day = 0, days = 14;
    if (!cmd_number(&cmd_calendar, "days", days_text, 1, DAYS_SHOWN_MAX, &days))
        return EXIT_USAGE;
    if (from != NULL && !date_read(str_of(from), &day))
        return cmd_usage(&cmd_calendar, "--from takes a date such as 2026-02-14, not '%s'", from);
    struct zone *zone = zone_open(zone_name);
    if (zone == NULL)
        return cmd_usage(&cmd_calendar,
                         "--zone: no zone '%s' on this machine; a name is for instance "
                         "Asia/Shanghai",
                         zone_name);
    if (from == NULL)
        day = zone_day(zone, clock_wall_ms());
    int code = show(w, zone, day, days);
    zone_free(zone);
    return code;
}

/* "-o FILE" as people type it, for the table of options. */
static void
long_out(int argc, char **argv)
{
    static char out[] = "--out";
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-o") == 0)
            argv[i] = out;
}

static int
run(int argc, char **argv)
{
    const char *out = NULL, *zone = "UTC", *from = NULL, *days = "14";
    const struct option_row rows[] = {
        { "out", &out, NULL },   { "zone", &zone, NULL }, { "from", &from, NULL },
        { "days", &days, NULL }, { NULL, NULL, NULL },
    };
    struct words w;
    long_out(argc, argv);
    if (!cmd_options(&cmd_calendar, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count == 0)
        return cmd_usage(&cmd_calendar, "import or show?");
    bool importing = strcmp(w.list[0], "import") == 0;
    if (!importing && strcmp(w.list[0], "show") != 0)
        return cmd_usage(&cmd_calendar, "no '%s': import or show", w.list[0]);
    if (w.count < 2)
        return cmd_usage(&cmd_calendar, "%s which files?", w.list[0]);
    return importing ? import(&w, out) : show_words(&w, zone, from, days);
}

const struct command cmd_calendar = { "calendar", "working time, holidays, rosters as iCalendar",
                                      help, run };
