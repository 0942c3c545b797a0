/* Calendars and rosters of a plan: files read and compiled once, then carried; and all that can be
 * wrong with them. Files are texts here; now is Wednesday 2026-07-15 00:00 UTC. */
#include "tests/plan/fixture.h"

#include "common/plan/calendar.h"

#define NOW              INT64_C(1784073600000)

#define EVENT(uid, more) "BEGIN:VEVENT\nUID:" uid "\nDTSTAMP:20250101T000000Z\n" more "END:VEVENT\n"
#define WEEKDAYS                                                                                   \
    EVENT("w", "DTSTART:20250101T090000\nDTEND:20250101T170000\n"                                  \
               "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nCATEGORIES:WORKING\n")
#define DAY_OFF(uid, day)                                                                          \
    EVENT(uid, "DTSTART;VALUE=DATE:" day "\nSUMMARY:day off\nCATEGORIES:HOLIDAY\n")
#define SHIFT(uid, from, to, more, who)                                                            \
    EVENT(uid, "DTSTART:" from "\nDTEND:" to "\n" more "SUMMARY:shift\nCATEGORIES:DUTY\n" who)
#define ANN   "ATTENDEE:engineer:ann\n"
#define BOB   "ATTENDEE:engineer:bob\n"
#define DAILY "RRULE:FREQ=DAILY\n"

/* What stands at a path; path NULL: the end. */
struct text_file {
    const char *path, *events;
};

static bool
read_text(void *given, const char *path, struct buf *text, struct buf *why)
{
    for (const struct text_file *f = given; f->path != NULL; f++)
        if (strcmp(f->path, path) == 0) {
            buf_printf(text, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n%sEND:VCALENDAR\n",
                       f->events);
            return true;
        }
    buf_printf(why, "no such file");
    return false;
}

static enum err
read_plan(struct plan **out, const char *yaml, const struct text_file *texts, struct buf *why)
{
    const struct plan_files files = { read_text, (void *)(uintptr_t)texts, NOW };
    *out = NULL;
    return plan_read(out, "t.yaml", str_of(yaml), &files, why);
}

/* The town whose calendar and roster come from files. */
static char *
filed(void)
{
    char *one = edited(town, "compiled: 1s.AICsjwSQ_QGA4QGAwgOA4QE", "files: [h.ics, off.ics]");
    char *two = edited(one,
                       "    compiled:\n      - {who: ann, compiled: 1s.AICsjwQAwNEC}\n"
                       "      - {who: dora, compiled: 1s.AICsjwQAwNEC}\n",
                       "    covers: true\n    files: [r/r.ics]\n");
    free(one);
    return two;
}

#define DAYS_OFF DAY_OFF("a", "20260501") DAY_OFF("b", "20261001") DAY_OFF("c", "20270501")
#define ROUND_THE_CLOCK                                                                            \
    SHIFT("d", "20260101T080000", "20260101T200000", DAILY, ANN)                                   \
    SHIFT("n", "20260101T200000", "20260102T080000", DAILY, BOB)
static const struct text_file good_files[] = {
    { "h.ics", WEEKDAYS }, { "off.ics", DAYS_OFF }, { "r/r.ics", ROUND_THE_CLOCK }, { NULL, NULL }
};

static void
files_are_compiled_once_and_gone(void **state)
{
    struct buf why = { 0 }, yaml = { 0 }, lines = { 0 };
    struct plan *p, *stored;
    (void)state;
    char *text = filed();
    assert_int_equal(read_plan(&p, text, good_files, &why), OK);
    assert_string_equal(buf_cstr(&why), "");
    assert_int_equal(p->calendars[0].files_count, 0);
    assert_int_equal(p->rosters[0].files_count, 0);
    assert_int_equal(p->rosters[0].compiled_count, 2);
    plan_write(p, false, &yaml);
    assert_null(strstr(buf_cstr(&yaml), ".ics"));
    stored = parse(buf_cstr(&yaml)); /* no file is read */
    plan_diff(p, stored, &lines);
    assert_int_equal(lines.len, 0);
    struct territory_id west = { "west" };
    struct rules *r = plan_rules(stored, west);
    const struct calendar *c = r->contracts[1].calendar;
    assert_int_equal(c->from, INT64_C(1735689600000));  /* 2025-01-01 */
    assert_int_equal(c->until, INT64_C(1956528000000)); /* 2032-01-01 */
    assert_int_equal(c->spans[0].to - c->spans[0].from, 8 * HOURS);
    assert_non_null(r->engineers[0].roster);
    assert_int_equal(r->engineers[0].roster->spans[0].to - r->engineers[0].roster->spans[0].from,
                     12 * HOURS);
    rules_free(r);
    plan_free(p);
    plan_free(stored);
    buf_fini(&why);
    buf_fini(&yaml);
    buf_fini(&lines);
    free(text);
}

/* The same year gives the same bytes, so applying a plan again changes nothing. */
static void
the_same_year_compiles_to_the_same_text(void **state)
{
    struct buf why = { 0 }, lines = { 0 };
    struct plan *p, *q;
    (void)state;
    char *text = filed();
    struct plan_files files = { read_text, (void *)(uintptr_t)good_files, NOW };
    assert_int_equal(plan_read(&p, "t", str_of(text), &files, &why), OK);
    files.now = NOW + 100 * DAYS;
    assert_int_equal(plan_read(&q, "t", str_of(text), &files, &why), OK);
    plan_diff(p, q, &lines);
    assert_string_equal(buf_cstr(&lines), "");
    plan_free(q);
    files.now = NOW + 200 * DAYS; /* February: 2028 has no holiday yet, which is only a warning */
    assert_int_equal(plan_read(&q, "t", str_of(text), &files, &why), OK);
    assert_non_null(strstr(buf_cstr(&why), "t:11: warning: calendar hours: 2028 has no holiday"));
    plan_diff(p, q, &lines);
    assert_non_null(strstr(buf_cstr(&lines), "calendar hours: compiled"));
    plan_free(p);
    plan_free(q);
    buf_fini(&why);
    buf_fini(&lines);
    free(text);
}

static const struct {
    const char *hours, *off, *roster; /* NULL: the good one */
    const char *says;
} wrong[] = {
    { "", NULL, NULL, "WORKING" },
    { NULL, DAY_OFF("a", "20250501") DAY_OFF("c", "20270501"), NULL,
      "t.yaml:11: calendar hours: 2026 has no holiday; add the file" },
    { NULL, "", NULL, "2026 has no holiday" }, /* the roster counts on its holidays */
    { NULL, "BEGIN:VEVENT\n", NULL, "off.ics:" },
    { NULL, NULL, "", "t.yaml:17: roster shifts: nobody has duty in these files" },
    { NULL, NULL,
      ROUND_THE_CLOCK SHIFT("x", "20260801T080000", "20260801T200000", "",
                            "ATTENDEE:engineer:eve\n"),
      "r/r.ics:" },
    { NULL, NULL, ROUND_THE_CLOCK SHIFT("x", "20260801T070000", "20260801T090000", "", ANN),
      "r/r.ics:" },
    { NULL, NULL, SHIFT("d", "20260101T080000", "20260101T200000", DAILY, ANN),
      "roster shifts: " }, /* nobody at night */
};

static void
what_is_wrong_in_the_files_is_told(void **state)
{
    (void)state;
    char *text = filed();
    for (size_t i = 0; i < countof(wrong); i++) {
        struct text_file files[countof(good_files)];
        struct buf why = { 0 };
        struct plan *p;
        memcpy(files, good_files, sizeof(files));
        const char *const mine[] = { wrong[i].hours, wrong[i].off, wrong[i].roster };
        for (size_t k = 0; k < countof(mine); k++)
            if (mine[k] != NULL)
                files[k].events = mine[k];
        if (read_plan(&p, text, files, &why) != ERR_SYNTAX ||
            strstr(buf_cstr(&why), wrong[i].says) == NULL)
            fail_msg("%zu: wanted \"%s\", got:\n%s", i, wrong[i].says, buf_cstr(&why));
        buf_fini(&why);
    }
    free(text);
}

/* Two are promised, one stands there: each shift is told by file and line. */
static void
a_shift_with_fewer_seats_than_promised_is_told(void **state)
{
    struct buf why = { 0 };
    struct plan *p;
    (void)state;
    char *text = filed(), *two = edited(text, "seats: 1", "seats: 2");
    assert_int_equal(read_plan(&p, two, good_files, &why), ERR_SYNTAX);
    assert_non_null(strstr(buf_cstr(&why), "r/r.ics:"));
    buf_fini(&why);
    free(text);
    free(two);
}

/* On duty on weekdays only, and one holiday (a Thursday) left out. */
static void
a_holiday_without_duty_is_told_while_it_is_to_come(void **state)
{
    struct text_file files[countof(good_files)];
    struct buf why = { 0 };
    struct plan *p;
    (void)state;
    char *text = filed(), *yaml = edited(text, "    covers: true\n", "");
    memcpy(files, good_files, sizeof(files));
    files[2].events = SHIFT("d", "20260101T080000", "20260101T200000",
                            DAILY "EXDATE:20261001T080000\nEXDATE:20260501T080000\n", ANN);
    assert_int_equal(read_plan(&p, yaml, files, &why), ERR_SYNTAX);
    assert_non_null(strstr(buf_cstr(&why), "2026-10-01"));
    assert_null(strstr(buf_cstr(&why), "2026-05-01")); /* has been */
    buf_fini(&why);
    free(text);
    free(yaml);
}

static void
a_roster_that_ends_soon_is_a_warning(void **state)
{
    struct text_file files[countof(good_files)];
    struct buf why = { 0 };
    struct plan *p;
    (void)state;
    char *text = filed();
    memcpy(files, good_files, sizeof(files));
    files[2].events =
        SHIFT("d", "20260101T000000", "20260102T000000", "RRULE:FREQ=DAILY;COUNT=200\n", ANN);
    assert_int_equal(read_plan(&p, text, files, &why), OK);
    assert_string_equal(buf_cstr(&why),
                        "t.yaml:17: warning: roster shifts: its last shift ends 2026-07-20 00:00; "
                        "add the shifts that follow\n");
    plan_free(p);
    buf_fini(&why);
    free(text);
}

/* The mark #! is on the line that is told. */
static void
what_is_wrong_in_the_plan_is_told_with_its_line(void **state)
{
    static const struct {
        const char *old, *new, *says;
    } cases[] = {
        { "zone: UTC, files: [h.ics, off.ics]}", "zone: Mars/Olympus, files: [h.ics]} #!",
          "calendar hours: this machine knows no zone \"Mars/Olympus\"" },
        { "files: [h.ics, off.ics]}", "files: [h.ics, of.ics]} #!",
          "calendar hours: cannot read of.ics: no such file" },
        { "files: [h.ics, off.ics]}", "files: [../h.ics]} #!", "must be below the plan's own" },
        { "files: [h.ics, off.ics]}", "files: [a/../../h.ics]} #!",
          "must be below the plan's own" },
        { "files: [h.ics, off.ics]}", "files: [/h.ics]} #!",
          "must be below the plan's own folder" },
        { "files: [h.ics, off.ics]}", "files: []} #!", "files is missing; name its iCalendar" },
        { "files: [h.ics, off.ics]}", "files: [h.ics], compiled: 1s.AICsjwQAwNEC} #!",
          "it has files and what was compiled from such" },
        { "files: [h.ics, off.ics]}", "compiled: nonsense} #!", "not a compiled calendar" },
        { "holidays: hours", "holidays: hour #!", "holidays \"hour\" is not among the plan's cal" },
        { "    files: [r/r.ics]\n", "    compiled: [{who: eve, compiled: 1s.AICsjwQAwNEC}] #!\n",
          "who \"eve\" is neither an engineer nor a principal" },
        { "    files: [r/r.ics]\n", "    compiled: [{who: ann, compiled: 1s.AIC}] #!\n",
          "roster shifts, duty number 1: not a compiled calendar" },
        { "rosters:\n",
          "rosters:\n  - {id: more, zone: UTC, compiled: [{who: ann, compiled: "
          "1s.AICsjwQAwNEC}]}\n",
          "ann has duty in roster more too; nobody can be in two" },
    };
    (void)state;
    char *text = filed();
    for (size_t i = 0; i < countof(cases); i++) {
        char *yaml = edited(text, cases[i].old, cases[i].new), begin[32] = "t.yaml:";
        struct buf why = { 0 };
        struct plan *p;
        if (strstr(yaml, "#!") != NULL)
            snprintf(begin, sizeof(begin), "t.yaml:%u: ", line_of(yaml, "#!"));
        if (read_plan(&p, yaml, good_files, &why) != ERR_SYNTAX ||
            strncmp(buf_cstr(&why), begin, strlen(begin)) != 0 ||
            strstr(buf_cstr(&why), cases[i].says) == NULL)
            fail_msg("wanted %s %s, got:\n%s", begin, cases[i].says, buf_cstr(&why));
        buf_fini(&why);
        free(yaml);
    }
    free(text);
}

static void
a_plan_at_rest_has_no_files(void **state)
{
    (void)state;
    char *yaml = edited(town, "compiled: 1s.AICsjwSQ_QGA4QGAwgOA4QE", "files: [h.ics] #!\n   ");
    expect_one(yaml, "#!", "calendar hours: files are compiled when a plan is applied");
    free(yaml);
    yaml = edited(town, "compiled: 1s.AICsjwSQ_QGA4QGAwgOA4QE", "compiled: ''");
    expect_some(yaml, "calendar hours: files is missing");
    free(yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_compiled_once_and_gone),
        cmocka_unit_test(the_same_year_compiles_to_the_same_text),
        cmocka_unit_test(what_is_wrong_in_the_files_is_told),
        cmocka_unit_test(a_shift_with_fewer_seats_than_promised_is_told),
        cmocka_unit_test(a_holiday_without_duty_is_told_while_it_is_to_come),
        cmocka_unit_test(a_roster_that_ends_soon_is_a_warning),
        cmocka_unit_test(what_is_wrong_in_the_plan_is_told_with_its_line),
        cmocka_unit_test(a_plan_at_rest_has_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
