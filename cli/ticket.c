/* ticket.c - `faultline ticket`: finds one ticket, and the plan version it lives by. */
#include "cli/story.h"
#include "common/io/clock.h"

static const char help[] =
    "faultline ticket - one ticket's whole story\n"
    "\n"
    "usage: faultline ticket ID [--json | --why]\n"
    "\n"
    "ID is the number that people were told (N1-0123456789-4) or the ticket's id (32 hex digits). "
    "Shows its\n"
    "state, the report's words, plan version, contract and level; each promised time: its state, "
    "deadline and\n"
    "how much of it is used; time that does not count, and why; how the engineer's arrival is "
    "known, who helps\n"
    "and who is asked to take over; linked tickets and objects; the timeline with reasons; and who "
    "was\n"
    "considered and why not. Works for closed tickets too. Needs the pool's key: an operator's "
    "command.\n"
    "\n"
    "--why says the last decision in words: who has it, or whom it waits for and until when; what "
    "that costs,\n"
    "term by term, in minutes by the plan's weights; who would have been the next best, and how "
    "much dearer; and\n"
    "of each of the others why not. --json has the same: considered (engineer, why, distance_m, "
    "load), terms (by\n"
    "name), cost and margin in seconds, next_best, and departs: when the first could leave for "
    "it.\n";

/* The version that the ticket was opened under, when it is still kept. */
static struct plan *
plan_of(struct site *s, uint32_t version)
{
    struct plan *p = NULL;
    if (version == 0 || site_plan_of(s, version, &p) != OK)
        return NULL;
    p->version = version;
    return p;
}

static void
tell(struct story *s, bool json, bool why)
{
    if (why && !json) {
        struct buf words = { 0 };
        why_words(s->ticket, &words);
        fputs(buf_cstr(&words), stdout);
        buf_fini(&words);
    } else if (json) {
        struct json *j = story_json(s);
        json_print(&j, stdout);
    } else {
        story_print(s);
    }
}

static int
find_and_tell(struct site *s, const char *name, bool json, bool why)
{
    struct ticket ticket;
    struct report_body body;
    struct story story = { .site = s, .ticket = &ticket, .body = &body, .now = clock_wall_ms() };
    struct doc d;
    if (!site_plan(s) || !records_find(s, name, &story.territory, &ticket))
        return EXIT_FAILED;
    doc_init(&d);
    if (body_get_report(&d, ticket.text, &body) != OK)
        body = (struct report_body){ .text = STR("(its words cannot be read)") };
    struct plan *plan = plan_of(s, ticket.plan);
    struct rules *rules = plan == NULL ? NULL : plan_rules(plan, story.territory);
    story.rules = rules;
    tell(&story, json, why);
    if (rules != NULL)
        rules_free(rules);
    plan_free(plan);
    doc_fini(&d);
    ticket_fini(&ticket);
    return EXIT_DONE;
}

static int
run(int argc, char **argv)
{
    struct words w;
    bool why = false;
    const struct option_row rows[] = { { "why", NULL, &why }, { NULL, NULL, NULL } };
    if (!cmd_options(&cmd_ticket, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count != 1)
        return cmd_usage(&cmd_ticket, "one ticket's number or id, please");
    struct site s;
    site_open(&s, &cmd_ticket, &w);
    int code = find_and_tell(&s, w.list[0], w.json, why);
    site_close(&s);
    return code;
}

const struct command cmd_ticket = { "ticket", "one ticket's whole story", help, run };
