/* cmd.h - what every subcommand shares: its row in the table, its options, its way of
 * ending. A subcommand is one file of this room and one function. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "common/base/str.h"

/* Exit codes: 0 done; 1 it could not be done (said on standard error); 2 wrong usage. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;                  /* "plan" */
    const char *summary;               /* one line for the list */
    const char *help;                  /* the whole page, as --help prints it */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

extern const struct command cmd_init, cmd_up, cmd_broker, cmd_worker, cmd_plan, cmd_submit,
    cmd_tickets, cmd_ticket, cmd_act, cmd_engineer, cmd_watch, cmd_feed, cmd_audit, cmd_calendar,
    cmd_gateway;

/* Options as a table: --name VALUE, --name=VALUE, or a bare --name. What is left are words. */
struct option_row {
    const char *name;   /* "site" for --site */
    const char **value; /* where a value goes; NULL: a bare flag */
    bool *flag;         /* where a flag goes */
};
enum { WORDS_MAX = 128, SETS_MAX = 32 };
struct words {
    const char *list[WORDS_MAX];
    size_t count;
    const char *site;               /* --site DIR, else $FAULTLINE_SITE, else "." */
    const char *sets[SETS_MAX + 1]; /* --set name=value, NULL-terminated */
    size_t sets_count;
    bool json; /* --json */
};
/* Fills `out` from argv; --help prints the command's page and exits 0. false: usage was wrong,
 * already said. `rows` ends with a NULL name; --site, --set and --json need no row. */
must_use bool cmd_options(const struct command *c, int argc, char **argv,
                          const struct option_row *rows, struct words *out);
/* Is there --help before any "--"? For a command whose page is more than its text. */
bool cmd_asks_help(int argc, char **argv);
/* Says "faultline NAME: ..." and returns EXIT_USAGE or EXIT_FAILED. */
int cmd_usage(const struct command *c, const char *format, ...) format_like(2, 3);
int cmd_failed(const struct command *c, const char *format, ...) format_like(2, 3);
/* From now on SIGINT and SIGTERM end nothing by themselves: the command looks, and ends in order.
 */
void cmd_catch_signals(void);
bool cmd_interrupted(void);
/* A whole number in a range, or a usage error that names the option. */
must_use bool cmd_number(const struct command *c, const char *option, const char *text,
                         int64_t least, int64_t most, int64_t *out);

#endif
