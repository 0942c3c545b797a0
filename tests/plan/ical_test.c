/* iCalendar files: what they say, and what is refused. */
#include "tests/plan/ics.h"

#define EVENT(lines) "BEGIN:VEVENT\nUID:u1\nSUMMARY:Shift\n" lines "END:VEVENT\n"

static void
check_times(const struct happenings *all, const struct zone *z, const char *const *expected,
            size_t count)
{
    for (size_t i = 0; i < all->count && i < count; i++) {
        struct buf span = { 0 };
        zone_put_span(z, &span, all->list[i].from, all->list[i].to);
        assert_string_equal(buf_cstr(&span), expected[i]);
        buf_fini(&span);
    }
    assert_int_equal(all->count, count);
}
#define times_are(all, z, ...)                                                                     \
    check_times(all, z, (const char *const[]){ __VA_ARGS__ },                                      \
                countof(((const char *const[]){ __VA_ARGS__ })))

static void
a_rule_its_exceptions_additions_and_swaps_are_one_list(void **state)
{
    (void)state;
    struct zone *z = zone_of("Asia/Shanghai");
    struct happenings all = good_events(
        z, "2026-01-01", "2026-01-20",
        EVENT("CATEGORIES:DUTY\nDTSTART:20260105T080000\nDTEND:20260105T160000\n"
              "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260114T000000Z\nEXDATE:20260107T080000\n"
              "RDATE:20260109T080000\nATTENDEE;CN=\"Wang, Fang\";X-PHONE=+86 10:engineer:e01\n"
              "ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.org\n")
            EVENT("RECURRENCE-ID:20260112T080000\nDTSTART:20260113T090000\nDURATION:PT30M\n"
                  "ATTENDEE:engineer:e02\n"));
    times_are(&all, z, "2026-01-05 08:00 - 16:00", "2026-01-09 08:00 - 16:00",
              "2026-01-13 09:00 - 09:30", "2026-01-14 08:00 - 16:00");
    const struct happening *first = &all.list[0], *swap = &all.list[2];
    assert_int_equal(first->categories, ICAL_DUTY);
    assert_int_equal(first->people_count, 2);
    assert_string_equal(first->people[0].id, "e01");
    assert_string_equal(first->people[0].name, "Wang, Fang");
    assert_string_equal(first->people[0].phone, "+86 10");
    assert_null(first->people[1].id);
    assert_true(first->people[1].absent && !first->people[0].absent && !first->swapped);
    assert_true(swap->swapped && swap->recurrence == at(z, "2026-01-12 08:00"));
    assert_int_equal(swap->categories, ICAL_DUTY);
    assert_string_equal(swap->people[0].id, "e02");
    assert_int_equal(first->line, 4);
    assert_int_equal(swap->line, 16);
    happenings_fini(&all);
    zone_free(z);
}

static void
a_swap_may_bring_an_occurrence_into_the_window(void **state)
{
    (void)state;
    struct zone *z = zone_of("UTC");
    struct happenings all = good_events(
        z, "2026-01-01", "2026-01-02",
        EVENT("DTSTART:20260101T080000\nDTEND:20260101T090000\nRRULE:FREQ=DAILY\n") EVENT(
            "RECURRENCE-ID:20260301T080000Z\nDTSTART:20260101T200000\nDTEND:20260101T210000\n")
            EVENT("RECURRENCE-ID;VALUE=DATE:20260101\nSTATUS:CANCELLED\n"
                  "DTSTART:20260101T080000\nDTEND:20260101T090000\n"));
    times_are(&all, z, "2026-01-01 20:00 - 21:00");
    happenings_fini(&all);
    zone_free(z);
}

static void
a_rule_that_leaves_all_our_years_ends_there(void **state)
{
    (void)state;
    struct zone *z = zone_of("UTC");
    struct happenings all =
        good_events(z, "2026-01-01", "2026-01-02",
                    EVENT("DTSTART:20260101T080000\nDTEND:20260101T090000\n"
                          "RRULE:FREQ=YEARLY;INTERVAL=9999;COUNT=5\n")
                        EVENT("RECURRENCE-ID:20260101T080000\nDTSTART:20260101T100000\n"
                              "DTEND:20260101T110000\n"));
    times_are(&all, z, "2026-01-01 10:00 - 11:00");
    happenings_fini(&all);
    zone_free(z);
}

static void
dtend_is_the_wall_s_and_duration_is_exact(void **state)
{
    (void)state;
    struct zone *z = zone_of("America/New_York");
    struct happenings all =
        good_events(z, "2026-03-06", "2026-03-10",
                    EVENT("DTSTART:20260306T220000\nDTEND:20260307T060000\nRRULE:FREQ=DAILY;COUNT="
                          "3\n") "BEGIN:VEVENT\nUID:u2\nDTSTART:20260307T230000\nDURATION:"
                                 "PT8H\nEND:VEVENT\n"
                                 "BEGIN:VEVENT\nUID:u3\nDTSTART:20260308T000000\nDURATION:"
                                 "P1DT1H\nEND:VEVENT\n"
                                 "BEGIN:VEVENT\nUID:u4\nDTSTART:20260308T023000\nDTEND:"
                                 "20260308T040000\nEND:VEVENT\n");
    times_are(&all, z, "2026-03-06 22:00 - 2026-03-07 06:00", "2026-03-07 22:00 - 2026-03-08 06:00",
              "2026-03-07 23:00 - 2026-03-08 08:00", "2026-03-08 00:00 - 2026-03-09 01:00",
              "2026-03-08 03:30 - 04:00", "2026-03-08 22:00 - 2026-03-09 06:00");
    happenings_fini(&all);
    zone_free(z);
}

static void
times_are_of_their_own_zone_and_days_of_the_calendar_s(void **state)
{
    (void)state;
    struct zone *z = zone_of("Asia/Shanghai");
    struct happenings all = good_events(
        z, "2026-07-01", "2026-07-10",
        "BEGIN:VTIMEZONE\nTZID:Our Town\nBEGIN:STANDARD\nDTSTART:20201025T030000\n"
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20200329T020000\n"
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
        "END:DAYLIGHT\nEND:VTIMEZONE\n"
        "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=America/New_York:20260701T080000\n"
        "DTEND;TZID=America/New_York:20260701T090000\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:b\nDTSTART:20260702T000000Z\nDTEND:20260702T010000Z\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:c\nDTSTART;TZID=Our Town:20260703T100000\nDURATION:PT1H\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:d\nDTSTART;VALUE=DATE:20260704\nDTEND;VALUE=DATE:20260706\nEND:"
        "VEVENT\n");
    times_are(&all, z, "2026-07-01 20:00 - 21:00", "2026-07-02 08:00 - 09:00",
              "2026-07-03 16:00 - 17:00", "2026-07-04 00:00 - 2026-07-06 00:00");
    assert_true(all.list[3].whole_day && all.list[3].days == 2);
    happenings_fini(&all);
    zone_free(z);
}

static void
faults_name_the_file_the_line_the_event_and_the_cure(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        enum err err;
        const char *words;
    } cases[] = {
        { EVENT("DTSTART;TZID=Mars/Olympus:20260101T080000\nDURATION:PT1H\n"), ERR_SYNTAX,
          "t.ics:4: event \"Shift\": DTSTART: unknown zone Mars/Olympus; use a name" },
        { EVENT("DTSTART;TZID=../../etc/passwd:20260101T080000\nDURATION:PT1H\n"), ERR_SYNTAX,
          "unknown zone" },
        { EVENT("DTSTART:20260101T080000\nDTEND:20260101T070000\n"), ERR_SYNTAX,
          "does not end after its DTSTART" },
        { EVENT("DTSTART:20260101T080000\nDTEND;VALUE=DATE:20260102\n"), ERR_SYNTAX, "same kind" },
        { EVENT("DTSTART:20260101T080000\n"), ERR_SYNTAX, "neither DTEND nor DURATION" },
        { EVENT("DTSTART:20260231T080000\nDURATION:PT1H\n"), ERR_SYNTAX, "" },
        { EVENT("DTSTART:yesterday\nDURATION:PT1H\n"), ERR_SYNTAX, "DTSTART" },
        { EVENT("DURATION:PT1H\n"), ERR_SYNTAX, "no DTSTART" },
        { "BEGIN:VEVENT\nDTSTART:20260101T080000\nDURATION:PT1H\nEND:VEVENT\n", ERR_SYNTAX,
          "t.ics:4: no UID" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\n"), ERR_SYNTAX,
          "repeats within the day" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=MINUTELY;COUNT=5\n"),
          ERR_SYNTAX, "repeats within the day" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;BYMONTH=2;"
                "BYMONTHDAY=30\n"),
          ERR_SYNTAX, "repeats within the day" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYMONTH=2,4;"
                "BYMONTHDAY=31\n"),
          ERR_SYNTAX, "no day fits" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES\n"), ERR_SYNTAX,
          "RRULE" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO\n"), ERR_SYNTAX,
          "begin with the first" },
        { EVENT("DTSTART:17000101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"), ERR_TOO_BIG,
          "too many occurrences" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"
                "RRULE:FREQ=WEEKLY\n"),
          ERR_SYNTAX, "two RRULEs" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nCATEGORIES:DUTY,HOLIDAY\n"), ERR_SYNTAX,
          "choose one" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\n")
              EVENT("DTSTART:20260102T080000\nDURATION:PT1H\n"),
          ERR_SYNTAX, "another event's" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRECURRENCE-ID:20260101T080000\n"),
          ERR_SYNTAX, "without the event itself" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n")
              EVENT("DTSTART:20260102T090000\nDURATION:PT1H\nRECURRENCE-ID:20260102T090000\n"),
          ERR_SYNTAX, "is no occurrence" },
        { EVENT("DTSTART:20260101T080000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n")
              EVENT("DTSTART:20260102T080000\nDURATION:PT1H\n"
                    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260102T080000\n"),
          ERR_SYNTAX, "end the rule with UNTIL" },
        { "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0000\n"
          "TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n" EVENT(
              "DTSTART;TZID=X:20260101T080000\nDURATION:PT1H\n"),
          ERR_SYNTAX, "VTIMEZONE X: with an RRULE that is not yearly" },
        { "BEGIN:VEVENT\nUID:u\n", ERR_SYNTAX, "ends before its END:VCALENDAR" },
        { "BEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\n", ERR_TOO_BIG,
          "nested more than 8 deep" },
        { "END:VCALENDAR\nEND:VCALENDAR\nBEGIN:VEVENT\n", ERR_SYNTAX,
          "line 5: END without its BEGIN" },
        { EVENT("DESCRIPTION:\xff\n"), ERR_SYNTAX, "not UTF-8" },
    };
    struct zone *z = zone_of("UTC");
    for (size_t i = 0; i < countof(cases); i++)
        bad_events(z, cases[i].lines, cases[i].err, cases[i].words);
    zone_free(z);
}

static void
a_file_has_its_bounds(void **state)
{
    (void)state;
    struct zone *z = zone_of("UTC");
    struct buf text = { 0 };
    for (int i = 0; i < 3; i++) /* each within its own bound */
        buf_printf(&text,
                   "BEGIN:VEVENT\nUID:%d\nDTSTART:20260101T000000\nDURATION:PT1M\n"
                   "RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,5,10,15,20,25,30,"
                   "35,40,45,50,55,56,57,58,59\nEND:VEVENT\n",
                   i);
    bad_events(z, buf_cstr(&text), ERR_TOO_BIG, "more than 200000 occurrences");
    buf_clear(&text);
    while (text.len <= ICAL_FILE_MAX)
        buf_printf(&text, "X-LONG:%064d\n", 0);
    bad_events(z, buf_cstr(&text), ERR_TOO_BIG, "larger than 8 MiB");
    buf_fini(&text);
    zone_free(z);
}

static char *
sample(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = zalloc(1 << 16);
    assert_non_null(f);
    size_t len = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);
    assert_true(len > 0);
    return text;
}

/* Cut anywhere, or with any letters changed: an answer, and no more. */
static void
damaged_files_are_answered(void **state)
{
    struct rng rng = seed();
    (void)state;
    struct zone *z = zone_of("America/New_York");
    instant from = at(z, "2026-01-01"), until = at(z, "2026-02-01");
    char *text = sample("tests/data/roster.ics");
    size_t len = strlen(text);
    for (size_t i = 0; i < 1500; i++) {
        struct happenings all = { 0 };
        struct buf why = { 0 }, damaged = { 0 };
        buf_put(&damaged, text, i < len && i < 500 ? len - 1 - i * (len / 500) : len);
        for (size_t j = 0; j < 4 && i >= 500; j++)
            damaged.data[rng_below(&rng, len)] =
                (uint8_t)(" :;,=\r\nTZ0129-\\\"A\xe4"[rng_below(&rng, 18)]);
        enum err e = ical_read(&all, "t.ics", buf_str(&damaged), z, from, until, &why);
        assert_true((e == OK) == (why.len == 0));
        happenings_fini(&all);
        buf_fini(&why);
        buf_fini(&damaged);
    }
    free(text);
    zone_free(z);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_its_exceptions_additions_and_swaps_are_one_list),
        cmocka_unit_test(a_swap_may_bring_an_occurrence_into_the_window),
        cmocka_unit_test(a_rule_that_leaves_all_our_years_ends_there),
        cmocka_unit_test(dtend_is_the_wall_s_and_duration_is_exact),
        cmocka_unit_test(times_are_of_their_own_zone_and_days_of_the_calendar_s),
        cmocka_unit_test(faults_name_the_file_the_line_the_event_and_the_cure),
        cmocka_unit_test(a_file_has_its_bounds),
        cmocka_unit_test(damaged_files_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
