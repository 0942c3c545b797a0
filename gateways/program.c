/* program.c - the command line that all gateways have. */
#include "gateways/program.h"

#include "common/io/log.h"
#include "common/io/seal.h"
#include "gateways/entry.h"

#include <stdio.h>

enum { EXIT_USAGE = 2, MESSAGE_MAX = 64 << 20 };

#define AT(field) SETTING_AT(struct gateway_values, field)
static const struct setting rows[] = {
    { "source", SETTING_TEXT, AT(source), "", "the channel account, as the plan names it", 0, 0 },
    { "lang", SETTING_TEXT, AT(lang), "en", "language of reporters who are not known: en, zh", 0,
      0 },
    { "utc_offset_min", SETTING_NUMBER, AT(utc_offset_min), "0", "zone that times are said in",
      -1440, 1440 },
    { "contacts", SETTING_PATH, AT(contacts), "gateways/contacts.csv", "who is who", 0, 0 },
    { "sender_burst", SETTING_NUMBER, AT(sender_burst), "20",
      "messages of one sender at once; 0: no limit", 0, 1000000 },
    { "sender_per_min", SETTING_NUMBER, AT(sender_per_min), "10", "and so many more a minute", 0,
      1000000 },
    { "all_burst", SETTING_NUMBER, AT(all_burst), "20000", "messages of all at once; 0: no limit",
      0, 10000000 },
    { "all_per_min", SETTING_NUMBER, AT(all_per_min), "60000", "and so many more a minute", 0,
      10000000 },
    { "give_up_s", SETTING_NUMBER, AT(give_up_s), "3600",
      "so long a message is tried before the next channel (s)", 1, 864000 },
    { "receipt_s", SETTING_NUMBER, AT(receipt_s), "86400", "so long a receipt is waited for (s)", 1,
      864000 },
    { "keep_days", SETTING_NUMBER, AT(keep_days), "30",
      "so long an ended ticket's thread is kept (days)", 1, 3650 },
};
#undef AT

/* The common rows with what is standard in this channel. */
static void
put_standards(struct setting *common, const struct channel *c)
{
    memcpy(common, rows, sizeof(rows));
    for (size_t i = 0; i < countof(rows); i++) {
        size_t len = strlen(rows[i].name);
        const char *const *own = c->standards;
        for (; own != NULL && *own != NULL; own++)
            if (strncmp(*own, rows[i].name, len) == 0 && (*own)[len] == '=')
                common[i].standard = *own + len + 1;
        if (strcmp(rows[i].name, "source") == 0)
            common[i].standard = c->source;
    }
}

static void
help(const struct channel *c)
{
    printf("faultline-gateway-%s - %s\n"
           "\n"
           "usage: faultline gateway %s --site DIR [--as PRINCIPAL] [--conf FILE] [--set "
           "name=value]... [--dry-run]\n"
           "\n"
           "  --site DIR         the site folder, with faultline.conf\n"
           "  --as PRINCIPAL     whose key: keys_dir/PRINCIPAL.key (%s)\n"
           "  --conf FILE        its settings (gateways/%s.conf in the site folder; may be "
           "missing)\n"
           "  --set name=value   overrides a setting, the gateway's or the site's\n"
           "  --dry-run          reads a message on standard input, prints what it would become, "
           "sends nothing\n"
           "  --version, --help\n"
           "\n"
           "A message is acknowledged when it is on disk. On SIGTERM or SIGINT nothing new is "
           "taken, what was\n"
           "begun is ended, exit code 0. A line `ready` on standard output says that it takes "
           "messages. Logs go to\n"
           "standard error. Code 78: it was set up wrong, the last line says how.\n"
           "\n"
           "settings:\n",
           c->name, c->about, c->name, c->principal, c->name);
    struct gateway_values none;
    struct setting common[countof(rows)];
    put_standards(common, c);
    const struct settings tables[] = { { common, countof(rows), &none }, c->settings };
    settings_print(tables, countof(tables), stdout);
}

void
program_settings(struct gateway *g, const struct program *p)
{
    const struct channel *c = g->channel;
    const struct settings tables[] = { { rows, countof(rows), &g->values }, c->settings };
    const char *own[GATEWAY_SETS + 1], *sites[GATEWAY_SETS + 1] = { NULL };
    size_t own_count = 0, sites_count = 0;
    struct buf why = { 0 };
    char path[700];
    for (size_t i = 0; i < p->sets_count; i++)
        if (settings_has(tables, countof(tables), p->sets[i]))
            own[own_count++] = p->sets[i];
        else if (!conf_knows(p->sets[i]))
            die("--set %s: there is no such setting: 'faultline gateway %s --help' lists the "
                "gateway's, faultline.conf the site's",
                p->sets[i], c->name);
        else
            sites[sites_count++] = p->sets[i];
    conf_load(&g->conf, p->site, sites);
    snprintf(path, sizeof(path), "%s/gateways/%s.conf", g->conf.dir, c->name);
    if (!settings_read(tables, countof(tables), c->standards, g->conf.dir,
                       p->conf == NULL ? path : p->conf, own, own_count, &why))
        die("%s", buf_cstr(&why));
    entry_fill(g->principal, sizeof(g->principal), p->as == NULL ? c->principal : p->as);
    if (g->values.source[0] == '\0')
        entry_fill(g->values.source, sizeof(g->values.source), c->source);
    buf_fini(&why);
}

/* One message from standard input. */
static int
dry_run(struct gateway *g)
{
    struct buf message = { 0 }, why = { 0 };
    size_t got = 1;
    while (got > 0 && message.len < MESSAGE_MAX) {
        got = fread(buf_reserve(&message, 65536), 1, 65536, stdin);
        message.len += got;
    }
    bool good = g->channel->message(g->own, buf_str(&message), &why);
    if (!good)
        fprintf(stderr, "faultline-gateway-%s: %s\n", g->channel->name, buf_cstr(&why));
    buf_fini(&message);
    buf_fini(&why);
    return good ? 0 : 1;
}

static void
read_arguments(struct program *p, const struct channel *c, int argc, char **argv)
{
    *p = (struct program){ 0 };
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        const struct {
            const char *name, **to;
        } values[] = { { "--site", &p->site }, { "--as", &p->as }, { "--conf", &p->conf } };
        size_t k = 0;
        while (k < countof(values) && strcmp(option, values[k].name) != 0)
            k++;
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            help(c);
            exit(0);
        }
        if (strcmp(option, "--version") == 0) {
            printf("faultline-gateway-%s " FAULTLINE_VERSION "\n", c->name);
            exit(0);
        }
        if (strcmp(option, "--dry-run") == 0) {
            p->dry_run = true;
            continue;
        }
        bool set = strcmp(option, "--set") == 0;
        if (k == countof(values) && !set)
            die("%s: no such option (see --help)", option);
        if (value == NULL)
            die("%s: needs a value (see --help)", option);
        if (set && p->sets_count == GATEWAY_SETS)
            die("--set: at most %d of them", GATEWAY_SETS);
        i++;
        if (set)
            p->sets[p->sets_count++] = value;
        else
            *values[k].to = value;
    }
    if (p->site == NULL)
        die("--site DIR is missing (see --help)");
}

int
gateway_main(const struct channel *c, int argc, char **argv)
{
    char name[40];
    struct program p;
    snprintf(name, sizeof(name), "gateway-%s", c->name);
    log_open(name, LOG_INFO);
    read_arguments(&p, c, argc, argv);
    seal_open_library();
    struct gateway *g = gateway_open(c, &p);
    int code = 0;
    if (p.dry_run)
        code = dry_run(g);
    else
        gateway_run(g);
    gateway_close(g);
    return code;
}
