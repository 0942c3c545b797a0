/* trsp.c - see trsp.h. */
#include "bench/trsp.h"

#include <math.h>
#include <stdio.h>

enum { PENALTY = 10000 * TRSP_UNIT }; /* far more than any detour */

/* "[0,3,4]" from *at on: its numbers; how many. */
static int
read_list(char **at, long list[8])
{
    int count = 0;
    char *p = strchr(*at, '[');
    if (p == NULL)
        return -1;
    for (p++; *p != ']' && *p != '\0' && count < 8; p += *p == ',')
        list[count++] = strtol(p, &p, 10);
    *at = p;
    return count;
}

static uint64_t
read_bits(char **at)
{
    long list[8];
    uint64_t bits = 0;
    for (int n = read_list(at, list); n > 0; n--)
        bits |= (uint64_t)1 << list[n - 1];
    return bits;
}

static void
read_parts(char **at, uint16_t parts[ROUTE_PARTS])
{
    long list[8];
    for (int n = read_list(at, list); n > 0; n--)
        parts[n - 1] = (uint16_t)list[n - 1];
}

/* One line of the table: the depot is 0, then the crew, then the requests. */
static void
read_line(struct trsp *t, uint32_t id, const long n[6], char *rest)
{
    struct route_span span = { (int32_t)n[3] * TRSP_UNIT, (int32_t)n[4] * TRSP_UNIT };
    uint64_t skills = read_bits(&rest), tools = read_bits(&rest);
    if (id > 0 && id <= TRSP_CREW) {
        struct route_vehicle *v = &t->crew[id - 1];
        *v = (struct route_vehicle){ .start = id, .end = id, .shifts = { span } };
        v->shifts_count = 1;
        v->skills[0] = skills;
        v->tools = tools;
        read_parts(&rest, v->parts);
    } else if (id > 0) {
        struct route_job *j = &t->jobs[id - 1 - TRSP_CREW];
        *j = (struct route_job){ .place = id, .windows = { span }, .windows_count = 1 };
        j->service_s = (int32_t)n[5] * TRSP_UNIT;
        j->penalty = PENALTY;
        j->release_at = -ROUTE_TIME_MAX;
        j->needs[0] = skills;
        j->tools = tools;
        j->pinned = ROUTE_NONE;
        read_parts(&rest, j->parts);
    }
}

bool
trsp_read(struct trsp *t, const char *path)
{
    char line[256];
    double x[TRSP_PLACES], y[TRSP_PLACES];
    uint32_t count = 0;
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    *t = (struct trsp){ .in = { .seed = 1, .vehicles = t->crew, .jobs = t->jobs } };
    while (fgets(line, sizeof(line), f) != NULL) {
        long n[6];
        char *at = line;
        if (count == 0 && t->name[0] == '\0')
            snprintf(t->name, sizeof(t->name), "%.*s", (int)strcspn(line, "\r\n"), line);
        if (strchr(line, '[') == NULL || count == TRSP_PLACES)
            continue;
        for (int i = 0; i < 6; i++)
            n[i] = strtol(at, &at, 10);
        x[count] = (double)n[1];
        y[count] = (double)n[2];
        read_line(t, count++, n, at);
    }
    fclose(f);
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t b = 0; b < count; b++)
            t->travel_s[a * TRSP_PLACES + b] =
                (int32_t)(hypot(x[a] - x[b], y[a] - y[b]) * TRSP_UNIT + 0.5);
    t->in.vehicles_count = TRSP_CREW;
    t->in.jobs_count = TRSP_JOBS;
    t->in.places_count = TRSP_PLACES;
    t->in.travel_s = t->travel_s;
    t->in.travel_weight = 1;
    return count == TRSP_PLACES;
}

bool
trsp_release(struct trsp *t, const char *path)
{
    char line[256];
    int read = 0;
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    for (bool table = false; fgets(line, sizeof(line), f) != NULL;) {
        char *at = line;
        long id = strtol(line, &at, 10), when = strtol(at, NULL, 10);
        bool request = id > TRSP_CREW && id < TRSP_PLACES;
        if (table && request) {
            t->jobs[id - 1 - TRSP_CREW].release_at =
                when < 0 ? -ROUTE_TIME_MAX : (int32_t)when * TRSP_UNIT;
            read++;
        }
        table = table || strncmp(line, "ID", 2) == 0;
    }
    fclose(f);
    return read == TRSP_JOBS;
}

/* One day: waiting is shortened by beginning later, as far as no window is missed by it. */
static int64_t
worked(const struct trsp *t, const struct route_visit *x, uint32_t count)
{
    int32_t slack = INT32_MAX, waited = 0, free_at = 0;
    uint32_t place = t->crew[x->vehicle].start;
    for (uint32_t i = 0; i < count; i++) {
        const struct route_job *j = &t->jobs[x[i].job];
        const int32_t *from = &t->travel_s[(size_t)place * TRSP_PLACES];
        int32_t way = x[i].by_store ? from[0] + t->travel_s[j->place] : from[j->place];
        waited += x[i].begin_at - (i == 0 ? x[i].leave_at : free_at) - way;
        int32_t room = j->windows[0].to - x[i].begin_at + waited;
        slack = room < slack ? room : slack;
        free_at = x[i].done_at;
        place = j->place;
    }
    int32_t home = free_at + t->travel_s[place * TRSP_PLACES + t->crew[x->vehicle].end];
    return home - x->leave_at - (slack < waited ? slack : waited);
}

int64_t
trsp_worked(const struct trsp *t, const struct route_visit *visits, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0, from = 0; i < count; i++)
        if (i + 1 == count || visits[i + 1].vehicle != visits[i].vehicle) {
            sum += worked(t, &visits[from], i + 1 - from);
            from = i + 1;
        }
    return sum;
}

/* The day at an instant: what is done or under way is fixed, the rest may be planned anew. */
struct live {
    const struct trsp *t;
    struct route_vehicle crew[TRSP_CREW]; /* as they stand when free next */
    struct route_job jobs[TRSP_JOBS];     /* released, and nobody has set out for them */
    uint32_t names[TRSP_JOBS], count;     /* which those are */
    struct route_visit fixed[TRSP_JOBS], plan[TRSP_JOBS];
    uint32_t fixed_count, plan_count; /* of the plan, `job` is the instance's own number */
    bool begun[TRSP_JOBS];
};

/* Whoever has set out before `at` is held to it. */
static void
live_fix(struct live *l, int32_t at)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < l->plan_count; i++) {
        const struct route_visit *x = &l->plan[i];
        struct route_vehicle *v = &l->crew[x->vehicle];
        const struct route_job *j = &l->t->jobs[x->job];
        if (x->leave_at >= at) {
            l->plan[left++] = *x;
            continue;
        }
        l->fixed[l->fixed_count++] = *x;
        l->begun[x->job] = true;
        v->start = j->place;
        v->shifts[0].from = x->done_at;
        if (x->by_store) {
            v->tools = UINT64_MAX;
            memset(v->parts, 0xff, sizeof(v->parts));
        }
        for (int p = 0; p < ROUTE_PARTS && v->tools != UINT64_MAX; p++)
            v->parts[p] = (uint16_t)(v->parts[p] - j->parts[p]);
    }
    l->plan_count = left;
    for (uint32_t i = 0; i < TRSP_CREW; i++)
        if (l->crew[i].shifts[0].from < at)
            l->crew[i].shifts[0].from = at;
}

static void
live_plan(struct live *l, int32_t at, uint32_t steps)
{
    uint32_t number[TRSP_JOBS];
    struct route_total total;
    struct route_input in = l->t->in;
    l->count = 0;
    for (uint32_t i = 0; i < TRSP_JOBS; i++)
        if (!l->begun[i] && l->t->jobs[i].release_at <= at) {
            number[i] = l->count;
            l->jobs[l->count] = l->t->jobs[i];
            l->names[l->count++] = i;
        }
    in.vehicles = l->crew;
    in.jobs = l->jobs;
    in.jobs_count = l->count;
    in.cool_over = steps;
    struct route *r = route_new(&in);
    for (uint32_t i = 0; i < l->plan_count; i++)
        (void)route_put(r, l->plan[i].vehicle, number[l->plan[i].job]);
    route_step(r, steps);
    route_best(r, l->plan, &total);
    l->plan_count = total.visits;
    for (uint32_t i = 0; i < total.visits; i++)
        l->plan[i].job = l->names[l->plan[i].job];
    route_free(r);
}

static int
by_tour(const void *a, const void *b)
{
    const struct route_visit *x = a, *y = b;
    if (x->vehicle != y->vehicle)
        return x->vehicle < y->vehicle ? -1 : 1;
    return (x->begin_at > y->begin_at) - (x->begin_at < y->begin_at);
}

uint32_t
trsp_live(const struct trsp *t, uint32_t steps, struct route_visit *visits)
{
    struct live *l = zalloc(sizeof(*l));
    l->t = t;
    memcpy(l->crew, t->crew, sizeof(l->crew));
    for (int32_t at = 0, next; at != INT32_MAX; at = next) {
        live_fix(l, at);
        live_plan(l, at, steps);
        next = INT32_MAX;
        for (uint32_t i = 0; i < TRSP_JOBS; i++)
            if (t->jobs[i].release_at > at && t->jobs[i].release_at < next)
                next = t->jobs[i].release_at;
    }
    live_fix(l, ROUTE_TIME_MAX);
    uint32_t count = l->fixed_count;
    memcpy(visits, l->fixed, count * sizeof(*visits));
    qsort(visits, count, sizeof(*visits), by_tour);
    free(l);
    return count;
}
