/* ical.c - the doorman of libical: components and properties into struct event, rules written out.
 * Nothing of libical outlives ical_read. What can make libical slow is refused before it is asked:
 * deep nesting, rules by the hour or finer, rules that no day can satisfy. */
#include "common/plan/ical.h"

#include "common/plan/date.h"
#include "common/plan/event.h"
#include "common/plan/icscan.h"

#include <libical/ical.h>

#include <stdio.h>
#include <strings.h>

enum { ZONES_MAX = 64, CHANGES_MAX = 2000, LAST_YEAR = 2200, HOPELESS_MAX = 3 };

struct known_zone {
    char *tzid;
    struct zone *zone;
};
struct reader {
    struct events all;
    icalcomponent *root;
    struct known_zone zones[ZONES_MAX];
    size_t zones_count, rules_count, hopeless;
    struct zone *utc;
    struct icscan scan;
    size_t events_seen;
    struct moment *moments; /* RDATE, EXDATE of one event */
    size_t moments_cap;
};

/* ---- times */

static msec
wall_of(struct icaltimetype t)
{
    struct date d = { t.year, (unsigned)t.month, (unsigned)t.day };
    msec wall = date_day(d) * DAYS;
    return t.is_date ? wall : wall + t.hour * HOURS + t.minute * MINUTES + t.second * SECONDS;
}

static bool
is_real(struct icaltimetype t)
{
    struct date d = { t.year, (unsigned)t.month, (unsigned)t.day };
    return t.month > 0 && t.day > 0 && date_is_real(d) && t.year < LAST_YEAR && t.hour >= 0 &&
           t.hour < 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 && t.second <= 60;
}

static struct icaltimetype
ical_time(msec wall, bool is_date)
{
    int64_t day = wall / DAYS - (wall % DAYS < 0);
    struct date d = date_of(day);
    struct icaltimetype t = icaltime_null_time();
    int s = (int)((wall - day * DAYS) / SECONDS);
    t.year = d.year;
    t.month = (int)d.month;
    t.day = (int)d.day;
    t.is_date = is_date;
    if (!is_date) {
        t.hour = s / 3600;
        t.minute = s / 60 % 60;
        t.second = s % 60;
    }
    return t;
}

/* One rule, written out. */
struct writing {
    msec *list;
    size_t count, cap;
};

static void
write_wall(struct writing *w, msec wall)
{
    w->list = grow_array(w->list, w->count, &w->cap, sizeof(*w->list));
    w->list[w->count++] = wall;
}

static bool
listed(short first)
{
    return first != ICAL_RECURRENCE_ARRAY_MAX;
}

/* Is there a month among the rule's that has one of the rule's days? libical would search for it
 * until the year 22981. */
static bool
is_possible(const struct icalrecurrencetype *rule)
{
    if (!listed(rule->by_month[0]) || !listed(rule->by_month_day[0]))
        return true;
    for (size_t i = 0; i < ICAL_BY_MONTH_SIZE && listed(rule->by_month[i]); i++)
        for (size_t j = 0; j < ICAL_BY_MONTHDAY_SIZE && listed(rule->by_month_day[j]); j++) {
            int month = rule->by_month[i], day = abs(rule->by_month_day[j]);
            if (month >= 1 && month <= 12 && day <= (int)date_month_days(2000, (unsigned)month))
                return true;
        }
    return false;
}

/* Why a rule is not followed; NULL: it is. */
static const char *
rule_refused(const struct icalrecurrencetype *rule)
{
    if (rule->freq == ICAL_SECONDLY_RECURRENCE || rule->freq == ICAL_MINUTELY_RECURRENCE ||
        rule->freq == ICAL_HOURLY_RECURRENCE)
        return "its RRULE repeats within the day; use FREQ=DAILY or longer, with an event for each "
               "time of the day";
    if (rule->freq < ICAL_SECONDLY_RECURRENCE || rule->freq > ICAL_YEARLY_RECURRENCE)
        return "its RRULE cannot be read; write for instance RRULE:FREQ=WEEKLY;BYDAY=MO,TU";
    if (rule->rscale != NULL)
        return "its RRULE has RSCALE; only the Gregorian calendar is understood";
    return is_possible(rule) ? NULL : "no day fits its RRULE; correct BYMONTH and BYMONTHDAY";
}

/* The rule's own end, and ours. */
static bool
is_over(const struct icalrecurrencetype *rule, struct moment m, const struct zone *utc,
        instant stop)
{
    struct icaltimetype end = rule->until;
    if (moment_instant(m) >= stop)
        return true;
    if (icaltime_is_null_time(end))
        return false;
    if (end.is_date || m.is_date)
        return m.wall / DAYS > wall_of(end) / DAYS;
    if (icaltime_is_utc(end))
        return moment_instant(m) > moment_instant((struct moment){ false, wall_of(end), utc });
    return m.wall > wall_of(end);
}

/* The walls at which the rule begins an occurrence, up to `stop`. NULL: done; else what is wrong.
 */
static const char *
write_rule(struct reader *r, const struct icalrecurrencetype *given, struct moment start,
           instant stop, size_t most, struct writing *out)
{
    struct icalrecurrencetype rule = *given;
    const char *refused = rule_refused(&rule);
    if (refused != NULL)
        return refused;
    if (r->hopeless >= HOPELESS_MAX)
        return "its RRULE was not looked at; correct the others first";
    if (++r->rules_count > ICAL_RULES_MAX)
        return "more than 1000 RRULEs in one file; split it";
    if (!icaltime_is_null_time(rule.until) && !is_real(rule.until))
        return "the UNTIL of its RRULE is no date; write it as 20261231T155959Z";
    if (rule.count == 0) /* libical looks no further than we need */
        rule.until = ical_time(zone_wall(start.zone, stop) + 2 * DAYS, start.is_date);
    icalrecur_iterator *it = icalrecur_iterator_new(rule, ical_time(start.wall, start.is_date));
    const char *wrong = NULL;
    bool first = true;
    for (struct icaltimetype t; it != NULL && wrong == NULL; first = false) {
        t = icalrecur_iterator_next(it);
        if (icaltime_is_null_time(t) || !is_real(t)) /* past all years of ours */
            break;
        struct moment m = { start.is_date, wall_of(t), start.zone };
        if (first && m.wall != start.wall)
            wrong = "its DTSTART is none of the times that its RRULE gives; begin with the first";
        else if (is_over(given, m, r->utc, stop))
            break;
        else if (out->count == most)
            wrong = "its RRULE gives too many occurrences (100,000 at most); begin it later or "
                    "let it end";
        else
            write_wall(out, m.wall);
    }
    if (it != NULL)
        icalrecur_iterator_free(it);
    if (wrong == NULL && out->count == 0 && first) { /* libical has looked through 20,000 years */
        r->hopeless++;
        wrong = "no day fits its RRULE; correct its BY... parts";
    }
    return wrong;
}

/* ---- zones: the system's, else the file's own */

static int
offset_of(icalcomponent *observance, icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(observance, kind);
    if (p == NULL)
        return INT32_MIN;
    return kind == ICAL_TZOFFSETTO_PROPERTY ? icalproperty_get_tzoffsetto(p)
                                            : icalproperty_get_tzoffsetfrom(p);
}

/* The changes of one STANDARD or DAYLIGHT part. `fixed` lends its zone: walls are before the
 * change. */
static const char *
observe(struct reader *r, icalcomponent *part, struct zone_change **list, size_t *count,
        size_t *cap, int32_t *first_s, instant *first)
{
    icalproperty *start = icalcomponent_get_first_property(part, ICAL_DTSTART_PROPERTY);
    icalproperty *rule = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);
    int from_s = offset_of(part, ICAL_TZOFFSETFROM_PROPERTY);
    int to_s = offset_of(part, ICAL_TZOFFSETTO_PROPERTY);
    if (start == NULL || !is_real(icalproperty_get_dtstart(start)) || abs(from_s) > 86400 ||
        abs(to_s) > 86400)
        return "without DTSTART, TZOFFSETFROM and TZOFFSETTO";
    struct zone *fixed = zone_of_changes(from_s, NULL, 0);
    struct moment at = { false, wall_of(icalproperty_get_dtstart(start)), fixed };
    struct writing w = { 0 };
    const char *wrong = NULL;
    if (rule == NULL) {
        write_wall(&w, at.wall);
    } else {
        struct icalrecurrencetype written = icalproperty_get_rrule(rule);
        instant stop = date_day((struct date){ LAST_YEAR, 1, 1 }) * DAYS;
        wrong = written.freq != ICAL_YEARLY_RECURRENCE
                    ? "with an RRULE that is not yearly"
                    : write_rule(r, &written, at, stop, CHANGES_MAX, &w);
    }
    for (icalproperty *p = icalcomponent_get_first_property(part, ICAL_RDATE_PROPERTY);
         p != NULL && wrong == NULL; p = icalcomponent_get_next_property(part, ICAL_RDATE_PROPERTY))
        if (is_real(icalproperty_get_rdate(p).time) && w.count < CHANGES_MAX)
            write_wall(&w, wall_of(icalproperty_get_rdate(p).time));
    for (size_t i = 0; i < w.count && wrong == NULL; i++) {
        struct zone_change change = { w.list[i] - from_s * SECONDS, to_s };
        *list = grow_array(*list, *count, cap, sizeof(**list));
        (*list)[(*count)++] = change;
        if (change.at < *first) {
            *first = change.at;
            *first_s = from_s;
        }
    }
    free(w.list);
    zone_free(fixed);
    return wrong;
}

static struct zone *
zone_of_component(struct reader *r, icalcomponent *c, const char *tzid)
{
    struct zone_change *list = NULL;
    size_t count = 0, cap = 0;
    int32_t first_s = 0;
    instant first = NEVER;
    const char *wrong = NULL;
    for (icalcomponent *part = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT);
         part != NULL && wrong == NULL;
         part = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT)) {
        icalcomponent_kind kind = icalcomponent_isa(part);
        if (kind == ICAL_XSTANDARD_COMPONENT || kind == ICAL_XDAYLIGHT_COMPONENT)
            wrong = observe(r, part, &list, &count, &cap, &first_s, &first);
    }
    if (wrong == NULL && count == 0)
        wrong = "without STANDARD and DAYLIGHT parts";
    if (wrong != NULL)
        event_fault(&r->all, ERR_SYNTAX, NULL, "VTIMEZONE %.80s: %s", tzid, wrong);
    struct zone *z = wrong == NULL ? zone_of_changes(first_s, list, count) : NULL;
    free(list);
    return z;
}

static icalcomponent *
find_timezone(icalcomponent *c, const char *tzid)
{
    icalcomponent *found = NULL;
    for (icalcompiter i = icalcomponent_begin_component(c, ICAL_ANY_COMPONENT);
         icalcompiter_deref(&i) != NULL && found == NULL; icalcompiter_next(&i)) {
        icalcomponent *child = icalcompiter_deref(&i);
        icalproperty *p = icalcomponent_get_first_property(child, ICAL_TZID_PROPERTY);
        if (icalcomponent_isa(child) == ICAL_VTIMEZONE_COMPONENT && p != NULL &&
            icalproperty_get_tzid(p) != NULL && strcmp(icalproperty_get_tzid(p), tzid) == 0)
            found = child;
        else if (icalcomponent_isa(child) == ICAL_VCALENDAR_COMPONENT)
            found = find_timezone(child, tzid);
    }
    return found;
}

/* NULL: unknown. Said once; the events that use it are told of by their own faults. */
static const struct zone *
zone_named(struct reader *r, const char *tzid)
{
    for (size_t i = 0; i < r->zones_count; i++)
        if (strcmp(r->zones[i].tzid, tzid) == 0)
            return r->zones[i].zone;
    if (r->zones_count == ZONES_MAX)
        return NULL;
    struct zone *z = zone_open(tzid);
    icalcomponent *c = z == NULL ? find_timezone(r->root, tzid) : NULL;
    if (c != NULL)
        z = zone_of_component(r, c, tzid);
    r->zones[r->zones_count++] = (struct known_zone){ str_dup(str_of(tzid)), z };
    return z;
}

/* ---- events */

/* A DATE or DATE-TIME property's value, in its zone. */
static bool
moment_of(struct reader *r, const struct event *e, icalproperty *p, struct icaltimetype t,
          struct moment *out)
{
    const char *key = icalproperty_get_property_name(p);
    icalparameter *tzid = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    if (!is_real(t)) {
        event_fault(&r->all, ERR_SYNTAX, e, "%s is no date or time that there is; correct it", key);
        return false;
    }
    *out = (struct moment){ t.is_date, wall_of(t), r->all.zone };
    if (t.is_date)
        return true;
    if (icaltime_is_utc(t))
        out->zone = r->utc;
    else if (tzid != NULL)
        out->zone = zone_named(r, icalparameter_get_tzid(tzid));
    if (out->zone == NULL)
        event_fault(&r->all, ERR_SYNTAX, e,
                    "%s: unknown zone %.80s; use a name such as Asia/Shanghai, or put its "
                    "VTIMEZONE into the file",
                    key, icalparameter_get_tzid(tzid));
    return out->zone != NULL;
}

static const char *
kept(struct reader *r, struct str text)
{
    char *copy = arena_alloc(r->all.arena, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    return copy;
}

static const char *
parameter(struct reader *r, icalproperty *p, const char *name)
{
    char *text = icalproperty_get_parameter_as_string_r(p, name);
    if (text == NULL)
        return NULL;
    struct str s = str_of(text);
    if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
        s = str_bytes(s.at + 1, s.len - 2);
    const char *out = kept(r, s);
    icalmemory_free_buffer(text);
    return out;
}

static unsigned
categories_of(icalcomponent *c)
{
    static const char *const names[] = { "WORKING", "HOLIDAY", "MAKEUP", "DUTY", "ABSENCE" };
    unsigned bits = 0;
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_CATEGORIES_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_CATEGORIES_PROPERTY)) {
        char *text = icalproperty_get_value_as_string_r(p);
        for (struct str rest = str_of(text); rest.len > 0;) {
            struct str word = str_trim(str_cut(&rest, ','));
            for (unsigned i = 0; i < countof(names); i++)
                if (word.len == strlen(names[i]) && strncasecmp(word.at, names[i], word.len) == 0)
                    bits |= 1u << i;
        }
        icalmemory_free_buffer(text);
    }
    return bits;
}

static void
people_of(struct reader *r, icalcomponent *c, struct event *e)
{
    static const char scheme[] = "engineer:";
    size_t count = (size_t)icalcomponent_count_properties(c, ICAL_ATTENDEE_PROPERTY), n = 0;
    struct ical_person *list = arena_alloc(r->all.arena, (count + 1) * sizeof(*list));
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_ATTENDEE_PROPERTY);
         p != NULL && n < count; p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
        const char *value = kept(r, str_of(icalproperty_get_attendee(p)));
        bool ours = strncasecmp(value, scheme, strlen(scheme)) == 0;
        const char *status = parameter(r, p, "PARTSTAT");
        list[n++] = (struct ical_person){
            .value = value,
            .id = ours ? value + strlen(scheme) : NULL,
            .name = parameter(r, p, "CN"),
            .phone = parameter(r, p, "X-PHONE"),
            .absent = status != NULL && strcasecmp(status, "DECLINED") == 0,
        };
    }
    e->proto.people = list;
    e->proto.people_count = n;
}

static bool
length_of(struct reader *r, icalcomponent *c, struct event *e)
{
    icalproperty *end = icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY);
    icalproperty *length = icalcomponent_get_first_property(c, ICAL_DURATION_PROPERTY);
    struct moment to;
    if (end != NULL) {
        if (!moment_of(r, e, end, icalproperty_get_dtend(end), &to))
            return false;
        if (to.is_date == e->start.is_date && to.zone == e->start.zone)
            e->length_wall = to.wall - e->start.wall;
        else if (!to.is_date && !e->start.is_date)
            e->length_exact = moment_instant(to) - moment_instant(e->start);
    } else if (length != NULL) {
        struct icaldurationtype d = icalproperty_get_duration(length);
        if (d.weeks > 10000 || d.days > 10000 || d.hours > 10000 || d.minutes > 1000000 ||
            d.seconds > 10000000 || d.is_neg)
            d = icaldurationtype_null_duration();
        e->length_wall = (d.weeks * 7 + d.days) * DAYS;
        e->length_exact = d.hours * HOURS + d.minutes * MINUTES + d.seconds * SECONDS;
    } else if (e->start.is_date) {
        e->length_wall = DAYS;
    }
    if (e->length_wall + e->length_exact > 0 && !(e->start.is_date && e->length_exact != 0) &&
        e->length_wall + e->length_exact <= 3700 * DAYS)
        return true;
    event_fault(&r->all, ERR_SYNTAX, e,
                end == NULL && length == NULL
                    ? "neither DTEND nor DURATION; say when it ends"
                    : "it does not end after its DTSTART (or lasts longer than ten years); DTEND "
                      "must be later, and of the same kind, DATE or DATE-TIME");
    return false;
}

/* All RDATEs or EXDATEs of an event; their number. */
static size_t
moments_of(struct reader *r, icalcomponent *c, const struct event *e, icalproperty_kind kind)
{
    size_t count = 0;
    for (icalproperty *p = icalcomponent_get_first_property(c, kind); p != NULL;
         p = icalcomponent_get_next_property(c, kind)) {
        struct icaltimetype t;
        if (kind == ICAL_EXDATE_PROPERTY) {
            t = icalproperty_get_exdate(p);
        } else {
            struct icaldatetimeperiodtype given = icalproperty_get_rdate(p);
            t = given.time;
            if (icaltime_is_null_time(t)) {
                event_fault(&r->all, ERR_SYNTAX, e,
                            "RDATE with a PERIOD; write the begin alone, or an event of its own");
                continue;
            }
        }
        r->moments = grow_array(r->moments, count, &r->moments_cap, sizeof(*r->moments));
        if (moment_of(r, e, p, t, &r->moments[count]))
            count++;
    }
    return count;
}

static int
by_wall(const void *a, const void *b)
{
    const msec *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int
by_moment(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    return by_wall(&x->wall, &y->wall);
}

/* EXDATEs as walls of the event's zone, sorted; a date takes every occurrence of its day. */
static void
exclude(struct reader *r, icalcomponent *c, struct event *e)
{
    size_t count = moments_of(r, c, e, ICAL_EXDATE_PROPERTY), kept_count = 0;
    for (size_t i = 0; i < count; i++)
        if (!r->moments[i].is_date)
            r->moments[i].wall = zone_wall(e->start.zone, moment_instant(r->moments[i]));
    if (count > 1)
        qsort(r->moments, count, sizeof(*r->moments), by_moment);
    for (size_t i = 0; i < e->walls_count; i++) {
        msec wall = e->walls[i];
        struct moment exact = { .wall = wall }, day = { .wall = wall / DAYS * DAYS };
        const struct moment *hit =
            count == 0 ? NULL : bsearch(&exact, r->moments, count, sizeof(*r->moments), by_moment);
        if (hit == NULL && count > 0) {
            hit = bsearch(&day, r->moments, count, sizeof(*r->moments), by_moment);
            hit = hit != NULL && hit->is_date ? hit : NULL;
        }
        if (hit == NULL)
            e->walls[kept_count++] = wall;
    }
    e->walls_count = kept_count;
}

/* Every occurrence that the event itself gives, up to `stop`. */
static void
write_out(struct reader *r, icalcomponent *c, struct event *e, instant stop)
{
    icalproperty *rule = icalcomponent_get_first_property(c, ICAL_RRULE_PROPERTY);
    struct writing w = { 0 };
    const char *wrong = NULL;
    if (icalcomponent_count_properties(c, ICAL_RRULE_PROPERTY) > 1 ||
        icalcomponent_count_properties(c, ICAL_EXRULE_PROPERTY) > 0) {
        wrong = "two RRULEs, or an EXRULE; use an event for each rule, and EXDATE";
    } else if (rule != NULL) {
        struct icalrecurrencetype written = icalproperty_get_rrule(rule);
        wrong = write_rule(r, &written, e->start, stop, ICAL_RULE_MAX, &w);
    } else {
        write_wall(&w, e->start.wall);
    }
    if (wrong != NULL)
        event_fault(&r->all, w.count == ICAL_RULE_MAX ? ERR_TOO_BIG : ERR_SYNTAX, e, "%s", wrong);
    size_t count = moments_of(r, c, e, ICAL_RDATE_PROPERTY);
    for (size_t i = 0; i < count; i++) {
        if (r->moments[i].is_date != e->start.is_date)
            event_fault(&r->all, ERR_SYNTAX, e,
                        "RDATE must be of the kind of DTSTART, DATE or DATE-TIME");
        write_wall(&w, zone_wall(e->start.zone, moment_instant(r->moments[i])));
    }
    e->recurs = rule != NULL || count > 0;
    if (w.count > 1)
        qsort(w.list, w.count, sizeof(*w.list), by_wall);
    for (size_t i = 0; i < w.count; i++)
        if (e->walls_count == 0 || w.list[i] != w.list[e->walls_count - 1])
            w.list[e->walls_count++] = w.list[i];
    e->walls = w.list;
    exclude(r, c, e);
}

static bool
override_of(struct reader *r, icalcomponent *c, struct event *e)
{
    icalproperty *p = icalcomponent_get_first_property(c, ICAL_RECURRENCEID_PROPERTY);
    if (p == NULL)
        return true;
    e->is_override = true;
    if (icalproperty_get_first_parameter(p, ICAL_RANGE_PARAMETER) != NULL) {
        event_fault(&r->all, ERR_SYNTAX, e,
                    "RECURRENCE-ID with RANGE; end the rule with UNTIL and begin a new event");
        return false;
    }
    return moment_of(r, e, p, icalproperty_get_recurrenceid(p), &e->recurrence);
}

/* Errors that libical has left in the component, as "value: why". What is empty is as if absent,
 * and told of where it is missed. */
static void
tell_errors(struct reader *r, icalcomponent *c, const struct event *e)
{
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_XLICERROR_PROPERTY)) {
        const char *text = icalproperty_get_xlicerror(p);
        if (text != NULL && strncmp(text, "No value for ", 13) != 0)
            event_fault(&r->all, ERR_SYNTAX, e, "%.300s", text);
    }
}

static bool
read_event(struct reader *r, icalcomponent *c, struct event *e)
{
    icalproperty *start = icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
    const char *summary = icalcomponent_get_summary(c), *uid = icalcomponent_get_uid(c);
    size_t at = r->events_seen++;
    e->proto.line = at < r->scan.lines_count ? r->scan.lines[at] : 0;
    e->proto.summary = kept(r, str_of(summary));
    e->proto.uid = uid == NULL ? NULL : kept(r, str_of(uid));
    e->proto.categories = categories_of(c);
    e->cancelled = icalcomponent_get_status(c) == ICAL_STATUS_CANCELLED;
    tell_errors(r, c, e);
    if (uid == NULL || start == NULL) {
        event_fault(&r->all, ERR_SYNTAX, e, "no %s; every event has one",
                    uid == NULL ? "UID" : "DTSTART");
        return false;
    }
    if ((e->proto.categories & (e->proto.categories - 1)) != 0)
        event_fault(&r->all, ERR_SYNTAX, e,
                    "CATEGORIES has two of WORKING, HOLIDAY, MAKEUP, DUTY, ABSENCE; choose one");
    people_of(r, c, e);
    return moment_of(r, e, start, icalproperty_get_dtstart(start), &e->start) &&
           length_of(r, c, e) && override_of(r, c, e);
}

/* Both passes over all VEVENTs: what they are, then (once the last override is known) their rules.
 */
static void
each_event(struct reader *r, icalcomponent *c, bool write, size_t *next, instant stop)
{
    for (icalcompiter i = icalcomponent_begin_component(c, ICAL_ANY_COMPONENT);
         icalcompiter_deref(&i) != NULL; icalcompiter_next(&i)) {
        icalcomponent *child = icalcompiter_deref(&i);
        icalcomponent_kind kind = icalcomponent_isa(child);
        if (kind == ICAL_VCALENDAR_COMPONENT) {
            tell_errors(r, child, NULL);
            each_event(r, child, write, next, stop);
        } else if (kind == ICAL_VEVENT_COMPONENT && write) {
            struct event *e = &r->all.list[(*next)++];
            if (!e->is_override)
                write_out(r, child, e, stop);
        } else if (kind == ICAL_VEVENT_COMPONENT) {
            struct events *all = &r->all;
            all->list = grow_array(all->list, all->count, &all->cap, sizeof(*all->list));
            all->list[all->count] = (struct event){ 0 };
            if (read_event(r, child, &all->list[all->count]))
                all->count++;
        }
    }
}

static void
read_all(struct reader *r, struct happenings *out)
{
    struct events *all = &r->all;
    size_t next = 0;
    tell_errors(r, r->root, NULL);
    if (icalcomponent_isa(r->root) == ICAL_VCALENDAR_COMPONENT) { /* one; several have a root */
        icalcomponent *only = r->root;
        r->root = icalcomponent_new(ICAL_XROOT_COMPONENT);
        icalcomponent_add_component(r->root, only);
    }
    each_event(r, r->root, false, &next, 0);
    if (all->err != OK)
        return;
    instant stop = all->until;
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].is_override && moment_instant(all->list[i].recurrence) >= stop)
            stop = moment_instant(all->list[i].recurrence) + 2 * DAYS;
    each_event(r, r->root, true, &next, stop);
    if (all->err == OK)
        events_happen(all, out);
}

enum err
ical_read(struct happenings *out, const char *name, struct str text, const struct zone *zone,
          instant from, instant until, struct buf *why)
{
    struct reader r = { .utc = zone_of_changes(0, NULL, 0) };
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_bytes(text.at + 3, text.len - 3);
    r.all = (struct events){
        .zone = zone, .from = from, .until = until, .arena = &out->arena, .why = why
    };
    r.all.file = kept(&r, str_of(name));
    if (icscan(&r.scan, &r.all, text)) {
        char *copy = str_dup(text);
        icalerror_set_errors_are_fatal(0);
        r.root = icalparser_parse_string(copy);
        free(copy);
        if (r.root == NULL)
            event_fault(&r.all, ERR_SYNTAX, NULL, "cannot be read as an iCalendar file");
        else
            read_all(&r, out);
    }
    if (r.root != NULL)
        icalcomponent_free(r.root);
    for (size_t i = 0; i < r.zones_count; i++) {
        free(r.zones[i].tzid);
        zone_free(r.zones[i].zone);
    }
    enum err err = r.all.err;
    events_fini(&r.all);
    zone_free(r.utc);
    free(r.scan.lines);
    free(r.moments);
    icaltimezone_free_builtin_timezones();
    icalmemory_free_ring();
    return err;
}
