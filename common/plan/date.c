/* date.c - dates and day numbers. Years are counted from March, so that the leap day is a year's
 * last, in cycles of 400 years. */
#include "common/plan/date.h"

#include <stdio.h>

enum { CYCLE_DAYS = 146097, EPOCH_DAYS = 719468 /* 0000-03-01 to 1970-01-01 */ };

static bool
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned
date_month_days(int year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    assert(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

bool
date_is_real(struct date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= date_month_days(d.year, d.month);
}

int64_t
date_day(struct date d)
{
    int64_t year = d.year - (d.month <= 2), cycle = year / 400, of_cycle = year % 400;
    int64_t of_year = (153 * ((d.month + 9) % 12) + 2) / 5 + d.day - 1;
    assert(date_is_real(d));
    return cycle * CYCLE_DAYS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year -
           EPOCH_DAYS;
}

struct date
date_of(int64_t day)
{
    int64_t from_zero = day + EPOCH_DAYS;
    int64_t cycle = from_zero / CYCLE_DAYS - (from_zero % CYCLE_DAYS < 0);
    int64_t of_cycle = from_zero - cycle * CYCLE_DAYS;
    int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    struct date d = { .month = (unsigned)(from_march < 10 ? from_march + 3 : from_march - 9),
                      .day = (unsigned)(of_year - (153 * from_march + 2) / 5 + 1) };
    d.year = (int)(year + cycle * 400 + (d.month <= 2));
    return d;
}

unsigned
date_weekday(int64_t day)
{
    int64_t into = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (unsigned)(into < 0 ? into + 7 : into);
}

const char *
date_weekday_name(int64_t day)
{
    static const char names[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    return names[date_weekday(day)];
}

static bool
digits(struct str text, size_t from, size_t len, int *out)
{
    *out = 0;
    for (size_t i = from; i < from + len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        *out = *out * 10 + text.at[i] - '0';
    }
    return true;
}

bool
date_read(struct str text, int64_t *day)
{
    int year, month, mday;
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-' || !digits(text, 0, 4, &year) ||
        !digits(text, 5, 2, &month) || !digits(text, 8, 2, &mday))
        return false;
    struct date d = { year, (unsigned)month, (unsigned)mday };
    if (!date_is_real(d))
        return false;
    *day = date_day(d);
    return true;
}

void
date_text(char out[DATE_TEXT], int64_t day)
{
    struct date d = date_of(day);
    snprintf(out, DATE_TEXT, "%04d-%02u-%02u", d.year % 10000, d.month, d.day);
}
