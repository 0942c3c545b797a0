/* act.c - `faultline act`: one verb on one ticket, for dispatchers, gateways and scripts. Every
 * verb of the table and every detail; it ends when the verdict is known. */
#include "cli/foresee.h"
#include "cli/records.h"
#include "cli/said.h"
#include "cli/show.h"
#include "cli/when.h"
#include "common/io/clock.h"
#include "common/wire/names.h"

static const char help[] =
    "faultline act - say one verb about one ticket, and hear the verdict\n"
    "\n"
    "usage: faultline act TICKET VERB [--as PRINCIPAL] [details] [--dry-run] [--seen VERSION]\n"
    "                     [--wait-s N] [--json]\n"
    "\n"
    "Journals the event, sends it as the principal, waits for its verdict and prints it. TICKET is "
    "the\n"
    "number that people were told, or the ticket's id (32 hex digits). With --territory and an id "
    "nothing but\n"
    "the principal's key is needed; a number is looked up in the store, with the pool's key.\n"
    "\n"
    "  --as PRINCIPAL     who says it: keys/PRINCIPAL.key (dispatch-1)\n"
    "  --territory T      where the ticket is; TICKET and --other are ids then\n"
    "  --dry-run          say only what would follow, and send nothing: who has the ticket now and "
    "then, what\n"
    "                     that costs against the engine's own choice, what would be late, what "
    "the named\n"
    "                     engineer has in hand, and which other tickets change. A copy of the "
    "territory's\n"
    "                     engine is asked, made from the store with the pool's key. For assign, "
    "pin,\n"
    "                     forbid, preprocess and dispatch it is said first without it too, unless "
    "--territory\n"
    "                     or --json is given\n"
    "  --seen VERSION     the ticket's version that was looked at: refused as stale if it has "
    "moved\n"
    "                     since (any version). For delivered it is the version of the update that\n"
    "                     brought name and phone (the ticket's present one)\n"
    "  --wait-s N         how long to wait for the verdict (30)\n"
    "\n"
    "Details, as far as the verb takes them:\n"
    "  --reason REASON    from the verb's list\n"
    "  --from TIME, --until TIME   " WHEN_FORMS "\n"
    "  --engineer ID      this one and nobody else\n"
    "  --other TICKET     the other ticket, of the same territory\n"
    "  --level LEVEL      a level's name in the plan\n"
    "  --object NUMBER    a linked object, as 'faultline ticket' numbers them; may be left out "
    "when\n"
    "                     there is only one that fits\n"
    "  --name TEXT        what part, which depot, what cause\n"
    "  --amount N         a price in minor units (cents), a count, a score\n"
    "  --warranty         in warranty\n"
    "  --code DIGITS      what the customer told the engineer\n"
    "  --place LAT,LON    where the engineer is, decimal degrees\n"
    "  --section NAME=TEXT   a section of a paper; once for each\n"
    "  --at TIME          when it happened (now)\n"
    "  --note TEXT        words, evidence\n"
    "\n"
    "exit: 0 it was done (--dry-run: it could be); 1 it was refused, or there is no verdict yet "
    "(the event stays in the "
    "spool and goes\n"
    "out with the next command of the same principal); 2 wrong usage\n";

struct wish {
    const char *as, *territory, *seen, *wait, *values[DETAILS];
    bool warranty, dry;
    struct str sections[SECTIONS + 1];
    size_t sections_count;
};

static void
print_page(void)
{
    static const enum role roles[] = { ROLE_DISPATCHER, ROLE_GATEWAY, ROLE_ENGINEER };
    fputs(help, stdout);
    for (size_t i = 0; i < countof(roles); i++) {
        printf("\nVerbs for %ss:\n", role_name(roles[i]));
        verbs_print(stdout, roles[i], true);
    }
}

/* Takes every --section out of argv, as options have one value each. false: one lacks its value. */
static bool
take_sections(int *argc, char **argv, struct wish *w)
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        struct str value = str_of(argv[i]), name = str_cut(&value, '=');
        bool joined = name.len < strlen(argv[i]);
        if (!str_is(name, "--section")) {
            argv[kept++] = argv[i];
            continue;
        }
        if ((!joined && i + 1 == *argc) || w->sections_count == countof(w->sections))
            return false;
        w->sections[w->sections_count++] = joined ? value : str_of(argv[++i]);
    }
    *argc = kept;
    return true;
}

/* ---- which ticket */

/* The version is 0 where nobody has looked it up. */
static bool
find(struct site *s, const struct wish *w, const char *name, struct territory_id *t, uint8_t id[16],
     uint32_t *version)
{
    *version = 0;
    struct ticket ticket;
    if (w->territory != NULL) {
        if (hex_to(id, 16, str_of(name)) && str_fill(t->s, sizeof(t->s), str_of(w->territory)))
            return true;
        cmd_usage(s->command, "with --territory a ticket is its id, 32 hex digits, not '%s'", name);
        return false;
    }
    if (!site_plan(s) || !records_find(s, name, t, &ticket))
        return false;
    memcpy(id, ticket.id.b, 16);
    *version = ticket.version;
    ticket_fini(&ticket);
    return true;
}

/* ---- what is said */

static bool
gather(struct said *said, const struct wish *w, struct buf *why)
{
    bool good = !w->warranty || said_set(said, DETAIL_WARRANTY, STR(""), why);
    for (enum detail d = 0; d < DETAILS && good; d++)
        good = w->values[d] == NULL || said_set(said, d, str_of(w->values[d]), why);
    for (size_t i = 0; i < w->sections_count && good; i++)
        good = said_set(said, DETAIL_SECTION, w->sections[i], why);
    return good && said_whole(said, why);
}

/* The other ticket's number becomes its id. */
static bool
name_other(struct site *s, struct wish *w, struct territory_id t, char hex[33])
{
    struct territory_id there;
    uint32_t version;
    uint8_t id[16];
    if (w->values[DETAIL_OTHER] == NULL)
        return true;
    if (!find(s, w, w->values[DETAIL_OTHER], &there, id, &version))
        return false;
    if (!same_id(there, t)) {
        cmd_failed(s->command, "ticket %s is in territory %s, not in %s", w->values[DETAIL_OTHER],
                   there.s, t.s);
        return false;
    }
    hex_of(hex, id, sizeof(id));
    w->values[DETAIL_OTHER] = hex;
    return true;
}

/* ---- what became of it */

static int
verdict(const struct command *c, const struct fl_update *u, bool json)
{
    struct json *j = json ? json_of_update(u) : NULL;
    if (j != NULL)
        json_print(&j, stdout);
    if (strcmp(u->kind, "quarantined") == 0)
        return cmd_failed(c, "kept aside: %s", u->why);
    if (u->refusal[0] != '\0')
        return cmd_failed(c, "refused: %s%s%s", u->refusal, u->why[0] == '\0' ? "" : ": ", u->why);
    if (!json)
        printf("done: %s %s, version %u\n", u->number, u->state, (unsigned)u->version);
    return EXIT_DONE;
}

static int
follow(const struct command *c, struct fl_client *client, uint64_t epoch, uint64_t counter,
       int64_t wait_ms, bool json)
{
    int64_t limit = clock_mono_ms() + wait_ms;
    const struct fl_happening *h;
    while (clock_mono_ms() < limit) {
        fl_client_wait(client, 200);
        while ((h = fl_client_next(client)) != NULL) {
            const struct fl_update *u = h->kind == FL_UPDATE ? h->update : NULL;
            if (h->kind == FL_DOWN || h->kind == FL_UNSEALED)
                show_other(stderr, h);
            if (h->kind == FL_REFUSED && h->is_event && h->epoch == epoch && h->counter == counter)
                return cmd_failed(c, "refused: %s: %s", h->code, h->text);
            if (u != NULL && u->epoch == epoch && u->counter == counter && !u->repeated) {
                int code = verdict(c, u, json);
                fl_client_next(client); /* confirms it, at the next work */
                fl_client_work(client);
                return code;
            }
        }
    }
    return cmd_failed(c, "no verdict yet; the event is in the spool and will go out");
}

static int
say(struct site *s, const struct wish *w, struct fl_event *e, int64_t wait_ms, bool json)
{
    struct fl_client *client;
    uint64_t epoch, counter;
    if (!site_client(s, w->as, w->as, &client))
        return EXIT_FAILED;
    fl_subscribe(client, false);
    int err = fl_event(client, e, &epoch, &counter);
    if (err == FL_OK)
        err = fl_client_sync(client);
    int code = err == FL_OK ? follow(s->command, client, epoch, counter, wait_ms, json)
                            : cmd_failed(s->command, "%s", fl_error_text(err));
    fl_client_close(client);
    return code;
}

/* ---- what would follow */

/* Those by which a dispatcher decides in place of the matching. */
static bool
is_decision(enum verb v)
{
    return v == VERB_ASSIGN || v == VERB_PIN || v == VERB_FORBID || v == VERB_PREPROCESS ||
           v == VERB_DISPATCH;
}

/* false: it complained, or it would be refused. */
static bool
show_foresight(struct site *s, struct territory_id t, const struct act *a, bool json)
{
    struct shadow shadow;
    struct foresight f;
    if (!shadow_open(&shadow, s, t))
        return false;
    foresee(&f, &shadow, atlas_code(s->atlas, t), a, clock_wall_ms());
    if (json) {
        struct json *j = foresight_json(&f);
        json_print(&j, stdout);
    } else {
        struct buf words = { 0 };
        foresight_words(&f, &words);
        fputs(buf_cstr(&words), stdout);
        fflush(stdout);
        buf_fini(&words);
    }
    bool good = !f.refused;
    foresight_fini(&f);
    shadow_close(&shadow);
    return good;
}

static bool
look_ahead(struct site *s, const struct wish *w, const struct said *said, const struct fl_event *e,
           struct territory_id t, bool json)
{
    struct principal_id id;
    struct ticket_id ticket;
    memcpy(ticket.b, e->ticket, sizeof(ticket.b));
    if (said->details.sections_count > 0) {
        cmd_usage(s->command, "--dry-run: a paper changes nothing that could be shown first");
        return false;
    }
    if (!site_plan(s))
        return false;
    const struct principal *who =
        str_fill(id.s, sizeof(id.s), str_of(w->as)) ? atlas_principal(s->atlas, id) : NULL;
    if (who == NULL) {
        cmd_failed(s->command, "no principal '%s' in the plan in force", w->as);
        return false;
    }
    struct act a = foresee_act(said, ticket, e->seen, who);
    return show_foresight(s, t, &a, json);
}

static int
act(struct site *s, const struct words *words, struct wish *w, struct said *said, uint32_t seen,
    int64_t wait_ms)
{
    struct fl_event e = { .seen = seen };
    struct territory_id t;
    struct buf why = { 0 };
    uint32_t version;
    char hex[33];
    if (!find(s, w, words->list[0], &t, e.ticket, &version) || !name_other(s, w, t, hex))
        return EXIT_FAILED;
    if (said->row->verb == VERB_DELIVERED && seen == 0)
        e.seen = version;
    if (said->row->verb == VERB_DELIVERED && e.seen == 0)
        return cmd_usage(s->command, "delivered needs --seen: the version of the update that "
                                     "brought the engineer's name and phone");
    bool good = gather(said, w, &why);
    if (!good)
        cmd_usage(s->command, "%s", buf_cstr(&why));
    buf_fini(&why);
    if (!good)
        return EXIT_USAGE;
    e.territory = t.s;
    said_event(said, &e);
    if (w->dry)
        return look_ahead(s, w, said, &e, t, words->json) ? EXIT_DONE : EXIT_FAILED;
    if (is_decision(said->row->verb) && w->territory == NULL && !words->json)
        (void)look_ahead(s, w, said, &e, t, false); /* the decision is his: it is said anyway */
    return say(s, w, &e, wait_ms, words->json);
}

static bool
options(int argc, char **argv, struct wish *w, struct words *words)
{
    struct option_row rows[DETAILS + 6] = { { "as", &w->as, NULL },
                                            { "dry-run", NULL, &w->dry },
                                            { "territory", &w->territory, NULL },
                                            { "seen", &w->seen, NULL },
                                            { "wait-s", &w->wait, NULL } };
    size_t count = 5;
    for (enum detail d = 0; d < DETAILS; d++)
        rows[count++] = d == DETAIL_WARRANTY
                            ? (struct option_row){ detail_rows[d].option, NULL, &w->warranty }
                            : (struct option_row){ detail_rows[d].option, &w->values[d], NULL };
    return cmd_options(&cmd_act, argc, argv, rows, words);
}

static int
run(int argc, char **argv)
{
    struct wish w = { .as = "dispatch-1", .seen = "0", .wait = "30" };
    struct words words;
    int64_t seen, wait_s;
    if (cmd_asks_help(argc, argv)) {
        print_page();
        return EXIT_DONE;
    }
    if (!take_sections(&argc, argv, &w))
        return cmd_usage(&cmd_act, "--section takes NAME=TEXT, at most once for each section");
    if (!options(argc, argv, &w, &words))
        return EXIT_USAGE;
    if (words.count != 2)
        return cmd_usage(&cmd_act, "a ticket and a verb, please; words go to --note");
    const struct verb_row *row = verb_row(str_of(words.list[1]));
    if (row == NULL)
        return cmd_usage(&cmd_act, "no verb '%s'; --help lists them by role", words.list[1]);
    if (!cmd_number(&cmd_act, "seen", w.seen, 0, UINT32_MAX, &seen) ||
        !cmd_number(&cmd_act, "wait-s", w.wait, 1, 86400, &wait_s))
        return EXIT_USAGE;
    struct site s;
    struct said said;
    said_init(&said, row);
    site_open(&s, &cmd_act, &words);
    int code = act(&s, &words, &w, &said, (uint32_t)seen, wait_s * 1000);
    site_close(&s);
    said_fini(&said);
    return code;
}

const struct command cmd_act = { "act", "say one verb about one ticket, and hear the verdict", help,
                                 run };
