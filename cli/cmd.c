/* cmd.c - options and endings, the same for every subcommand. */
#include "cli/cmd.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static void
complain(const struct command *c, const char *format, va_list args)
{
    fprintf(stderr, "faultline %s: ", c->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

int
cmd_usage(const struct command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(c, format, args);
    va_end(args);
    fprintf(stderr, "Try 'faultline %s --help'.\n", c->name);
    return EXIT_USAGE;
}

int
cmd_failed(const struct command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(c, format, args);
    va_end(args);
    return EXIT_FAILED;
}

bool
cmd_number(const struct command *c, const char *option, const char *text, int64_t least,
           int64_t most, int64_t *out)
{
    int64_t n = 0;
    if (!str_int(str_of(text), &n) || n < least || n > most) {
        cmd_usage(c, "--%s takes a whole number from %" PRId64 " to %" PRId64 ", not '%s'", option,
                  least, most, text);
        return false;
    }
    *out = n;
    return true;
}

static volatile sig_atomic_t caught;

static void
on_signal(int signo)
{
    (void)signo;
    caught = 1;
}

void
cmd_catch_signals(void)
{
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
}

bool
cmd_interrupted(void)
{
    return caught != 0;
}

static const struct option_row *
find_row(const struct option_row *rows, struct str name)
{
    for (; rows != NULL && rows->name != NULL; rows++)
        if (str_is(name, rows->name))
            return rows;
    return NULL;
}

/* One option at argv[*i]; moves *i past a value that stands apart. */
static bool
take_option(const struct command *c, int argc, char **argv, int *i, const struct option_row *rows,
            struct words *out)
{
    struct str value = str_of(argv[*i] + 2);
    bool joined = memchr(value.at, '=', value.len) != NULL;
    struct str name = str_cut(&value, '=');
    const char *set = NULL;
    const struct option_row common[] = {
        { "site", &out->site, NULL },
        { "set", &set, NULL },
        { "json", NULL, &out->json },
        { NULL, NULL, NULL },
    };
    const struct option_row *row = find_row(common, name);
    if (row == NULL)
        row = find_row(rows, name);
    if (row == NULL) {
        cmd_usage(c, "no option --%.*s", STR_ARG(name));
        return false;
    }
    if (row->value == NULL) {
        if (joined) {
            cmd_usage(c, "--%s takes no value", row->name);
            return false;
        }
        *row->flag = true;
        return true;
    }
    if (!joined && *i + 1 >= argc) {
        cmd_usage(c, "--%s needs a value", row->name);
        return false;
    }
    *row->value = joined ? value.at : argv[++*i];
    if (set != NULL && out->sets_count == SETS_MAX) {
        cmd_usage(c, "at most %d --set", SETS_MAX);
        return false;
    }
    if (set != NULL)
        out->sets[out->sets_count++] = set;
    return true;
}

static bool
is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

bool
cmd_asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (is_help(argv[i]))
            return true;
    return false;
}

bool
cmd_options(const struct command *c, int argc, char **argv, const struct option_row *rows,
            struct words *out)
{
    *out = (struct words){ .site = getenv("FAULTLINE_SITE") };
    if (out->site == NULL || out->site[0] == '\0')
        out->site = ".";
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && is_help(argv[i])) {
            fputs(c->help, stdout);
            exit(EXIT_DONE);
        } else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(c, argc, argv, &i, rows, out))
                return false;
        } else if (out->count < WORDS_MAX) {
            out->list[out->count++] = argv[i];
        } else {
            cmd_usage(c, "too many words, from '%s' on", argv[i]);
            return false;
        }
    }
    return true;
}
