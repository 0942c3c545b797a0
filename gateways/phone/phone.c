/* phone.c - the channel: settings, the doors that calls come in by, and what goes out. */
#include "gateways/phone/phone.h"

#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/phone/asterisk.h"
#include "gateways/phone/notice.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { CALLS_OUT = 8 };

struct values {
    char menu[512], files[512], own_prompts[512], prompts[512], country[8];
    char agi_listen[64], agi_prompts[512], agi_records[512], lang[8];
    char sip_bind[64], sip_registrar[200], sip_user[64], sip_password[128], sip_domain[128];
    char sip_peers[512], espeak[256], dial_prefix[16], call_levels[128];
    int64_t digits_max, calls_max, rtp_least, rtp_most, ring_s, again_s, call_tries;
    bool dial_plus, dial_home, call_accepted;
};

struct phone {
    struct gateway *g;
    struct menu_table *menu;
    struct numbering numbering;
    struct desk desk;
    struct lines lines;
    struct notices notices;
    struct asterisk *asterisk;
    int wake[2]; /* what the loop watches: the gateway, Asterisk */
    bool stopped;
};

static struct values values;
static struct phone phone; /* one gateway a process */

#define AT(field) SETTING_AT(struct values, field)
static const struct setting rows[] = {
    { "menu", SETTING_PATH, AT(menu), "gateways/phone.menu",
      "what callers are asked; a missing file: the menu that is built in", 0, 0 },
    { "files", SETTING_PATH, AT(files), "gateways/phone-files", "where callers' words are kept", 0,
      0 },
    { "own_prompts", SETTING_PATH, AT(own_prompts), "gateways/phone-prompts",
      "LANGUAGE/NAME.wav here stand for the prompts that came along", 0, 0 },
    { "prompts", SETTING_PATH, AT(prompts), "",
      "where those are; empty: beside the program, or where it is installed", 0, 0 },
    { "prompts_lang", SETTING_TEXT, AT(lang), "en", "of callers that nobody knows", 0, 0 },
    { "country", SETTING_TEXT, AT(country), "86", "country code of numbers that say none", 0, 0 },
    { "digits_max", SETTING_NUMBER, AT(digits_max), "11",
      "longest number in that country, without leading zeros; a longer one says its country", 4,
      14 },
    { "calls_max", SETTING_NUMBER, AT(calls_max), "30", "calls at once; one more is told busy", 1,
      400 },
    { "sip_bind", SETTING_TEXT, AT(sip_bind), "127.0.0.1:5060",
      "ADDRESS:PORT for SIP (UDP, TCP); the address is also where sound is wanted, so one that the "
      "PBX reaches",
      0, 0 },
    { "sip_registrar", SETTING_TEXT, AT(sip_registrar), "",
      "sip:HOST[:PORT] to register at, and to call out by; empty: calls come without", 0, 0 },
    { "sip_domain", SETTING_TEXT, AT(sip_domain), "",
      "what stands after the @; empty: the registrar", 0, 0 },
    { "sip_user", SETTING_TEXT, AT(sip_user), "hotline", "our extension there", 0, 0 },
    { "sip_password", SETTING_TEXT, AT(sip_password), "", "its password (keep the file mode 0600)",
      0, 0 },
    { "sip_peers", SETTING_TEXT, AT(sip_peers), "",
      "addresses that calls may come from, blanks between; empty: any", 0, 0 },
    { "rtp_least", SETTING_NUMBER, AT(rtp_least), "16384", "first port for sound", 1024, 65000 },
    { "rtp_most", SETTING_NUMBER, AT(rtp_most), "32767", "and the last", 1124, 65535 },
    { "call_levels", SETTING_TEXT, AT(call_levels), "severe",
      "levels of whose tickets the reporter is called about every step that concerns him", 0, 0 },
    { "call_accepted", SETTING_YES, AT(call_accepted), "yes",
      "call about any ticket once its engineer is known: this ends the promised response time", 0,
      0 },
    { "call_tries", SETTING_NUMBER, AT(call_tries), "3",
      "so often he is called about one thing, then his next channel", 1, 20 },
    { "ring_s", SETTING_NUMBER, AT(ring_s), "25", "so long it rings (s)", 5, 30 },
    { "again_s", SETTING_NUMBER, AT(again_s), "60", "pause before he is called again (s)", 1,
      3600 },
    { "dial_prefix", SETTING_TEXT, AT(dial_prefix), "", "digits before every number that we dial",
      0, 0 },
    { "dial_home", SETTING_YES, AT(dial_home), "yes",
      "numbers of `country` are dialled without its code", 0, 0 },
    { "dial_plus", SETTING_YES, AT(dial_plus), "no", "others with a +", 0, 0 },
    { "espeak", SETTING_TEXT, AT(espeak), "espeak-ng", "what speaks when we call out", 0, 0 },
    { "agi_listen", SETTING_TEXT, AT(agi_listen), "",
      "ADDRESS:PORT for Asterisk's FastAGI (4573); it is believed, so nobody else may reach it; "
      "empty: none",
      0, 0 },
    { "agi_prompts", SETTING_TEXT, AT(agi_prompts), "",
      "the prompts' folder as Asterisk sees it; empty: the same machine", 0, 0 },
    { "agi_records", SETTING_PATH, AT(agi_records), "gateways/phone-records",
      "a folder that Asterisk writes and the gateway reads", 0, 0 },
};
#undef AT

/* ---- opening */

static bool
read_menu(struct phone *p, struct buf *why)
{
    struct buf text = { 0 };
    FILE *f = fopen(values.menu, "re");
    if (f == NULL && errno != ENOENT) {
        buf_printf(why, "%s: %s", values.menu, strerror(errno));
        return false;
    }
    for (size_t got = 1; f != NULL && got > 0;) {
        got = fread(buf_reserve(&text, 65536), 1, 65536, f);
        text.len += got;
    }
    struct str words = f == NULL ? str_of(menu_standard()) : buf_str(&text);
    p->menu = menu_table_read(f == NULL ? "the menu that is built in" : values.menu, words, why);
    if (f != NULL)
        fclose(f);
    buf_fini(&text);
    return p->menu != NULL;
}

/* Every prompt in every language that the menu can lead to. */
static bool
has_prompts(struct phone *p, const char *lang, struct buf *why)
{
    char path[PROMPT_PATH];
    const char *name;
    for (size_t i = 0; (name = menu_prompt(p->menu, i)) != NULL; i++)
        if (!prompts_find(p->desk.prompts, lang, name, path)) {
            buf_printf(why,
                       "prompt %s/%s.wav is missing: install espeak-ng and run `faultline gateway "
                       "phone prompts %s`, or put a recording of yours there",
                       lang, name, values.own_prompts);
            return false;
        }
    return true;
}

static bool
has_all_prompts(struct phone *p, struct buf *why)
{
    if (!has_prompts(p, values.lang, why))
        return false;
    for (size_t i = 0; i < p->menu->count; i++)
        for (size_t k = 0; k < MENU_KEYS && p->menu->steps[i].field == MENU_LANG; k++) {
            const struct menu_key *key = &p->menu->steps[i].keys[k];
            if (key->is_there && key->value[0] != '\0' && !has_prompts(p, key->value, why))
                return false;
        }
    return true;
}

/* sip:HOST:PORT;PARAMETERS is of HOST */
static void
fill_domain(void)
{
    struct str rest = str_of(values.sip_registrar);
    if (values.sip_domain[0] != '\0')
        return;
    str_cut(&rest, ':');
    rest = str_cut(&rest, ';');
    str_fill(values.sip_domain, sizeof(values.sip_domain), str_cut(&rest, ':'));
    if (values.sip_domain[0] == '\0')
        entry_fill(values.sip_domain, sizeof(values.sip_domain), "localhost");
}

static void turn(void *own);
static int wait_ms(void *own);
static bool is_done(void *own);

static bool
open_sip(struct phone *p, struct buf *why)
{
    fill_domain();
    p->lines = (struct lines){ .desk = &p->desk,
                               .lang = values.lang,
                               .calls_max = (size_t)values.calls_max };
    p->wake[0] = gateway_fd(p->g);
    p->wake[1] = p->asterisk == NULL ? -1 : asterisk_fd(p->asterisk);
    if (values.rtp_most < values.rtp_least + 4 * values.calls_max) {
        buf_printf(why, "rtp_least, rtp_most: %lld calls want at least %lld ports",
                   (long long)values.calls_max, (long long)(4 * values.calls_max));
        return false;
    }
    const struct sip_options o = { .bind = values.sip_bind,
                                   .registrar = values.sip_registrar,
                                   .user = values.sip_user,
                                   .password = values.sip_password,
                                   .domain = values.sip_domain,
                                   .peers = values.sip_peers,
                                   .rtp_least = (int)values.rtp_least,
                                   .rtp_most = (int)values.rtp_most,
                                   .told = &lines_told,
                                   .lines = &p->lines,
                                   .wake = p->wake,
                                   .wake_count = p->asterisk == NULL ? 1 : 2,
                                   .turn = turn,
                                   .wait_ms = wait_ms,
                                   .done = is_done,
                                   .own = p };
    p->notices = (struct notices){ .g = p->g,
                                   .lines = &p->lines,
                                   .numbering = &p->numbering,
                                   .o = { .espeak = values.espeak,
                                          .lang = values.lang,
                                          .country = values.country,
                                          .prefix = values.dial_prefix,
                                          .plus = values.dial_plus,
                                          .home = values.dial_home,
                                          .ring_ms = values.ring_s * 1000,
                                          .again_ms = values.again_s * 1000,
                                          .calls_max = values.call_tries } };
    p->lines.door = sip_open(&o, why);
    return p->lines.door != NULL;
}

static bool
open_asterisk(struct phone *p, struct buf *why)
{
    const struct asterisk_options o = { .listen = values.agi_listen,
                                        .prompts = values.agi_prompts,
                                        .records = values.agi_records,
                                        .lang = values.lang,
                                        .calls_max = (size_t)values.calls_max };
    if (values.agi_listen[0] == '\0')
        return true;
    mkdir(values.agi_records, 0770);
    p->asterisk = asterisk_open(&p->desk, &o, why);
    return p->asterisk != NULL;
}

static void
phone_close(void *own)
{
    struct phone *p = own;
    sip_close_door(p->lines.door); /* watches the other's descriptor */
    asterisk_close(p->asterisk);
    notices_fini(&p->notices);
    menu_table_free(p->menu);
    prompts_free(p->desk.prompts);
    *p = (struct phone){ 0 };
}

static void *
phone_open(struct gateway *g, bool dry_run, struct buf *why)
{
    struct phone *p = &phone;
    p->g = g;
    p->numbering.digits_max = (size_t)values.digits_max;
    entry_fill(p->numbering.country, sizeof(p->numbering.country), values.country);
    if (read_menu(p, why)) {
        p->desk = (struct desk){ .g = g,
                                 .menu = p->menu,
                                 .prompts = prompts_new(values.own_prompts, values.prompts),
                                 .numbering = &p->numbering,
                                 .files = values.files,
                                 .dry_run = dry_run };
        if (dry_run || (has_all_prompts(p, why) && open_asterisk(p, why) && open_sip(p, why)))
            return p;
    }
    phone_close(p);
    return NULL;
}

/* ---- turns */

static void
turn(void *own)
{
    struct phone *p = own;
    if (p->asterisk != NULL)
        asterisk_work(p->asterisk);
    gateway_turn(p->g);
    desk_work(&p->desk);
    notices_work(&p->notices);
}

static int
wait_ms(void *own)
{
    struct phone *p = own;
    int wait = gateway_wait_ms(p->g), own_wait = notices_wait_ms(&p->notices);
    own_wait = own_wait > 50 && desk_is_waiting(&p->desk) ? 50 : own_wait;
    return wait < own_wait ? wait : own_wait;
}

static bool
is_done(void *own)
{
    struct phone *p = own;
    return gateway_done(p->g);
}

static void
phone_loop(void *own)
{
    struct phone *p = own;
    sip_run(p->lines.door);
}

static void
phone_committed(void *own, bool good)
{
    struct phone *p = own;
    desk_committed(&p->desk, good);
}

static bool
phone_drain(void *own)
{
    struct phone *p = own;
    if (!p->stopped && p->asterisk != NULL)
        asterisk_stop(p->asterisk);
    if (!p->stopped)
        notices_stop(&p->notices);
    if (!p->stopped)
        sip_stop(p->lines.door);
    p->stopped = true;
    return p->desk.talks_count == 0 && sip_calls(p->lines.door) == 0;
}

/* ---- out */

/* Steps that a call is worth: of any ticket, or of a severe one only. */
static bool
is_worth(void *own, const struct fl_update *u, const struct thread *t)
{
    static const struct {
        const char *state;
        bool any;
    } rows_of[] = { { "accepted", true },  { "pending_customer", false }, { "resolved", false },
                    { "rejected", false }, { "duplicate", false },        { "cancelled", false } };
    struct phone *p = own;
    struct str levels = str_of(values.call_levels);
    bool severe = false;
    if (strcmp(u->kind, "opened") == 0 || strcmp(u->kind, "attached") == 0)
        return desk_owes(&p->desk, t->report);
    while (levels.len > 0 && !severe)
        severe = str_is(str_cut(&levels, ' '), u->level);
    bool news = strcmp(t->state, u->state) != 0 || strcmp(t->engineer, u->engineer) != 0;
    for (size_t i = 0; i < countof(rows_of); i++)
        if (strcmp(u->kind, "ticket") == 0 && u->object == 0 &&
            strcmp(u->state, rows_of[i].state) == 0)
            return news && (severe || (rows_of[i].any && values.call_accepted));
    return false;
}

static void
phone_send(void *own, const struct sending *s)
{
    struct phone *p = own;
    if (values.sip_registrar[0] == '\0')
        gateway_outcome(p->g, s->id, OUTCOME_FAILED, "it does not call out without sip_registrar");
    else
        notices_send(&p->notices, s);
}

/* ---- dry run: the caller's number in the first line, the keys of his call in the second: digits,
 * '*', '#', '.' a silence, 'v' his words; what is said is heard to its end. */

static void
dry_say(void *line, const char *lang, const char *const *prompts, size_t count)
{
    (void)line, (void)lang, (void)prompts, (void)count;
}

static void
dry_ms(void *line, int32_t ms)
{
    (void)line, (void)ms;
}

static void
dry_hang_up(void *line)
{
    *(bool *)line = true;
}

static bool
phone_message(void *own, struct str message, struct buf *why)
{
    static const struct line_calls calls = { dry_say, dry_ms, dry_ms, dry_hang_up };
    struct phone *p = own;
    struct str rest = message, number = str_trim(str_cut(&rest, '\n')), keys = str_trim(rest);
    bool over = false;
    char *caller = str_dup(number);
    struct talk *t = talk_new(&p->desk, &calls, &over, "dry-run", caller, NULL);
    talk_begin(t);
    for (size_t i = 0; i < keys.len && !over && p->desk.talks != NULL; i++) {
        struct menu_word w = { .key = keys.at[i], .recorded_ms = keys.at[i] == 'v' ? 5000 : 0 };
        bool key = strchr("0123456789*#", w.key) != NULL;
        desk_committed(&p->desk, true);
        talk_hear(t, key ? HEARD_KEY : HEARD_ENDED, &w, str_of(NULL));
    }
    if (!over && p->desk.talks != NULL) /* then he hangs up */
        talk_hear(t, HEARD_GONE, NULL, str_of(NULL));
    desk_committed(&p->desk, true);
    free(caller);
    if (number.len == 0)
        buf_printf(why,
                   "the first line is the caller's number, the second the keys that he presses");
    return number.len > 0;
}

const struct channel phone_channel = {
    .name = "phone",
    .principal = "gw-phone",
    .source = "phone.hotline",
    .about =
        "reports, questions and urgings by telephone\n"
        "\n"
        "Answers calls, asks by prompts and keys what the menu says, keeps the caller's words as "
        "an "
        "attachment\n"
        "and says the ticket's number once the report is on disk. `faultline gateway phone prompts "
        "DIR [FILE]`\n"
        "makes prompts with espeak-ng. --dry-run reads a number, a new line, and the keys of a "
        "call "
        "(v: words).",
    .settings = { rows, countof(rows), &values },
    .open = phone_open,
    .close = phone_close,
    .committed = phone_committed,
    .window = CALLS_OUT,
    .send = phone_send,
    .worth = is_worth,
    .message = phone_message,
    .drain = phone_drain,
    .loop = phone_loop,
};
