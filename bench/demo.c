/* demo.c - `./dev demo`: a whole site in a scratch folder, made-up reports through real gateways'
 * clients, made-up engineers on real devices' clients, and a picture of it; at the end an
 * independent count. */
#include "bench/ledger.h"
#include "bench/picture.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] = "demo - watch reports become dispatched tickets\n"
                           "\n"
                           "usage: ./dev demo [--reports N] [--rate R] [--exit] [--seed S]\n"
                           "\n"
                           "  --reports N  end after N reports (for ever)\n"
                           "  --rate R     reports a second (6; with --exit as fast as can be)\n"
                           "  --exit       no picture: one summary line at the end; exit code 0 "
                           "only if every report was acknowledged\n"
                           "               and accounted for once, every ticket with a qualified "
                           "engineer was accepted by one, and every\n"
                           "               update was opened by its recipient\n"
                           "  --seed S     of the made-up people (the present time)\n";

enum { STUCK_MS = 60000, FAREWELL_MS = 5000 };

struct demo {
    struct stage stage;
    struct crowd crowd;
    uint64_t reports, rate;
    bool quiet;
    int64_t began_at;
};

static volatile sig_atomic_t interrupted;

static void
on_signal(int signo)
{
    (void)signo;
    interrupted = 1;
}

static void
reports_due(struct demo *d)
{
    int64_t now = clock_mono_ms();
    uint64_t due = d->rate == 0 ? UINT64_MAX : (uint64_t)(now - d->began_at) * d->rate / 1000 + 1;
    uint64_t most = d->crowd.submitted + 256;
    due = due > most ? most : due;
    due = d->reports != 0 && due > d->reports ? d->reports : due;
    while (d->crowd.submitted < due && crowd_report(&d->crowd))
        ;
}

/* Reports go in, everybody works, until they are all in or somebody says stop. */
static void
play(struct demo *d)
{
    int64_t drawn_at = 0;
    while (!interrupted && (d->reports == 0 || d->crowd.submitted < d->reports)) {
        reports_due(d);
        crowd_turn(&d->crowd, d->rate == 0 ? 0 : 50);
        if (!d->quiet && clock_mono_ms() - drawn_at >= 200) {
            picture_draw(&d->crowd, d->began_at);
            drawn_at = clock_mono_ms();
        }
    }
}

/* Has everything that was begun come to its end? Told by the ledger: cheap enough twice a second.
 */
static bool
all_done(struct demo *d, struct ledger *l)
{
    const struct crowd *c = &d->crowd;
    if (c->acked.count < c->submitted || c->fates.count < c->submitted || crowd_pending(c) > 0)
        return false;
    ledger_count(l, &d->crowd);
    return l->unassigned == 0 && l->unopened == 0 && l->left == 0;
}

/* Somebody said stop: what is acknowledged is heard of, no more. */
static void
farewell(struct demo *d, struct ledger *l)
{
    int64_t limit = clock_mono_ms() + FAREWELL_MS;
    while (d->crowd.fates.count < d->crowd.submitted && clock_mono_ms() < limit)
        crowd_turn(&d->crowd, 50);
    ledger_count(l, &d->crowd);
}

/* Nothing new comes in; what is begun is brought to its end. */
static void
wind_down(struct demo *d, struct ledger *l)
{
    int64_t moved_at = clock_mono_ms(), looked_at = 0;
    uint64_t updates = 0;
    while (!interrupted && clock_mono_ms() - moved_at < STUCK_MS) {
        crowd_turn(&d->crowd, 50);
        if (!d->quiet)
            picture_draw(&d->crowd, d->began_at);
        if (d->crowd.updates != updates) {
            updates = d->crowd.updates;
            moved_at = clock_mono_ms();
        }
        if (clock_mono_ms() - looked_at < 500)
            continue;
        if (all_done(d, l))
            return;
        looked_at = clock_mono_ms();
    }
    ledger_count(l, &d->crowd);
}

/* `whole`: it ran to its end, so everything must have come to its end. */
static int
summary(const struct demo *d, const struct ledger *l, bool whole)
{
    const struct crowd *c = &d->crowd;
    uint64_t outcomes = l->tickets + l->attached + l->duplicates + l->quarantined;
    struct {
        bool good;
        const char *wrong;
        bool at_the_end; /* holds only when nothing is under way any more */
    } checks[] = {
        { c->acked.count == c->submitted, "not every report was acknowledged", true },
        { outcomes == c->acked.count, "outcomes do not add up to the acknowledged", true },
        { l->lost == 0, "an acknowledged report is in no log", true },
        { l->duplicated == 0, "a report had more than one effect", false },
        { l->unassigned == 0, "a ticket with a qualified engineer was accepted by nobody", true },
        { l->unopened == 0 && c->unsealed == 0, "an update was not opened by its recipient", true },
        { l->left == 0, "a mailbox was not emptied", true },
        { l->unreadable == 0, "a log entry does not open", false },
    };
    int code = 0;
    for (size_t i = 0; i < countof(checks); i++)
        if (!checks[i].good && (whole || !checks[i].at_the_end)) {
            fprintf(stderr, "demo: %s\n", checks[i].wrong);
            code = 1;
        }
    if (code != 0)
        fprintf(stderr,
                "demo: attached=%" PRIu64 " duplicates=%" PRIu64 " quarantined=%" PRIu64
                " unassigned=%" PRIu64 " unopened=%" PRIu64 " left=%" PRIu64 " unreadable=%" PRIu64
                "\n",
                l->attached, l->duplicates, l->quarantined, l->unassigned, l->unopened, l->left,
                l->unreadable);
    printf("submitted=%" PRIu64 " acked=%zu tickets=%" PRIu64 " attached=%" PRIu64
           " assigned=%" PRIu64 " updates=%" PRIu64 " lost=%" PRIu64 " duplicated=%" PRIu64 "\n",
           c->submitted, c->acked.count, l->tickets, l->attached, l->assigned, l->updates, l->lost,
           l->duplicated);
    return code;
}

static bool
number(const char *text, uint64_t *out)
{
    int64_t n = 0;
    if (text == NULL || !str_int(str_of(text), &n) || n < 0)
        return false;
    *out = (uint64_t)n;
    return true;
}

static int
options(struct demo *d, struct crowd_wish *w, int argc, char **argv)
{
    bool rated = false;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--exit") == 0)
            d->quiet = true;
        else if (strcmp(argv[i], "--reports") == 0 && number(value, &d->reports))
            i++;
        else if (strcmp(argv[i], "--rate") == 0 && number(value, &d->rate)) {
            rated = true;
            i++;
        } else if (strcmp(argv[i], "--seed") == 0 && number(value, &w->seed))
            i++;
        else {
            fprintf(stderr, "demo: what is '%s'?\n%s", argv[i], help);
            return 2;
        }
    }
    if (d->quiet && d->reports == 0)
        d->reports = 1000;
    if (!rated)
        d->rate = d->quiet ? 0 : 6;
    if (!d->quiet && !isatty(STDOUT_FILENO)) {
        fputs("demo: no terminal to draw on; use --reports N --exit\n", stderr);
        return 2;
    }
    return -1;
}

int
main(int argc, char **argv)
{
    static struct demo d;
    struct ledger ledger;
    struct crowd_wish wish = { .seed = (uint64_t)clock_wall_ms(),
                               .decline_pc = 4,
                               .reopen_pc = 3,
                               .finish = true,
                               .on_disk = true,
                               .engineers = true,
                               .watch = true,
                               .latest = true };
    int code = options(&d, &wish, argc, argv);
    if (code >= 0)
        return code;
    wish.step_ms = d.quiet ? 0 : 2500;
    log_open("demo", LOG_WARN);
    seal_open_library();
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    signal(SIGPIPE, SIG_IGN);
    fprintf(stderr,
            "demo: making a site, starting Redis, a broker and two workers (seed %" PRIu64 ")\n",
            wish.seed);
    stage_open(&d.stage, &(struct stage_wish){ .workers = 2, .quiet = true });
    crowd_open(&d.crowd, &d.stage, &wish);
    d.began_at = clock_mono_ms();
    if (!d.quiet)
        picture_open();
    play(&d);
    bool whole = !interrupted;
    d.crowd.wish.step_ms = 0;
    if (whole)
        wind_down(&d, &ledger);
    else
        farewell(&d, &ledger);
    if (!d.quiet)
        picture_close();
    code = summary(&d, &ledger, whole);
    crowd_close(&d.crowd);
    stage_close(&d.stage);
    return code;
}
