/* programs.c - `faultline broker`, `faultline worker` and `faultline gateway NAME` become the
 * programs beside this one. */
#include "cli/programs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *
program_path(const char *name, char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    if (len > 0) {
        out[len] = '\0';
        char *slash = strrchr(out, '/');
        size_t room = size - (size_t)(slash + 1 - out);
        if (slash != NULL && strlen(name) < room) {
            memcpy(slash + 1, name, strlen(name) + 1);
            if (access(out, X_OK) == 0)
                return out;
        }
    }
    snprintf(out, size, "%s", name);
    return out;
}

pid_t
program_start(char *const argv[])
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    execvp(argv[0], argv);
    fprintf(stderr, "faultline: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* The rest of the command line belongs to the program, --help too. */
static int
become(const struct command *c, const char *program, int argc, char **argv)
{
    char path[1024];
    const char *site = getenv("FAULTLINE_SITE");
    char **args = zalloc((2 * (size_t)argc + 4) * sizeof(*args));
    size_t count = 0;
    bool asks = false, named = false; /* for a page or a version; its site */
    args[count++] = (char *)(uintptr_t)program_path(program, path, sizeof(path));
    for (int i = 1; i < argc; i++) {
        char *value = strncmp(argv[i], "--", 2) == 0 ? strchr(argv[i], '=') : NULL;
        asks = asks || strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0 ||
               strcmp(argv[i], "--version") == 0;
        if (value != NULL &&
            strncmp(argv[i], "--set", 5) != 0) { /* --name=value: two words there */
            *value = '\0';
            args[count++] = argv[i];
            args[count++] = value + 1;
        } else {
            args[count++] = argv[i];
        }
        named = named || strcmp(argv[i], "--site") == 0;
    }
    if (!named && !asks) {
        args[count++] = (char *)(uintptr_t) "--site";
        args[count++] = (char *)(uintptr_t)(site == NULL || site[0] == '\0' ? "." : site);
    }
    execvp(args[0], args);
    free(args);
    return cmd_failed(c, "cannot run %s: %s", path, strerror(errno));
}

static int
run_broker(int argc, char **argv)
{
    return become(&cmd_broker, "faultline-broker", argc, argv);
}

static int
run_worker(int argc, char **argv)
{
    return become(&cmd_worker, "faultline-worker", argc, argv);
}

static const char gateway_help[] =
    "faultline gateway - run one channel's gateway (in the foreground)\n"
    "\n"
    "usage: faultline gateway NAME [--site DIR] [--as PRINCIPAL] [--set name=value]... "
    "[--dry-run]\n"
    "\n"
    "NAME is a channel: email, sms, phone, chat, web. 'faultline gateway NAME --help' has its "
    "settings,\n"
    "docs/gateways.md the rest. With --dry-run it reads one message from standard input, prints "
    "what it\n"
    "would become, and sends nothing.\n";

static int
run_gateway(int argc, char **argv)
{
    static const char *const channels[] = { "email", "sms", "phone", "chat", "web" };
    char program[64];
    size_t known = 0;
    if (argc < 2 || argv[1][0] == '-') {
        if (cmd_asks_help(argc, argv))
            return fputs(gateway_help, stdout) == EOF;
        return cmd_usage(&cmd_gateway, "which one? email, sms, phone, chat, web");
    }
    while (known < countof(channels) && strcmp(argv[1], channels[known]) != 0)
        known++;
    if (known == countof(channels))
        return cmd_usage(&cmd_gateway, "no gateway '%s': email, sms, phone, chat, web", argv[1]);
    snprintf(program, sizeof(program), "faultline-gateway-%s", argv[1]);
    return become(&cmd_gateway, program, argc - 1, argv + 1);
}

const struct command cmd_broker = { "broker", "run a broker (in the foreground)", "", run_broker };
const struct command cmd_worker = { "worker", "run a worker (in the foreground)", "", run_worker };
const struct command cmd_gateway = { "gateway", "run a channel's gateway (in the foreground)",
                                     gateway_help, run_gateway };
