/* plan_cmd.c - `faultline plan`: check, apply, diff, show and try the organisation's description.
 */
#include "cli/apply.h"

#include "cli/try.h"
#include "common/wire/body.h"

#include <stdio.h>

static const char help[] =
    "faultline plan - the organisation's own description: territories, sites, customers,\n"
    "contracts, escalations, calendars, rosters, categories, engineers and principals\n"
    "\n"
    "usage: faultline plan check [FILE]     read and check; every fault with its file and line\n"
    "       faultline plan diff  [FILE]     what would change against the plan in force\n"
    "       faultline plan apply [FILE]     put it in force as the next version\n"
    "       faultline plan show  [--public] print the version in force; --public: the brokers' "
    "part\n"
    "       faultline plan try   [FILE] [--from INSTANT] [--to INSTANT] [--json]\n"
    "                                       what a past period would have come to under it\n"
    "\n"
    "FILE is the site's own plan (the setting `plan`) unless named. A version, once applied, "
    "never\n"
    "changes and is kept: tickets keep the promises of the version they were opened under. apply\n"
    "takes effect in every territory as an event in its inbox, in order with all others; brokers\n"
    "follow within seconds. A principal that is taken out, or marked `revoked: true`, is out at\n"
    "its next message.\n"
    "\n"
    "Calendars and rosters name iCalendar files below the plan's folder; they are compiled when\n"
    "the plan is read, and the version in force carries the result. check also tells shifts with\n"
    "fewer people than a contract promises, people in two shifts at once, holidays without duty,\n"
    "and years without holidays. A warning (next year's holidays are not there yet, a roster ends\n"
    "within two weeks) makes check fail; apply only says it.\n"
    "\n"
    "try changes nothing. It plays a past period of the log again, under the plan in force and "
    "under\n"
    "FILE: the reports of --from to --to (the whole log when not said), with people as they were "
    "then.\n"
    "Printed are promises broken (by clock, and weighted by the level's weight in the plan in "
    "force),\n"
    "waiting, travel and workload: present, tried, difference. An INSTANT is 2026-11-21T14:30 or\n"
    "2026-11-21T14:30:00Z. What is assumed is in docs/running.md, \"Trying a plan\". Needs the "
    "pool's key.\n"
    "\n"
    "options: --site DIR, --set name=value, --public, --from, --to, --json\n"
    "exit:    0 done; 1 the plan has faults (check: or warnings), or the store does not answer; 2 "
    "wrong usage\n";

static int
check(struct site *s, const char *path)
{
    bool warned = false;
    struct plan *p = apply_read(s->command, path, &warned);
    if (p == NULL)
        return EXIT_FAILED;
    printf("%s: %s: %u territories, %u engineers, %u categories, %u sites, %u customers, %u "
           "contracts, %u escalations, %u calendars, %u rosters, %u principals\n",
           path, warned ? "could be applied, but look at the warnings" : "good",
           p->territories_count, p->engineers_count, p->categories_count, p->sites_count,
           p->customers_count, p->contracts_count, p->escalations_count, p->calendars_count,
           p->rosters_count, p->principals_count);
    plan_free(p);
    return warned ? EXIT_FAILED : EXIT_DONE;
}

static int
diff(struct site *s, const char *path)
{
    struct plan *p = apply_read(s->command, path, NULL);
    if (p == NULL)
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    if (site_plan(s)) {
        struct buf lines = { 0 };
        plan_diff(s->plan, p, &lines);
        fputs(lines.len == 0 ? "nothing differs\n" : buf_cstr(&lines), stdout);
        buf_fini(&lines);
        code = EXIT_DONE;
    }
    plan_free(p);
    return code;
}

static int
apply(struct site *s, const char *path)
{
    struct plan *p = apply_read(s->command, path, NULL);
    if (p == NULL)
        return EXIT_FAILED;
    int code = apply_plan(s, p);
    plan_free(p);
    return code;
}

static int
show(struct site *s, bool public_only)
{
    if (!site_plan(s))
        return EXIT_FAILED;
    struct buf yaml = { 0 };
    plan_write(s->plan, public_only, &yaml);
    fwrite(yaml.data, 1, yaml.len, stdout);
    buf_fini(&yaml);
    return EXIT_DONE;
}

static int
run(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct site *s, const char *path);
    } verbs[] = { { "check", check }, { "diff", diff }, { "apply", apply } };
    bool public_only = false;
    struct try_wish wish = { .json = false };
    const struct option_row rows[] = { { "public", NULL, &public_only },
                                       { "from", &wish.from, NULL },
                                       { "to", &wish.to, NULL },
                                       { NULL, NULL, NULL } };
    struct words w;
    if (!cmd_options(&cmd_plan, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count == 0)
        return cmd_usage(&cmd_plan, "check, diff, apply, show or try?");
    if (strcmp(w.list[0], "try") != 0 && (wish.from != NULL || wish.to != NULL))
        return cmd_usage(&cmd_plan, "--from and --to are for try");
    struct site s;
    int code = -1;
    site_open(&s, &cmd_plan, &w);
    if (strcmp(w.list[0], "show") == 0)
        code = show(&s, public_only);
    wish.path = w.count > 1 ? w.list[1] : s.conf.plan;
    wish.json = w.json;
    if (strcmp(w.list[0], "try") == 0)
        code = try_plan(&s, &wish);
    for (size_t i = 0; i < countof(verbs); i++)
        if (strcmp(w.list[0], verbs[i].name) == 0)
            code = verbs[i].run(&s, w.count > 1 ? w.list[1] : s.conf.plan);
    site_close(&s);
    return code >= 0 ? code
                     : cmd_usage(&cmd_plan, "no '%s': check, diff, apply, show or try", w.list[0]);
}

const struct command cmd_plan = { "plan", "check, apply, diff, show, try the organisation's plan",
                                  help, run };
