/* when.c - instants as people type them: a time of day, a distance, or a date with its time. */
#include "cli/when.h"

#include <time.h>

static bool
distance(struct str text, int64_t now, int64_t *out)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = { { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 } };
    int64_t n;
    if (text.len < 3 || text.at[0] != '+' ||
        !str_int((struct str){ text.at + 1, text.len - 2 }, &n) || n < 0 || n > 1000000)
        return false;
    for (size_t i = 0; i < countof(units); i++)
        if (text.at[text.len - 1] == units[i].unit) {
            *out = now + n * units[i].ms;
            return true;
        }
    return false;
}

/* The whole of `text` in this form. */
static bool
reads(const char *text, const char *form, struct tm *tm)
{
    *tm = (struct tm){ .tm_isdst = -1 };
    const char *end = strptime(text, form, tm);
    return end != NULL && *end == '\0';
}

/* The next one: today's, or tomorrow's when that has passed. */
static bool
of_the_day(const char *text, int64_t now, int64_t *out)
{
    struct tm said, tm;
    time_t seconds = (time_t)(now / 1000);
    if (!reads(text, "%H:%M", &said) || localtime_r(&seconds, &tm) == NULL)
        return false;
    tm.tm_hour = said.tm_hour;
    tm.tm_min = said.tm_min;
    tm.tm_sec = 0;
    tm.tm_isdst = -1;
    struct tm tomorrow = tm;
    *out = (int64_t)mktime(&tm) * 1000;
    if (*out <= now) {
        tomorrow.tm_mday++;
        *out = (int64_t)mktime(&tomorrow) * 1000;
    }
    return true;
}

bool
when_parse(struct str text, int64_t now, int64_t *out)
{
    static const struct {
        const char *form;
        bool utc;
    } forms[] = {
        { "%Y-%m-%dT%H:%M:%SZ", true }, { "%Y-%m-%dT%H:%MZ", true }, { "%Y-%m-%dT%H:%M:%S", false },
        { "%Y-%m-%dT%H:%M", false },    { "%Y-%m-%d %H:%M", false },
    };
    char word[32];
    struct tm tm;
    if (!str_fill(word, sizeof(word), text) || text.len == 0)
        return false;
    if (distance(text, now, out) || of_the_day(word, now, out))
        return true;
    for (size_t i = 0; i < countof(forms); i++)
        if (reads(word, forms[i].form, &tm)) {
            *out = (int64_t)(forms[i].utc ? timegm(&tm) : mktime(&tm)) * 1000;
            return *out >= 0;
        }
    return false;
}
