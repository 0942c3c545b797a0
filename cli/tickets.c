/* tickets.c - `faultline tickets` and `faultline ticket`: what is open, and one ticket's whole
 * story. */
#include "cli/json.h"
#include "cli/records.h"
#include "common/io/clock.h"
#include "common/wire/body.h"
#include "common/wire/names.h"

#include <inttypes.h>
#include <stdio.h>

static const char tickets_help[] =
    "faultline tickets - list tickets\n"
    "\n"
    "usage: faultline tickets [--territory T] [--state S] [--closed] [--json]\n"
    "\n"
    "Lists the open tickets of all territories, or with --closed those that have ended, archived "
    "ones "
    "too:\n"
    "number, state, level, category, engineer, when received, repeats attached. Needs the pool's "
    "key: an "
    "operator's\n"
    "command.\n"
    "\n"
    "  --territory T  only this territory\n"
    "  --state S      only in this state (queued, offered, accepted, ...)\n"
    "  --json         one JSON object a line\n";

static const char ticket_help[] =
    "faultline ticket - one ticket's whole story\n"
    "\n"
    "usage: faultline ticket ID [--json]\n"
    "\n"
    "ID is the number that people were told (N1-0123456789-4) or the ticket's id (32 hex digits). "
    "Shows its\n"
    "state, the report's words, the timeline, and who was considered for it and why not. Works "
    "for\n"
    "closed tickets too, also when they have moved to an archive file. Needs the pool's key: an "
    "operator's command.\n";

struct listing {
    struct site *site;
    const char *state;
    bool json;
    uint64_t shown;
};

static void
time_of(char out[32], instant at)
{
    clock_text(out, at);
    out[19] = '\0'; /* to the second */
}

static const char *
level_name(const struct site *s, uint8_t level)
{
    return level < s->plan->levels_count ? s->plan->levels[level].id : "?";
}

static struct json *
json_of_ticket(const struct site *s, struct territory_id t, const struct ticket *ticket)
{
    struct json *j = json_object_new();
    char number[32];
    number_of(number, atlas_code(s->atlas, t), ticket->id);
    json_put_hex(j, "ticket", ticket->id.b, sizeof(ticket->id.b));
    json_put_text(j, "number", number);
    json_put_text(j, "territory", t.s);
    json_put_text(j, "state", state_name(ticket->state));
    json_put_number(j, "version", ticket->version);
    json_put_text(j, "level", level_name(s, ticket->level));
    json_put_text(j, "category", ticket->category.s);
    json_put_text(j, "site", ticket->site.s);
    json_put_text(j, "customer", ticket->customer.s);
    json_put_text(j, "source", ticket->source.s);
    json_put_text(j, "engineer", ticket->engineer.s);
    json_put_text(j, "lent_by", ticket->home.s);
    json_put_time(j, "opened", ticket->opened_at);
    json_put_time(j, "occurred", ticket->occurred_at);
    json_put_number(j, "repeats", ticket->repeats);
    json_put_true(j, "unqualified", ticket->unqualified);
    json_put_true(j, "silent", ticket->silent);
    if (place_known(ticket->place)) {
        json_put_e7(j, "lat", ticket->place.lat_e7);
        json_put_e7(j, "lon", ticket->place.lon_e7);
    }
    return j;
}

static bool
list_one(void *context, struct territory_id t, const struct ticket *ticket)
{
    struct listing *l = context;
    char number[32], at[32];
    if (l->state != NULL && strcmp(l->state, state_name(ticket->state)) != 0)
        return true;
    l->shown++;
    if (l->json) {
        struct json *j = json_of_ticket(l->site, t, ticket);
        json_print(&j, stdout);
        return true;
    }
    number_of(number, atlas_code(l->site->atlas, t), ticket->id);
    time_of(at, ticket->opened_at);
    printf("%-18s %-16s %-8s %-16s %-10s %s %s", number, state_name(ticket->state),
           level_name(l->site, ticket->level), ticket->category.s,
           no_name(ticket->engineer) ? "-" : ticket->engineer.s, at, ticket->site.s);
    if (ticket->repeats > 0)
        printf(" +%" PRIu32 " repeats", ticket->repeats);
    putchar('\n');
    return true;
}

static int
run_tickets(int argc, char **argv)
{
    const char *territory = NULL, *state = NULL;
    bool closed = false;
    const struct option_row rows[] = { { "territory", &territory, NULL },
                                       { "state", &state, NULL },
                                       { "closed", NULL, &closed },
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
    struct listing l = { .site = &s, .state = state, .json = w.json };
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

/* ---- one ticket */

static struct json *
json_of_timeline(const struct ticket *ticket)
{
    struct json *steps = json_array_new();
    for (size_t i = 0; i < ticket->timeline_count; i++) {
        const struct taken *step = &ticket->timeline[i];
        struct json *j = json_object_new();
        json_put_time(j, "at", step->at);
        json_put_text(j, "verb", verb_name(step->verb));
        json_put_text(j, "from", state_name(step->from));
        json_put_text(j, "to", state_name(step->to));
        json_put_text(j, "who", step->who.s);
        json_put_str(j, "note", (struct str){ step->note, step->note_len });
        json_append(steps, &j);
    }
    return steps;
}

static struct json *
json_of_considered(const struct ticket *ticket)
{
    struct json *list = json_array_new();
    for (size_t i = 0; i < ticket->considered_count; i++) {
        const struct considered *c = &ticket->considered[i];
        struct json *j = json_object_new();
        json_put_text(j, "engineer", c->engineer.s);
        json_put_text(j, "why", considered_text(c->why));
        json_put_number(j, "load", c->load);
        if (c->distance_m != DISTANCE_UNKNOWN)
            json_put_number(j, "distance_m", c->distance_m);
        json_append(list, &j);
    }
    return list;
}

static void
print_story(const struct site *s, struct territory_id t, const struct ticket *ticket,
            const struct report_body *body)
{
    char number[32], at[32];
    number_of(number, atlas_code(s->atlas, t), ticket->id);
    time_of(at, ticket->opened_at);
    printf("ticket    %s in %s, version %" PRIu32
           "\nstate     %s%s%s\nlevel     %s\ncategory  %s\nreceived  %s through %s\n",
           number, t.s, ticket->version, state_name(ticket->state),
           ticket->silent ? " (the customer's silence)" : "",
           ticket->unqualified ? " (nobody qualified here or at any neighbour)" : "",
           level_name(s, ticket->level), ticket->category.s, at, ticket->source.s);
    if (!no_name(ticket->site) || !no_name(ticket->customer))
        printf("site      %s %s\n", ticket->site.s, ticket->customer.s);
    if (place_known(ticket->place))
        printf("place     %.5f, %.5f\n", ticket->place.lat_e7 / 1e7, ticket->place.lon_e7 / 1e7);
    if (!no_name(ticket->engineer))
        printf("engineer  %s %s %s%s%s\n", ticket->engineer.s, ticket->name, ticket->phone,
               no_name(ticket->home) ? "" : ", lent by ", ticket->home.s);
    if (ticket->repeats > 0)
        printf("repeats   %" PRIu32 "\n", ticket->repeats);
    printf("words     %.*s\n", STR_ARG(body->text));
    if (body->contact.len > 0 || body->name.len > 0)
        printf("reporter  %.*s %.*s\n", STR_ARG(body->name), STR_ARG(body->contact));
}

static void
print_timeline(const struct ticket *ticket)
{
    puts("\ntimeline");
    for (size_t i = 0; i < ticket->timeline_count; i++) {
        const struct taken *step = &ticket->timeline[i];
        char at[32];
        time_of(at, step->at);
        if (i == TIMELINE_HEAD && ticket->fold.count > 0)
            printf("  ... %" PRIu32 " steps folded\n", ticket->fold.count);
        printf("  %s  %-8s %-16s -> %-16s %s", at, verb_name(step->verb), state_name(step->from),
               state_name(step->to), step->who.s);
        if (step->note_len > 0)
            printf("  \"%.*s\"", (int)step->note_len, step->note);
        putchar('\n');
    }
}

static void
print_considered(const struct ticket *ticket)
{
    puts("\nconsidered at the last decision");
    for (size_t i = 0; i < ticket->considered_count; i++) {
        const struct considered *c = &ticket->considered[i];
        printf("  %-10s %-34s", c->engineer.s, considered_text(c->why));
        if (c->distance_m != DISTANCE_UNKNOWN)
            printf(" %6.1f km", c->distance_m / 1000.0);
        printf("  carries %u\n", c->load);
    }
    if (ticket->considered_count == 0)
        puts("  nobody: no engineer of this territory has the skills");
}

static int
tell(struct site *s, const char *name, bool json)
{
    struct territory_id t;
    struct ticket ticket;
    struct report_body body = { .hint = -1 };
    struct doc d;
    if (!site_plan(s) || !records_find(s, name, &t, &ticket))
        return EXIT_FAILED;
    doc_init(&d);
    if (body_get_report(&d, ticket.text, &body) != OK)
        body.text = STR("(its words cannot be read)");
    if (json) {
        struct json *j = json_of_ticket(s, t, &ticket), *part;
        json_put_str(j, "text", body.text);
        json_put_str(j, "contact", body.contact);
        json_put_str(j, "name", body.name);
        part = json_of_timeline(&ticket);
        json_put(j, "timeline", &part);
        part = json_of_considered(&ticket);
        json_put(j, "considered", &part);
        json_print(&j, stdout);
    } else {
        print_story(s, t, &ticket, &body);
        print_timeline(&ticket);
        print_considered(&ticket);
    }
    doc_fini(&d);
    ticket_fini(&ticket);
    return EXIT_DONE;
}

static int
run_ticket(int argc, char **argv)
{
    struct words w;
    if (!cmd_options(&cmd_ticket, argc, argv, NULL, &w))
        return EXIT_USAGE;
    if (w.count != 1)
        return cmd_usage(&cmd_ticket, "one ticket's number or id, please");
    struct site s;
    site_open(&s, &cmd_ticket, &w);
    int code = tell(&s, w.list[0], w.json);
    site_close(&s);
    return code;
}

const struct command cmd_tickets = { "tickets", "list tickets", tickets_help, run_tickets };
const struct command cmd_ticket = { "ticket", "one ticket's whole story", ticket_help, run_ticket };
