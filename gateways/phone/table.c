/* table.c - a menu's text as a table: words of a line, each option a row. */
#include "gateways/phone/menu.h"

#include "phone_menu.h"

enum { RECORD_S = 60, NUMBER_S = 8 };

static const char *const kinds[MENU_KINDS] = { "choose", "digits", "record",
                                               "report", "status", "event" };
static const char *const fields[MENU_FIELDS] = { "",         "lang", "customer", "site",
                                                 "category", "hint", "score" };

/* What the machine says of its own accord. */
static const char *const own_prompts[] = {
    "beep",
    "again",
    "unknown",
    "bye",
    "later",
    "not-taken",
    "number",
    "no-number",
    "no-ticket",
    "state-received",
    "state-queued",
    "state-offered",
    "state-accepted",
    "state-en-route",
    "state-working",
    "state-pending-customer",
    "state-held",
    "state-resolved",
    "state-closed",
    "state-rejected",
    "state-duplicate",
    "state-cancelled",
    "c-0",
    "c-1",
    "c-2",
    "c-3",
    "c-4",
    "c-5",
    "c-6",
    "c-7",
    "c-8",
    "c-9",
    "c-a",
    "c-b",
    "c-c",
    "c-d",
    "c-e",
    "c-f",
    "c-g",
    "c-h",
    "c-i",
    "c-j",
    "c-k",
    "c-l",
    "c-m",
    "c-n",
    "c-o",
    "c-p",
    "c-q",
    "c-r",
    "c-s",
    "c-t",
    "c-u",
    "c-v",
    "c-w",
    "c-x",
    "c-y",
    "c-z",
};

const char *
menu_prompt(const struct menu_table *t, size_t i)
{
    if (i < t->count)
        return t->steps[i].prompt;
    i -= t->count;
    return i < countof(own_prompts) ? own_prompts[i] : NULL;
}

const char *
menu_standard(void)
{
    return phone_menu;
}

static struct str
next_word(struct str *line)
{
    *line = str_trim(*line);
    size_t len = 0;
    while (len < line->len && line->at[len] != ' ' && line->at[len] != '\t')
        len++;
    struct str word = str_bytes(line->at, len);
    *line = str_bytes(line->at + len, line->len - len);
    return word;
}

static bool
is_name(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!(word.at[i] >= 'a' && word.at[i] <= 'z') &&
            !(word.at[i] >= '0' && word.at[i] <= '9') && word.at[i] != '-' && word.at[i] != '_')
            return false;
    return word.len > 0 && word.len < MENU_NAME;
}

static bool
is_digits(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
    return word.len > 0 && word.len < MENU_VALUE;
}

static bool
find(const char *const *list, size_t count, struct str word, size_t *at)
{
    for (*at = 0; *at < count; (*at)++)
        if (list[*at][0] != '\0' && str_is(word, list[*at]))
            return true;
    return false;
}

/* ---- a step's options */

static bool
take_field(struct menu_step *s, struct str value)
{
    size_t at;
    bool good = find(fields, MENU_FIELDS, value, &at);
    s->field = good ? (enum menu_field)at : MENU_NONE;
    return good;
}

static bool
take_next(struct menu_step *s, struct str value)
{
    return is_name(value) && str_fill(s->next_name, sizeof(s->next_name), value);
}

static bool
take_most(struct menu_step *s, struct str value)
{
    int64_t n;
    bool good = str_int(value, &n) && n >= 1 && n < MENU_VALUE;
    s->most = good ? (size_t)n : s->most;
    return good;
}

static bool
take_seconds(struct menu_step *s, struct str value)
{
    int64_t n;
    bool good = str_int(value, &n) && n >= 1 && n <= 600;
    s->seconds = good ? (int32_t)n : s->seconds;
    return good;
}

static bool
take_prefix(struct menu_step *s, struct str value)
{
    return str_is_printable(value) && str_fill(s->prefix, sizeof(s->prefix), value);
}

static bool
take_verb(struct menu_step *s, struct str value)
{
    static const char *const verbs[] = { "nudge",  "approve",  "reopen",
                                         "cancel", "complain", "survey_answer" };
    size_t at;
    return find(verbs, countof(verbs), value, &at) && str_fill(s->verb, sizeof(s->verb), value);
}

static bool
take_known(struct menu_step *s, struct str value)
{
    s->known = true;
    return value.len == 0;
}

static bool
take_enough(struct menu_step *s, struct str value)
{
    s->enough = true;
    return value.len == 0;
}

static const struct {
    const char *name;
    bool (*take)(struct menu_step *s, struct str value);
} options[] = {
    { "field", take_field },     { "next", take_next },     { "most", take_most },
    { "seconds", take_seconds }, { "prefix", take_prefix }, { "known", take_known },
    { "enough", take_enough },   { "verb", take_verb },
};

static bool
take_option(struct menu_step *s, struct str word)
{
    struct str name = str_cut(&word, '=');
    for (size_t i = 0; i < countof(options); i++)
        if (str_is(name, options[i].name))
            return options[i].take(s, word);
    return false;
}

/* ---- lines; each returns what is wrong, or NULL */

static const char *
read_step(struct menu_table *t, struct str line)
{
    size_t kind;
    if (t->count == MENU_STEPS)
        return "more than 64 steps";
    struct menu_step *s = &t->steps[t->count];
    *s = (struct menu_step){ .next = MENU_STEPS, .most = 12 };
    struct str name = next_word(&line), word = next_word(&line), prompt = next_word(&line);
    if (!is_name(name) || !is_name(prompt))
        return "step NAME KIND PROMPT is wanted; names are of a-z, 0-9, - and _, at most 23 "
               "letters";
    if (!find(kinds, MENU_KINDS, word, &kind))
        return "no such kind: choose, digits, record, report, status, event";
    s->kind = (enum menu_kind)kind;
    s->seconds = s->kind == MENU_REPORT ? NUMBER_S : RECORD_S;
    str_fill(s->name, sizeof(s->name), name);
    str_fill(s->prompt, sizeof(s->prompt), prompt);
    while ((word = next_word(&line)).len > 0)
        if (!take_option(s, word))
            return "an option that is none: field=, next=, most= (1 to 31), seconds= (1 to 600), "
                   "prefix=, known, enough, "
                   "verb= (nudge, approve, reopen, cancel, complain, survey_answer)";
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->steps[i].name, s->name) == 0)
            return "a step of this name is above";
    t->count++;
    return NULL;
}

static const char *
read_key(struct menu_table *t, struct str line)
{
    struct menu_step *s = t->count > 0 ? &t->steps[t->count - 1] : NULL;
    struct str key = next_word(&line), value = next_word(&line), next = next_word(&line);
    if (s == NULL || s->kind != MENU_CHOOSE)
        return "a key belongs below a step of kind choose";
    if (!is_digits(key) || key.len != 1 || !is_name(next) || str_trim(line).len > 0)
        return "key DIGIT VALUE STEP is wanted";
    struct menu_key *k = &s->keys[key.at[0] - '0'];
    if (k->is_there)
        return "this key is above already";
    k->is_there = true;
    str_fill(k->next_name, sizeof(k->next_name), next);
    if (!str_is(value, "-") && !str_fill(k->value, sizeof(k->value), value))
        return "a value has at most 31 bytes";
    return NULL;
}

static const char *
read_code(struct menu_table *t, struct str line)
{
    struct menu_step *s = t->count > 0 ? &t->steps[t->count - 1] : NULL;
    struct str digits = next_word(&line), value = str_trim(line);
    if (s == NULL || s->kind != MENU_DIGITS)
        return "a code belongs below a step of kind digits";
    if (!is_digits(digits) || value.len == 0 || value.len >= MENU_VALUE)
        return "code DIGITS VALUE is wanted; a value has at most 31 bytes";
    if (digits.len > s->most)
        return "a code longer than the step's most=";
    s->codes = grow_array(s->codes, s->codes_count, &s->codes_cap, sizeof(*s->codes));
    struct menu_code *c = &s->codes[s->codes_count++];
    str_fill(c->digits, sizeof(c->digits), digits);
    str_fill(c->value, sizeof(c->value), value);
    return NULL;
}

static const char *
read_line(struct menu_table *t, struct str line)
{
    struct str word = next_word(&line);
    if (str_is(word, "step"))
        return read_step(t, line);
    if (str_is(word, "key"))
        return read_key(t, line);
    if (str_is(word, "code"))
        return read_code(t, line);
    return "a line begins with step, key or code";
}

/* ---- names as indexes */

static bool
find_step(const struct menu_table *t, const char *name, size_t *at)
{
    for (*at = 0; *at < t->count; (*at)++)
        if (strcmp(t->steps[*at].name, name) == 0)
            return true;
    return false;
}

static bool
resolve(struct menu_table *t, const char *name, struct buf *why)
{
    for (size_t i = 0; i < t->count; i++) {
        struct menu_step *s = &t->steps[i];
        bool needs = s->kind == MENU_DIGITS || s->kind == MENU_VOICE;
        size_t keys = 0;
        if (s->next_name[0] != '\0' && !find_step(t, s->next_name, &s->next))
            buf_printf(why, "%s: step %s: next=%s: no such step", name, s->name, s->next_name);
        else if (s->kind == MENU_EVENT && s->verb[0] == '\0')
            buf_printf(why, "%s: step %s: verb= is missing", name, s->name);
        else if (s->next_name[0] == '\0' && needs)
            buf_printf(why, "%s: step %s: next= is missing", name, s->name);
        for (size_t k = 0; k < MENU_KEYS && why->len == 0; k++) {
            keys += s->keys[k].is_there;
            if (s->keys[k].is_there && !find_step(t, s->keys[k].next_name, &s->keys[k].next))
                buf_printf(why, "%s: step %s: key %zu leads to %s: no such step", name, s->name, k,
                           s->keys[k].next_name);
        }
        if (why->len == 0 && s->kind == MENU_CHOOSE && keys == 0)
            buf_printf(why, "%s: step %s: it has no keys", name, s->name);
        if (why->len > 0)
            return false;
    }
    if (t->count == 0)
        buf_printf(why, "%s: no step: write one, or remove the file for the menu that is built in",
                   name);
    return t->count > 0;
}

struct menu_table *
menu_table_read(const char *name, struct str text, struct buf *why)
{
    struct menu_table *t = zalloc(sizeof(*t));
    const char *wrong = NULL;
    for (size_t line = 1; text.len > 0 && wrong == NULL; line++) {
        struct str words = str_trim(str_cut(&text, '\n'));
        if (words.len > 0 && words.at[0] != '#')
            wrong = str_is_printable(words) ? read_line(t, words) : "not text in UTF-8";
        if (wrong != NULL)
            buf_printf(why, "%s:%zu: %s", name, line, wrong);
    }
    if (wrong == NULL && resolve(t, name, why))
        return t;
    menu_table_free(t);
    return NULL;
}

void
menu_table_free(struct menu_table *t)
{
    for (size_t i = 0; t != NULL && i < t->count; i++)
        free(t->steps[i].codes);
    free(t);
}
