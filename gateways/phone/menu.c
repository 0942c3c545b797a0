/* menu.c - the machine: a row for each stage and what is heard there. */
#include "gateways/phone/menu.h"

#include <stdio.h>

enum {
    TRIES = 3,
    VISITS_MAX = 60,
    HEARD_MAX = 1000,
    KEY_MS = 6000,
    NEXT_KEY_MS = 4000,
    NUMBER_MS = 8000
};
enum { WORDS_LEAST_MS = 1000 }; /* a shorter recording is a cough */

static struct menu_act enter(struct menu *m, size_t step);

/* ---- saying */

static void
put(struct menu_act *a, const char *prompt)
{
    if (a->count < MENU_PROMPTS)
        a->prompts[a->count++] = prompt;
}

static struct menu_act
say(struct menu *m, enum menu_stage stage, const char *prompt)
{
    struct menu_act a = { .what = DO_SAY };
    put(&a, prompt);
    m->stage = stage;
    return a;
}

/* A ticket's number, letter by letter; its dashes are not said. */
static void
spell(struct menu_act *a, const char *text)
{
    static const char *const names[] = {
        "c-0", "c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7", "c-8", "c-9", "c-a", "c-b",
        "c-c", "c-d", "c-e", "c-f", "c-g", "c-h", "c-i", "c-j", "c-k", "c-l", "c-m", "c-n",
        "c-o", "c-p", "c-q", "c-r", "c-s", "c-t", "c-u", "c-v", "c-w", "c-x", "c-y", "c-z",
    };
    for (; *text != '\0'; text++) {
        char c = (char)(*text >= 'A' && *text <= 'Z' ? *text + 32 : *text);
        if (c >= '0' && c <= '9')
            put(a, names[c - '0']);
        else if (c >= 'a' && c <= 'z')
            put(a, names[10 + c - 'a']);
    }
}

static const char *
state_prompt(const char *state)
{
    static const struct {
        const char *state, *prompt;
    } rows[] = {
        { "received", "state-received" },   { "triaged", "state-received" },
        { "queued", "state-queued" },       { "offered", "state-offered" },
        { "accepted", "state-accepted" },   { "en_route", "state-en-route" },
        { "working", "state-working" },     { "pending_customer", "state-pending-customer" },
        { "held", "state-held" },           { "resolved", "state-resolved" },
        { "closed", "state-closed" },       { "rejected", "state-rejected" },
        { "duplicate", "state-duplicate" }, { "cancelled", "state-cancelled" },
    };
    for (size_t i = 0; i < countof(rows) && state != NULL; i++)
        if (strcmp(rows[i].state, state) == 0)
            return rows[i].prompt;
    return "state-received"; /* nothing is told of it yet */
}

/* ---- from step to step */

static const struct menu_step *
here(const struct menu *m)
{
    return &m->table->steps[m->step];
}

static struct menu_act
hang_up(struct menu *m)
{
    m->stage = AT_OVER;
    return (struct menu_act){ .what = DO_HANG_UP };
}

static struct menu_act
report(struct menu *m, size_t step)
{
    m->step = step;
    m->stage = AT_DOING;
    return (struct menu_act){ .what = DO_REPORT };
}

/* The end of the dialogue: what was told and is enough is reported first. */
static struct menu_act
finish(struct menu *m)
{
    for (size_t i = 0; i < m->table->count && m->enough && !m->reported; i++)
        if (m->table->steps[i].kind == MENU_REPORT)
            return report(m, i);
    return m->gone ? hang_up(m) : say(m, AT_END, "bye");
}

static struct menu_act
ask(struct menu *m, const char *before)
{
    struct menu_act a = { .what = DO_SAY };
    if (before != NULL)
        put(&a, before);
    put(&a, here(m)->prompt);
    if (here(m)->kind == MENU_VOICE)
        put(&a, "beep");
    m->stage = AT_ASKING;
    m->digits[0] = '\0';
    return a;
}

static struct menu_act
begin_step(struct menu *m)
{
    static const enum menu_do doing[MENU_KINDS] = {
        [MENU_REPORT] = DO_REPORT, [MENU_STATUS] = DO_STATUS, [MENU_EVENT] = DO_EVENT
    };
    switch (here(m)->kind) {
    case MENU_CHOOSE:
    case MENU_DIGITS:
    case MENU_VOICE:
        return ask(m, NULL);
    case MENU_REPORT:
    case MENU_STATUS:
    case MENU_EVENT:
    case MENU_KINDS:
        break;
    }
    if (here(m)->kind == MENU_REPORT && m->reported)
        return finish(m);
    m->stage = AT_DOING;
    return (struct menu_act){ .what = doing[here(m)->kind] };
}

static struct menu_act
enter(struct menu *m, size_t step)
{
    for (size_t hops = 0; hops < MENU_STEPS && step < m->table->count; hops++) {
        const struct menu_step *s = &m->table->steps[step];
        if (s->known && m->values[s->field][0] != '\0') {
            step = s->next;
            continue;
        }
        m->step = step;
        m->tried = 0;
        return ++m->visits > VISITS_MAX ? finish(m) : begin_step(m);
    }
    return finish(m);
}

/* ---- answers */

static struct menu_act
answered(struct menu *m, const char *prefix, const char *value, size_t next)
{
    const struct menu_step *s = here(m);
    if (value[0] != '\0' && s->field != MENU_NONE)
        snprintf(m->values[s->field], MENU_VALUE, "%s%s", prefix, value);
    m->enough = m->enough || s->enough;
    return enter(m, next);
}

/* No answer that can be used: again, at last what follows without one. */
static struct menu_act
once_more(struct menu *m, const char *before)
{
    if (++m->tried < TRIES)
        return ask(m, before);
    return enter(m, here(m)->next);
}

static struct menu_act
take_digits(struct menu *m)
{
    const struct menu_step *s = here(m);
    if (s->codes_count == 0 && strlen(s->prefix) + strlen(m->digits) < MENU_VALUE)
        return answered(m, s->prefix, m->digits, s->next);
    for (size_t i = 0; i < s->codes_count; i++)
        if (strcmp(s->codes[i].digits, m->digits) == 0)
            return answered(m, "", s->codes[i].value, s->next);
    return once_more(m, "unknown");
}

static struct menu_act
wait_for_key(struct menu *m, int32_t ms)
{
    m->stage = AT_KEYS;
    return (struct menu_act){ .what = DO_WAIT, .ms = ms };
}

static struct menu_act
on_choice(struct menu *m, char key)
{
    const struct menu_step *s = here(m);
    if (key == '*' && s->next < MENU_STEPS)
        return enter(m, s->next);
    const struct menu_key *k = key >= '0' && key <= '9' ? &s->keys[key - '0'] : NULL;
    if (k == NULL || !k->is_there)
        return once_more(m, "again");
    return answered(m, "", k->value, k->next);
}

static struct menu_act
on_digit(struct menu *m, char key)
{
    size_t len = strlen(m->digits);
    if (key == '*' && len == 0)
        return enter(m, here(m)->next);
    if (key == '#')
        return len > 0 ? take_digits(m) : once_more(m, "again");
    if (key == '*')
        m->digits[0] = '\0'; /* from the beginning */
    if (key >= '0' && key <= '9') {
        m->digits[len] = key;
        m->digits[len + 1] = '\0';
    }
    return strlen(m->digits) == here(m)->most ? take_digits(m) : wait_for_key(m, NEXT_KEY_MS);
}

static struct menu_act
record(struct menu *m)
{
    m->stage = AT_RECORDING;
    return (struct menu_act){ .what = DO_RECORD, .ms = here(m)->seconds * 1000 };
}

static struct menu_act
on_key(struct menu *m, char key)
{
    switch (here(m)->kind) {
    case MENU_CHOOSE:
        return on_choice(m, key);
    case MENU_DIGITS:
        return on_digit(m, key);
    case MENU_VOICE: /* said already */
        return record(m);
    case MENU_REPORT:
    case MENU_STATUS:
    case MENU_EVENT:
    case MENU_KINDS:
        break;
    }
    return enter(m, here(m)->next);
}

static struct menu_act
on_silence(struct menu *m)
{
    return m->digits[0] != '\0' ? take_digits(m) : once_more(m, NULL);
}

/* ---- stages */

static struct menu_act
while_asking(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    if (what == HEARD_KEY)
        return on_key(m, w->key);
    return here(m)->kind == MENU_VOICE ? record(m) : wait_for_key(m, KEY_MS);
}

static struct menu_act
while_waiting(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    return what == HEARD_KEY ? on_key(m, w->key) : on_silence(m);
}

static struct menu_act
while_recording(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    (void)what;
    m->recorded_ms = w->recorded_ms;
    m->enough = m->enough || (here(m)->enough && w->recorded_ms >= WORDS_LEAST_MS);
    return enter(m, here(m)->next);
}

static struct menu_act
say_then(struct menu *m, const char *prompt, size_t after)
{
    m->after = after;
    return say(m, AT_SAYING, prompt);
}

static struct menu_act
say_status(struct menu *m, const struct menu_word *w)
{
    struct menu_act a = say_then(m, here(m)->prompt, here(m)->next);
    spell(&a, w->number);
    put(&a, state_prompt(w->state));
    return a;
}

static struct menu_act
while_doing(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    const struct menu_step *s = here(m);
    if (what == HEARD_TAKEN && s->kind == MENU_REPORT) {
        m->reported = true;
        return m->gone ? hang_up(m) : say(m, AT_TAKEN, s->prompt);
    }
    if (m->gone)
        return hang_up(m);
    if (what == HEARD_NOT_TAKEN) {
        m->reported = m->reported || s->kind == MENU_REPORT; /* tried: he is told to call again */
        return say(m, AT_END, "not-taken");
    }
    if (what == HEARD_TAKEN)
        return say_then(m, s->prompt, s->next);
    if (w->number == NULL || w->number[0] == '\0')
        return say_then(m, "no-ticket", s->next);
    return say_status(m, w);
}

static struct menu_act
after_taken(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    (void)what;
    (void)w;
    m->stage = AT_NUMBER;
    return (struct menu_act){ .what = DO_NUMBER, .ms = here(m)->seconds * 1000 };
}

static struct menu_act
with_number(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    (void)what;
    if (w->number == NULL || w->number[0] == '\0')
        return say_then(m, "no-number", here(m)->next);
    struct menu_act a = say_then(m, "number", here(m)->next);
    spell(&a, w->number);
    put(&a, "number"); /* twice: he may have had no pencil */
    spell(&a, w->number);
    return a;
}

static struct menu_act
after_saying(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    (void)what;
    (void)w;
    return enter(m, m->after);
}

static struct menu_act
at_the_end(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    (void)what;
    (void)w;
    return hang_up(m);
}

static struct menu_act (*const stages[])(struct menu *, enum menu_heard,
                                         const struct menu_word *) = {
    [AT_ASKING] = while_asking, [AT_KEYS] = while_waiting, [AT_RECORDING] = while_recording,
    [AT_DOING] = while_doing,   [AT_TAKEN] = after_taken,  [AT_NUMBER] = with_number,
    [AT_SAYING] = after_saying, [AT_END] = at_the_end,     [AT_OVER] = at_the_end,
};

static struct menu_act
on_gone(struct menu *m, const struct menu_word *w)
{
    bool reporting = m->stage == AT_DOING && here(m)->kind == MENU_REPORT && !m->reported;
    m->gone = true;
    if (reporting)
        return (struct menu_act){ .what = DO_GO_ON };
    if (m->stage == AT_OVER)
        return hang_up(m);
    if (m->stage == AT_RECORDING) {
        m->recorded_ms = w->recorded_ms;
        m->enough = m->enough || (here(m)->enough && w->recorded_ms >= WORDS_LEAST_MS);
    }
    return finish(m);
}

struct menu_act
menu_begin(struct menu *m)
{
    return enter(m, 0);
}

struct menu_act
menu_hear(struct menu *m, enum menu_heard what, const struct menu_word *w)
{
    static const struct menu_word nothing;
    w = w == NULL ? &nothing : w;
    if (what == HEARD_GONE)
        return on_gone(m, w);
    if (++m->heard > HEARD_MAX && m->stage != AT_DOING && m->stage < AT_END)
        return finish(m); /* somebody plays with the keys */
    return stages[m->stage](m, what, w);
}

const char *
menu_verb(const struct menu *m)
{
    return here(m)->verb;
}

int
menu_hint(const struct menu *m)
{
    int64_t n;
    bool good = str_int(str_of(m->values[MENU_HINT]), &n) && n >= 0 && n < 100;
    return good ? (int)n : -1;
}
