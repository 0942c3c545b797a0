/* vroom.c - question and answer are files of JSON. Vehicles are all who are on shift, from where
 * and when they will be free; jobs are the tickets that wait, with their deadlines as windows until
 * these have passed. Only the first job of somebody who is idle is acted upon. */
#include "bench/quality/vroom.h"
#include "bench/quality/desk.h"

#include "common/base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { WINDOW_MS = 60 * SECONDS, JOBS_MOST = 400, OVER_S = 1800 };

static const int priorities[CITY_SEVERITIES] = { 100, 60, 25, 10 };

struct folder {
    char question[64], answer[64];
};

/* ---- the question */

struct stop {
    struct spot spot;
    uint32_t who; /* an engineer, then a ticket */
    msec free_ms; /* from now */
};

static int64_t
free_ms(const struct desk *d, uint32_t i, struct spot *from)
{
    const struct desk_man *m = &d->men[i];
    *from = m->seen;
    if (m->ticket == NOBODY)
        return desk_is_idle(d, i) ? 0 : 10 * MINUTES;
    const struct ticket_drawn *t = &d->city->tickets[m->ticket];
    instant now = d->field->at;
    msec left = m->stage_at + city_mean_ms(t->skill) - now;
    if (m->stage != JOB_WORK)
        left = city_mean_ms(t->skill) + desk_travel_ms(d, m->seen, t->spot, now);
    *from = t->spot;
    return left > 5 * MINUTES ? left : 5 * MINUTES;
}

static void
put_vehicle(struct buf *b, const struct desk *d, const struct stop *s, size_t at)
{
    const struct man *m = &d->city->men[s->who];
    int64_t until = (city_shift_end(m, d->field->at) - d->field->at) / SECONDS + OVER_S;
    int64_t from = s->free_ms / SECONDS;
    buf_printf(b, "%s{\"id\":%u,\"start_index\":%zu,\"time_window\":[%lld,%lld],\"skills\":[",
               at == 0 ? "" : ",", s->who, at, (long long)from,
               (long long)(until > from ? until : from));
    const char *comma = "";
    for (unsigned k = 0; k < CITY_SKILLS; k++)
        for (unsigned l = 1; l <= m->levels[k]; l++, comma = ",")
            buf_printf(b, "%s%u", comma, k * CITY_LEVELS + l);
    buf_printf(b, "]}");
}

static void
put_job(struct buf *b, const struct desk *d, const struct stop *s, size_t at, bool first)
{
    const struct ticket_drawn *t = &d->city->tickets[s->who];
    int64_t left = (t->deadline - d->field->at) / SECONDS;
    buf_printf(b, "%s{\"id\":%u,\"location_index\":%zu,\"service\":%lld,\"priority\":%d,",
               first ? "" : ",", s->who, at, (long long)(city_mean_ms(t->skill) / SECONDS),
               priorities[t->severity]);
    if (left > 0)
        buf_printf(b, "\"time_windows\":[[0,%lld]],", (long long)left);
    buf_printf(b, "\"skills\":[%u]}", t->skill * (unsigned)CITY_LEVELS + t->level);
}

static void
put_question(struct buf *b, const struct desk *d, const struct stop *stops, size_t men, size_t all)
{
    buf_printf(b, "{\"vehicles\":[");
    for (size_t i = 0; i < men; i++)
        put_vehicle(b, d, &stops[i], i);
    buf_printf(b, "],\"jobs\":[");
    for (size_t i = men; i < all; i++)
        put_job(b, d, &stops[i], i, i == men);
    buf_printf(b, "],\"matrices\":{\"car\":{\"durations\":[");
    for (size_t i = 0; i < all; i++) {
        buf_printf(b, i == 0 ? "[" : ",[");
        for (size_t k = 0; k < all; k++) {
            msec way = i == k ? 0 : desk_travel_ms(d, stops[i].spot, stops[k].spot, d->field->at);
            buf_printf(b, "%s%lld", k == 0 ? "" : ",", (long long)(way / SECONDS));
        }
        buf_printf(b, "]");
    }
    buf_printf(b, "]}}}\n");
}

static size_t
list_stops(const struct desk *d, struct stop *stops, size_t *men)
{
    size_t count = 0;
    int minute = minute_of_day(d->field->at);
    for (uint32_t i = 0; i < d->city->men_count; i++) {
        struct stop s = { .who = i };
        const struct man *m = &d->city->men[i];
        if (minute < m->from_min || minute >= m->to_min)
            continue;
        s.free_ms = free_ms(d, i, &s.spot);
        stops[count++] = s;
    }
    *men = count;
    for (size_t i = 0; i < d->waiting_count && i < JOBS_MOST; i++)
        stops[count++] = (struct stop){ d->city->tickets[d->waiting[i]].spot, d->waiting[i], 0 };
    return count;
}

/* ---- the answer */

/* The number after `"key":` between `at` and `end`; false: there is none. */
static bool
number_of(const char *at, const char *end, const char *key, uint32_t *out)
{
    const char *found = strstr(at, key);
    if (found == NULL || (end != NULL && found >= end))
        return false;
    found += strlen(key);
    found += strspn(found, ": \n\t");
    *out = (uint32_t)strtoul(found, NULL, 10);
    return *found >= '0' && *found <= '9';
}

/* The first step of a route that is a job, as the text of its object. */
static const char *
first_job(const char *at, const char *end)
{
    while ((at = strstr(at, "\"type\"")) != NULL && (end == NULL || at < end)) {
        const char *word = at + 6 + strspn(at + 6, ": \n\t");
        if (strncmp(word, "\"job\"", 5) == 0)
            return at;
        at = word;
    }
    return NULL;
}

size_t
vroom_read(const char *answer, struct vroom_step *out, size_t most)
{
    size_t count = 0;
    const char *at = strstr(answer, "\"routes\"");
    at = at == NULL ? NULL : strstr(at, "\"vehicle\"");
    while (at != NULL && count < most) {
        const char *end = strstr(at + 1, "\"vehicle\""), *job = first_job(at, end);
        struct vroom_step s;
        if (job != NULL && number_of(at, end, "\"vehicle\"", &s.vehicle) &&
            number_of(job, end, "\"id\"", &s.job))
            out[count++] = s;
        at = end;
    }
    return count;
}

/* ---- files and the program */

static struct folder
folder_of(void)
{
    struct folder f;
    snprintf(f.question, sizeof(f.question), "/tmp/faultline-vroom-%d.in", (int)getpid());
    snprintf(f.answer, sizeof(f.answer), "/tmp/faultline-vroom-%d.out", (int)getpid());
    return f;
}

static void
give_up(const char *what, const char *path)
{
    fprintf(stderr, "quality: cannot %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static void
write_file(const char *path, struct str text)
{
    FILE *f = fopen(path, "w");
    if (f == NULL || fwrite(text.at, 1, text.len, f) != text.len || fclose(f) != 0)
        give_up("write", path);
}

static void
read_file(const char *path, struct buf *out)
{
    char part[65536];
    FILE *f = fopen(path, "r");
    if (f == NULL)
        give_up("read", path);
    for (size_t n; (n = fread(part, 1, sizeof(part), f)) > 0;)
        buf_put(out, part, n);
    fclose(f);
}

static size_t
ask(const struct buf *question, struct vroom_step *out, size_t most)
{
    struct folder f = folder_of();
    struct buf answer = { 0 };
    char command[256];
    write_file(f.question, buf_str(question));
    snprintf(command, sizeof(command), "vroom -t 1 -i %s -o %s", f.question, f.answer);
    if (system(command) != 0)
        give_up("run", command);
    read_file(f.answer, &answer);
    size_t count = vroom_read(buf_cstr(&answer), out, most);
    buf_fini(&answer);
    unlink(f.question);
    unlink(f.answer);
    return count;
}

bool
vroom_is_found(void)
{
    char words[4096] = "";
    FILE *f = popen("command -v vroom > /dev/null && vroom --help 2>&1", "r");
    if (f == NULL)
        return false;
    size_t n = fread(words, 1, sizeof(words) - 1, f);
    words[n] = '\0';
    pclose(f);
    return strstr(words, "VROOM") != NULL; /* others bear the same name */
}

static void
decide(struct desk *d)
{
    struct stop *stops = zalloc((d->city->men_count + JOBS_MOST) * sizeof(*stops));
    struct vroom_step *steps = zalloc(d->city->men_count * sizeof(*steps));
    struct buf question = { 0 };
    size_t men, all = list_stops(d, stops, &men), count = 0;
    if (men > 0) {
        put_question(&question, d, stops, men, all);
        count = ask(&question, steps, d->city->men_count);
    }
    for (size_t i = 0; i < count; i++)
        if (steps[i].vehicle < d->city->men_count && steps[i].job < d->city->tickets_count &&
            desk_is_idle(d, steps[i].vehicle) && desk_may(d, steps[i].vehicle, steps[i].job))
            desk_offer(d, steps[i].job, steps[i].vehicle);
    buf_fini(&question);
    free(stops);
    free(steps);
}

static void *
open_vroom(struct field *f)
{
    return desk_open(f, decide, WINDOW_MS);
}

const struct policy policy_vroom = {
    "vroom", "VROOM, every minute", open_vroom, desk_tell, desk_next, desk_close,
};
