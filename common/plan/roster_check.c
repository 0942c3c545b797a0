/* roster_check.c - what may be wrong with a roster that can be read. Everything is looked up in the
 * steps of seats, or in each engineer's shifts in turn. */
#include "common/base/map.h"
#include "common/plan/date.h"
#include "common/plan/roster.h"

#include <stdio.h>

/* May another line be told? Counts the faults. */
static bool
another(size_t *faults)
{
    return (*faults)++ < ROSTER_LINES;
}

static size_t
ended(size_t faults, const char *what, struct buf *why)
{
    if (faults > ROSTER_LINES)
        buf_printf(why, "... and %zu more %s\n", faults - ROSTER_LINES, what);
    return faults;
}

/* The first step after `at`. */
static size_t
step_after(const struct roster *r, instant at)
{
    size_t low = 0, high = r->steps_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (r->steps[mid].at <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The fewest and the most engineers at any moment of [from, to), cut to the horizon. */
static void
range(const struct roster *r, instant from, instant to, unsigned *least, unsigned *most)
{
    from = from < r->from ? r->from : from;
    *least = *most = roster_seats(r, from);
    for (size_t i = step_after(r, from); i < r->steps_count && r->steps[i].at < to; i++) {
        *least = r->steps[i].seats < *least ? r->steps[i].seats : *least;
        *most = r->steps[i].seats > *most ? r->steps[i].seats : *most;
    }
}

static void
put_shift(const struct roster *r, const struct shift *s, struct buf *why)
{
    buf_printf(why, "%s:%u: shift \"%s\" ", s->source->file, s->source->line, s->name);
    zone_put_span(r->zone, why, s->from, s->to);
    buf_printf(why, "%s: ", s->swapped ? " (swapped)" : "");
}

static void
put_people(const struct shift *s, struct buf *why)
{
    static const char *const notes[] = {
        [PRESENT] = "", [PARTLY_ABSENT] = " is absent for a part", [ABSENT] = " is absent"
    };
    for (size_t i = 0; i < s->people_count; i++)
        buf_printf(why, "%s%s%s", i == 0 ? "" : ", ", s->people[i].who->id,
                   notes[s->people[i].presence]);
    if (s->people_count == 0)
        buf_printf(why, "nobody");
}

size_t
roster_check_seats(const struct roster *r, unsigned seats, struct buf *why)
{
    size_t faults = 0;
    unsigned least, most;
    for (size_t i = 0; i < r->shifts_count; i++) {
        const struct shift *s = &r->shifts[i];
        range(r, s->from, s->to, &least, &most);
        if (least >= seats || !another(&faults))
            continue;
        put_shift(r, s, why);
        buf_printf(why, "%u on duty where %u are promised (", least, seats);
        put_people(s, why);
        buf_printf(why, "); add an ATTENDEE, or a swap for this day\n");
    }
    return ended(faults, "shifts with too few", why);
}

/* One engineer's place in one shift. */
struct place_in {
    const char *id;
    const struct shift *shift;
};

static int
by_person(const void *a, const void *b)
{
    const struct place_in *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->shift > y->shift) - (x->shift < y->shift); /* by begin */
}

static struct place_in *
places(const struct roster *r, size_t *count)
{
    struct place_in *list = NULL;
    size_t cap = 0;
    *count = 0;
    for (size_t i = 0; i < r->shifts_count; i++)
        for (size_t j = 0; j < r->shifts[i].people_count; j++) {
            if (r->shifts[i].people[j].presence == ABSENT)
                continue;
            list = grow_array(list, *count, &cap, sizeof(*list));
            list[(*count)++] = (struct place_in){ r->shifts[i].people[j].who->id, &r->shifts[i] };
        }
    if (*count > 1)
        qsort(list, *count, sizeof(*list), by_person);
    return list;
}

size_t
roster_check_overlaps(const struct roster *r, struct buf *why)
{
    size_t faults = 0, count;
    struct place_in *list = places(r, &count);
    const struct place_in *longest = NULL; /* of this engineer's so far: the one that ends last */
    for (size_t i = 0; i < count; i++) {
        const struct place_in *p = &list[i];
        bool same = longest != NULL && strcmp(longest->id, p->id) == 0;
        if (same && p->shift->from < longest->shift->to && another(&faults)) {
            put_shift(r, p->shift, why);
            buf_printf(why, "%s is in shift \"%s\" ", p->id, longest->shift->name);
            zone_put_span(r->zone, why, longest->shift->from, longest->shift->to);
            buf_printf(why, " at the same time; take him out of one\n");
        }
        if (!same || p->shift->to > longest->shift->to)
            longest = p;
    }
    free(list);
    return ended(faults, "overlaps", why);
}

/* Somebody is on duty in the middle of [from, to), or comes to a shift that begins in it. The tail
 * of a night that began the day before is no duty for the day. */
static bool
is_served(const struct roster *r, instant from, instant to)
{
    instant middle = from + (to - from) / 2;
    if (middle >= r->from && middle < r->until && roster_seats(r, middle) > 0)
        return true;
    for (size_t i = 0; i < r->shifts_count && r->shifts[i].from < to; i++)
        if (r->shifts[i].from >= from && r->shifts[i].from >= r->from &&
            roster_seats(r, r->shifts[i].from) > 0)
            return true;
    return false;
}

size_t
roster_check_holidays(const struct roster *r, const char *name, const struct happenings *holidays,
                      struct buf *why)
{
    size_t faults = 0;
    int64_t told = INT64_MIN; /* two files may have the same holiday */
    for (size_t i = 0; i < holidays->count; i++) {
        const struct happening *h = &holidays->list[i];
        if (h->categories != ICAL_HOLIDAY)
            continue;
        instant from = h->from < r->from ? r->from : h->from;
        instant to = h->to > r->until ? r->until : h->to;
        for (int64_t day = zone_day(r->zone, from); from < to && day <= zone_day(r->zone, to - 1);
             day++) {
            instant begin = zone_midnight(r->zone, day), end = zone_midnight(r->zone, day + 1);
            begin = begin < h->from ? h->from : begin;
            end = end > h->to ? h->to : end;
            if (is_served(r, begin, end) || day == told || !another(&faults))
                continue;
            char date[DATE_TEXT];
            date_text(date, told = day);
            buf_printf(why, "roster %s: nobody is on duty on %s, a holiday (\"%s\"); add a shift\n",
                       name, date, h->summary);
        }
    }
    return ended(faults, "holidays without duty", why);
}

size_t
roster_check_known(const struct roster *r, bool (*known)(void *given, const char *id), void *given,
                   struct buf *why)
{
    size_t faults = 0;
    struct map asked;
    map_init(&asked, sizeof(struct engineer_id));
    for (size_t i = 0; i < r->all->count; i++) {
        const struct happening *h = &r->all->list[i];
        bool ours = h->categories == ICAL_DUTY || h->categories == ICAL_ABSENCE;
        for (size_t j = 0; j < h->people_count && ours; j++) {
            const char *id = h->people[j].id;
            struct engineer_id key = { 0 };
            bool fits = str_fill(key.s, sizeof(key.s), str_of(id));
            assert(fits);
            if (map_put(&asked, &key, (void *)(uintptr_t)1) != NULL || known(given, id) ||
                !another(&faults))
                continue;
            buf_printf(why,
                       "%s:%u: \"%s\": no engineer %s in the plan; correct the ATTENDEE, or add "
                       "the engineer\n",
                       h->file, h->line, h->summary, id);
        }
    }
    map_fini(&asked);
    return ended(faults, "unknown engineers", why);
}

size_t
roster_check_cover(const struct roster *r, const char *name, struct buf *why)
{
    size_t faults = 0;
    for (size_t i = 0; i < r->steps_count; i++) {
        instant to = i + 1 < r->steps_count ? r->steps[i + 1].at : r->until;
        if (r->steps[i].seats > 0 || !another(&faults))
            continue;
        buf_printf(why, "roster %s: nobody is on duty ", name);
        zone_put_span(r->zone, why, r->steps[i].at, to);
        buf_printf(why, ", where cover around the clock is promised; add a shift\n");
    }
    return ended(faults, "gaps", why);
}
