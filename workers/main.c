/* main.c - faultline-worker: owns territories, decides, and writes down what was decided. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>

#include "common/io/log.h"
#include "workers/worker.h"

enum { SETS_MAX = 64 };

static const char help[] =
    "faultline-worker - serves the territories that fall to it\n"
    "\n"
    "usage: faultline-worker --site DIR [--name NAME] [--set name=value]...\n"
    "\n"
    "  --site DIR         the site folder, with faultline.conf\n"
    "  --name NAME        whose key signs: keys_dir/NAME.key, a principal with role worker\n"
    "                     in the plan (default: worker). Several processes may share one.\n"
    "  --set name=value   overrides a setting\n"
    "  --version          print the version\n"
    "  --help             this text\n"
    "\n"
    "Run as many as you like: live workers share the territories among themselves, and a\n"
    "dead one's are taken over after the setting lease_ms. On SIGTERM or SIGINT it finishes the\n"
    "commit in hand, hands its territories back and ends with code 0. Logs go to standard\n"
    "error, one line an event. Code 78: it was set up wrong, the last line says how.\n";

static volatile sig_atomic_t ending;

static void
on_signal(int signo unused)
{
    ending = 1;
}

enum { KEEP_BYTES = 64 * 1024 * 1024 };

struct arguments {
    const char *site, *name;
    const char *sets[SETS_MAX + 1];
    size_t sets_count;
};

static void
read_arguments(struct arguments *a, int argc, char **argv)
{
    *a = (struct arguments){ .name = "worker" };
    for (int i = 1; i < argc; i += 2) {
        const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool site = strcmp(option, "--site") == 0, name = strcmp(option, "--name") == 0,
             set = strcmp(option, "--set") == 0;
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(help, stdout);
            exit(0);
        }
        if (strcmp(option, "--version") == 0) {
            puts("faultline-worker " FAULTLINE_VERSION);
            exit(0);
        }
        if (!site && !name && !set)
            die("%s: no such option (see --help)", option);
        if (value == NULL)
            die("%s: needs a value (see --help)", option);
        if (set && a->sets_count == SETS_MAX)
            die("--set: at most %d of them", SETS_MAX);
        if (site)
            a->site = value;
        else if (name)
            a->name = value;
        else
            a->sets[a->sets_count++] = value;
    }
    if (a->site == NULL)
        die("--site DIR is missing (see --help)");
}

int
main(int argc, char **argv)
{
    struct arguments a;
    struct conf conf;
    log_open("worker", LOG_INFO);
    read_arguments(&a, argc, argv);
    seal_open_library();
    conf_load(&conf, a.site, a.sets);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);

    /* A turn's memory comes back in the next one: the kernel need not clear it anew each time. */
    mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
    mallopt(M_MXFAST, 0); /* else each big block walks all small ones that came back */
    struct worker *worker = worker_new(&conf, a.name);
    while (!ending)
        worker_turn(worker, WORKER_WAIT_MS);
    worker_free(worker);
    return 0;
}
