/* talk.c - the dialogue's table, a handler a row.
 *
 * Invariant: `text` is not NULL exactly from the first words until the report is filed or dropped,
 * which are the stages site, category and urgency. */
#include "gateways/chat/talk.h"

/* What a handler sees. */
struct turn {
    struct talk *talk;
    const struct talk_config *config;
    const struct talk_known *known;
    const struct talk_message *message;
    struct understood heard;
};

void
talk_fini(struct talk *t)
{
    free(t->key);
    free(t->text);
    free(t->thread);
    free(t->name);
    *t = (struct talk){ .hint = -1 };
}

static char *
copy_of(const char *text)
{
    return text == NULL ? NULL : str_dup(str_of(text));
}

struct talk
talk_copy(const struct talk *t)
{
    struct talk copy = *t;
    copy.key = copy_of(t->key);
    copy.text = copy_of(t->text);
    copy.thread = copy_of(t->thread);
    copy.name = copy_of(t->name);
    return copy;
}

bool
talk_categories(struct talk_config *c, const char *text, struct buf *why)
{
    struct str rest = str_of(text);
    c->categories_count = 0;
    while (rest.len > 0) {
        struct str entry = str_trim(str_cut(&rest, ',')), labels = entry;
        struct str id = str_trim(str_cut(&labels, '='));
        if (c->categories_count == TALK_CATEGORIES) {
            buf_printf(why, "categories: more than %d of them", TALK_CATEGORIES);
            return false;
        }
        struct talk_category *to = &c->categories[c->categories_count++];
        if (id.len == 0 || !str_fill(to->id, sizeof(to->id), id) ||
            !str_fill(to->words, sizeof(to->words), labels.len == 0 ? id : str_trim(labels))) {
            buf_printf(why, "categories: '%.*s' is no id=words (at most 31 and 95 bytes)",
                       STR_ARG(entry));
            return false;
        }
    }
    return true;
}

/* ---- questions */

static struct talk_step
say(enum phrase p)
{
    return (struct talk_step){ .say = p };
}

static struct talk_step
act(const struct turn *turn, enum talk_do what, enum phrase p)
{
    return (struct talk_step){ what, p, turn->heard.rest, turn->heard.digit };
}

/* The next thing that is missing; nothing: the report goes. */
static struct talk_step
next_question(struct turn *turn)
{
    struct talk *t = turn->talk;
    const struct {
        bool *ask;
        enum talk_stage stage;
        enum phrase say;
    } questions[] = { { &t->ask_site, STAGE_SITE, PHRASE_ASK_SITE },
                      { &t->ask_category, STAGE_CATEGORY, PHRASE_ASK_CATEGORY },
                      { &t->ask_urgency, STAGE_URGENCY, PHRASE_ASK_URGENCY } };
    for (size_t i = 0; i < countof(questions); i++)
        if (*questions[i].ask) {
            *questions[i].ask = false;
            t->stage = questions[i].stage;
            return say(questions[i].say);
        }
    t->stage = STAGE_IDLE;
    return (struct talk_step){ .act = DO_FILE, .say = PHRASE_FILED };
}

static bool
category_in(struct turn *turn, struct str text)
{
    const struct talk_config *c = turn->config;
    for (size_t i = 0; i < c->categories_count; i++) {
        struct str words = str_of(c->categories[i].words);
        bool there = phrase_has(text, str_of(c->categories[i].id));
        while (!there && words.len > 0)
            there = phrase_has(text, str_trim(str_cut(&words, '/')));
        if (there) {
            memcpy(turn->talk->category, c->categories[i].id, sizeof(turn->talk->category));
            return true;
        }
    }
    return false;
}

/* As much as a report takes, in whole letters. */
static char *
cut(struct str text)
{
    size_t len = text.len < TALK_TEXT_MAX ? text.len : TALK_TEXT_MAX;
    while (len > 0 && len < text.len && ((uint8_t)text.at[len] & 0xc0) == 0x80)
        len--;
    return str_dup(str_bytes(text.at, len));
}

static void
append(struct talk *t, struct str more)
{
    struct buf b = { 0 };
    buf_printf(&b, "%s\n%.*s", t->text, STR_ARG(more));
    free(t->text);
    t->text = cut(buf_str(&b));
    buf_fini(&b);
}

static struct talk_step
begin(struct turn *turn)
{
    struct talk *t = turn->talk;
    struct str text = turn->heard.rest;
    talk_fini(t);
    t->text = cut(text);
    t->key = str_dup(str_of(turn->message->key));
    t->thread = str_dup(str_of(turn->message->thread));
    t->name = str_dup(str_of(turn->message->name));
    t->at = turn->message->at;
    t->hint = phrase_urgency(text);
    t->ask_site = turn->config->ask_site && !turn->known->site;
    t->ask_category = turn->config->categories_count > 0 && !category_in(turn, text);
    t->ask_urgency = turn->config->ask_urgency && t->hint < 0;
    return next_question(turn);
}

/* ---- handlers, one for each kind of cell */

static struct talk_step
on_words(struct turn *turn)
{
    if (turn->known->ticket && (turn->known->open > 0 || turn->known->in_thread))
        return act(turn, DO_NOTE, PHRASE_NOTED);
    return begin(turn);
}

static struct talk_step
on_new(struct turn *turn)
{
    if (turn->heard.rest.len > 0)
        return begin(turn);
    talk_fini(turn->talk);
    turn->talk->stage = STAGE_FAULT;
    return say(PHRASE_ASK_FAULT);
}

static struct talk_step
on_help(struct turn *turn)
{
    (void)turn;
    return say(PHRASE_HELP);
}

static struct talk_step
on_drop(struct turn *turn)
{
    talk_fini(turn->talk);
    return say(PHRASE_DROPPED);
}

static struct talk_step
on_status(struct turn *turn)
{
    bool any = turn->known->open > 0 || turn->known->ticket;
    return any ? act(turn, DO_STATUS, PHRASE_STATUS) : say(PHRASE_NO_TICKET);
}

/* On the one ticket that is meant. */
static struct talk_step
on_ticket(struct turn *turn, bool fits, enum talk_do what, enum phrase done)
{
    if (!turn->known->ticket || !fits)
        return say(PHRASE_NO_TICKET);
    if (turn->known->open > 1 && !turn->known->in_thread)
        return act(turn, DO_NOTHING, PHRASE_WHICH);
    return act(turn, what, done);
}

static struct talk_step
on_nudge(struct turn *turn)
{
    return on_ticket(turn, turn->known->open > 0, DO_NUDGE, PHRASE_NUDGED);
}

static struct talk_step
on_cancel(struct turn *turn)
{
    return on_ticket(turn, turn->known->open > 0, DO_CANCEL, PHRASE_CANCELLED);
}

static struct talk_step
on_accept(struct turn *turn)
{
    if (turn->known->quoted)
        return act(turn, DO_QUOTE_ACCEPT, PHRASE_QUOTE_YES);
    return on_ticket(turn, turn->known->resolved, DO_APPROVE, PHRASE_APPROVED);
}

static struct talk_step
on_reject(struct turn *turn)
{
    if (turn->known->quoted)
        return act(turn, DO_QUOTE_DECLINE, PHRASE_QUOTE_NO);
    if (!turn->known->ticket || !turn->known->resolved)
        return say(PHRASE_NO_TICKET);
    if (turn->heard.rest.len > 0)
        return act(turn, DO_REOPEN, PHRASE_REOPENED);
    talk_fini(turn->talk);
    turn->talk->stage = STAGE_WHY;
    str_fill(turn->talk->number, sizeof(turn->talk->number), str_of(turn->known->number));
    return say(PHRASE_ASK_WHY);
}

static struct talk_step
on_why(struct turn *turn)
{
    struct talk_step step = act(turn, DO_REOPEN, PHRASE_REOPENED);
    if (turn->heard.input == INPUT_SKIP)
        step.words = (struct str){ 0 };
    else
        step.words = str_trim(turn->message->text);
    turn->talk->stage = STAGE_IDLE;
    return turn->known->ticket ? step : say(PHRASE_NO_TICKET);
}

static struct talk_step
on_digit(struct turn *turn)
{
    if (turn->known->surveyed && turn->heard.digit <= 5)
        return act(turn, DO_SCORE, PHRASE_SCORED);
    return say(PHRASE_HELP);
}

static struct talk_step
on_again(struct turn *turn)
{
    static const enum phrase asks[STAGES] = {
        [STAGE_IDLE] = PHRASE_HELP,           [STAGE_FAULT] = PHRASE_ASK_FAULT,
        [STAGE_SITE] = PHRASE_ASK_SITE,       [STAGE_CATEGORY] = PHRASE_ASK_CATEGORY,
        [STAGE_URGENCY] = PHRASE_ASK_URGENCY, [STAGE_WHY] = PHRASE_ASK_WHY
    };
    return say(asks[turn->talk->stage]);
}

/* An id that the plan may know; longer words are an address for people. */
static struct talk_step
on_site(struct turn *turn)
{
    struct str all = str_trim(turn->message->text);
    if (!str_is_printable(all) || !str_fill(turn->talk->site, sizeof(turn->talk->site), all))
        append(turn->talk, all);
    return next_question(turn);
}

static struct talk_step
on_category(struct turn *turn)
{
    size_t n = turn->heard.input == INPUT_DIGIT ? (size_t)turn->heard.digit : 0;
    if (n >= 1 && n <= turn->config->categories_count)
        memcpy(turn->talk->category, turn->config->categories[n - 1].id,
               sizeof(turn->talk->category));
    else if (n != 0)
        return on_again(turn);
    else if (!category_in(turn, turn->message->text))
        append(turn->talk, turn->heard.rest);
    return next_question(turn);
}

static struct talk_step
on_urgency(struct turn *turn)
{
    int said = phrase_urgency(turn->message->text);
    if (turn->heard.input == INPUT_DIGIT && turn->heard.digit > 2)
        return on_again(turn);
    if (turn->heard.input == INPUT_DIGIT)
        turn->talk->hint = turn->heard.digit - 1;
    else if (said >= 0)
        turn->talk->hint = said;
    else
        append(turn->talk, turn->heard.rest);
    return next_question(turn);
}

typedef struct talk_step handler(struct turn *);

/* A question about the report that is being made: `answer` takes words and digits. */
#define QUESTION(answer)                                                                           \
    {                                                                                              \
        [INPUT_WORDS] = (answer), [INPUT_DIGIT] = (answer), [INPUT_HELLO] = on_again,              \
        [INPUT_HELP] = on_help, [INPUT_NEW] = on_again, [INPUT_SKIP] = next_question,              \
        [INPUT_STATUS] = on_status, [INPUT_NUDGE] = on_nudge, [INPUT_ACCEPT] = on_again,           \
        [INPUT_REJECT] = on_again, [INPUT_CANCEL] = on_drop                                        \
    }

/* Every stage answers every input. */
static handler *const table[STAGES][INPUTS] = {
    [STAGE_IDLE] = { [INPUT_WORDS] = on_words,
                     [INPUT_DIGIT] = on_digit,
                     [INPUT_HELLO] = on_new,
                     [INPUT_HELP] = on_help,
                     [INPUT_NEW] = on_new,
                     [INPUT_SKIP] = on_help,
                     [INPUT_STATUS] = on_status,
                     [INPUT_NUDGE] = on_nudge,
                     [INPUT_ACCEPT] = on_accept,
                     [INPUT_REJECT] = on_reject,
                     [INPUT_CANCEL] = on_cancel },
    [STAGE_FAULT] = { [INPUT_WORDS] = begin,
                      [INPUT_DIGIT] = on_again,
                      [INPUT_HELLO] = on_again,
                      [INPUT_HELP] = on_help,
                      [INPUT_NEW] = on_new,
                      [INPUT_SKIP] = on_drop,
                      [INPUT_STATUS] = on_status,
                      [INPUT_NUDGE] = on_nudge,
                      [INPUT_ACCEPT] = on_accept,
                      [INPUT_REJECT] = on_reject,
                      [INPUT_CANCEL] = on_drop },
    [STAGE_SITE] = QUESTION(on_site),
    [STAGE_CATEGORY] = QUESTION(on_category),
    [STAGE_URGENCY] = QUESTION(on_urgency),
    [STAGE_WHY] = { [INPUT_WORDS] = on_why,
                    [INPUT_DIGIT] = on_again,
                    [INPUT_HELLO] = on_again,
                    [INPUT_HELP] = on_help,
                    [INPUT_NEW] = on_new,
                    [INPUT_SKIP] = on_why,
                    [INPUT_STATUS] = on_status,
                    [INPUT_NUDGE] = on_nudge,
                    [INPUT_ACCEPT] = on_accept,
                    [INPUT_REJECT] = on_reject,
                    [INPUT_CANCEL] = on_drop },
};
#undef QUESTION

struct talk_step
talk_hear(struct talk *t, const struct talk_config *c, const struct talk_known *k,
          const struct talk_message *m)
{
    struct turn turn = { t, c, k, m, phrase_understand(m->text) };
    if (turn.heard.input == INPUT_WORDS && turn.heard.rest.len == 0)
        return say(PHRASE_UNREADABLE);
    enum talk_stage before = t->stage;
    struct talk_step step = table[before][turn.heard.input](&turn);
    if (before == STAGE_WHY && step.act != DO_NOTHING && step.act != DO_STATUS)
        t->stage = STAGE_IDLE;
    return step;
}

bool
talk_leave(struct talk *t)
{
    t->stage = STAGE_IDLE;
    return t->text != NULL;
}

void
talk_ask(struct buf *out, const struct talk *t, const struct talk_config *c, const char *lang)
{
    struct buf choices = { 0 };
    struct turn turn = { .talk = (struct talk *)(uintptr_t)t };
    for (size_t i = 0; i < c->categories_count; i++)
        buf_printf(&choices, "%s%zu %s", i == 0 ? "" : ", ", i + 1, c->categories[i].words);
    if (t->stage != STAGE_IDLE)
        phrase_put(out, on_again(&turn).say, lang,
                   t->stage == STAGE_CATEGORY ? buf_cstr(&choices) : t->number);
    buf_fini(&choices);
}
