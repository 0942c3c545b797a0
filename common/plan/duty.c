/* duty.c - duty texts. A week is marked minute by minute, so overlaps and the turn of the week
 * need no thought; spans are read off afterwards. */
#include "common/plan/duty.h"

static bool
day_named(struct str text, int *day)
{
    static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    for (int i = 0; i < (int)countof(names); i++)
        if (str_is(text, names[i])) {
            *day = i;
            return true;
        }
    return false;
}

/* "mon", "mon-fri", "sat-mon" (over the turn of the week): a bit a day. */
static bool
days_of(struct str text, unsigned *days)
{
    int first, last;
    struct str rest = text, from = str_cut(&rest, '-');
    bool range = from.len < text.len;
    if (!day_named(from, &first) || (range && !day_named(rest, &last)))
        return false;
    if (!range)
        last = first;
    for (int day = first;; day = (day + 1) % 7) {
        *days |= 1u << day;
        if (day == last)
            return true;
    }
}

static bool
days_list(struct str text, unsigned *days)
{
    *days = 0;
    if (str_is(text, "daily")) {
        *days = 0x7f;
        return true;
    }
    if (text.len == 0 || text.at[text.len - 1] == ',')
        return false;
    while (text.len > 0)
        if (!days_of(str_cut(&text, ','), days))
            return false;
    return true;
}

static bool
two_digits(const char *at, int most, int *out)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *out = (at[0] - '0') * 10 + at[1] - '0';
    return *out <= most;
}

/* "HH:MM"; 24:00 is the end of a day. */
static bool
time_of(struct str text, int *minute)
{
    int h, m;
    if (text.len != 5 || text.at[2] != ':' || !two_digits(text.at, 24, &h) ||
        !two_digits(text.at + 3, 59, &m))
        return false;
    *minute = h * 60 + m;
    return *minute <= DAY_MIN;
}

/* Marks [from, to) of minutes, anywhere on the line, folded into one week. */
static void
mark(struct week *w, int from, int to)
{
    for (int m = from; m < to; m++)
        w->on[((m % WEEK_MIN) + WEEK_MIN) % WEEK_MIN] = true;
}

enum err
duty_add(struct week *w, struct str text, int utc_offset_min)
{
    text = str_trim(text);
    if (str_is(text, "always")) {
        memset(w->on, true, sizeof(w->on));
        return OK;
    }
    unsigned days;
    int from, to;
    struct str hours = text, names = str_cut(&hours, ' ');
    hours = str_trim(hours);
    struct str end = hours, begin = str_cut(&end, '-');
    if (!days_list(names, &days) || !time_of(begin, &from) || !time_of(end, &to) || from == to ||
        from == DAY_MIN)
        return ERR_SYNTAX;
    if (to < from)
        to += DAY_MIN;
    for (int day = 0; day < 7; day++)
        if (days >> day & 1)
            mark(w, day * DAY_MIN + from - utc_offset_min, day * DAY_MIN + to - utc_offset_min);
    return OK;
}

enum err
duty_spans(const struct week *w, struct span spans[SPANS_MAX], size_t *count)
{
    *count = 0;
    for (int m = 0; m < WEEK_MIN;) {
        const bool *next = memchr(w->on + m, !w->on[m], (size_t)(WEEK_MIN - m));
        int to = next == NULL ? WEEK_MIN : (int)(next - w->on);
        if (w->on[m]) {
            if (*count == SPANS_MAX)
                return ERR_TOO_BIG;
            spans[(*count)++] = (struct span){ m, to };
        }
        m = to;
    }
    return OK;
}
