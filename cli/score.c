/* score.c - sums, and a row for each of them. */
#include "cli/score.h"

#include "common/wire/names.h"

/* ---- sums */

static int64_t
weight(const struct rerun *r, const struct rerun_job *j, const struct rules *const *weigh)
{
    size_t t = j->report->territory;
    const struct rules *own = r->wish.rules[t], *by = weigh[t];
    for (size_t i = 0; i < by->levels_count; i++)
        if (j->level < own->levels_count && strncmp(by->levels[i].name, own->levels[j->level].name,
                                                    sizeof(by->levels[i].name)) == 0)
            return by->matching.weights[i];
    return by->matching.weights[j->level < LEVELS_MAX ? j->level : LEVELS_MAX - 1];
}

/* Papers, replacements and complaints are not played again, and their clocks do not count. */
static bool
is_played(enum clock k)
{
    return k == CLOCK_RESPONSE || k == CLOCK_ARRIVAL || k == CLOCK_RESTORATION;
}

static void
add_clocks(struct score *s, const struct rerun *r, const struct rerun_job *j, int64_t weight_of_it)
{
    for (enum clock k = 0; k < CLOCKS; k++) {
        const struct reading *x = &j->readings[k];
        if (!is_played(k) || x->state == CLOCK_ABSENT || x->state == CLOCK_WAITING)
            continue;
        instant until = x->stop == NEVER ? r->at : x->stop;
        s->clocks[k].begun++;
        s->penalty += j->penalties[k];
        if (!x->broken)
            continue;
        s->clocks[k].broken++;
        s->clocks[k].late_ms += until > x->deadline ? until - x->deadline : 0;
        s->weighted += weight_of_it;
    }
}

static void
add_job(struct score *s, const struct rerun *r, const struct rerun_job *j, int64_t weight_of_it)
{
    bool solved = j->state == TICKET_RESOLVED || j->state == TICKET_CLOSED;
    s->tickets++;
    s->solved += solved;
    s->ended += j->over && !solved;
    s->left += !j->over;
    s->visits += j->arrived_at != NEVER;
    s->travel_ms += j->travel_ms;
    s->travel_m += j->travel_m;
    add_clocks(s, r, j, weight_of_it);
}

static int
by_length(const void *a, const void *b)
{
    const msec *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void
add_waits(struct score *s, const struct rerun *r)
{
    msec *waits = zalloc((r->jobs_count + 1) * sizeof(*waits)), sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < r->jobs_count; i++) {
        const struct rerun_job *j = &r->jobs[i];
        if (!j->counted || !j->opened || j->arrived_at == NEVER)
            continue;
        waits[count++] = j->arrived_at - j->report->event.at;
        sum += waits[count - 1];
    }
    if (count > 0) {
        qsort(waits, count, sizeof(*waits), by_length);
        s->wait_ms = sum / (msec)count;
        s->wait_most_ms = waits[count - 1];
        s->wait_p90_ms = waits[(count * 9 + 9) / 10 - 1];
    }
    free(waits);
}

static void
add_men(struct score *s, const struct rerun *r)
{
    msec sum = 0, apart = 0;
    s->engineers = (int64_t)r->men_count;
    if (r->men_count == 0)
        return;
    s->busy_least_ms = INT64_MAX;
    for (size_t i = 0; i < r->men_count; i++) {
        msec busy = r->men[i].travel_ms + r->men[i].work_ms;
        sum += busy;
        s->busy_most_ms = busy > s->busy_most_ms ? busy : s->busy_most_ms;
        s->busy_least_ms = busy < s->busy_least_ms ? busy : s->busy_least_ms;
    }
    s->busy_ms = sum / s->engineers;
    for (size_t i = 0; i < r->men_count; i++) {
        msec off = r->men[i].travel_ms + r->men[i].work_ms - s->busy_ms;
        apart += off < 0 ? -off : off;
    }
    s->busy_spread_ms = apart / s->engineers;
}

void
score_take(struct score *s, const struct rerun *r, const struct rules *const *weigh)
{
    *s = (struct score){ .refused = (int64_t)r->refused };
    for (size_t i = 0; i < r->jobs_count; i++)
        if (r->jobs[i].counted && r->jobs[i].opened)
            add_job(s, r, &r->jobs[i], weight(r, &r->jobs[i], weigh));
    s->travel_each_ms = s->tickets == 0 ? 0 : s->travel_ms / s->tickets;
    if (r->wish.count > 0)
        s->travel_m = s->travel_m * weigh[0]->matching.detour_pct / 100;
    add_waits(s, r);
    add_men(s, r);
}

/* ---- rows */

#define MINUTE 60000
#define HOUR   3600000

/* A figure: its key for scripts, its words and unit for people, and whether it is of a clock. */
struct figure {
    const char *key, *words;
    size_t at;    /* of an int64_t in struct score */
    int64_t unit; /* so much of it is a one in the table */
    bool of_clock;
};
#define AT(member) offsetof(struct score, member)
static const struct figure figures[] = {
    { "tickets", "tickets", AT(tickets), 1, false },
    { "solved", "  solved", AT(solved), 1, false },
    { "ended", "  withdrawn, or put away unsolved", AT(ended), 1, false },
    { "left", "  neither, two days after the end", AT(left), 1, false },
    { "weighted", "broken promises, weighted", AT(weighted), 1, false },
    { "penalty", "penalties due, minor units", AT(penalty), 1, false },
    { "begun", "promised", AT(clocks[0].begun), 1, true },
    { "broken", "  broken", AT(clocks[0].broken), 1, true },
    { "late_ms", "  late, hours in all", AT(clocks[0].late_ms), HOUR, true },
    { "wait_ms", "until somebody is there, minutes: mean", AT(wait_ms), MINUTE, false },
    { "wait_p90_ms", "  9 of 10 within", AT(wait_p90_ms), MINUTE, false },
    { "wait_most_ms", "  longest", AT(wait_most_ms), MINUTE, false },
    { "visits", "tickets visited", AT(visits), 1, false },
    { "travel_each_ms", "travel, minutes a ticket", AT(travel_each_ms), MINUTE, false },
    { "travel_ms", "travel, hours", AT(travel_ms), HOUR, false },
    { "travel_m", "travel, km", AT(travel_m), 1000, false },
    { "engineers", "engineers", AT(engineers), 1, false },
    { "busy_ms", "busy, hours an engineer: mean", AT(busy_ms), HOUR, false },
    { "busy_most_ms", "  the busiest", AT(busy_most_ms), HOUR, false },
    { "busy_least_ms", "  the least busy", AT(busy_least_ms), HOUR, false },
    { "busy_spread_ms", "  apart from the mean, on average", AT(busy_spread_ms), HOUR, false },
    { "refused", "deeds that the engine refused", AT(refused), 1, false },
};

static int64_t
value(const struct score *s, const struct figure *f, enum clock k)
{
    int64_t v;
    size_t at = f->at + (f->of_clock ? k * sizeof(s->clocks[0]) : 0);
    memcpy(&v, (const char *)s + at, sizeof(v));
    return v;
}

static void
put_cell(struct buf *out, int64_t v, int64_t unit, bool sign)
{
    if (unit == 1)
        buf_printf(out, sign ? " %+12lld" : " %12lld", (long long)v);
    else
        buf_printf(out, sign ? " %+12.1f" : " %12.1f", (double)v / (double)unit);
}

static void
put_row(struct buf *out, const struct figure *f, enum clock k, const struct score *a,
        const struct score *b)
{
    struct buf words = { 0 };
    int64_t x = value(a, f, k), y = value(b, f, k);
    bool head = f->of_clock && f->words[0] != ' ';
    buf_printf(&words, "%s%s%s", head ? clock_name(k) : "", head ? " " : "", f->words);
    buf_printf(out, "%-40s", buf_cstr(&words));
    put_cell(out, x, f->unit, false);
    put_cell(out, y, f->unit, false);
    put_cell(out, y - x, f->unit, true);
    buf_printf(out, "\n");
    buf_fini(&words);
}

/* The rows of each clock stand together, where anything of the kind was promised. */
static size_t
put_clocks(struct buf *out, size_t first, const struct score *a, const struct score *b)
{
    size_t end = first;
    while (end < countof(figures) && figures[end].of_clock)
        end++;
    for (enum clock k = 0; k < CLOCKS; k++)
        for (size_t i = first; i < end && a->clocks[k].begun + b->clocks[k].begun > 0; i++)
            put_row(out, &figures[i], k, a, b);
    return end;
}

void
score_table(const struct score *present, const struct score *tried, struct buf *out)
{
    buf_printf(out, "%-40s %12s %12s %12s\n", "", "present", "tried", "difference");
    for (size_t i = 0; i < countof(figures);)
        if (figures[i].of_clock)
            i = put_clocks(out, i, present, tried);
        else
            put_row(out, &figures[i++], 0, present, tried);
}

static struct json *
json_of(const struct score *s, const struct score *less)
{
    static const struct score zero;
    struct json *j = json_object_new();
    const struct score *minus = less == NULL ? &zero : less;
    for (size_t i = 0; i < countof(figures); i++)
        if (!figures[i].of_clock)
            json_put_number(j, figures[i].key,
                            value(s, &figures[i], 0) - value(minus, &figures[i], 0));
    for (enum clock k = 0; k < CLOCKS; k++) {
        if (s->clocks[k].begun + minus->clocks[k].begun == 0)
            continue;
        struct json *clock = json_object_new();
        for (size_t i = 0; i < countof(figures); i++)
            if (figures[i].of_clock)
                json_put_number(clock, figures[i].key,
                                value(s, &figures[i], k) - value(minus, &figures[i], k));
        json_put(j, clock_name(k), &clock);
    }
    return j;
}

struct json *
score_json(const struct score *present, const struct score *tried)
{
    struct json *j = json_object_new();
    struct json *parts[] = { json_of(present, NULL), json_of(tried, NULL),
                             json_of(tried, present) };
    static const char *const names[] = { "present", "tried", "difference" };
    for (size_t i = 0; i < countof(parts); i++)
        json_put(j, names[i], &parts[i]);
    return j;
}

static void
put_man(struct json *j, const char *key, const struct rerun_man *m)
{
    if (m != NULL)
        json_put_number(j, key, m->travel_ms + m->work_ms);
}

static void
append_man(struct json *list, const struct rerun_man *present, const struct rerun_man *tried)
{
    struct json *j = json_object_new();
    json_put_text(j, "engineer", (present == NULL ? tried : present)->rule->id.s);
    put_man(j, "present_ms", present);
    put_man(j, "tried_ms", tried);
    json_append(list, &j);
}

struct json *
score_men_json(const struct rerun *present, const struct rerun *tried)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < present->men_count; i++)
        append_man(list, &present->men[i], map_get(&tried->by_name, &present->men[i].rule->id));
    for (size_t i = 0; i < tried->men_count; i++)
        if (map_get(&present->by_name, &tried->men[i].rule->id) == NULL)
            append_man(list, NULL, &tried->men[i]);
    return list;
}
