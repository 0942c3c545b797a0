/* quality.c - `./dev bench quality`: how well tickets and engineers are brought together, the
 * engine beside the rules that dispatchers live by, in one simulated city with common random
 * numbers (docs/quality.md). The last line bears the figures that are promised. */
#include "bench/quality/ahead.h"
#include "bench/quality/ours.h"
#include "bench/quality/plot.h"
#include "bench/quality/score.h"
#include "bench/quality/simple.h"
#include "bench/quality/vroom.h"
#include "common/base/base.h"
#include "common/io/clock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { SEED_FIRST = 1001, SEEDS = 10, SIMPLE = 4, POLICIES = 9, LOADS = 7 };
enum {
    NEAREST = 1,
    GREEDY = 5,
    OPTIMAL = 6,
    VROOM = 7,
    OURS = 8,
    VROOM_SEEDS = 2,
    DENSE_MOST = 300
};

/* The first SIMPLE are the rules; `best_rule` is the best of them. */
static const struct policy *const policies[POLICIES] = {
    &policy_first_come, &policy_nearest, &policy_severity, &policy_tardiness, &policy_idle_only,
    &policy_greedy,     &policy_optimal, &policy_vroom,    &policy_ours,
};

struct options {
    struct city_wish wish;
    unsigned seeds;
    bool all, vroom;
    const char *plots, *only; /* NULL: none; every policy */
};
struct cell {
    struct record records[POLICIES];
};

static const char usage[] =
    "usage: quality [--seeds N] [--seed S] [--load L] [--engineers N] [--days N] [--storm]\n"
    "               [--quick] [--all] [--plots DIR] [--policy KEY]\n"
    "  --seeds N      so many seeds (10)\n"
    "  --seed S       from this one on (1001)\n"
    "  --load L       work over time on duty, 0.1 .. 3 (0.9)\n"
    "  --engineers N  6 .. 5000 (100)\n"
    "  --days N       1 .. 30 days on which tickets come (4)\n"
    "  --storm        300 tickets more within ten minutes of the first day\n"
    "  --quick        two seeds of one day\n"
    "  --plots DIR    loads 0.7 to 1.3, drawn into DIR as SVG\n"
    "  --all          the same loads, a storm, and territories of 20 and 1,000 engineers\n"
    "  --policy KEY   only this one: ";

/* ---- options */

static _Noreturn void
refuse(const char *word)
{
    fprintf(stderr, "quality: cannot use '%s'\n%s", word, usage);
    for (size_t i = 0; i < POLICIES; i++)
        fprintf(stderr, "%s%s", policies[i]->key, i + 1 < POLICIES ? ", " : "\n");
    exit(2);
}

static double
number(const char *text, double least, double most)
{
    char *rest;
    double n = text == NULL ? 0 : strtod(text, &rest);
    if (text == NULL || rest == text || *rest != '\0' || !(n >= least && n <= most))
        refuse(text == NULL ? "(nothing)" : text);
    return n;
}

static bool
is_policy(const char *key)
{
    for (size_t i = 0; i < POLICIES; i++)
        if (strcmp(policies[i]->key, key) == 0)
            return true;
    return false;
}

static struct options
read_options(char **word)
{
    struct options o = { .wish = { SEED_FIRST, 100, 4, 0.9, false }, .seeds = SEEDS };
    for (word++; *word != NULL; word++) {
        const char *w = *word;
        if (strcmp(w, "--storm") == 0)
            o.wish.storm = true;
        else if (strcmp(w, "--all") == 0)
            o.all = true;
        else if (strcmp(w, "--quick") == 0)
            o.seeds = 2, o.wish.days = 1;
        else if (word[1] == NULL)
            refuse(w);
        else if (strcmp(w, "--seeds") == 0)
            o.seeds = (unsigned)number(*++word, 1, 1000);
        else if (strcmp(w, "--seed") == 0)
            o.wish.seed = (uint64_t)number(*++word, 0, 1e15);
        else if (strcmp(w, "--load") == 0)
            o.wish.load = number(*++word, 0.1, 3);
        else if (strcmp(w, "--engineers") == 0)
            o.wish.engineers = (unsigned)number(*++word, 6, 5000);
        else if (strcmp(w, "--days") == 0)
            o.wish.days = (unsigned)number(*++word, 1, 30);
        else if (strcmp(w, "--plots") == 0)
            o.plots = *++word;
        else if (strcmp(w, "--policy") == 0 && is_policy(word[1]))
            o.only = *++word;
        else
            refuse(w);
    }
    return o;
}

/* ---- runs */

static bool
is_wanted(const struct options *o, size_t i)
{
    return o->only == NULL || strcmp(o->only, policies[i]->key) == 0;
}

/* Some take their time. */
static bool
is_played(const struct options *o, size_t i, unsigned engineers, unsigned seed)
{
    if (i == VROOM && (!o->vroom || seed >= VROOM_SEEDS))
        return false;
    return is_wanted(o, i) && ((i != OPTIMAL && i != GREEDY) || engineers <= DENSE_MOST);
}

/* Twice, and decided alike. Each decision was timed twice too, and the lesser time counts: the
 * difference is what the machine did besides. */
static void
play(const struct city *c, const struct policy *p, struct record *r)
{
    struct field *f = field_play(c, p);
    struct field *g =
        p == &policy_vroom ? NULL : field_play(c, p); /* others' work is not ours to prove */
    bool alike = g == NULL || (f->digest == g->digest && f->decisions_count == g->decisions_count);
    for (size_t i = 0; g != NULL && alike && i < f->decisions_count; i++)
        if (g->decisions_ns[i] < f->decisions_ns[i])
            f->decisions_ns[i] = g->decisions_ns[i];
    record_add(r, f);
    r->not_replayed += !alike;
    field_free(f);
    field_free(g);
}

static void
run_cell(const struct options *o, const struct city_wish *wish, unsigned seeds, struct cell *out)
{
    for (unsigned n = 0; n < seeds; n++) {
        struct city_wish w = *wish;
        w.seed += n;
        struct city *c = city_new(&w);
        for (size_t i = 0; i < POLICIES; i++)
            if (is_played(o, i, w.engineers, n))
                play(c, policies[i], &out->records[i]);
        city_free(c);
    }
}

static unsigned
cell_fini(struct cell *c)
{
    unsigned broken = 0;
    for (size_t i = 0; i < POLICIES; i++) {
        broken += record_broken(&c->records[i]);
        record_fini(&c->records[i]);
    }
    return broken;
}

/* ---- words */

static void
say_broken(const struct policy *p, const struct record *r)
{
    for (size_t i = 0; i < BROKEN_KINDS; i++)
        if (r->broken[i] > 0)
            printf("  BROKEN %s: %s, %u times\n", p->key, field_broken[i], r->broken[i]);
    if (r->not_replayed > 0)
        printf("  BROKEN %s: the same seed was decided otherwise when played again\n", p->key);
}

static void
say_cell(const struct city_wish *w, struct cell *c)
{
    printf("\n%u engineers, load %.2f%s, %u days, seeds %llu..\n", w->engineers, w->load,
           w->storm ? ", storm" : "", w->days, (unsigned long long)w->seed);
    printf("%-32s %15s %15s %13s %9s %8s %7s %8s %8s\n", "policy", "weighted late %",
           "worst late %", "travel min", "spread %", "wait h", "turned", "p50 us", "p99 us");
    for (size_t i = 0; i < POLICIES; i++) {
        struct record *r = &c->records[i];
        if (r->runs == 0)
            continue;
        printf("%-32s %7.2f +- %4.2f %7.2f +- %4.2f %6.2f +- %3.2f %9.1f %8.1f %7.0f %8.1f %8.1f\n",
               policies[i]->name, record_mean(r, FIGURE_BREACH), record_error(r, FIGURE_BREACH),
               record_mean(r, FIGURE_CRITICAL), record_error(r, FIGURE_CRITICAL),
               record_mean(r, FIGURE_TRAVEL), record_error(r, FIGURE_TRAVEL),
               record_mean(r, FIGURE_SPREAD), record_mean(r, FIGURE_WAIT),
               (double)r->diverted / r->runs, record_us(r, 0.5), record_us(r, 0.99));
        say_broken(policies[i], r);
    }
    fflush(stdout);
}

/* Two that are late with nothing are alike. */
static double
ratio(double a, double b)
{
    return a <= 0 && b <= 0 ? 1 : a / b;
}

static void
say_last(struct cell *c)
{
    double ours = record_mean(&c->records[OURS], FIGURE_BREACH), rule = INFINITY;
    for (size_t i = 0; i < SIMPLE; i++) {
        double mean = record_mean(&c->records[i], FIGURE_BREACH);
        rule = mean < rule ? mean : rule;
    }
    printf("bench=quality weighted_breach=%.3f vs_nearest=%.3f vs_greedy=%.3f "
           "travel_vs_nearest=%.3f p99_us=%.1f\n",
           ours, ratio(ours, rule), ratio(ours, record_mean(&c->records[GREEDY], FIGURE_BREACH)),
           record_mean(&c->records[OURS], FIGURE_TRAVEL) /
               record_mean(&c->records[NEAREST], FIGURE_TRAVEL),
           record_us(&c->records[OURS], 0.99));
}

/* ---- all loads, and the pictures */

static void
note(struct plot *p, enum figure figure, double load, const struct cell *c)
{
    size_t k = p->points++;
    p->x[k] = load;
    p->count = 0;
    for (size_t i = 0; i < POLICIES; i++) {
        if (c->records[i].runs == 0)
            continue;
        p->lines[p->count].name = policies[i]->name;
        p->lines[p->count].y[k] = record_mean(&c->records[i], figure);
        p->lines[p->count++].error[k] = record_error(&c->records[i], figure);
    }
}

static void
draw(const struct plot *p, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if ((mkdir(folder, 0777) != 0 && errno != EEXIST) || !plot_write(p, path)) {
        fprintf(stderr, "quality: cannot write %s: %s\n", path, strerror(errno));
        exit(1);
    }
    printf("drawn: %s\n", path);
}

static unsigned
run_loads(const struct options *o)
{
    static struct plot breach = { "Late by weight, over load", "load", "weighted late %", 0.01,
                                  .count = 0 };
    static struct plot travel = { "Travel, over load", "load", "minutes a ticket", 1, .count = 0 };
    unsigned broken = 0;
    for (unsigned i = 0; i < LOADS; i++) {
        struct cell c = { 0 };
        struct city_wish w = o->wish;
        w.load = 0.7 + 0.1 * i;
        run_cell(o, &w, o->seeds, &c);
        say_cell(&w, &c);
        note(&breach, FIGURE_BREACH, w.load, &c);
        note(&travel, FIGURE_TRAVEL, w.load, &c);
        broken += cell_fini(&c);
    }
    if (o->plots != NULL) {
        draw(&breach, o->plots, "breach.svg");
        draw(&travel, o->plots, "travel.svg");
    }
    return broken;
}

static unsigned
run_others(const struct options *o)
{
    struct city_wish storm = o->wish, small = o->wish, large = o->wish;
    storm.storm = true;
    small.engineers = 20;
    large.engineers = 1000;
    large.days = 1;
    const struct {
        const struct city_wish *wish;
        unsigned seeds;
    } others[] = { { &storm, o->seeds }, { &small, o->seeds }, { &large, o->seeds < 2 ? 1 : 2 } };
    unsigned broken = 0;
    for (size_t i = 0; i < countof(others); i++) {
        struct cell c = { 0 };
        run_cell(o, others[i].wish, others[i].seeds, &c);
        say_cell(others[i].wish, &c);
        broken += cell_fini(&c);
    }
    return broken;
}

int
main(int argc, char **argv)
{
    (void)argc;
    struct options o = read_options(argv);
    struct cell c = { 0 };
    o.vroom = vroom_is_found();
    if (!o.vroom)
        printf("vroom: skipped, there is no route solver `vroom` in PATH\n");
    int64_t began = clock_mono_ns();
    unsigned broken = 0;
    if (o.all || o.plots != NULL)
        broken += run_loads(&o);
    if (o.all)
        broken += run_others(&o);
    run_cell(&o, &o.wish, o.seeds, &c);
    say_cell(&o.wish, &c);
    printf("%.0f s\n", (double)(clock_mono_ns() - began) / 1e9);
    if (o.only == NULL)
        say_last(&c);
    broken += cell_fini(&c);
    return broken == 0 ? 0 : 1;
}
