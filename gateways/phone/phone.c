/* phone.c - the channel: settings, the doors that calls come in by, and what goes out. */
#include "gateways/phone/phone.h"

#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/phone/asterisk.h"
#include "gateways/phone/desk.h"

#include <errno.h>
#include <stdio.h>

struct values {
    char menu[512], files[512], own_prompts[512], prompts[512], country[8];
    char agi_listen[64], agi_prompts[512], agi_records[512], lang[8];
    int64_t digits_max, calls_max;
};

struct phone {
    struct gateway *g;
    struct menu_table *menu;
    struct numbering numbering;
    struct desk desk;
    struct asterisk *asterisk;
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
    { "agi_listen", SETTING_TEXT, AT(agi_listen), "",
      "ADDRESS:PORT for Asterisk's FastAGI (4573); it is believed, so nobody else may reach it; "
      "empty: none",
      0, 0 },
    { "agi_prompts", SETTING_TEXT, AT(agi_prompts), "",
      "the prompts' folder as Asterisk sees it; empty: the same machine", 0, 0 },
    { "agi_records", SETTING_PATH, AT(agi_records), "gateways/phone-files",
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

static bool
open_doors(struct phone *p, struct buf *why)
{
    const struct asterisk_options agi = { .listen = values.agi_listen,
                                          .prompts = values.agi_prompts,
                                          .records = values.agi_records,
                                          .lang = values.lang,
                                          .calls_max = (size_t)values.calls_max };
    if (!has_all_prompts(p, why))
        return false;
    if (values.agi_listen[0] != '\0' && (p->asterisk = asterisk_open(&p->desk, &agi, why)) == NULL)
        return false;
    return true;
}

static void
phone_close(void *own)
{
    struct phone *p = own;
    asterisk_close(p->asterisk);
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
        if (dry_run || open_doors(p, why))
            return p;
    }
    phone_close(p);
    return NULL;
}

/* ---- turns */

static size_t
phone_fds(void *own, struct pollfd *fds, size_t room)
{
    struct phone *p = own;
    if (p->asterisk == NULL || room == 0)
        return 0;
    fds[0] = (struct pollfd){ .fd = asterisk_fd(p->asterisk), .events = POLLIN };
    return 1;
}

static int
phone_wait_ms(void *own)
{
    struct phone *p = own;
    return desk_is_waiting(&p->desk) ? 100 : 1000;
}

static void
phone_work(void *own, const struct pollfd *fds, size_t count)
{
    struct phone *p = own;
    (void)fds;
    (void)count;
    if (p->asterisk != NULL)
        asterisk_work(p->asterisk);
    desk_work(&p->desk);
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
    if (p->asterisk != NULL)
        asterisk_stop(p->asterisk);
    return p->desk.talks_count == 0;
}

static void
phone_send(void *own, const struct sending *s)
{
    struct phone *p = own;
    gateway_outcome(p->g, s->id, OUTCOME_FAILED, "this gateway does not call out");
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
    .fds = phone_fds,
    .wait_ms = phone_wait_ms,
    .work = phone_work,
    .committed = phone_committed,
    .send = phone_send,
    .message = phone_message,
    .drain = phone_drain,
};
