/* main.c - `faultline`: the one command that people type. A table of subcommands. */
#include "cli/cmd.h"
#include "common/io/log.h"
#include "common/io/seal.h"

#include <stdio.h>

static const struct command *const commands[] = {
    &cmd_init,   &cmd_up,      &cmd_broker, &cmd_worker,   &cmd_plan,
    &cmd_submit, &cmd_tickets, &cmd_ticket, &cmd_act,      &cmd_engineer,
    &cmd_watch,  &cmd_feed,    &cmd_audit,  &cmd_calendar, &cmd_gateway,
};

static void
overview(FILE *to)
{
    fputs("faultline - dispatch for fault service: reports in, engineers out, everybody told\n\n"
          "usage: faultline COMMAND [--site DIR] [options]\n\n",
          to);
    for (size_t i = 0; i < countof(commands); i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'faultline COMMAND --help' is that command's page. The site folder is --site, else\n"
          "$FAULTLINE_SITE, else the current folder. 'faultline --version' prints the version.\n",
          to);
}

int
main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        overview(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("faultline " FAULTLINE_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < countof(commands); i++) {
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        log_open("faultline", LOG_WARN);
        seal_open_library();
        return commands[i]->run(argc - 1, argv + 1);
    }
    fprintf(stderr, "faultline: no command '%s'\n\n", argv[1]);
    overview(stderr);
    return EXIT_USAGE;
}
