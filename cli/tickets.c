/* tickets.c - `faultline tickets`: what is open. A ticket that is over, but not yet settled, still
 * lies with the open ones: it is left out unless somebody asks for it. */
#include "cli/story.h"
#include "common/wire/body.h"
#include "common/wire/names.h"
#include "workers/core/life.h"

#include <inttypes.h>
#include <stdio.h>

static const char help[] =
    "faultline tickets - list tickets\n"
    "\n"
    "usage: faultline tickets [--territory T] [--state S] [--all] [--closed] [--json]\n"
    "\n"
    "Lists the open tickets of all territories: number, state, level, category, engineer, when "
    "received,\n"
    "repeats attached. Needs the pool's key: an operator's command.\n"
    "\n"
    "  --territory T  only this territory\n"
    "  --state S      only in this state (queued, offered, closed, ...)\n"
    "  --all          also those that are over and not yet settled: they can be reopened, and "
    "their "
    "papers\n"
    "                 be dealt with\n"
    "  --closed       only those that are settled\n"
    "  --json         one JSON object a line\n";

struct listing {
    struct site *site;
    const char *state;
    bool json, over; /* those that are over as well */
    uint64_t shown;
};

static bool
list_one(void *context, struct territory_id t, const struct ticket *ticket)
{
    struct listing *l = context;
    char number[32], at[32];
    if (l->state == NULL ? !l->over && life_is_over(ticket->state)
                         : strcmp(l->state, state_name(ticket->state)) != 0)
        return true;
    l->shown++;
    if (l->json) {
        struct json *j = story_json_head(l->site, t, ticket);
        json_print(&j, stdout);
        return true;
    }
    number_of(number, atlas_code(l->site->atlas, t), ticket->id);
    story_time(at, ticket->opened_at);
    printf("%-18s %-16s %-8s %-16s %-10s %s %s", number, state_name(ticket->state),
           story_level(l->site, ticket->level), ticket->category.s,
           no_name(ticket->engineer) ? "-" : ticket->engineer.s, at, ticket->site.s);
    if (ticket->repeats > 0)
        printf(" +%" PRIu32 " repeats", ticket->repeats);
    putchar('\n');
    return true;
}

static int
run(int argc, char **argv)
{
    const char *territory = NULL, *state = NULL;
    bool closed = false, all = false;
    const struct option_row rows[] = { { "territory", &territory, NULL },
                                       { "state", &state, NULL },
                                       { "closed", NULL, &closed },
                                       { "all", NULL, &all },
                                       { NULL, NULL, NULL } };
    struct words w;
    if (!cmd_options(&cmd_tickets, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count != 0)
        return cmd_usage(&cmd_tickets, "no words, only options; 'faultline ticket ID' shows one");
    if (state != NULL && state_named(str_of(state)) == TICKET_STATES)
        return cmd_usage(&cmd_tickets,
                         "no state '%s': queued, offered, accepted, ... (docs/life.md)", state);
    struct site s;
    struct listing l = { .site = &s, .state = state, .json = w.json, .over = all || closed };
    const struct territory_id *list;
    site_open(&s, &cmd_tickets, &w);
    bool good = site_plan(&s), named = territory == NULL;
    size_t count = good ? atlas_territories(s.atlas, &list) : 0;
    for (size_t i = 0; good && i < count; i++)
        if (territory == NULL || strcmp(territory, list[i].s) == 0) {
            named = true;
            good = records_each(&s, list[i], closed, list_one, &l);
        }
    if (good && !named) {
        cmd_failed(&cmd_tickets, "no territory '%s' in the plan in force", territory);
        good = false;
    }
    if (good && !w.json)
        printf("%" PRIu64 " tickets\n", l.shown);
    site_close(&s);
    return good ? EXIT_DONE : EXIT_FAILED;
}

const struct command cmd_tickets = { "tickets", "list tickets", help, run };
