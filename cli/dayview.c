/* dayview.c - a day's hours, notes and shifts. */
#include "cli/dayview.h"

#include "cli/json.h"
#include "common/plan/date.h"

static bool
is_note(const struct happening *h)
{
    return h->categories == ICAL_HOLIDAY || h->categories == ICAL_MAKEUP;
}

/* "09:00"; the end of the day is 24:00. */
static void
hour_text(const struct dayview *v, int64_t day, instant at, char out[ZONE_TEXT])
{
    char text[ZONE_TEXT];
    zone_text(v->zone, text, at);
    bool next_day = at == zone_midnight(v->zone, day + 1);
    snprintf(out, ZONE_TEXT, "%s", next_day ? "24:00" : text + 11);
}

struct part {
    char from[ZONE_TEXT], to[ZONE_TEXT];
};

/* The i-th span's part of the day; false: it has none. */
static bool
part_of(const struct dayview *v, int64_t day, const struct open_span *s, struct part *out)
{
    instant begin = zone_midnight(v->zone, day), end = zone_midnight(v->zone, day + 1);
    if (s->to <= begin || s->from >= end)
        return false;
    hour_text(v, day, s->from < begin ? begin : s->from, out->from);
    hour_text(v, day, s->to > end ? end : s->to, out->to);
    return true;
}

static bool
on_day(const struct dayview *v, int64_t day, instant from, instant to)
{
    return from < zone_midnight(v->zone, day + 1) && to > zone_midnight(v->zone, day);
}

/* A shift is printed on the day it begins, and on the horizon's first day if it began before. */
static bool
shift_on_day(const struct dayview *v, int64_t day, const struct shift *s)
{
    instant begin = s->from < v->roster->from ? v->roster->from : s->from;
    return zone_day(v->zone, begin) == day;
}

static const char *
presence_text(enum presence p)
{
    static const char *const texts[] = {
        [PRESENT] = NULL, [PARTLY_ABSENT] = "absent for a part", [ABSENT] = "absent"
    };
    return texts[p];
}

static void
print_shift(const struct dayview *v, const struct shift *s, FILE *to)
{
    struct buf span = { 0 };
    zone_put_span(v->zone, &span, s->from, s->to);
    fprintf(to, "    %s  %s%s:", buf_cstr(&span), s->name, s->swapped ? " (swapped)" : "");
    buf_fini(&span);
    for (size_t i = 0; i < s->people_count; i++) {
        const struct ical_person *p = s->people[i].who;
        const char *presence = presence_text(s->people[i].presence);
        fprintf(to, "%s %s", i == 0 ? "" : ",", p->id);
        if (p->name != NULL)
            fprintf(to, " %s", p->name);
        if (p->phone != NULL)
            fprintf(to, " %s", p->phone);
        if (presence != NULL)
            fprintf(to, " (%s)", presence);
    }
    fputs(s->people_count == 0 ? " nobody\n" : "\n", to);
}

static void
print_text(const struct dayview *v, int64_t day, FILE *to)
{
    char date[DATE_TEXT];
    struct part part;
    bool open = false;
    date_text(date, day);
    fprintf(to, "%s %s", date, date_weekday_name(day));
    for (size_t i = 0; v->hours != NULL && i < v->hours->count; i++)
        if (part_of(v, day, &v->hours->spans[i], &part)) {
            fprintf(to, "%s%s-%s", open ? " " : "  ", part.from, part.to);
            open = true;
        }
    if (v->hours != NULL && !open)
        fputs("  closed", to);
    for (size_t i = 0; i < v->all->count; i++) {
        const struct happening *h = &v->all->list[i];
        if (is_note(h) && on_day(v, day, h->from, h->to))
            fprintf(to, "  %s%s", h->summary,
                    h->categories == ICAL_MAKEUP ? " (make-up working day)" : "");
    }
    fputc('\n', to);
    for (size_t i = 0; v->roster != NULL && i < v->roster->shifts_count; i++)
        if (shift_on_day(v, day, &v->roster->shifts[i]))
            print_shift(v, &v->roster->shifts[i], to);
}

static struct json *
json_shift(const struct shift *s)
{
    struct json *j = json_object_new(), *people = json_array_new();
    json_put_text(j, "name", s->name);
    json_put_time(j, "from", s->from);
    json_put_time(j, "to", s->to);
    json_put_true(j, "swapped", s->swapped);
    for (size_t i = 0; i < s->people_count; i++) {
        struct json *p = json_object_new();
        json_put_text(p, "engineer", s->people[i].who->id);
        json_put_text(p, "name", s->people[i].who->name);
        json_put_text(p, "phone", s->people[i].who->phone);
        json_put_text(p, "presence", presence_text(s->people[i].presence));
        json_append(people, &p);
    }
    json_put(j, "people", &people);
    return j;
}

static void
print_json(const struct dayview *v, int64_t day, FILE *to)
{
    struct json *j = json_object_new(), *notes = json_array_new();
    char date[DATE_TEXT];
    struct part part;
    date_text(date, day);
    json_put_text(j, "date", date);
    json_put_text(j, "weekday", date_weekday_name(day));
    if (v->hours != NULL) {
        struct json *open = json_array_new();
        for (size_t i = 0; i < v->hours->count; i++)
            if (part_of(v, day, &v->hours->spans[i], &part)) {
                struct json *p = json_object_new();
                json_put_text(p, "from", part.from);
                json_put_text(p, "to", part.to);
                json_append(open, &p);
            }
        json_put(j, "open", &open);
    }
    for (size_t i = 0; i < v->all->count; i++) {
        const struct happening *h = &v->all->list[i];
        if (!is_note(h) || !on_day(v, day, h->from, h->to))
            continue;
        struct json *n = json_object_new();
        json_put_text(n, "kind", h->categories == ICAL_HOLIDAY ? "holiday" : "make-up");
        json_put_text(n, "name", h->summary);
        json_append(notes, &n);
    }
    json_put(j, "notes", &notes);
    if (v->roster != NULL) {
        struct json *duty = json_array_new();
        for (size_t i = 0; i < v->roster->shifts_count; i++)
            if (shift_on_day(v, day, &v->roster->shifts[i])) {
                struct json *s = json_shift(&v->roster->shifts[i]);
                json_append(duty, &s);
            }
        json_put(j, "duty", &duty);
    }
    json_print(&j, to);
}

void
dayview_print(const struct dayview *v, int64_t day, FILE *to)
{
    if (v->json)
        print_json(v, day, to);
    else
        print_text(v, day, to);
}
