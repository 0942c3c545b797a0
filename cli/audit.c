/* audit.c - `faultline audit`: the table of what can be audited, and what the parts share. */
#include "cli/audit.h"

#include "common/wire/body.h"

#include <stdio.h>

static const char help[] =
    "faultline audit - prove the log, and by it every promise\n"
    "\n"
    "usage: faultline audit verify [--territory T] [--json]\n"
    "       faultline audit clocks [TICKET] [--territory T] [--json]\n"
    "       faultline audit statement CUSTOMER|TICKET [--from DATE] [--to DATE]\n"
    "                       [--lang en|zh] [--territory T] [--json]\n"
    "\n"
    "Each reads the whole log of each territory, out of archive files (the setting `archive`) and\n"
    "out of Redis. Needs the pool's key: an operator's command.\n"
    "\n"
    "verify checks every entry's place in the hash chain, its worker's signature (by any plan\n"
    "version that is kept), that it opens, that nothing is missing in between, that every archive\n"
    "file is whole and signed, that the territory's head is the last entry, and that every anchor\n"
    "written outside Redis (the setting `anchors`) is met. One line a territory; one a fault.\n"
    "\n"
    "clocks verifies the log, and then reckons every promise of every ticket anew from the events\n"
    "in it and the plan version that the ticket lives by: when it began, what time does not "
    "count,\n"
    "when it was due, whether it was kept. It shares no code with the engine. Every alarm in the\n"
    "log must have named the deadline that the facts of that moment give, none may be early or\n"
    "given twice, a breach may be taken back only if there was none, and at the end all that is\n"
    "broken must have been told, and nothing else (what broke in the last minute of the log may\n"
    "not be told yet, and is counted apart). One line a difference, then one a territory. With\n"
    "TICKET, a number (N1-0123456789-4) or an id (32 hex digits), its whole reckoning is printed.\n"
    "When a log does not hold, nothing is reckoned from it.\n"
    "\n"
    "statement prints for a customer what became of each promise: start, deadline, kept, missed\n"
    "and by how long, void or running; the time that was not counted and why; the penalty due by\n"
    "the contract; and the sums. Times are in the zone of the contract's calendar, else in UTC.\n"
    "\n"
    "  --from DATE    only tickets opened on this day (2026-11-01, there) or later\n"
    "  --to DATE      only tickets opened on this day or before\n"
    "  --lang en|zh   its language; en when not said\n"
    "  --territory T  only this territory\n"
    "  --json         one JSON object a line; instants in UTC, money in minor units\n"
    "\n"
    "exit: 0 all of it holds; 1 something does not, or the store does not answer\n";

/* ---- what the parts share */

static void
read_record(void *context, const struct log_record *r)
{
    proof_read(context, r);
}

bool
audit_read(struct audit *a, struct territory_id t, struct editions *e, struct proof *p)
{
    struct verified v;
    editions_init(e, a->site, t);
    proof_init(p, atlas_code(a->site->atlas, t), editions_rules, e);
    if (verify_log(a->site, a->signers, t, read_record, p, &v))
        return true;
    cmd_failed(&cmd_audit,
               "the log of territory %s does not hold (%llu faults): nothing is reckoned from it",
               t.s, (unsigned long long)v.faults);
    proof_fini(p);
    editions_fini(e);
    return false;
}

bool
audit_may_be_of(const struct audit *a, struct territory_id t)
{
    struct str code, digits;
    const char *ours = atlas_code(a->site->atlas, t);
    if (!a->about_ticket || a->number.len == 0)
        return true;
    return number_check(a->number, &code, &digits) && ours != NULL && str_is(code, ours);
}

const struct trail *
audit_find(const struct audit *a, const struct proof *p)
{
    if (a->number.len == 0)
        return trails_find(&p->trails, a->id);
    for (size_t i = 0; i < p->trails.count; i++) {
        char number[32];
        number_of(number, p->code, p->trails.list[i]->id);
        if (str_is(a->number, number))
            return p->trails.list[i];
    }
    return NULL;
}

/* ---- verify */

static bool
verify(struct audit *a, struct territory_id t)
{
    struct verified v;
    bool holds = verify_log(a->site, a->signers, t, NULL, NULL, &v);
    verify_say(t, &v, a->json);
    return holds;
}

/* ---- the table */

static const struct audit_part audit_verify = { .name = "verify", .territory = verify };
static const struct audit_part *const parts[] = { &audit_verify, &audit_clocks, &audit_statement };

static const struct audit_part *
part_named(const char *name)
{
    for (size_t i = 0; i < countof(parts); i++)
        if (strcmp(name, parts[i]->name) == 0)
            return parts[i];
    return NULL;
}

/* What is asked for, from the words. false: it complained. */
static bool
understand(struct audit *a, const struct words *w, const struct audit_part **part)
{
    struct str code, digits;
    *part = w->count == 0 ? NULL : part_named(w->list[0]);
    if (*part == NULL) {
        cmd_usage(&cmd_audit, "verify, clocks or statement, please");
        return false;
    }
    a->subject = w->count > 1 ? w->list[1] : NULL;
    if (w->count > (size_t)((*part)->subject_may ? 2 : 1) ||
        (a->subject == NULL && (*part)->subject_must)) {
        cmd_usage(&cmd_audit, "%s takes %s", w->list[0],
                  (*part)->subject_must  ? "one customer or ticket"
                  : (*part)->subject_may ? "one ticket, or none"
                                         : "no more words");
        return false;
    }
    if (a->subject != NULL && number_check(str_of(a->subject), &code, &digits))
        a->number = str_of(a->subject);
    a->about_ticket = a->number.len > 0 ||
                      (a->subject != NULL && hex_to(a->id.b, sizeof(a->id.b), str_of(a->subject)));
    if (!(*part)->states && (a->from != NULL || a->to != NULL || a->lang != NULL)) {
        cmd_usage(&cmd_audit, "--from, --to and --lang are for a statement");
        return false;
    }
    return true;
}

/* Each territory, or the one. false: something does not hold. */
static bool
audit_all(struct audit *a, const struct audit_part *part, const char *territory)
{
    const struct territory_id *list;
    size_t count = atlas_territories(a->site->atlas, &list);
    bool named = territory == NULL, holds = true;
    for (size_t i = 0; i < count; i++)
        if (territory == NULL || strcmp(territory, list[i].s) == 0) {
            named = true;
            holds = part->territory(a, list[i]) && holds;
        }
    if (!named)
        cmd_failed(&cmd_audit, "no territory '%s' in the plan in force", territory);
    return named && holds;
}

static int
run(int argc, char **argv)
{
    const char *territory = NULL;
    const struct audit_part *part;
    struct audit a = { .subject = NULL };
    struct site s;
    const struct option_row rows[] = { { "territory", &territory, NULL },
                                       { "from", &a.from, NULL },
                                       { "to", &a.to, NULL },
                                       { "lang", &a.lang, NULL },
                                       { NULL, NULL, NULL } };
    struct words w;
    if (!cmd_options(&cmd_audit, argc, argv, rows, &w) || !understand(&a, &w, &part))
        return EXIT_USAGE;
    a.json = w.json;
    a.site = &s;
    if (part->begin != NULL && !part->begin(&a))
        return EXIT_USAGE;
    site_open(&s, &cmd_audit, &w);
    bool good = site_plan(&s);
    if (good) {
        good = signers_collect(&a.signers, &s);
        good = audit_all(&a, part, territory) && good;
    }
    if (part->end != NULL)
        good = part->end(&a) && good;
    signers_free(a.signers);
    site_close(&s);
    return good ? EXIT_DONE : EXIT_FAILED;
}

const struct command cmd_audit = { "audit", "prove the log, and by it every promise", help, run };
