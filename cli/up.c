/* up.c - `faultline up`: everything on one machine. A private Redis, the brokers, the workers;
 * what dies is started again, with back-off; a signal ends all of it in order: workers (they hand
 * their territories back), brokers (they drain), Redis (it has nothing left to lose). */
#include "cli/apply.h"
#include "cli/programs.h"
#include "common/io/clock.h"
#include "common/io/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static const char help[] = "faultline up - run a whole site on this machine\n"
                           "\n"
                           "usage: faultline up [--site DIR] [--workers N] [--set name=value]...\n"
                           "\n"
                           "Starts the site's private Redis (when the setting `redis` is a unix "
                           "socket in the site folder),\n"
                           "puts the site's plan in force when there is none yet, then starts "
                           "every broker of the setting\n"
                           "`brokers` and N workers (2). Whatever dies is started again. Ctrl-C or "
                           "SIGTERM ends all of it cleanly.\n"
                           "Logs go to standard error, one line an event.\n"
                           "\n"
                           "A line `ready` on standard output says that Redis answers, a plan is "
                           "in force, and brokers and\n"
                           "workers were started.\n";

enum { CHILDREN_MAX = 64, REDIS_DEATHS = 5, END_LIMIT_MS = 15000 };

enum rank { RANK_WORKER, RANK_BROKER, RANK_REDIS, RANKS }; /* the order of ending */

struct child {
    enum rank rank;
    char *argv[8 + 2 * SETS_MAX]; /* owned */
    pid_t pid;                    /* 0: not running */
    int64_t started_at, again_at, pause_ms;
    unsigned deaths;
};

struct up {
    struct site site;
    struct child children[CHILDREN_MAX];
    size_t count;
    int signals;
    bool ending;
};

static struct child *
child_new(struct up *u, enum rank rank, const char *const *argv)
{
    assert(u->count < CHILDREN_MAX);
    struct child *c = &u->children[u->count++];
    *c = (struct child){ .rank = rank, .pause_ms = 200 };
    for (size_t i = 0; argv[i] != NULL; i++) {
        assert(i + 1 < countof(c->argv));
        c->argv[i] = str_dup(str_of(argv[i]));
    }
    return c;
}

/* What a power cut tore off the end of Redis' file is cut between two commits. */
static bool
mend(const struct up *u)
{
    char dir[600];
    uint64_t cut = 0;
    snprintf(dir, sizeof(dir), "%s/redis", u->site.conf.dir);
    enum err e = aof_mend(dir, &cut);
    if (e != OK)
        log_error("event=aof_damaged dir=%s why=\"%s\" do=\"a person must look: docs/running.md\"",
                  dir, err_text(e));
    if (cut > 0)
        log_warn("event=aof_mended dir=%s bytes_cut=%" PRIu64, dir, cut);
    return e == OK;
}

static void
child_start(const struct up *u, struct child *c)
{
    c->started_at = clock_mono_ms();
    if (c->rank == RANK_REDIS && !mend(u)) {
        c->again_at = c->started_at + 10000;
        return;
    }
    c->pid = program_start(c->argv);
    if (c->pid < 0) {
        log_error("event=cannot_start program=%s errno=%d", c->argv[0], errno);
        c->pid = 0;
    }
}

/* A child has ended: start it again later; soon, if it had run a good while. */
static void
child_ended(struct up *u, struct child *c, int status)
{
    int64_t now = clock_mono_ms();
    c->pid = 0;
    c->deaths++;
    if (u->ending)
        return;
    c->pause_ms = now - c->started_at > 10000 ? 200
                  : c->pause_ms * 2 > 10000   ? 10000
                                              : c->pause_ms * 2;
    c->again_at = now + c->pause_ms;
    log_warn("event=ended program=%s %s=%d again_in_ms=%d", c->argv[0],
             WIFSIGNALED(status) ? "signal" : "code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)c->pause_ms);
}

static void
reap(struct up *u)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < u->count; i++)
            if (u->children[i].pid == pid)
                child_ended(u, &u->children[i], status);
}

/* One turn: signals, the dead, those whose pause is over. */
static void
turn(struct up *u, int wait_ms)
{
    struct pollfd fd = { .fd = u->signals, .events = POLLIN };
    struct signalfd_siginfo info;
    if (poll(&fd, 1, wait_ms) > 0)
        while (read(u->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
            u->ending = u->ending || info.ssi_signo != SIGCHLD;
    reap(u);
    for (size_t i = 0; i < u->count && !u->ending; i++)
        if (u->children[i].pid == 0 && clock_mono_ms() >= u->children[i].again_at)
            child_start(u, &u->children[i]);
}

static size_t
alive(const struct up *u, enum rank rank)
{
    size_t n = 0;
    for (size_t i = 0; i < u->count; i++)
        n += u->children[i].rank == rank && u->children[i].pid != 0;
    return n;
}

static void
signal_rank(const struct up *u, enum rank rank, int signo)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->children[i].rank == rank && u->children[i].pid != 0)
            kill(u->children[i].pid, signo);
}

static void
end_all(struct up *u)
{
    u->ending = true;
    for (enum rank r = RANK_WORKER; r < RANKS; r++) {
        int64_t limit = clock_mono_ms() + END_LIMIT_MS;
        signal_rank(u, r, SIGTERM);
        while (alive(u, r) > 0 && clock_mono_ms() < limit)
            turn(u, 100);
        if (alive(u, r) > 0)
            log_warn("event=killed rank=%d reason=\"did not end in time\"", (int)r);
        while (alive(u, r) > 0) {
            signal_rank(u, r, SIGKILL);
            turn(u, 100);
        }
    }
}

static void
start_redis(struct up *u)
{
    char conf[700], inside[600];
    snprintf(inside, sizeof(inside), "unix:%s/", u->site.conf.dir);
    if (strncmp(u->site.conf.redis, inside, strlen(inside)) != 0)
        return; /* somebody else's Redis */
    snprintf(conf, sizeof(conf), "%s/redis/redis.conf", u->site.conf.dir);
    child_start(u, child_new(u, RANK_REDIS, (const char *const[]){ "redis-server", conf, NULL }));
}

/* Has our own Redis died again and again? */
static bool
redis_dies(const struct up *u)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->children[i].rank == RANK_REDIS && u->children[i].deaths >= REDIS_DEATHS)
            return true;
    return false;
}

/* Until Redis answers; its loading of a long log takes as long as it takes. */
static bool
redis_answers(struct up *u)
{
    struct store_options o = { .where = u->site.conf.redis,
                               .user = "operator",
                               .password = u->site.conf.redis_operator_password,
                               .load_library = true };
    enum err e = ERR_AGAIN;
    u->site.store = store_new(&o);
    while (!u->ending && e != OK && e != ERR_VERSION && !redis_dies(u)) {
        e = store_up(u->site.store, 100);
        turn(u, 20);
    }
    if (e == ERR_VERSION)
        cmd_failed(&cmd_up, "Redis at %s holds the functions of a newer release",
                   u->site.conf.redis);
    else if (e != OK && !u->ending)
        cmd_failed(&cmd_up, "Redis at %s dies at its start; its own lines above say why",
                   u->site.conf.redis);
    return e == OK && !u->ending;
}

/* A site that is new takes its own plan. */
static bool
plan_in_force(struct up *u)
{
    uint32_t version = 0;
    enum err e = store_plan_current(u->site.store, &version);
    if (e != OK) {
        cmd_failed(&cmd_up, "asking for the plan in force: %s", err_text(e));
        return false;
    }
    if (version != 0)
        return true;
    struct plan *plan = apply_read(&cmd_up, u->site.conf.plan, NULL);
    if (plan == NULL)
        return false;
    int code = apply_plan(&u->site, plan);
    plan_free(plan);
    return code == EXIT_DONE;
}

/* The argument list of one of our programs: its path, --site, an option, the overrides. */
static void
start_program(struct up *u, enum rank rank, const char *program, const char *option,
              const char *value, const struct words *w)
{
    char path[1024];
    const char *argv[8 + 2 * SETS_MAX] = { program_path(program, path, sizeof(path)), "--site",
                                           u->site.conf.dir };
    size_t n = 3;
    if (option != NULL) {
        argv[n++] = option;
        argv[n++] = value;
    }
    for (size_t i = 0; i < w->sets_count && n + 2 < countof(argv); i++) {
        argv[n++] = "--set";
        argv[n++] = w->sets[i];
    }
    child_start(u, child_new(u, rank, argv));
}

static int
supervise(struct up *u, const struct words *w, int64_t workers)
{
    start_redis(u);
    if (!redis_answers(u) || !plan_in_force(u))
        return u->ending ? EXIT_DONE : EXIT_FAILED;
    for (size_t i = 0; i < u->site.conf.brokers_count; i++) {
        char index[24];
        snprintf(index, sizeof(index), "%zu", i);
        start_program(u, RANK_BROKER, "faultline-broker", "--index", index, w);
    }
    for (int64_t i = 0; i < workers; i++)
        start_program(u, RANK_WORKER, "faultline-worker", NULL, NULL, w);
    puts("ready");
    fflush(stdout);
    while (!u->ending)
        turn(u, 500);
    return EXIT_DONE;
}

static int
catch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
run(int argc, char **argv)
{
    const char *workers_text = NULL;
    const struct option_row rows[] = { { "workers", &workers_text, NULL }, { NULL, NULL, NULL } };
    struct words w;
    int64_t workers = 2;
    if (!cmd_options(&cmd_up, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (workers_text != NULL && !cmd_number(&cmd_up, "workers", workers_text, 0, 40, &workers))
        return EXIT_USAGE;
    struct up *u = zalloc(sizeof(*u));
    site_open(&u->site, &cmd_up, &w);
    u->signals = catch_signals();
    log_open("up", LOG_INFO);
    int code = supervise(u, &w, workers);
    end_all(u);
    close(u->signals);
    site_close(&u->site);
    for (size_t i = 0; i < u->count; i++)
        for (size_t a = 0; a < countof(u->children[i].argv); a++)
            free(u->children[i].argv[a]);
    free(u);
    return code;
}

const struct command cmd_up = { "up", "run a whole site on this machine, with its own Redis", help,
                                run };
