/* Rosters: shifts, swaps, absences, and what the checks find. */
#include "common/plan/roster.h"

#include "tests/plan/ics.h"

#define DUTY(uid, from, to, people)                                                                \
    "BEGIN:VEVENT\nUID:" uid "\nSUMMARY:" uid "\nCATEGORIES:DUTY\nDTSTART:20260101T" from          \
    "00\nDTEND:202601" to "00\nRRULE:FREQ=DAILY\n" people "END:VEVENT\n"
#define WHO(id) "ATTENDEE;CN=Name of " id ";X-PHONE=+1 " id ":engineer:" id "\n"

static const char three_shifts[] = DUTY("early", "0600", "01T1400", WHO("a") WHO("b"))
    DUTY("late", "1400", "01T2200", WHO("c") WHO("d"))
        DUTY("night", "2200", "02T0600", WHO("e") WHO("f"));

struct fixture {
    struct zone *zone;
    struct happenings all;
    struct roster *roster;
    struct buf why;
};

static void
found(struct fixture *f, const char *more)
{
    struct buf text = { 0 };
    *f = (struct fixture){ .zone = zone_of("America/New_York") };
    buf_printf(&text, "%s%s", three_shifts, more);
    f->all = good_events(f->zone, "2026-01-02", "2026-04-01", buf_cstr(&text));
    if (roster_compile(&f->roster, f->zone, &f->all, at(f->zone, "2026-01-03"),
                       at(f->zone, "2026-03-20"), &f->why) != OK)
        fail_msg("%s", buf_cstr(&f->why));
    buf_fini(&text);
}

static void
gone(struct fixture *f)
{
    roster_free(f->roster);
    happenings_fini(&f->all);
    buf_fini(&f->why);
    zone_free(f->zone);
}

static void
says(struct fixture *f, const char *words)
{
    if (strstr(buf_cstr(&f->why), words) == NULL)
        fail_msg("not \"%s\": %s", words, buf_cstr(&f->why));
}

static void
a_whole_roster_has_no_faults(void **state)
{
    struct fixture f;
    (void)state;
    found(&f, "");
    assert_int_equal(f.roster->shifts_count, 76 * 3 + 1);
    assert_int_equal(f.roster->engineers_count, 6);
    assert_int_equal(roster_seats(f.roster, at(f.zone, "2026-03-08 04:30")), 2);
    assert_int_equal(roster_check_seats(f.roster, 2, &f.why), 0);
    assert_int_equal(roster_check_overlaps(f.roster, &f.why), 0);
    assert_int_equal(roster_check_cover(f.roster, "hotline", &f.why), 0);
    const struct roster_engineer *e = roster_engineer(f.roster, (struct engineer_id){ "e" });
    assert_string_equal(e->name, "Name of e");
    assert_string_equal(e->phone, "+1 e");
    assert_int_equal(e->duty->count, 77); /* the first night has begun, the last is cut */
    assert_null(roster_engineer(f.roster, (struct engineer_id){ "g" }));
    assert_int_equal(f.why.len, 0);
    gone(&f);
}

static void
a_swap_changes_one_night_and_is_told_as_one(void **state)
{
    struct fixture f;
    (void)state;
    found(&f, "BEGIN:VEVENT\nUID:night\nRECURRENCE-ID:20260210T220000\nDTSTART:20260210T220000\n"
              "DTEND:20260211T060000\n" WHO("e") WHO("c") "END:VEVENT\n");
    const struct roster_engineer *c = roster_engineer(f.roster, (struct engineer_id){ "c" });
    instant night = at(f.zone, "2026-02-11 03:00");
    bool on = false;
    for (size_t i = 0; i < c->duty->count; i++)
        on = on || (c->duty->spans[i].from <= night && night < c->duty->spans[i].to);
    assert_true(on);
    assert_int_equal(roster_check_overlaps(f.roster, &f.why), 0); /* one after the other */
    assert_int_equal(roster_check_seats(f.roster, 2, &f.why), 0);
    gone(&f);
}

static void
an_absence_leaves_its_seat_empty_unless_somebody_steps_in(void **state)
{
    static const char leave[] =
        "BEGIN:VEVENT\nUID:x\nCATEGORIES:ABSENCE\nDTSTART;VALUE=DATE:20260301\n"
        "ATTENDEE:engineer:c\nEND:VEVENT\n";
    struct fixture f;
    (void)state;
    found(&f, leave);
    assert_int_equal(roster_check_seats(f.roster, 2, &f.why), 1);
    says(&f, "t.ics:14: shift \"late\" 2026-03-01 14:00 - 22:00: 1 on duty where 2 are promised "
             "(c is absent, d)");
    gone(&f);
    struct buf more = { 0 };
    buf_printf(&more,
               "%sBEGIN:VEVENT\nUID:y\nCATEGORIES:DUTY\nDTSTART:20260301T130000\n"
               "DTEND:20260301T230000\n" WHO("g") "END:VEVENT\n",
               leave);
    found(&f, buf_cstr(&more));
    assert_int_equal(roster_check_seats(f.roster, 2, &f.why), 0);
    gone(&f);
    buf_fini(&more);
}

static void
absence_for_an_hour_takes_an_hour(void **state)
{
    struct fixture f;
    (void)state;
    found(&f, "BEGIN:VEVENT\nUID:x\nCATEGORIES:ABSENCE\nDTSTART:20260301T150000\nDURATION:PT1H\n"
              "ATTENDEE:engineer:c\nATTENDEE:engineer:d\nEND:VEVENT\n");
    assert_int_equal(roster_seats(f.roster, at(f.zone, "2026-03-01 14:59")), 2);
    assert_int_equal(roster_seats(f.roster, at(f.zone, "2026-03-01 15:00")), 0);
    assert_int_equal(roster_seats(f.roster, at(f.zone, "2026-03-01 16:00")), 2);
    assert_int_equal(roster_check_cover(f.roster, "hotline", &f.why), 1);
    says(&f, "roster hotline: nobody is on duty 2026-03-01 15:00 - 16:00, where cover around the "
             "clock is promised");
    assert_int_equal(roster_check_seats(f.roster, 2, &f.why), 1);
    says(&f, "0 on duty where 2 are promised (c is absent for a part, d is absent for a part)");
    gone(&f);
}

static void
nobody_is_in_two_places(void **state)
{
    struct fixture f;
    (void)state;
    found(&f, DUTY("helper", "1200", "01T1500", WHO("a")));
    size_t faults = roster_check_overlaps(f.roster, &f.why);
    assert_int_equal(faults, 76); /* every day */
    says(&f,
         "shift \"helper\" 2026-01-03 12:00 - 15:00: a is in shift \"early\" 2026-01-03 06:00 - "
         "14:00 at the same time; take him out of one");
    says(&f, "... and 66 more overlaps");
    gone(&f);
}

static bool
only_a_to_f(void *given, const char *id)
{
    (*(int *)given)++;
    return id[1] == '\0' && id[0] >= 'a' && id[0] <= 'f';
}

static void
the_plan_must_know_everybody_asked_once(void **state)
{
    struct fixture f;
    int asked = 0;
    (void)state;
    found(&f, DUTY("helper", "1200", "01T1500", WHO("zoe")));
    assert_int_equal(roster_check_known(f.roster, only_a_to_f, &asked, &f.why), 1);
    assert_int_equal(asked, 7);
    says(&f, "\"helper\": no engineer zoe in the plan; correct the ATTENDEE");
    gone(&f);
}

static void
a_holiday_without_duty_is_found(void **state)
{
    struct zone *z = zone_of("Asia/Shanghai");
    struct buf why = { 0 };
    struct roster *r = NULL;
    (void)state;
    struct happenings all = good_events(
        z, "2026-01-01", "2026-03-01",
        "BEGIN:VEVENT\nUID:week\nCATEGORIES:DUTY\nDTSTART:20260101T080000\nDTEND:20260102T020000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\n" WHO(
            "a") "END:VEVENT\n"
                 "BEGIN:VEVENT\nUID:h\nSUMMARY:Spring\nCATEGORIES:HOLIDAY\nDTSTART;VALUE=DATE:"
                 "20260213\n"
                 "DTEND;VALUE=DATE:20260217\nEND:VEVENT\n");
    assert_int_equal(roster_compile(&r, z, &all, at(z, "2026-01-01"), at(z, "2026-03-01"), &why),
                     OK);
    assert_int_equal(roster_check_holidays(r, "hotline", &all, &why), 2);
    assert_string_equal(
        buf_cstr(&why),
        "roster hotline: nobody is on duty on 2026-02-14, a holiday (\"Spring\"); add a shift\n"
        "roster hotline: nobody is on duty on 2026-02-15, a holiday (\"Spring\"); add a shift\n");
    roster_free(r);
    happenings_fini(&all);
    buf_fini(&why);
    zone_free(z);
}

static void
strangers_are_refused(void **state)
{
    struct zone *z = zone_of("UTC");
    struct buf why = { 0 };
    struct roster *r = NULL;
    (void)state;
    struct happenings all = good_events(
        z, "2026-01-01", "2026-03-01",
        DUTY("early", "0600", "01T1400",
             "ATTENDEE:mailto:a@example.org\n") "BEGIN:VEVENT\nUID:x\nSUMMARY:leave\nCATEGORIES:"
                                                "ABSENCE\nDTSTART:20260301T150000\n"
                                                "DURATION:PT1H\nEND:VEVENT\n"
                                                "BEGIN:VEVENT\nUID:y\nSUMMARY:leave\nCATEGORIES:"
                                                "ABSENCE\nDTSTART:20260201T150000\n"
                                                "DURATION:PT1H\nEND:VEVENT\n");
    assert_int_equal(roster_compile(&r, z, &all, at(z, "2026-01-01"), at(z, "2026-03-01"), &why),
                     ERR_SYNTAX);
    assert_string_equal(buf_cstr(&why),
                        "t.ics:4: \"early\": ATTENDEE:mailto:a@example.org is no engineer; write "
                        "ATTENDEE:engineer:ID\n"
                        "t.ics:20: \"leave\": an absence of nobody; add ATTENDEE:engineer:ID\n");
    happenings_fini(&all);
    buf_fini(&why);
    zone_free(z);
}

static void
the_sample_s_roster_keeps_its_promises(void **state)
{
    static char text[1 << 16];
    struct fixture f = { .zone = zone_of("America/New_York") };
    (void)state;
    FILE *file = fopen("tests/data/roster.ics", "rb");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof(text), file);
    fclose(file);
    instant from = at(f.zone, "2026-01-01"), until = at(f.zone, "2028-01-01");
    if (ical_read(&f.all, "roster.ics", str_bytes(text, len), f.zone, from, until, &f.why) != OK ||
        roster_compile(&f.roster, f.zone, &f.all, from, until, &f.why) != OK)
        fail_msg("%s", buf_cstr(&f.why));
    roster_check_seats(f.roster, 2, &f.why);
    roster_check_overlaps(f.roster, &f.why);
    roster_check_cover(f.roster, "hotline", &f.why);
    assert_string_equal(buf_cstr(&f.why), "");
    assert_int_equal(roster_check_seats(f.roster, 3, &f.why), 730 * 2 + 1 + 5);
    says(&f, "... and 1456 more shifts with too few");
    gone(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_roster_has_no_faults),
        cmocka_unit_test(a_swap_changes_one_night_and_is_told_as_one),
        cmocka_unit_test(an_absence_leaves_its_seat_empty_unless_somebody_steps_in),
        cmocka_unit_test(absence_for_an_hour_takes_an_hour),
        cmocka_unit_test(nobody_is_in_two_places),
        cmocka_unit_test(the_plan_must_know_everybody_asked_once),
        cmocka_unit_test(a_holiday_without_duty_is_found),
        cmocka_unit_test(strangers_are_refused),
        cmocka_unit_test(the_sample_s_roster_keeps_its_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
