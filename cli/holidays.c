/* holidays.c - yearly files of holidays into iCalendar. */
#include "cli/holidays.h"

#include "cli/json.h"
#include "common/plan/date.h"

enum { NAME_MAX_BYTES = 200, LINE_MAX_BYTES = 75 };

void
holidays_fini(struct holidays *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->list[i].name);
    free(h->list);
    *h = (struct holidays){ 0 };
}

static struct holiday *
find(const struct holidays *h, int64_t day)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].day == day)
            return &h->list[i];
    return NULL;
}

static bool
add(struct holidays *h, const struct holiday *given, struct buf *why)
{
    struct holiday *there = find(h, given->day);
    char date[DATE_TEXT];
    if (there == NULL) {
        h->list = grow_array(h->list, h->count, &h->cap, sizeof(*h->list));
        h->list[h->count] = *given;
        h->list[h->count++].name = str_dup(str_of(given->name));
        return true;
    }
    if (there->off == given->off)
        return true;
    date_text(date, given->day);
    buf_printf(why, "%s: %s is a %s day, but %s says a %s day; correct one of them\n", given->file,
               date, given->off ? "free" : "working", there->file, there->off ? "free" : "working");
    return false;
}

static bool
read_day(struct holidays *h, const char *file, const struct json *j, size_t number, struct buf *why)
{
    const char *date = json_text(json_get(j, "date")), *name = json_text(json_get(j, "name"));
    struct holiday day = { .file = file, .name = (char *)(uintptr_t)(name == NULL ? "" : name) };
    if (date == NULL || !date_read(str_of(date), &day.day) ||
        !json_bool(json_get(j, "isOffDay"), &day.off)) {
        buf_printf(why,
                   "%s: day %zu%s%.20s: needs \"date\": \"YYYY-MM-DD\", a day that there is, and "
                   "\"isOffDay\": true or false\n",
                   file, number, date == NULL ? "" : " ", date == NULL ? "" : date);
        return false;
    }
    if (strlen(day.name) > NAME_MAX_BYTES || !str_is_printable(str_of(day.name))) {
        buf_printf(why, "%s: day %zu %s: its name is not printable, or longer than %d bytes\n",
                   file, number, date, NAME_MAX_BYTES);
        return false;
    }
    return add(h, &day, why);
}

bool
holidays_read(struct holidays *h, const char *file, struct str text, struct buf *why)
{
    struct buf reason = { 0 };
    struct json *j = json_read(text, &reason);
    if (j == NULL) {
        buf_printf(why, "%s: no JSON: %s\n", file, buf_cstr(&reason));
        buf_fini(&reason);
        return false;
    }
    const struct json *days = json_get(j, "days");
    bool good = json_count(days) > 0;
    if (!good)
        buf_printf(why, "%s: no \"days\" in it; is it a file of holidays?\n", file);
    for (size_t i = 0; i < json_count(days); i++)
        good = read_day(h, file, json_at(days, i), i + 1, why) && good;
    json_free(&j);
    return good;
}

/* One content line, folded between letters. */
static void
put_line(struct buf *ics, struct str line)
{
    size_t used = 0;
    for (size_t i = 0; i < line.len;) {
        size_t letter = str_letter(str_bytes(line.at + i, line.len - i));
        letter = letter == 0 ? 1 : letter;
        if (used + letter > LINE_MAX_BYTES) {
            buf_put(ics, "\r\n ", 3);
            used = 1;
        }
        buf_put(ics, line.at + i, letter);
        used += letter;
        i += letter;
    }
    buf_put(ics, "\r\n", 2);
}

static void
put_summary(struct buf *ics, const char *name)
{
    struct buf line = { 0 };
    buf_printf(&line, "SUMMARY:");
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '\\' || *at == ';' || *at == ',')
            buf_put_u8(&line, '\\');
        buf_put_u8(&line, (uint8_t)*at);
    }
    put_line(ics, buf_str(&line));
    buf_fini(&line);
}

static void
put_event(struct buf *ics, const struct holiday *h)
{
    struct date from = date_of(h->day), to = date_of(h->day + 1);
    char begin[DATE_TEXT * 2], end[DATE_TEXT * 2];
    snprintf(begin, sizeof(begin), "%04d%02u%02u", from.year, from.month, from.day);
    snprintf(end, sizeof(end), "%04d%02u%02u", to.year, to.month, to.day);
    buf_printf(ics,
               "BEGIN:VEVENT\r\nUID:%s-%s@holidays.faultline\r\nDTSTAMP:%sT000000Z\r\n"
               "DTSTART;VALUE=DATE:%s\r\nDTEND;VALUE=DATE:%s\r\nCATEGORIES:%s\r\n",
               begin, h->off ? "holiday" : "makeup", begin, begin, end,
               h->off ? "HOLIDAY" : "MAKEUP");
    put_summary(ics, h->name);
    buf_printf(ics, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

static int
by_day(const void *a, const void *b)
{
    const struct holiday *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

void
holidays_write(struct holidays *h, struct buf *ics)
{
    if (h->count > 1)
        qsort(h->list, h->count, sizeof(*h->list), by_day);
    buf_printf(ics, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Faultline//calendar import//EN\r\n"
                    "CALSCALE:GREGORIAN\r\n");
    for (size_t i = 0; i < h->count; i++)
        put_event(ics, &h->list[i]);
    buf_printf(ics, "END:VCALENDAR\r\n");
}
