/* vroom.c - writes VROOM's JSON and reads two numbers of its answer's summary. */
#include "bench/vroom.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

bool
vroom_found(void)
{
    char one[512];
    for (const char *path = getenv("PATH"); path != NULL && *path != '\0';) {
        int n = (int)strcspn(path, ":");
        snprintf(one, sizeof(one), "%.*s/vroom", n, path);
        if (access(one, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

static void
write_skills(FILE *f, const uint64_t bits[ROUTE_SKILL_WORDS])
{
    const char *comma = "";
    fputs("\"skills\":[", f);
    for (unsigned i = 0; i < 64 * ROUTE_SKILL_WORDS; i++)
        if (bits[i / 64] >> i % 64 & 1) {
            fprintf(f, "%s%u", comma, i);
            comma = ",";
        }
    fputs("]", f);
}

static void
write_vehicles(FILE *f, const struct route_input *in)
{
    fputs("{\"vehicles\":[", f);
    for (uint32_t i = 0; i < in->vehicles_count; i++) {
        const struct route_vehicle *v = &in->vehicles[i];
        fprintf(f,
                "%s{\"id\":%" PRIu32 ",\"start_index\":%" PRIu32 ",\"end_index\":%" PRIu32
                ",\"time_window\":[%" PRId32 ",%" PRId32 "],",
                i == 0 ? "" : ",", i, v->start, v->end, v->shifts[0].from, v->shifts[0].to);
        write_skills(f, v->skills);
        fputs("}", f);
    }
}

static void
write_jobs(FILE *f, const struct route_input *in)
{
    fputs("],\"jobs\":[", f);
    for (uint32_t i = 0; i < in->jobs_count; i++) {
        const struct route_job *j = &in->jobs[i];
        fprintf(f,
                "%s{\"id\":%" PRIu32 ",\"location_index\":%" PRIu32 ",\"service\":%" PRId32
                ",\"time_windows\":[[%" PRId32 ",%" PRId32 "]],",
                i == 0 ? "" : ",", i, j->place, j->service_s, j->windows[0].from, j->windows[0].to);
        write_skills(f, j->needs);
        fputs("}", f);
    }
}

static bool
write_problem(const struct route_input *in, const char *path)
{
    FILE *f = fopen(path, "we");
    if (f == NULL)
        return false;
    write_vehicles(f, in);
    write_jobs(f, in);
    fputs("],\"matrices\":{\"car\":{\"durations\":[", f);
    for (size_t a = 0, n = in->places_count; a < n; a++) {
        fputs(a == 0 ? "[" : ",[", f);
        for (size_t b = 0; b < n; b++)
            fprintf(f, "%s%" PRId32, b == 0 ? "" : ",", in->travel_s[a * n + b]);
        fputs("]", f);
    }
    fputs("]}}}\n", f);
    return fclose(f) == 0;
}

/* The number after "name": in the summary, which comes first. */
static long
read_number(const char *text, const char *name)
{
    char key[40];
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *summary = strstr(text, "\"summary\"");
    const char *at = summary == NULL ? NULL : strstr(summary, key);
    return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

bool
vroom_run(const struct route_input *in, const char *folder, unsigned seconds,
          struct vroom_said *said)
{
    char path[256], command[400];
    char *text = zalloc(1 << 14);
    snprintf(path, sizeof(path), "%s/problem.json", folder);
    if (!write_problem(in, path)) {
        free(text);
        return false;
    }
    snprintf(command, sizeof(command), "vroom -t 1 -x 5 -l %u -i '%s' 2> /dev/null", seconds, path);
    FILE *f = popen(command, "re");
    size_t n = f == NULL ? 0 : fread(text, 1, (1 << 14) - 1, f);
    while (f != NULL && fgetc(f) != EOF) /* the routes themselves */
        ;
    bool ok = f != NULL && pclose(f) == 0 && n > 0;
    said->cost = read_number(text, "cost");
    said->left_out = read_number(text, "unassigned");
    free(text);
    return ok && said->cost >= 0;
}
