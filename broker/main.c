/* main.c - faultline-broker: its parts, its loop, its end. */
#include "broker/broker.h"
#include "common/base/str.h"
#include "common/io/conf.h"
#include "common/io/log.h"
#include "common/io/seal.h"

#include <signal.h>
#include <stdio.h>

enum { SETS_MAX = 64, EXIT_USAGE = 2 };

static const char help[] =
    "faultline-broker - the front door: takes reports and events in, hands letters out\n"
    "\n"
    "usage: faultline-broker --site DIR [--index N] [--set name=value]...\n"
    "\n"
    "  --site DIR        the site folder, with faultline.conf\n"
    "  --index N         which endpoint of the setting `brokers` to bind, from 0 (0)\n"
    "  --set name=value  instead of what faultline.conf says\n"
    "  --version         print the version\n"
    "\n"
    "It opens its door when the first plan is applied. SIGTERM or SIGINT: it reads no more, "
    "answers\n"
    "what it has taken, and ends with 0. It may be killed at any moment; run as many as you "
    "like.\n";

struct options {
    const char *site;
    int64_t index;
    const char *sets[SETS_MAX + 1];
    size_t sets_count;
};

static volatile sig_atomic_t stopped;

static void
on_signal(int number unused)
{
    stopped = 1;
}

static int
wrong(const char *what, const char *which)
{
    fprintf(stderr, "faultline-broker: %s %s\nTry 'faultline-broker --help'.\n", what, which);
    return EXIT_USAGE;
}

/* 0, or the exit code of a wrong usage. */
static int
read_option(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--site") == 0) {
        o->site = value;
    } else if (strcmp(name, "--index") == 0) {
        if (!str_int(str_of(value), &o->index) || o->index < 0)
            return wrong("--index takes a whole number from 0, not", value);
    } else if (strcmp(name, "--set") == 0) {
        if (o->sets_count == SETS_MAX)
            return wrong("too many --set, from", value);
        o->sets[o->sets_count++] = value;
    } else {
        return wrong("no option", name);
    }
    return 0;
}

static int
read_options(int argc, char **argv, struct options *o)
{
    int usage = 0;
    for (int i = 1; i < argc && usage == 0; i += 2)
        usage = i + 1 < argc ? read_option(o, argv[i], argv[i + 1])
                             : wrong("no value, or no option:", argv[i]);
    return usage == 0 && o->site == NULL ? wrong("needs", "--site DIR") : usage;
}

static void
listen_for_signals(void)
{
    const struct sigaction on_stop = { .sa_handler = on_signal }; /* no SA_RESTART: it wakes us */
    sigaction(SIGTERM, &on_stop, NULL);
    sigaction(SIGINT, &on_stop, NULL);
}

int
main(int argc, char **argv)
{
    struct options o = { 0 };
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return fputs(help, stdout) == EOF;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("faultline-broker " FAULTLINE_VERSION) == EOF;
    int usage = read_options(argc, argv, &o);
    if (usage != 0)
        return usage;
    static struct conf conf;
    log_open("broker", LOG_INFO);
    seal_open_library();
    conf_load(&conf, o.site, o.sets);
    listen_for_signals();

    struct broker *broker = broker_new(&conf, (size_t)o.index);
    while (!broker_done(broker)) {
        if (stopped)
            broker_stop(broker);
        broker_turn(broker);
    }
    broker_free(broker);
    return 0;
}
