/* stage.c - a whole site in a scratch folder. */
#include "bench/stage.h"

#include "common/io/clock.h"
#include "common/io/log.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 64, UP_LIMIT_MS = 30000, SETTLED_MS = 3000 };

static const char *
in(const struct stage *s, const char *name)
{
    static char path[4][160];
    static unsigned turn;
    char *to = path[turn++ % countof(path)];
    snprintf(to, sizeof(path[0]), "%s/%s", s->dir, name);
    return to;
}

static bool
read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    for (size_t got; (got = fread(buf_reserve(out, 65536), 1, 65536, f)) > 0;)
        out->len += got;
    return fclose(f) == 0;
}

/* Runs `faultline` with these words; its output goes to `out` (-1: where ours goes), complaints to
 * `err`. In a group of its own: a Ctrl-C is for us to pass on. */
static pid_t
faultline(const char *const *words, int out, int err)
{
    const char *argv[ARGS_MAX] = { FAULTLINE_PROGRAMS "/faultline" };
    size_t n = 1;
    for (; words[n - 1] != NULL && n + 1 < ARGS_MAX; n++)
        argv[n] = words[n - 1];
    argv[n] = NULL;
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* should we die, it ends in order */
    if (out >= 0)
        dup2(out, STDOUT_FILENO);
    if (err >= 0)
        dup2(err, STDERR_FILENO);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void
init_site(struct stage *s, const char *plan)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), status = 0;
    const char *words[] = { "init", "--local", s->dir, plan == NULL ? NULL : "--plan", plan, NULL };
    pid_t pid = faultline(words, null, -1);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        die("faultline init %s failed", s->dir);
    close(null);
}

static struct plan *
read_plan(const char *path)
{
    struct buf yaml = { 0 }, why = { 0 };
    struct plan *plan = NULL;
    const struct plan_files files = plan_folder(path, clock_wall_ms());
    if (!read_file(path, &yaml) || plan_read(&plan, path, buf_str(&yaml), &files, &why) != OK)
        die("%s: %s", path, why.len > 0 ? buf_cstr(&why) : strerror(errno));
    buf_fini(&yaml);
    buf_fini(&why);
    return plan;
}

/* The sample again, with engineers on duty round the clock, who carry `capacity` tickets at a time;
 * 0: as many as they did. */
static void
widen(struct stage *s, unsigned capacity, const char *to)
{
    struct buf yaml = { 0 };
    struct plan *plan = read_plan(in(s, "first/plan.yaml"));
    for (unsigned i = 0; i < plan->engineers_count; i++) {
        if (capacity > 0 && plan->engineers[i].capacity != NULL)
            *plan->engineers[i].capacity = capacity;
        plan->engineers[i].duty_count = 0; /* always: a measure knows no time of day */
    }
    plan->principals_count = 0; /* init makes them anew */
    plan_write(plan, false, &yaml);
    FILE *f = fopen(to, "we");
    if (f == NULL || fwrite(yaml.data, 1, yaml.len, f) != yaml.len || fclose(f) != 0)
        die("cannot write %s: %s", to, strerror(errno));
    buf_fini(&yaml);
    plan_free(plan);
}

/* A site of the sample within the folder, and of that the one that is played on. */
static void
init_wide(struct stage *s, unsigned capacity)
{
    char outer[64], plan[160];
    snprintf(outer, sizeof(outer), "%s", s->dir);
    snprintf(s->dir, sizeof(s->dir), "%.40s/first", outer);
    init_site(s, NULL);
    snprintf(s->dir, sizeof(s->dir), "%.40s", outer);
    snprintf(plan, sizeof(plan), "%s/wide.yaml", s->dir);
    widen(s, capacity, plan);
    init_site(s, plan);
}

static void
start(struct stage *s, const struct stage_wish *w)
{
    char workers[16];
    const char *words[ARGS_MAX] = { "up", "--site", s->dir, "--workers", workers };
    size_t n = 5;
    snprintf(workers, sizeof(workers), "%u", w->workers);
    for (size_t i = 0; w->sets != NULL && w->sets[i] != NULL && n + 3 < ARGS_MAX; i++) {
        words[n++] = "--set";
        words[n++] = w->sets[i];
    }
    int said[2], log = -1;
    if (pipe2(said, O_CLOEXEC) != 0)
        die("pipe: %s", strerror(errno));
    if (w->quiet)
        log = open(in(s, "log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    s->up = faultline(words, said[1], log);
    s->said = said[0];
    close(said[1]);
    if (log >= 0)
        close(log);
}

static void
wait_ready(struct stage *s)
{
    int64_t limit = clock_mono_ms() + UP_LIMIT_MS;
    struct buf text = { 0 };
    while (text.len == 0 || strstr(buf_cstr(&text), "ready\n") == NULL) {
        struct pollfd fd = { .fd = s->said, .events = POLLIN };
        int64_t left = limit - clock_mono_ms();
        ssize_t got = left <= 0 || poll(&fd, 1, (int)left) <= 0
                          ? 0
                          : read(s->said, buf_reserve(&text, 4096), 4096);
        if (got <= 0)
            die("faultline up did not come up; its log is in %s", s->dir);
        text.len += (size_t)got;
    }
    buf_fini(&text);
}

static void
devices_open(struct stage *s)
{
    snprintf(s->devices, sizeof(s->devices), "/dev/shm/faultline-XXXXXX");
    if (mkdtemp(s->devices) == NULL)
        snprintf(s->devices, sizeof(s->devices), "%.50s/spool", s->dir);
}

void
stage_open(struct stage *s, const struct stage_wish *w)
{
    struct buf why = { 0 };
    *s = (struct stage){ .dir = "/tmp/faultline-XXXXXX" };
    if (mkdtemp(s->dir) == NULL)
        die("cannot make a scratch folder: %s", strerror(errno));
    init_wide(s, w->capacity);
    devices_open(s);
    conf_load(&s->conf, s->dir, w->sets);
    s->plan = read_plan(s->conf.plan);
    s->atlas = atlas_new(s->plan);
    if (keys_read(s->conf.pool_key, &s->pool, &why) != OK)
        die("%s", buf_cstr(&why));
    s->up = s->said = -1;
    if (w->still)
        return;
    start(s, w);
    wait_ready(s);
    const struct store_options o = { .where = s->conf.redis,
                                     .user = "operator",
                                     .password = s->conf.redis_operator_password };
    s->store = store_new(&o);
}

/* Who holds what, in one digest. False: a territory waits for its first. */
static bool
holders(struct stage *s, uint8_t digest[32])
{
    const struct territory_id *ids;
    size_t count = atlas_territories(s->atlas, &ids);
    struct buf text = { 0 };
    bool all = true;
    for (size_t i = 0; i < count && all; i++) {
        struct head head;
        all = store_head(s->store, ids[i], &head) == OK && head.worker[0] != '\0';
        buf_printf(&text, "%s\n", all ? head.worker : "");
    }
    digest_32(digest, buf_str(&text));
    buf_fini(&text);
    return all;
}

void
stage_settle(struct stage *s)
{
    int64_t limit = clock_mono_ms() + UP_LIMIT_MS, since = clock_mono_ms();
    uint8_t then[32] = { 0 }, now[32];
    while (clock_mono_ms() - since < SETTLED_MS) {
        if (clock_mono_ms() > limit)
            die("the workers do not agree who holds what; their log is in %s", s->dir);
        bool all = holders(s, now);
        if (!all || memcmp(then, now, sizeof(now)) != 0)
            since = clock_mono_ms();
        memcpy(then, now, sizeof(now));
        poll(NULL, 0, 20);
    }
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void
stage_close(struct stage *s)
{
    int status;
    store_free(s->store);
    if (s->up >= 0) {
        kill(s->up, SIGTERM);
        while (waitpid(s->up, &status, 0) < 0 && errno == EINTR)
            ;
        close(s->said);
    }
    atlas_free(s->atlas);
    plan_free(s->plan);
    keys_free(s->pool);
    nftw(s->devices, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
