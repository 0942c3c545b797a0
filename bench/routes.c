/* routes.c - `./dev bench routes [--seconds N]`: the planner of routes on days made
 * for it and on the technicians of the literature, every plan judged by the tests' umpire.
 *
 * Made: 30 x 30 km, eight clusters, 16 skills by Zipf at three levels, ten hours; reports all day
 * long, to be begun within 45, 90, 240 or 600 minutes (4, 16, 40, 40 in a hundred): hard windows,
 * so that VROOM, where it is installed, plans the same at equal time on one thread. Cost: seconds
 * of travel, and a day for each job left out. Literature: ../shared/data/trsp.tar.gz; bench/trsp.h
 * says what of it is mapped, and what not. */
#include "bench/trsp.h"
#include "bench/vroom.h"
#include "common/base/rng.h"
#include "common/io/clock.h"
#include "tests/umpire.h"

#include <dirent.h>
#include <math.h>
#include <unistd.h>

enum {
    SIDE_M = 30000,
    CLUSTERS = 8,
    SKILLS = 16,
    DAY_S = 36000,
    LEFT_OUT = 86400,
    LIVE_STEPS = 300
};

static const char archive[] = "../shared/data/trsp.tar.gz";
static char folder[] = "/tmp/faultline-routes-XXXXXX";

struct city {
    struct route_input in;
    struct route_vehicle *people;
    struct route_job *jobs;
    int32_t *travel_s;
    double *x, *y, centre[CLUSTERS][2];
};

static double
uniform(struct rng *r)
{
    return (double)(rng_next(r) >> 11) / 9007199254740992.0;
}

static double
normal(struct rng *r)
{
    return sqrt(-2 * log(1 - uniform(r))) * cos(6.283185307179586 * uniform(r));
}

/* Two in ten anywhere, the others around a centre. */
static void
draw_place(struct rng *r, struct city *c, uint32_t p)
{
    const double *centre = c->centre[rng_below(r, CLUSTERS)];
    bool anywhere = rng_below(r, 5) == 0;
    c->x[p] = anywhere ? uniform(r) * SIDE_M : fmin(fmax(centre[0] + 1500 * normal(r), 0), SIDE_M);
    c->y[p] = anywhere ? uniform(r) * SIDE_M : fmin(fmax(centre[1] + 1500 * normal(r), 0), SIDE_M);
}

/* A skill by Zipf and a level; the bits are "at least level 1, 2, 3". */
static uint64_t
draw_skill(struct rng *r, bool holder)
{
    double sum = 0, at;
    unsigned skill = 0, high = (unsigned)rng_below(r, 9), level = high < 5 ? 0 : high < 8 ? 1 : 2;
    if (holder)
        level = (unsigned)rng_below(r, 3);
    for (int i = 1; i <= SKILLS; i++)
        sum += 1.0 / i;
    for (at = uniform(r) * sum; skill < SKILLS - 1 && at > 1.0 / (skill + 1); skill++)
        at -= 1.0 / (skill + 1);
    uint64_t bits = holder ? ((uint64_t)2 << level) - 1 : (uint64_t)1 << level;
    return bits << 3 * skill;
}

static void
draw_job(struct rng *r, struct city *c, uint32_t i)
{
    static const struct {
        uint64_t share;
        int32_t minutes;
    } limits[] = { { 4, 45 }, { 16, 90 }, { 40, 240 }, { 40, 600 } };
    struct route_job *j = &c->jobs[i];
    uint64_t at = rng_below(r, 100), k = 0;
    for (; at >= limits[k].share; k++)
        at -= limits[k].share;
    int32_t from = (int32_t)rng_below(r, DAY_S - 3600), to = from + limits[k].minutes * 60;
    *j = (struct route_job){ .place = i, .windows = { { from, to < DAY_S ? to : DAY_S } } };
    j->windows_count = 1;
    j->service_s = (int32_t)(900 * exp(0.5 * normal(r)));
    j->penalty = LEFT_OUT;
    j->release_at = -ROUTE_TIME_MAX;
    j->pinned = ROUTE_NONE;
    for (bool anybody = false; !anybody;) {
        j->needs[0] = draw_skill(r, false);
        for (uint32_t v = 0; v < c->in.vehicles_count; v++)
            anybody = anybody || (c->people[v].skills[0] & j->needs[0]) != 0;
    }
}

/* 30 km/h on roads a third longer than the straight line, and a minute to park. */
static void
draw_travel(struct city *c)
{
    size_t places = c->in.places_count;
    for (size_t a = 0; a < places; a++)
        for (size_t b = 0; b < places; b++)
            if (a != b)
                c->travel_s[a * places + b] =
                    60 + (int32_t)(hypot(c->x[a] - c->x[b], c->y[a] - c->y[b]) * 1.35 / 8.333);
}

static void
city_init(struct city *c, uint32_t jobs, uint32_t people, uint64_t seed)
{
    struct rng r = { seed };
    size_t places = jobs + people;
    c->people = zalloc(people * sizeof(*c->people));
    c->jobs = zalloc(jobs * sizeof(*c->jobs));
    c->travel_s = zalloc(places * places * sizeof(*c->travel_s));
    c->x = zalloc(places * sizeof(*c->x));
    c->y = zalloc(places * sizeof(*c->y));
    for (int i = 0; i < CLUSTERS; i++)
        for (int d = 0; d < 2; d++)
            c->centre[i][d] = (0.1 + 0.8 * uniform(&r)) * SIDE_M;
    for (uint32_t p = 0; p < places; p++)
        draw_place(&r, c, p);
    c->in = (struct route_input){ .seed = 1, .vehicles = c->people, .jobs = c->jobs };
    c->in.vehicles_count = people;
    c->in.jobs_count = jobs;
    c->in.places_count = (uint32_t)places;
    c->in.travel_s = c->travel_s;
    c->in.travel_weight = 1;
    c->in.store = ROUTE_NONE;
    for (uint32_t i = 0; i < people; i++) {
        c->people[i] = (struct route_vehicle){ .start = jobs + i, .end = jobs + i };
        c->people[i].shifts[0] = (struct route_span){ 0, DAY_S };
        c->people[i].shifts_count = 1;
        for (int k = 0; k < 6; k++)
            c->people[i].skills[0] |= draw_skill(&r, true);
    }
    for (uint32_t i = 0; i < jobs; i++)
        draw_job(&r, c, i);
    draw_travel(c);
}

static void
city_fini(struct city *c)
{
    free(c->people);
    free(c->jobs);
    free(c->travel_s);
    free(c->x);
    free(c->y);
}

/* Plans for so long, the first tenth of it to learn the pace; the bench ends when a plan is none.
 */
static struct route_total
plan(const struct route_input *given, double seconds, struct route_visit *visits, double *took)
{
    struct route_input in = *given;
    struct route_total total;
    int64_t begin = clock_mono_ns(), until = begin + (int64_t)(seconds * 1e9);
    struct route *r = route_new(&in);
    uint64_t steps = 0;
    int64_t trial = clock_mono_ns();
    for (; clock_mono_ns() < trial + (until - trial) / 10; steps += 10)
        route_step(r, 10);
    route_free(r);
    in.cool_over = steps * 9;
    r = route_new(&in);
    trial = clock_mono_ns();
    for (; clock_mono_ns() < until;)
        route_step(r, 10);
    route_best(r, visits, &total);
    *took = (double)(clock_mono_ns() - trial) / 1e9;
    route_free(r);
    struct umpire u = umpire_judge(&in, visits, &total);
    if (u.wrong != NULL) {
        printf("routes: the plan is none: job %u: %s\n", u.job, u.wrong);
        exit(1);
    }
    return total;
}

static struct route_total
made(uint32_t jobs, uint32_t people, double seconds, double *per_s)
{
    struct city c = { 0 };
    struct vroom_said said;
    double took;
    city_init(&c, jobs, people, 7);
    struct route_visit *visits = zalloc(jobs * sizeof(*visits));
    struct route_total t = plan(&c.in, 0.1 * seconds, visits, &took);
    printf("%4u x %u   %6.1f s   cost %8lld   travel %8lld s   left out %3u   engineers %2u\n",
           jobs, people, 0.1 * seconds, (long long)t.cost, (long long)t.travel_s, t.left_out,
           t.vehicles_used);
    t = plan(&c.in, seconds, visits, &took);
    *per_s = (double)t.steps / took;
    printf("%4u x %u   %6.1f s   cost %8lld   travel %8lld s   left out %3u   engineers %2u   "
           "%.0f steps/s\n",
           jobs, people, seconds, (long long)t.cost, (long long)t.travel_s, t.left_out,
           t.vehicles_used, *per_s);
    if (vroom_found() && vroom_run(&c.in, folder, (unsigned)(seconds + 0.5), &said))
        printf("%4u x %u   %6.1f s   VROOM        travel %8ld s   left out %3ld\n", jobs, people,
               seconds, said.cost, said.left_out);
    else
        printf("%4u x %u   VROOM: no program `vroom` in PATH%s\n", jobs, people,
               vroom_found() ? " that plans this" : "");
    free(visits);
    city_fini(&c);
    return t;
}

struct sums {
    int instances;
    double travel, worked, theirs;
    int64_t left_out;
};

/* The time worked that the authors reached, when the archive tells: "name=number". */
static double
their_best(const char *name)
{
    char path[128], line[160];
    double best = 0;
    size_t n = strlen(name);
    snprintf(path, sizeof(path), "%s/trsp/_meta/pillac/pillac-minwt.sol", folder);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, name, n) == 0 && line[n] == '=')
            best = strtod(line + n + 1, NULL);
    if (f != NULL)
        fclose(f);
    return best;
}

static void
add(struct sums *s, const struct trsp *t, const struct route_visit *visits, uint32_t count)
{
    struct umpire u = umpire_walk(&t->in, visits, count);
    if (u.wrong != NULL) {
        printf("routes: %s: the plan is none: job %u: %s\n", t->name, u.job, u.wrong);
        exit(1);
    }
    s->instances++;
    s->travel += (double)u.travel_s / TRSP_UNIT;
    s->worked += (double)trsp_worked(t, visits, count) / TRSP_UNIT;
    s->theirs += their_best(t->name);
    s->left_out += u.left_out;
}

static void
say(const char *what, const struct sums *s)
{
    printf("%-34s %3d instances   left out %4lld   travel %9.1f   worked %10.1f   theirs %10.1f\n",
           what, s->instances, (long long)s->left_out, s->travel, s->worked, s->theirs);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_text(const struct dirent *d)
{
    return strstr(d->d_name, ".txt") != NULL;
}

/* Static: all is known, all may be done at any time of the day. */
static void
statics(double seconds)
{
    struct dirent **names = NULL;
    struct sums sums = { 0 };
    struct route_visit visits[TRSP_JOBS];
    struct trsp *t = zalloc(sizeof(*t));
    char path[512];
    double took;
    snprintf(path, sizeof(path), "%s/trsp", folder);
    int count = scandir(path, &names, is_text, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/trsp/%s", folder, names[i]->d_name);
        if (trsp_read(t, path))
            add(&sums, t, visits, plan(&t->in, seconds, visits, &took).visits);
        free(names[i]);
    }
    free(names);
    free(t);
    say("trsp static", &sums);
}

/* Dynamic: the same by a planner that knows all releases beforehand, and live. */
static void
dynamics(const char *share, double seconds)
{
    struct dirent **names = NULL;
    struct sums known = { 0 }, live = { 0 };
    struct route_visit visits[TRSP_JOBS];
    struct trsp *t = zalloc(sizeof(*t));
    char path[512], base[512], what[64];
    double took;
    snprintf(path, sizeof(path), "%s/trsp/dyn", folder);
    int count = scandir(path, &names, is_text, by_name);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name, *end = strstr(name, share);
        snprintf(path, sizeof(path), "%s/trsp/dyn/%s", folder, name);
        snprintf(base, sizeof(base), "%s/trsp/%.*s.txt", folder,
                 end == NULL ? 0 : (int)(end - name), name);
        if (end != NULL && trsp_read(t, base) && trsp_release(t, path)) {
            add(&known, t, visits, plan(&t->in, seconds, visits, &took).visits);
            add(&live, t, visits, trsp_live(t, LIVE_STEPS, visits));
        }
        free(names[i]);
    }
    free(names);
    free(t);
    snprintf(what, sizeof(what), "trsp%s, releases known before", share);
    say(what, &known);
    snprintf(what, sizeof(what), "trsp%s, live", share);
    say(what, &live);
}

static void
literature(double seconds)
{
    char command[256];
    if (access(archive, R_OK) != 0) {
        printf("trsp: skipped, %s is not there\n", archive);
        return;
    }
    snprintf(command, sizeof(command), "tar -xzf %s -C %s", archive, folder);
    if (system(command) != 0) {
        printf("trsp: skipped, tar could not unpack %s\n", archive);
        return;
    }
    printf("trsp: units of the files; \"theirs\" is the authors' time worked, their goal, of the "
           "static instances; %.1f s each, %d steps a release live\n",
           seconds, LIVE_STEPS);
    statics(seconds);
    dynamics("_rd_30", seconds);
    dynamics("_rd_90", seconds);
}

int
main(int argc, char **argv)
{
    double seconds = 10, small_per_s, per_s;
    char command[64];
    if (argc == 3 && strcmp(argv[1], "--seconds") == 0)
        seconds = strtod(argv[2], NULL);
    if ((argc != 1 && argc != 3) || seconds <= 0) {
        fprintf(stderr, "usage: ./dev bench routes [--seconds N]   (N: for 1,000 jobs; 10)\n");
        return 2;
    }
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct route_total small = made(200, 50, seconds / 4, &small_per_s);
    struct route_total large = made(1000, 50, seconds, &per_s);
    literature(seconds / 30);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    bool removed = system(command) == 0;
    printf("bench=routes cost_200=%lld cost_1000=%lld unassigned=%u iterations_per_s=%.0f\n",
           (long long)small.cost, (long long)large.cost, small.left_out + large.left_out, per_s);
    return removed ? 0 : 1;
}
