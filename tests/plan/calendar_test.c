/* Compiled calendars, against a second opinion: libc's localtime_r, minute by minute. */
#include "common/plan/calendar.h"

#include "tests/plan/ics.h"
#include "workers/core/calendar.h"

#include <time.h>

enum { CASES = 100000, CALENDARS = 28, HORIZON_DAYS = 400, SPECIALS = 36, DAY_MIN = 1440 };

static const char *const zones[] = {
    "Asia/Shanghai",       "America/New_York",
    "Europe/Berlin",       "Australia/Sydney",
    "Pacific/Apia",        "Asia/Kathmandu",
    "America/Havana",      "America/Sao_Paulo",
    "Australia/Lord_Howe", "Africa/Casablanca",
    "Pacific/Chatham",     "Asia/Tehran",
    "America/Santiago",    "UTC",
};

/* Weekly hours in minutes of the wall: two rules. The edges stay away from 00:01 to 04:00 and
 * 23:00, where clocks are changed, so that "the wall shows a time within the hours" says all. */
struct hours {
    const char *days;
    bool on[7]; /* Monday first */
    int from, to;
};
#define MO_FR                                                                                      \
    "MO,TU,WE,TH,FR",                                                                              \
    {                                                                                              \
        1, 1, 1, 1, 1, 0, 0                                                                        \
    }
#define TU_SA                                                                                      \
    "TU,WE,TH,FR,SA",                                                                              \
    {                                                                                              \
        0, 1, 1, 1, 1, 1, 0                                                                        \
    }
#define EVERYDAY                                                                                   \
    "MO,TU,WE,TH,FR,SA,SU",                                                                        \
    {                                                                                              \
        1, 1, 1, 1, 1, 1, 1                                                                        \
    }
struct week_hours {
    struct hours rules[2];
};
static const struct week_hours weeks[] = {
    { { { MO_FR, 540, 720 }, { MO_FR, 780, 1080 } } },
    { { { "MO,TU", { 1, 1, 0, 0, 0, 0, 0 }, 510, 1035 },
        { "TH,FR", { 0, 0, 0, 1, 1 }, 600, 840 } } },
    { { { TU_SA, 360, 840 }, { TU_SA, 900, 1320 } } },
    { { { EVERYDAY, 0, 1440 } } },
    { { { EVERYDAY, 1320, 1800 } } },
};

struct special {
    int64_t day;
    bool makeup;
    int from, to; /* minutes; 0, 0: the whole day */
};

/* One random calendar, its compiled form, and what the second opinion makes of it. */
struct city {
    const char *zone;
    const struct week_hours *week;
    struct special specials[SPECIALS];
    instant from, until;
    bool *open; /* each minute of [from, until) */
    struct calendar *compiled;
};

/* ---- the second opinion */

static void
mark(bool table[DAY_MIN], int from, int to, bool value)
{
    for (int m = from; m < to && m < DAY_MIN; m++)
        table[m] = value;
}

static void
weekday_table(const struct week_hours *w, unsigned weekday, bool table[DAY_MIN])
{
    mark(table, 0, DAY_MIN, false);
    for (size_t i = 0; i < countof(w->rules); i++) {
        const struct hours *h = &w->rules[i];
        if (h->on[weekday])
            mark(table, h->from, h->to, true);
        if (h->on[(weekday + 6) % 7])
            mark(table, 0, h->to - DAY_MIN, true);
    }
}

static unsigned
nearest(const struct week_hours *w, unsigned weekday)
{
    for (unsigned away = 0;; away++)
        for (unsigned side = 0; side < 2; side++) {
            unsigned other = (weekday + (side == 0 ? 14 - away : away)) % 7;
            if (other < 5 && (w->rules[0].on[other] || w->rules[1].on[other]))
                return other;
        }
}

static void
day_table(const struct city *c, int64_t day, unsigned weekday, bool table[DAY_MIN])
{
    weekday_table(c->week, weekday, table);
    for (int pass = 0; pass < 3; pass++) /* holidays, whole make-up days, make-up hours */
        for (int i = 0; i < SPECIALS; i++) {
            const struct special *s = &c->specials[i];
            bool whole = s->to == 0;
            if (s->day != day || pass != (s->makeup ? whole ? 1 : 2 : 0))
                continue;
            if (s->makeup && whole)
                weekday_table(c->week, nearest(c->week, weekday), table);
            else
                mark(table, s->from, whole ? DAY_MIN : s->to, s->makeup);
        }
}

static void
second_opinion(struct city *c)
{
    size_t minutes = (size_t)((c->until - c->from) / MINUTES);
    bool table[DAY_MIN];
    int known = -1;
    setenv("TZ", c->zone, 1);
    tzset();
    c->open = zalloc(minutes);
    for (size_t i = 0; i < minutes; i++) {
        time_t t = (time_t)((c->from + (instant)i * MINUTES) / SECONDS);
        struct tm tm;
        assert_non_null(localtime_r(&t, &tm));
        if (known != tm.tm_year * 1000 + tm.tm_yday) {
            struct date d = { tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday };
            day_table(c, date_day(d), (unsigned)(tm.tm_wday + 6) % 7, table);
            known = tm.tm_year * 1000 + tm.tm_yday;
        }
        c->open[i] = table[tm.tm_hour * 60 + tm.tm_min];
    }
}

/* ---- a random city */

static void
put_wall(struct buf *b, const char *key, int64_t day, int minute)
{
    struct date d = date_of(day + minute / DAY_MIN);
    buf_printf(b, "%s:%04d%02u%02uT%02d%02d00\n", key, d.year, d.month, d.day, minute / 60 % 24,
               minute % 60);
}

static void
put_event(struct buf *b, int n, int64_t day, int from, int to, const char *category,
          const char *rule)
{
    struct date d = date_of(day);
    buf_printf(b, "BEGIN:VEVENT\nUID:%d\nCATEGORIES:%s\n%s", n, category, rule);
    if (to == 0) {
        buf_printf(b, "DTSTART;VALUE=DATE:%04d%02u%02u\n", d.year, d.month, d.day);
    } else {
        put_wall(b, "DTSTART", day, from);
        put_wall(b, "DTEND", day, to);
    }
    buf_printf(b, "END:VEVENT\n");
}

static void
put_city(const struct city *c, struct buf *b)
{
    buf_printf(b, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n");
    for (int i = 0; i < 2; i++) {
        const struct hours *h = &c->week->rules[i];
        int64_t first = c->from / DAYS - 40;
        char rule[80];
        snprintf(rule, sizeof(rule), "RRULE:FREQ=WEEKLY;BYDAY=%s\n", h->days);
        while (h->to > 0 && !h->on[date_weekday(first)])
            first++;
        if (h->to > 0)
            put_event(b, i, first, h->from, h->to, "WORKING", rule);
    }
    for (int i = 0; i < SPECIALS; i++)
        put_event(b, 10 + i, c->specials[i].day, c->specials[i].from, c->specials[i].to,
                  c->specials[i].makeup ? "MAKEUP" : "HOLIDAY", "");
    buf_printf(b, "END:VCALENDAR\n");
}

/* Days on which something is odd: the turn of a year, the end of February, days of changed clocks.
 */
static int64_t
odd_day(const struct city *c, const struct zone *z, struct rng *rng)
{
    int64_t first = c->from / DAYS, day = first + (int64_t)rng_below(rng, HORIZON_DAYS);
    int year = date_of(day).year;
    switch (rng_below(rng, 4)) {
    case 0:
        return date_day((struct date){ year, 12, 31 }) + (int64_t)rng_below(rng, 2);
    case 1:
        return date_day((struct date){ year, 2, 28 }) + (int64_t)rng_below(rng, 2);
    case 2:
        for (; day < first + HORIZON_DAYS; day++)
            if (zone_midnight(z, day + 1) - zone_midnight(z, day) != DAYS)
                return day;
        return day;
    }
    return day;
}

static void
found(struct city *c, struct rng *rng, size_t number)
{
    static const int hours[][2] = { { 0, 0 }, { 0, 0 }, { 720, 1080 }, { 300, 660 }, { 600, 900 } };
    *c = (struct city){ .zone = zones[number % countof(zones)],
                        .week = &weeks[rng_below(rng, countof(weeks))] };
    int64_t first = date_day((struct date){ 2009, 1, 1 }) + (int64_t)rng_below(rng, 12000);
    if (strcmp(c->zone, "Pacific/Apia") == 0 && rng_below(rng, 2) == 0)
        first = date_day((struct date){ 2011, 12, 30 }) - (int64_t)rng_below(rng, HORIZON_DAYS);
    c->from = first * DAYS + (int64_t)rng_below(rng, DAY_MIN) * MINUTES;
    c->until = c->from + (HORIZON_DAYS + (int64_t)rng_below(rng, 30)) * DAYS;
    struct zone *z = zone_of(c->zone);
    for (int i = 0; i < SPECIALS; i++) {
        const int *h = hours[rng_below(rng, countof(hours))];
        c->specials[i] = (struct special){ odd_day(c, z, rng), rng_below(rng, 3) == 0, h[0], h[1] };
    }
    struct buf text = { 0 }, why = { 0 };
    struct happenings all = { 0 };
    instant a = c->from, b = c->until;
    put_city(c, &text);
    calendar_widen(z, &a, &b);
    if (ical_read(&all, "city.ics", buf_str(&text), z, a, b, &why) != OK ||
        calendar_compile(&c->compiled, "city", z, &all, c->from, c->until, &why) != OK)
        fail_msg("%s%s", buf_cstr(&why), buf_cstr(&text));
    happenings_fini(&all);
    buf_fini(&text);
    buf_fini(&why);
    zone_free(z);
    second_opinion(c);
}

/* ---- cases */

static bool
opinion_at(const struct city *c, instant t)
{
    return t < c->from || t >= c->until || c->open[(t - c->from) / MINUTES];
}

/* Up to `b`, or to the instant at which `want` has passed; minute by minute. */
static instant
walk(const struct city *c, instant a, instant b, msec want, msec *passed)
{
    *passed = 0;
    while (a < b && *passed < want) {
        instant end =
            a >= c->until ? NEVER : a - a % MINUTES + MINUTES; /* after the horizon: open */
        end = end > b ? b : end;
        if (opinion_at(c, a)) {
            if (end - a >= want - *passed) {
                a += want - *passed;
                *passed = want;
                return a;
            }
            *passed += end - a;
        }
        a = end;
    }
    return a;
}

/* Near the edge of a span, or anywhere; whole minutes or any millisecond. */
static instant
odd_instant(const struct city *c, struct rng *rng)
{
    const struct calendar *k = c->compiled;
    instant t = c->from + (int64_t)rng_below(rng, (uint64_t)(c->until - c->from));
    if (rng_below(rng, 2) == 0 && k->count > 0) {
        const struct open_span *s = &k->spans[rng_below(rng, k->count)];
        t = (rng_below(rng, 2) == 0 ? s->from : s->to) + ((int64_t)rng_below(rng, 7) - 3) * MINUTES;
    }
    if (rng_below(rng, 2) == 0)
        t -= t % MINUTES;
    return t < c->from ? c->from : t;
}

static void
one_case(const struct city *c, struct rng *rng)
{
    bool far = rng_below(rng, 8) == 0;
    instant a = odd_instant(c, rng), b = a + (int64_t)rng_below(rng, (far ? 9 : 1) * DAYS);
    msec want = (msec)rng_below(rng, (far ? 40 : 6) * HOURS), passed;
    instant edge = odd_instant(c, rng);
    if (edge >= a && edge < a + 9 * DAYS)
        b = edge;
    b = b > c->until ? c->until : b;
    walk(c, a, b, NEVER, &passed);
    msec open = calendar_open(c->compiled, a, b);
    if (open != passed)
        fail_msg("%s: %" PRId64 " to %" PRId64 ": open %" PRId64 " ms, not %" PRId64, c->zone, a, b,
                 open, passed);
    if (rng_below(rng, 2) == 0)
        want = passed; /* reached at an edge, often */
    instant expected = walk(c, a, NEVER, want, &passed);
    instant after = calendar_after(c->compiled, a, want);
    if (after != expected)
        fail_msg("%s: %" PRId64 " and %" PRId64 " ms: %" PRId64 ", not %" PRId64, c->zone, a, want,
                 after, expected);
    assert_int_equal(calendar_is_open(c->compiled, a), opinion_at(c, a));
}

static void
text_of_it_gives_it_again(const struct calendar *c)
{
    struct buf text = { 0 }, again = { 0 };
    struct calendar *back = NULL;
    calendar_put_text(c, &text);
    assert_int_equal(calendar_of_text(&back, c->id, buf_str(&text)), OK);
    assert_memory_equal(back->id, c->id, sizeof(c->id));
    assert_true(back->from == c->from && back->until == c->until && back->count == c->count);
    if (c->count > 0)
        assert_memory_equal(back->spans, c->spans, c->count * sizeof(*c->spans));
    calendar_put_text(back, &again);
    assert_true(str_eq(buf_str(&text), buf_str(&again)));
    calendar_free(back);
    buf_fini(&text);
    buf_fini(&again);
}

static void
open_time_is_what_libc_s_clock_says_minute_by_minute(void **state)
{
    struct rng rng = seed();
    (void)state;
    static struct city cities[CALENDARS];
    for (size_t i = 0; i < CALENDARS; i++) {
        found(&cities[i], &rng, i);
        text_of_it_gives_it_again(cities[i].compiled);
    }
    for (int i = 0; i < CASES; i++)
        one_case(&cities[rng_below(&rng, CALENDARS)], &rng);
    for (size_t i = 0; i < CALENDARS; i++) {
        calendar_free(cities[i].compiled);
        free(cities[i].open);
    }
    unsetenv("TZ");
}

static void
offsets_are_libc_s_through_two_centuries(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(zones); i++) {
        struct zone *z = zone_of(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (time_t t = -2208988800; t < 7000000000; t += 3 * 3600 * 7 - 900) { /* 1900 to 2191 */
            struct tm tm;
            localtime_r(&t, &tm);
            if (zone_offset(z, t * SECONDS) != tm.tm_gmtoff * SECONDS)
                fail_msg("%s at %lld: %lld, not %ld", zones[i], (long long)t,
                         (long long)zone_offset(z, t * SECONDS) / 1000, tm.tm_gmtoff);
        }
        zone_free(z);
    }
    unsetenv("TZ");
}

/* ---- by hand */

static const char office[] = "BEGIN:VEVENT\nUID:w\nCATEGORIES:WORKING\nDTSTART:20250101T090000\n"
                             "DTEND:20250101T180000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\n"
                             "END:VEVENT\n";

static struct calendar *
compiled(struct zone *z, const char *from, const char *until, const char *more)
{
    struct buf text = { 0 }, why = { 0 };
    struct calendar *c = NULL;
    buf_printf(&text, "%s%s", office, more);
    struct happenings all = good_events(z, "2025-12-01", "2027-02-01", buf_cstr(&text));
    if (calendar_compile(&c, "office", z, &all, at(z, from), at(z, until), &why) != OK)
        fail_msg("%s", buf_cstr(&why));
    happenings_fini(&all);
    buf_fini(&text);
    buf_fini(&why);
    return c;
}

static void
make_up_wins_over_holiday_and_holiday_over_working(void **state)
{
    (void)state;
    struct zone *z = zone_of("Asia/Shanghai");
    struct calendar *c =
        compiled(z, "2026-02-01", "2026-03-01",
                 "BEGIN:VEVENT\nUID:h\nCATEGORIES:HOLIDAY\nDTSTART;VALUE=DATE:20260214\n"
                 "DTEND;VALUE=DATE:20260224\nEND:VEVENT\n"
                 "BEGIN:VEVENT\nUID:m\nCATEGORIES:MAKEUP\nDTSTART;VALUE=DATE:20260214\nEND:VEVENT\n"
                 "BEGIN:VEVENT\nUID:m2\nCATEGORIES:MAKEUP\nDTSTART:20260216T100000\nDURATION:PT2H\n"
                 "END:VEVENT\n"
                 "BEGIN:VEVENT\nUID:half\nCATEGORIES:HOLIDAY\nDTSTART:20260225T130000\n"
                 "DTEND:20260225T180000\nEND:VEVENT\n");
    static const struct {
        const char *day;
        int hours;
    } expected[] = { { "2026-02-13", 9 }, { "2026-02-14", 9 }, { "2026-02-15", 0 },
                     { "2026-02-16", 2 }, { "2026-02-17", 0 }, { "2026-02-24", 9 },
                     { "2026-02-25", 4 }, { "2026-02-28", 0 } };
    for (size_t i = 0; i < countof(expected); i++) {
        instant begin = at(z, expected[i].day);
        assert_int_equal(calendar_open(c, begin, begin + DAYS), expected[i].hours * HOURS);
    }
    assert_int_equal(calendar_after(c, at(z, "2026-02-14 17:00"), 4 * HOURS),
                     at(z, "2026-02-24 10:00"));
    calendar_free(c);
    zone_free(z);
}

/* Samoa went from Thursday to Saturday. */
static void
a_day_that_never_was_is_not_worked_on_the_next(void **state)
{
    (void)state;
    struct zone *z = zone_of("Pacific/Apia");
    struct buf why = { 0 };
    struct calendar *c = NULL;
    struct happenings all =
        good_events(z, "2011-12-01", "2012-02-01",
                    "BEGIN:VEVENT\nUID:w\nCATEGORIES:WORKING\nDTSTART:20111201T090000\n"
                    "DTEND:20111201T180000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nEND:VEVENT\n"
                    "BEGIN:VEVENT\nUID:m\nCATEGORIES:MAKEUP\nDTSTART;VALUE=DATE:20111230\n"
                    "DTEND;VALUE=DATE:20120101\nEND:VEVENT\n");
    instant thursday = at(z, "2011-12-29"), saturday = at(z, "2011-12-31");
    assert_int_equal(saturday - thursday, DAYS);
    assert_int_equal(calendar_compile(&c, "apia", z, &all, thursday, at(z, "2012-01-20"), &why),
                     OK);
    assert_int_equal(calendar_open(c, thursday, saturday), 9 * HOURS);
    assert_int_equal(calendar_open(c, saturday, saturday + DAYS), 9 * HOURS); /* made up, once */
    calendar_free(c);
    for (size_t i = 0; i < all.count; i++)
        if (all.list[i].categories == ICAL_MAKEUP)
            all.list[i].categories = 0;
    assert_int_equal(calendar_compile(&c, "apia", z, &all, thursday, at(z, "2012-01-20"), &why),
                     OK);
    assert_int_equal(calendar_open(c, saturday, saturday + DAYS), 0);
    calendar_free(c);
    happenings_fini(&all);
    buf_fini(&why);
    zone_free(z);
}

static void
faults_are_told(void **state)
{
    (void)state;
    struct zone *z = zone_of("UTC");
    struct buf why = { 0 };
    struct calendar *c = NULL;
    instant from = at(z, "2026-01-01"), until = at(z, "2028-01-01");
    struct happenings all = good_events(
        z, "2026-01-01", "2028-01-01",
        "BEGIN:VEVENT\nUID:h\nCATEGORIES:HOLIDAY\nDTSTART;VALUE=DATE:20260501\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:m\nCATEGORIES:MAKEUP\nDTSTART;VALUE=DATE:20270501\nEND:VEVENT\n");
    assert_int_equal(calendar_compile(&c, "x", z, &all, from, until, &why), ERR_SYNTAX);
    assert_non_null(strstr(buf_cstr(&why), "calendar x: no event has CATEGORIES:WORKING"));
    buf_clear(&why);
    assert_int_equal(calendar_check_years(&all, "x", z, from, until, &why), 1);
    assert_non_null(strstr(buf_cstr(&why), "calendar x: 2027 has no holiday"));
    assert_true(calendar_has_holiday(&all, z, 2026) && !calendar_has_holiday(&all, z, 2027));
    happenings_fini(&all);
    buf_fini(&why);
    zone_free(z);
}

/* Every text but the one that writing gives is refused: cut, changed, continued. */
static void
only_the_text_that_was_written_is_read(void **state)
{
    (void)state;
    struct zone *z = zone_of("Europe/Berlin");
    struct calendar *c = compiled(z, "2026-01-01", "2026-02-01", ""), *back = NULL;
    struct buf text = { 0 }, again = { 0 };
    calendar_put_text(c, &text);
    for (size_t len = 0; len < text.len; len++)
        if (calendar_of_text(&back, "x", str_bytes(text.data, len)) == OK) { /* cut between spans */
            calendar_put_text(back, &again);
            assert_int_equal(again.len, len);
            buf_clear(&again);
            calendar_free(back);
        }
    for (size_t i = 0; i < text.len; i++)
        for (int byte = 0; byte < 256; byte++) {
            struct buf other = { 0 };
            buf_put(&other, text.data, text.len);
            other.data[i] = (uint8_t)byte;
            if (calendar_of_text(&back, "x", buf_str(&other)) == OK) {
                calendar_put_text(back, &again);
                assert_true(str_eq(buf_str(&again), buf_str(&other)));
                buf_clear(&again);
                calendar_free(back);
            }
            buf_fini(&other);
        }
    assert_int_equal(calendar_of_text(&back, "x", STR("2s.AAAA")), ERR_VERSION);
    calendar_free(c);
    buf_fini(&text);
    buf_fini(&again);
    zone_free(z);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_libc_s_through_two_centuries),
        cmocka_unit_test(open_time_is_what_libc_s_clock_says_minute_by_minute),
        cmocka_unit_test(make_up_wins_over_holiday_and_holiday_over_working),
        cmocka_unit_test(a_day_that_never_was_is_not_worked_on_the_next),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(only_the_text_that_was_written_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
