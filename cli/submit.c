/* submit.c - `faultline submit`: one report by hand, as a gateway would send it. */
#include "cli/json.h"
#include "cli/show.h"
#include "cli/site.h"
#include "cli/when.h"
#include "common/io/clock.h"

static const char help[] =
    "faultline submit - report one fault\n"
    "\n"
    "usage: faultline submit TEXT [--as GATEWAY] [--source ACCOUNT] [--key KEY] [--category C] "
    "[--at-site SITE]\n"
    "                        [--customer C] [--lat D --lon D] [--hint N] [--contact TEXT] [--name "
    "NAME]\n"
    "                        [--affected N] [--lost N] [--down] [--device TEXT] [--lang TAG] "
    "[--follows ID] [--from TIME --until TIME] [--json]\n"
    "\n"
    "Journals the report, sends it, waits until it is durable and until the system says what "
    "became of it.\n"
    "The number printed is the ticket's for life. With the same source and key it is the same "
    "report: it\n"
    "never opens a second ticket. What became of it is said in the locale's language (LANG): "
    "English "
    "or Chinese.\n"
    "\n"
    "  --as GATEWAY      the principal that reports (desk)\n"
    "  --source ACCOUNT  the channel account it came in by (desk.cli)\n"
    "  --key KEY         the channel's own message key (the present millisecond)\n"
    "  --at-site SITE    a site of the plan\n"
    "  --lat, --lon      where, in decimal degrees\n"
    "  --hint N          level hint: 0 the mildest level\n"
    "  --affected N      share of the business affected, in percent\n"
    "  --lost N          share of the capacity lost, in percent\n"
    "  --down            the system is down\n"
    "  --device TEXT     what has failed\n"
    "  --lang TAG        the reporter's language: zh, en\n"
    "  --follows ID      an older ticket that this one continues (32 hex digits)\n"
    "  --from TIME --until TIME   the time agreed with the customer, for installation jobs and "
    "visits:\n"
    "                    nobody is sent earlier (" WHEN_FORMS ")\n"
    "  --wait-s N        how long to wait for the outcome (30)\n"
    "\n"
    "exit: 0 it is known what became of it; 1 refused, quarantined, or not known yet (it stays in "
    "the spool\n"
    "and goes out with the next command of the same gateway)\n";

struct wish {
    const char *as, *source, *key, *category, *site, *customer, *lat, *lon, *hint, *contact, *name,
        *wait, *affected, *lost, *device, *lang, *follows, *from, *until;
    bool down;
};

/* What decides the level, as numbers. */
struct shares {
    int affected, lost;
    uint8_t follows[16];
    int64_t from, until;
};

/* Follows one report. */
static int
follow(struct fl_client *client, const uint8_t id[16], int64_t wait_ms, const struct show *how)
{
    int64_t limit = clock_mono_ms() + wait_ms;
    const struct fl_happening *h;
    while (clock_mono_ms() < limit) {
        fl_client_wait(client, 200);
        while ((h = fl_client_next(client)) != NULL) {
            bool ours = memcmp(h->id, id, 16) == 0;
            if (h->kind == FL_ACCEPTED && ours && !how->json)
                printf("durable: %s in territory %s\n", h->number, h->territory);
            if (h->kind == FL_DOWN || h->kind == FL_UNSEALED)
                show_other(stderr, h);
            if (h->kind == FL_REFUSED && ours)
                return cmd_failed(&cmd_submit, "refused: %s: %s", h->code, h->text);
            if (h->kind == FL_UPDATE && h->update->has_report &&
                memcmp(h->update->report, id, 16) == 0 && !h->update->repeated) {
                bool kept_aside = strcmp(h->update->kind, "quarantined") == 0;
                show_update(stdout, how, h->update);
                fl_client_next(client); /* confirms it, at the next work */
                fl_client_work(client);
                return kept_aside ? EXIT_FAILED : EXIT_DONE;
            }
        }
    }
    return cmd_failed(&cmd_submit, "no outcome yet; the report is in the spool and will go out");
}

static bool
percent(const char *option, const char *text, int *out)
{
    int64_t n = 0;
    if (text != NULL && !cmd_number(&cmd_submit, option, text, 0, 100, &n))
        return false;
    *out = (int)n;
    return true;
}

/* Both or none, in their order. */
static bool
window_of(const struct wish *w, struct shares *out)
{
    int64_t now = clock_wall_ms();
    out->from = out->until = 0;
    if (w->from == NULL && w->until == NULL)
        return true;
    if (w->from == NULL || w->until == NULL) {
        cmd_usage(&cmd_submit, "--from and --until go together");
        return false;
    }
    if (!when_parse(str_of(w->from), now, &out->from) ||
        !when_parse(str_of(w->until), now, &out->until)) {
        cmd_usage(&cmd_submit, "--from and --until take " WHEN_FORMS);
        return false;
    }
    if (out->from < out->until && out->until > now)
        return true;
    cmd_usage(&cmd_submit, "--from comes before --until, and that is still to come");
    return false;
}

static bool
shares_of(const struct wish *w, struct shares *out)
{
    if (!percent("affected", w->affected, &out->affected) || !percent("lost", w->lost, &out->lost))
        return false;
    if (!window_of(w, out))
        return false;
    if (w->follows == NULL || hex_to(out->follows, sizeof(out->follows), str_of(w->follows)))
        return true;
    cmd_usage(&cmd_submit, "--follows takes a ticket's id of 32 hex digits, not '%s'", w->follows);
    return false;
}

static int
submit(struct site *s, const struct words *w, const struct wish *wish, int64_t hint, int64_t wait_s)
{
    struct show how = { .json = w->json, .to = FL_TO_CUSTOMER };
    struct fl_client *client;
    int32_t lat = 0, lon = 0;
    char key[24];
    uint8_t id[16];
    struct shares shares;
    if (!shares_of(wish, &shares) || !show_lang(&how, &cmd_submit, NULL))
        return EXIT_USAGE;
    if ((wish->lat == NULL) != (wish->lon == NULL))
        return cmd_usage(&cmd_submit, "--lat and --lon go together");
    if (wish->lat != NULL &&
        (!str_e7(str_of(wish->lat), &lat) || lat > 900000000 || lat < -900000000))
        return cmd_usage(&cmd_submit, "--lat takes degrees from -90 to 90, not '%s'", wish->lat);
    if (wish->lon != NULL && !str_e7(str_of(wish->lon), &lon))
        return cmd_usage(&cmd_submit, "--lon takes degrees from -180 to 180, not '%s'", wish->lon);
    if (!site_client(s, wish->as, wish->as, &client))
        return EXIT_FAILED;
    snprintf(key, sizeof(key), "%lld", (long long)clock_wall_ms());
    const struct fl_report r = { .source = wish->source,
                                 .message_key = wish->key == NULL ? key : wish->key,
                                 .text = w->list[0],
                                 .category = wish->category,
                                 .contact = wish->contact,
                                 .name = wish->name,
                                 .site = wish->site,
                                 .customer = wish->customer,
                                 .lat_e7 = wish->lat == NULL ? NULL : &lat,
                                 .lon_e7 = wish->lat == NULL ? NULL : &lon,
                                 .hint = (int)hint,
                                 .affected_pct = wish->affected == NULL ? NULL : &shares.affected,
                                 .lost_pct = wish->lost == NULL ? NULL : &shares.lost,
                                 .down = wish->down,
                                 .device = wish->device,
                                 .lang = wish->lang,
                                 .follows = wish->follows == NULL ? NULL : shares.follows,
                                 .from = shares.from,
                                 .until = shares.until };
    fl_subscribe(client, false);
    int e = fl_report(client, &r, id);
    if (e == FL_OK)
        e = fl_client_sync(client); /* it is in the spool, or we say that it is not */
    int code = e == FL_OK ? follow(client, id, wait_s * 1000, &how)
                          : cmd_failed(&cmd_submit, "%s", fl_error_text(e));
    fl_client_close(client);
    return code;
}

static int
run(int argc, char **argv)
{
    struct wish wish = { .as = "desk", .source = "desk.cli", .hint = "-1", .wait = "30" };
    const struct option_row rows[] = {
        { "as", &wish.as, NULL },
        { "source", &wish.source, NULL },
        { "key", &wish.key, NULL },
        { "category", &wish.category, NULL },
        { "at-site", &wish.site, NULL },
        { "customer", &wish.customer, NULL },
        { "lat", &wish.lat, NULL },
        { "lon", &wish.lon, NULL },
        { "hint", &wish.hint, NULL },
        { "contact", &wish.contact, NULL },
        { "name", &wish.name, NULL },
        { "wait-s", &wish.wait, NULL },
        { "affected", &wish.affected, NULL },
        { "lost", &wish.lost, NULL },
        { "down", NULL, &wish.down },
        { "device", &wish.device, NULL },
        { "lang", &wish.lang, NULL },
        { "follows", &wish.follows, NULL },
        { "from", &wish.from, NULL },
        { "until", &wish.until, NULL },
        { NULL, NULL, NULL },
    };
    struct words w;
    int64_t hint, wait_s;
    if (!cmd_options(&cmd_submit, argc, argv, rows, &w))
        return EXIT_USAGE;
    if (w.count != 1)
        return cmd_usage(&cmd_submit, "the fault's text, please, as one word in quotes");
    if (!cmd_number(&cmd_submit, "hint", wish.hint, -1, 7, &hint) ||
        !cmd_number(&cmd_submit, "wait-s", wish.wait, 1, 86400, &wait_s))
        return EXIT_USAGE;
    struct site s;
    site_open(&s, &cmd_submit, &w);
    int code = submit(&s, &w, &wish, hint, wait_s);
    site_close(&s);
    return code;
}

const struct command cmd_submit = { "submit", "report one fault by hand", help, run };
