/* desk.c - talks: what the menu wants of the gateway is done here. */
#include "gateways/phone/desk.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/io/seal.h"
#include "gateways/entry.h"
#include "gateways/files.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { KEY_SIZE = 300 };

enum waits { WAITS_NOT, WAITS_FOR_DISK, WAITS_FOR_NUMBER };

struct talk {
    struct desk *desk;
    const struct line_calls *calls;
    void *line; /* NULL: he has hung up */
    struct menu menu;
    enum waits waits;
    int64_t until; /* monotonic; of WAITS_FOR_NUMBER */
    char key[KEY_SIZE], address[320];
    uint8_t report[16];
    struct buf wav;
    struct talk *next;
};

static bool
is_chinese(const char *lang)
{
    return strncmp(lang, "zh", 2) == 0;
}

/* ---- the report */

void
desk_words(struct buf *out, const struct menu *m, const char *address, const char *lang)
{
    static const struct {
        enum menu_field field;
        const char *label[2];
    } rows[] = {
        { MENU_CATEGORY, { "category", "类别" } },
        { MENU_CUSTOMER, { "customer", "客户" } },
        { MENU_SITE, { "site", "站点" } },
    };
    bool zh = is_chinese(lang);
    buf_printf(out, zh ? "电话报障，来电 %s" : "Reported by phone from %s", address);
    for (size_t i = 0; i < countof(rows); i++)
        if (m->values[rows[i].field][0] != '\0')
            buf_printf(out, zh ? "；%s：%s" : "; %s %s", rows[i].label[zh],
                       m->values[rows[i].field]);
    if (menu_hint(m) > 0)
        buf_printf(out, "%s",
                   zh ? "；来电者称业务中断" : "; the caller says that work is interrupted");
    if (m->gone)
        buf_printf(out, "%s", zh ? "；来电者提前挂断" : "; the caller hung up before the end");
    buf_printf(out, "%s", zh ? "。" : ".");
}

/* The caller's words in a folder of their own, mode 0600, on disk before anybody is told of them. A
 * disk that does not take them does not keep the report from being made. */
static void
keep_voice(struct talk *t, const uint8_t id[16], struct buf *text)
{
    char name[33], path[700];
    hex_of(name, id, 16);
    if (t->wav.len == 0 || t->desk->dry_run)
        return;
    snprintf(path, sizeof(path), "%.600s/%s", t->desk->files, name);
    mkdir(t->desk->files, 0700);
    bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
    snprintf(path, sizeof(path), "%.600s/%s/1-voice.wav", t->desk->files, name);
    good = good && files_write(path, buf_str(&t->wav));
    *strrchr(path, '/') = '\0';
    good = good && files_sync_folder(path) && files_sync_folder(t->desk->files);
    if (good)
        buf_printf(text, "\n[attachment voice.wav, audio/wav, %zu bytes: %s/1-voice.wav]",
                   t->wav.len, name);
    else
        buf_printf(text, "\n[attachment not kept: the disk did not take it]");
    if (!good)
        log_error(
            "event=files_not_kept folder=%s why=\"%s\" do=\"make room, or let it be written\"",
            path, strerror(errno));
    buf_clear(&t->wav);
}

static const char *
said(const struct menu *m, enum menu_field f)
{
    return m->values[f][0] != '\0' ? m->values[f] : NULL;
}

static enum taken
report(struct talk *t)
{
    const struct menu *m = &t->menu;
    struct buf text = { 0 };
    uint8_t id[16];
    fl_report_id(gateway_source(t->desk->g), t->key, t->report);
    if (!t->desk->dry_run && thread_of_report(gateway_threads(t->desk->g), t->report) != NULL) {
        gateway_again(t->desk->g); /* the same call: as it was told first */
        return TAKEN;
    }
    desk_words(&text, m, t->address, m->values[MENU_LANG]);
    keep_voice(t, t->report, &text);
    const struct arrival a = { .key = t->key,
                               .address = t->address,
                               .report = { .text = buf_cstr(&text),
                                           .category = said(m, MENU_CATEGORY),
                                           .customer = said(m, MENU_CUSTOMER),
                                           .site = said(m, MENU_SITE),
                                           .lang = said(m, MENU_LANG),
                                           .hint = menu_hint(m) } };
    enum taken taken = gateway_report(t->desk->g, &a, id);
    if (taken != TAKEN)
        log_warn("event=not_taken call=%s why=%s", log_quote(t->key, strlen(t->key)),
                 taken == TAKEN_FLOOD
                     ? "\"too many calls of this number\""
                     : log_quote(gateway_why(t->desk->g), strlen(gateway_why(t->desk->g))));
    buf_fini(&text);
    return taken;
}

/* ---- his ticket */

/* In which states a verb makes sense; NULL: until its end. */
static const struct {
    const char *verb, *states[3];
} when[] = {
    { "nudge", { NULL } },
    { "cancel", { NULL } },
    { "approve", { "resolved" } },
    { "reopen", { "resolved", "closed" } },
    { "survey_answer", { "closed" } },
};

static bool
fits(const struct thread *thread, const char *verb)
{
    for (size_t i = 0; i < countof(when); i++) {
        if (strcmp(when[i].verb, verb) != 0)
            continue;
        if (when[i].states[0] == NULL)
            return thread->ended_at == 0 && strcmp(thread->state, "resolved") != 0;
        for (size_t k = 0; k < countof(when[i].states) && when[i].states[k] != NULL; k++)
            if (strcmp(thread->state, when[i].states[k]) == 0)
                return true;
        return false;
    }
    return true;
}

/* His newest ticket that the verb fits; "": the newest that goes on, else the newest. NULL: none,
 * or nobody knows who he is. */
static const struct thread *
ticket_of(const struct talk *t, const char *verb)
{
    struct threads *all = gateway_threads(t->desk->g);
    const struct thread *first = NULL, *at = NULL;
    if (all != NULL && strcmp(t->address, "anonymous") != 0)
        first = at = thread_of_address(all, t->address);
    for (; at != NULL; at = thread_next(at, BY_ADDRESS))
        if (verb[0] == '\0' ? at->ended_at == 0 : fits(at, verb))
            return at;
    return verb[0] == '\0' ? first : NULL;
}

static enum menu_heard
event(struct talk *t)
{
    const char *verb = menu_verb(&t->menu);
    const struct thread *ticket = ticket_of(t, verb);
    char key[KEY_SIZE + MENU_NAME];
    uint8_t id[16];
    struct buf note = { 0 };
    int64_t score = 0;
    bool scored = str_int(str_of(t->menu.values[MENU_SCORE]), &score);
    const struct fl_details details = { .amount = &score };
    if (ticket == NULL && !t->desk->dry_run)
        return HEARD_TOLD;
    snprintf(key, sizeof(key), "%s %s", t->key, verb);
    digest_16(id, NULL, str_of(key));
    buf_printf(&note, "%s", is_chinese(t->menu.values[MENU_LANG]) ? "来电" : "by phone");
    keep_voice(t, id, &note);
    const struct said s = { .key = key,
                            .address = t->address,
                            .thread = ticket,
                            .verb = verb,
                            .note = scored ? NULL : buf_cstr(&note),
                            .details = scored ? &details : NULL };
    enum taken taken = gateway_event(t->desk->g, &s);
    buf_fini(&note);
    return taken == TAKEN ? HEARD_TAKEN : HEARD_NOT_TAKEN;
}

/* The number that the report has got, or that of the ticket it has joined. */
static const char *
number_of(const struct talk *t)
{
    struct threads *all = gateway_threads(t->desk->g);
    const struct thread *thread = all == NULL ? NULL : thread_of_report(all, t->report);
    return thread == NULL ? "" : thread->number;
}

/* ---- acts */

static void
talk_free(struct talk *t)
{
    struct talk **at = &t->desk->talks;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    t->desk->talks_count--;
    buf_fini(&t->wav);
    free(t);
}

/* Of a menu language that has no prompts the gateway's own. */
static const char *
lang_of(const struct talk *t)
{
    const char *lang = t->menu.values[MENU_LANG];
    return lang[0] != '\0' && prompts_speak(t->desk->prompts, lang) ? lang : "";
}

static bool
do_report(struct talk *t, enum menu_heard *what)
{
    if (report(t) == TAKEN) {
        t->waits = WAITS_FOR_DISK;
        return false;
    }
    *what = HEARD_NOT_TAKEN;
    return true;
}

static bool
do_event(struct talk *t, enum menu_heard *what)
{
    *what = event(t);
    if (*what == HEARD_TAKEN)
        t->waits = WAITS_FOR_DISK;
    return *what != HEARD_TAKEN;
}

static bool
do_status(struct talk *t, enum menu_heard *what, struct menu_word *w)
{
    const struct thread *ticket = ticket_of(t, "");
    *what = HEARD_TOLD;
    if (ticket != NULL)
        *w = (struct menu_word){ .number = ticket->number, .state = ticket->state };
    return true;
}

/* false: the talk goes on later, or is over (and freed). */
static bool
act(struct talk *t, const struct menu_act *a, enum menu_heard *what, struct menu_word *w)
{
    switch (a->what) {
    case DO_SAY:
        t->calls->say(t->line, lang_of(t), a->prompts, a->count);
        return false;
    case DO_WAIT:
        t->calls->wait(t->line, a->ms);
        return false;
    case DO_RECORD:
        t->calls->record(t->line, a->ms);
        return false;
    case DO_REPORT:
        return do_report(t, what);
    case DO_EVENT:
        return do_event(t, what);
    case DO_STATUS:
        return do_status(t, what, w);
    case DO_NUMBER:
        t->waits = WAITS_FOR_NUMBER;
        t->until = clock_mono_ms() + a->ms;
        return false;
    case DO_GO_ON:
        return false;
    case DO_HANG_UP:
        if (t->line != NULL)
            t->calls->hang_up(t->line);
        talk_free(t);
        return false;
    }
    return false;
}

static void
go_on(struct talk *t, struct menu_act a)
{
    enum menu_heard what = HEARD_ENDED;
    struct menu_word w = { 0 };
    while (act(t, &a, &what, &w))
        a = menu_hear(&t->menu, what, &w);
}

void
talk_hear(struct talk *t, enum menu_heard what, const struct menu_word *w, struct str wav)
{
    if (wav.len > 0) {
        buf_clear(&t->wav);
        buf_put(&t->wav, wav.at, wav.len);
    }
    if (what == HEARD_GONE)
        t->line = NULL;
    if (what == HEARD_GONE && t->waits == WAITS_FOR_NUMBER)
        t->waits = WAITS_NOT;
    go_on(t, menu_hear(&t->menu, what, w));
}

/* ---- beginning */

static void
fill_in(struct talk *t, const char *number, const char known[][MENU_VALUE])
{
    char read[NUMBER_SIZE];
    bool good = number != NULL && number_read(read, t->desk->numbering, str_of(number));
    entry_fill(t->address, sizeof(t->address), good ? read : "anonymous");
    const struct contact *c = who_is(gateway_who(t->desk->g), "phone", t->address);
    if (c != NULL) {
        entry_fill(t->menu.values[MENU_LANG], MENU_VALUE, c->lang);
        entry_fill(t->menu.values[MENU_CUSTOMER], MENU_VALUE, c->customer);
        entry_fill(t->menu.values[MENU_SITE], MENU_VALUE, c->site);
    }
    for (size_t i = 0; known != NULL && i < MENU_FIELDS; i++)
        if (known[i][0] != '\0')
            memcpy(t->menu.values[i], known[i], MENU_VALUE);
}

struct talk *
talk_new(struct desk *d, const struct line_calls *calls, void *line, const char *key,
         const char *number, const char known[][MENU_VALUE])
{
    struct talk *t = zalloc(sizeof(*t));
    t->desk = d;
    t->calls = calls;
    t->line = line;
    t->menu.table = d->menu;
    entry_fill(t->key, sizeof(t->key), key);
    fill_in(t, number, known);
    t->next = d->talks;
    d->talks = t;
    d->talks_count++;
    return t;
}

void
talk_begin(struct talk *t)
{
    go_on(t, menu_begin(&t->menu));
}

/* ---- what talks wait for */

void
desk_committed(struct desk *d, bool good)
{
    d->unsynced = !good;
    for (struct talk *t = d->talks, *next; t != NULL; t = next) {
        next = t->next;
        if (t->waits != WAITS_FOR_DISK)
            continue;
        t->waits = WAITS_NOT;
        go_on(t, menu_hear(&t->menu, good ? HEARD_TAKEN : HEARD_NOT_TAKEN, NULL));
    }
}

void
desk_work(struct desk *d)
{
    int64_t now = clock_mono_ms();
    for (struct talk *t = d->talks, *next; t != NULL; t = next) {
        next = t->next;
        if (t->waits != WAITS_FOR_NUMBER)
            continue;
        const struct menu_word w = { .number = number_of(t) };
        if (w.number[0] == '\0' && now < t->until)
            continue;
        t->waits = WAITS_NOT;
        if (w.number[0] == '\0')
            memcpy(d->owed[d->owed_count++ % DESK_OWES], t->report, 16);
        go_on(t, menu_hear(&t->menu, HEARD_TOLD, &w));
    }
}

bool
desk_is_waiting(const struct desk *d)
{
    for (const struct talk *t = d->talks; t != NULL; t = t->next)
        if (t->waits != WAITS_NOT)
            return true;
    return false;
}

bool
desk_owes(const struct desk *d, const uint8_t report[16])
{
    for (size_t i = 0; i < d->owed_count && i < DESK_OWES; i++)
        if (memcmp(d->owed[i], report, 16) == 0)
            return true;
    return false;
}
