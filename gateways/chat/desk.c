/* desk.c - from what is heard to what is done. */
#include "gateways/chat/desk.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "gateways/entry.h"
#include "gateways/limit.h"

#include <stdio.h>

enum { TICK_MS = 1000, SENDERS_MAX = 100000, FORGET_DAYS = 60, LIST_MAX = 5, NAME_SIZE = 64 };
static const uint8_t nothing[16];

struct desk {
    struct gateway *gateway;
    struct persons *people;
    const struct accounts *accounts;
    struct talk_config config;
    struct limits *limits;
    int64_t patience_ms, tick_at;
};

struct desk *
desk_new(struct gateway *g, struct persons *people, const struct accounts *accounts,
         const struct desk_values *v, struct buf *why)
{
    struct desk *d = zalloc(sizeof(*d));
    const struct limit_rate one = { (unsigned)v->talk_burst, (unsigned)v->talk_per_min };
    const struct limit_rate all = { 0, 0 };
    *d = (struct desk){
        .gateway = g, .people = people, .accounts = accounts, .patience_ms = v->patience_s * 1000
    };
    d->limits = limits_new(one, all, SENDERS_MAX);
    d->config.ask_site = v->ask_site;
    d->config.ask_urgency = v->ask_urgency;
    if (talk_categories(&d->config, v->categories, why))
        return d;
    desk_free(d);
    return NULL;
}

void
desk_free(struct desk *d)
{
    if (d == NULL)
        return;
    limits_free(d->limits);
    free(d);
}

/* ---- which ticket is meant */

/* Can he give his verdict on the repair, or appeal? A price is asked for by its own object. */
static bool
can_be_judged(const struct thread *t, enum wish by)
{
    const char *verb = wish_verb(by == WISH_YES ? WISH_YES : WISH_NO, t->state);
    return verb != NULL && strncmp(verb, "quote", 5) != 0;
}

/* By number, by thread, else the newest that fits: one that waits for his verdict before others,
 * an open one before an ended one. */
struct meant {
    const struct thread *thread;
    size_t open;
    bool named;
};

static int
rank_of(const struct thread *t, const struct understood *u, const char *thread)
{
    if (u->number[0] != '\0')
        return strcmp(t->number, u->number) == 0 ? 9 : 0;
    if (thread[0] != '\0' && strcmp(t->data, thread) == 0)
        return t->ended_at == 0 ? 8 : 7;
    bool verdict = u->input == INPUT_ACCEPT || u->input == INPUT_REJECT;
    if ((verdict && can_be_judged(t, u->wish)) || u->wish == WISH_COMPLAIN)
        return t->ended_at == 0 ? 6 : 2;
    return t->ended_at == 0 ? 4 : 0;
}

static struct meant
which(const struct desk *d, const char *address, const struct understood *u, const char *thread)
{
    struct meant m = { 0 };
    int best = 0;
    const struct thread *t = thread_of_address(gateway_threads(d->gateway), address);
    for (; t != NULL; t = thread_next(t, BY_ADDRESS)) {
        if (strcmp(t->address, address) != 0)
            continue;
        int rank = rank_of(t, u, thread);
        m.open += t->ended_at == 0;
        if (rank > best) {
            best = rank;
            m.thread = t;
        }
    }
    m.named = best >= 7;
    return m;
}

static const struct thread *
asked_for(const struct desk *d, const uint8_t report[16])
{
    bool any = memcmp(report, nothing, 16) != 0;
    return any ? thread_of_report(gateway_threads(d->gateway), report) : NULL;
}

/* ---- what is done */

/* All that one message leads to. */
struct errand {
    struct person *person;
    const struct heard *heard;
    struct meant meant;
    const struct thread *survey, *quote;
    const char *lang, *verb; /* verb: of the table of wishes; NULL: that of the step */
};

static void
say(struct desk *d, const struct errand *e, enum phrase p, const char *one, const char *data)
{
    struct buf words = { 0 };
    phrase_put(&words, p, e->lang, one);
    gateway_say(d->gateway, e->heard->address, e->lang, data, buf_cstr(&words));
    buf_fini(&words);
}

static enum taken
file_report(struct desk *d, struct person *p, const char *lang)
{
    const struct talk *t = &p->talk;
    const struct contact *who = who_is(gateway_who(d->gateway), "chat", p->address);
    bool named = who != NULL && who->name[0] != '\0'; /* then that is how he is called */
    const struct account *account = accounts_of(d->accounts, p->address);
    uint8_t id[16];
    struct arrival a = {
        .key = t->key,
        .address = p->address,
        .data = t->thread,
        .unlimited = true,
        .report = { .source =
                        account == NULL || account->source[0] == '\0' ? NULL : account->source,
                    .text = t->text,
                    .site = t->site[0] == '\0' ? NULL : t->site,
                    .category = t->category[0] == '\0' ? NULL : t->category,
                    .name = named || t->name[0] == '\0' ? NULL : t->name,
                    .lang = lang,
                    .hint = t->hint,
                    .occurred_at = t->at },
    };
    return gateway_report(d->gateway, &a, id);
}

static enum taken
make_event(struct desk *d, struct person *p, const struct thread *t, const char *key,
           const char *verb, const char *note)
{
    int64_t score = 0;
    struct fl_details details = { .amount = &score };
    bool scored = strcmp(verb, "survey_answer") == 0;
    if (t->territory[0] == '\0')
        return person_later_add(p, t->report, key, verb, note) ? TAKEN : TAKEN_FLOOD;
    if (scored)
        score = note[0] - '0';
    const struct said s = { .key = key,
                            .thread = t,
                            .verb = verb,
                            .note = scored || note[0] == '\0' ? NULL : note,
                            .details = scored ? &details : NULL };
    return gateway_event(d->gateway, &s);
}

static const struct {
    const char *verb;
    bool survey, quote; /* on the ticket that asks for it */
} verbs[] = {
    [DO_NOTE] = { "note", false, false },
    [DO_NUDGE] = { "nudge", false, false },
    [DO_CANCEL] = { "cancel", false, false },
    [DO_APPROVE] = { "approve", false, false },
    [DO_REOPEN] = { "reopen", false, false },
    [DO_SCORE] = { "survey_answer", true, false },
    [DO_QUOTE_ACCEPT] = { "quote_accept", false, true },
    [DO_QUOTE_DECLINE] = { "quote_decline", false, true },
};

static const struct thread *
ticket_of(const struct errand *e, enum talk_do act)
{
    return verbs[act].survey ? e->survey : verbs[act].quote ? e->quote : e->meant.thread;
}

static enum taken
do_event(struct desk *d, const struct errand *e, const struct talk_step *step)
{
    struct buf note = { 0 };
    if (step->act == DO_SCORE)
        buf_printf(&note, "%d", step->digit);
    else if (step->words.len > 0)
        buf_put(&note, step->words.at, step->words.len);
    else if (step->act == DO_REOPEN || step->act == DO_QUOTE_DECLINE)
        phrase_put(&note, PHRASE_NO_REASON, e->lang, "");
    const struct thread *t = ticket_of(e, step->act);
    const char *verb = e->verb != NULL ? e->verb : verbs[step->act].verb;
    enum taken taken = make_event(d, e->person, t, e->heard->key, verb, buf_cstr(&note));
    if (taken == TAKEN && verbs[step->act].survey)
        memset(e->person->survey, 0, 16);
    if (taken == TAKEN && verbs[step->act].quote)
        memset(e->person->quote, 0, 16);
    buf_fini(&note);
    return taken;
}

static enum taken
act(struct desk *d, const struct errand *e, const struct talk_step *step)
{
    switch (step->act) {
    case DO_NOTHING:
    case DO_STATUS:
        return TAKEN;
    case DO_FILE:
        return file_report(d, e->person, e->lang);
    case DO_NOTE:
    case DO_NUDGE:
    case DO_CANCEL:
    case DO_APPROVE:
    case DO_REOPEN:
    case DO_SCORE:
    case DO_QUOTE_ACCEPT:
    case DO_QUOTE_DECLINE:
        return do_event(d, e, step);
    }
    return TAKEN;
}

/* ---- what is answered */

static void
list(struct buf *out, const struct desk *d, const struct errand *e)
{
    const struct thread *t = thread_of_address(gateway_threads(d->gateway), e->heard->address);
    size_t count = 0;
    for (; t != NULL && count < LIST_MAX; t = thread_next(t, BY_ADDRESS)) {
        bool wanted =
            e->meant.named ? t == e->meant.thread : t->ended_at == 0 || e->meant.open == 0;
        if (!wanted)
            continue;
        buf_printf(out, "%s%s: %s", count++ == 0 ? "" : "; ",
                   t->number[0] == '\0' ? "..." : t->number, phrase_state(t->state, e->lang));
        if (t->name[0] != '\0')
            buf_printf(out, ", %s %s", t->name, t->phone);
    }
}

static void
answer(struct desk *d, const struct errand *e, const struct talk_step *step)
{
    struct buf one = { 0 };
    bool event = step->act > DO_FILE && step->act < DO_STATUS;
    const struct thread *t = event ? ticket_of(e, step->act) : e->meant.thread;
    const char *data = t != NULL && event ? t->data : e->heard->thread;
    if (e->person->talk.stage != STAGE_IDLE && step->act == DO_NOTHING &&
        step->say != PHRASE_WHICH && step->say != PHRASE_HELP && step->say != PHRASE_NO_TICKET) {
        talk_ask(&one, &e->person->talk, &d->config, e->lang);
        gateway_say(d->gateway, e->heard->address, e->lang, data, buf_cstr(&one));
        buf_fini(&one);
        return;
    }
    if (step->say == PHRASE_STATUS || step->say == PHRASE_WHICH)
        list(&one, d, e);
    else if (t != NULL)
        buf_printf(&one, "%s", t->number);
    if (step->say != PHRASE_NONE)
        say(d, e, step->say, buf_cstr(&one), data);
    buf_fini(&one);
}

/* ---- hearing */

/* The contact's own, else that of what he began with, of what he says, of what he said before. */
static const char *
lang_of(const struct desk *d, const struct heard *h, const struct person *p)
{
    const struct contact *who = who_is(gateway_who(d->gateway), "chat", h->address);
    const struct thread *t = thread_of_address(gateway_threads(d->gateway), h->address);
    if (who != NULL && who->lang[0] != '\0')
        return who->lang;
    if (p != NULL && p->talk.text != NULL)
        return phrase_lang(str_of(p->talk.text));
    return t != NULL && strcmp(phrase_lang(h->text), "zh") != 0 ? t->lang : phrase_lang(h->text);
}

/* Of a word that the dialogue leaves to the table of wishes, what is answered. */
static enum phrase
answer_to(enum wish wish, const char *verb, enum talk_stage stage)
{
    static const enum phrase phrases[WISHES] = { [WISH_NOTE] = PHRASE_NOTED,
                                                 [WISH_COMPLAIN] = PHRASE_COMPLAINED,
                                                 [WISH_RESUME] = PHRASE_RESUMED };
    bool again = strcmp(verb, "reopen") == 0 || strcmp(verb, "appeal") == 0;
    if (stage == STAGE_WHY && again) /* he is asked for a reason, and says it once more */
        return PHRASE_REOPENED;
    if (stage == STAGE_IDLE && wish == WISH_REOPEN && !again)
        return PHRASE_NUDGED;
    return stage == STAGE_IDLE ? phrases[wish] : PHRASE_NONE;
}

/* What the table of wishes alone decides, by the state of the ticket. */
static bool
decide(struct errand *e, const struct understood *u, struct talk_step *step)
{
    const struct thread *t = e->meant.thread;
    struct talk *talk = &e->person->talk;
    const char *verb = t == NULL ? NULL : wish_verb(u->wish, t->state);
    enum phrase say = verb == NULL ? PHRASE_NONE : answer_to(u->wish, verb, talk->stage);
    if (say == PHRASE_NONE)
        return false;
    struct str own = u->input == INPUT_WORDS ? wish_of(e->heard->text).rest : u->rest;
    bool words = own.len > 0 || !wish_wants_words(verb);
    *step = (struct talk_step){ DO_NOTE, say, words ? own : e->heard->text, 0 };
    if (e->meant.open > 1 && !e->meant.named)
        *step = (struct talk_step){ .say = PHRASE_WHICH };
    else
        e->verb = verb;
    talk->stage = STAGE_IDLE;
    return true;
}

static struct talk_step
think(struct desk *d, struct errand *e)
{
    const struct heard *h = e->heard;
    const struct contact *who = who_is(gateway_who(d->gateway), "chat", h->address);
    struct understood u = phrase_understand(h->text);
    struct talk_step step;
    if (e->person->talk.stage == STAGE_WHY)
        str_fill(u.number, sizeof(u.number), str_of(e->person->talk.number));
    e->meant = which(d, h->address, &u, h->thread);
    e->survey = asked_for(d, e->person->survey);
    e->quote = asked_for(d, e->person->quote);
    const struct thread *t = e->meant.thread;
    const struct talk_known known = { .site = who != NULL && who->site[0] != '\0',
                                      .open = e->meant.open,
                                      .ticket = t != NULL,
                                      .in_thread = e->meant.named,
                                      .resolved = t != NULL && can_be_judged(t, u.wish),
                                      .quoted = e->quote != NULL,
                                      .surveyed = e->survey != NULL,
                                      .number = t == NULL ? "" : t->number };
    char name[NAME_SIZE] = "";
    if (h->name != NULL && str_is_printable(str_of(h->name)))
        entry_fill(name, sizeof(name), h->name);
    const struct talk_message m = { h->key, h->thread, h->text,
                                    h->at != 0 ? h->at : clock_wall_ms(), name };
    if (!decide(e, &u, &step))
        step = talk_hear(&e->person->talk, &d->config, &known, &m);
    if (step.act == DO_REOPEN && t != NULL) /* of a rejected ticket it is an appeal */
        e->verb = wish_verb(WISH_NO, t->state);
    e->lang = lang_of(d, h, e->person);
    return step;
}

static enum taken
hear(struct desk *d, struct errand *e)
{
    struct person *p = e->person;
    size_t waiting = p->later_count;
    struct talk before = talk_copy(&p->talk);
    struct talk_step step = think(d, e);
    enum taken taken = act(d, e, &step);
    if (taken == TAKEN && !gateway_commit(d->gateway))
        taken = TAKEN_LATER;
    if (taken != TAKEN) {
        talk_fini(&p->talk);
        p->talk = before;
        while (p->later_count > waiting)
            person_later_drop(p, p->later_count - 1);
        return taken;
    }
    talk_fini(&before);
    answer(d, e, &step);
    if (step.act == DO_FILE)
        talk_fini(&p->talk);
    p->heard_at = clock_wall_ms();
    person_saw(p, e->heard->key);
    person_put(p, gateway_book(d->gateway));
    return gateway_commit(d->gateway) ? TAKEN : TAKEN_LATER;
}

enum taken
desk_hear(struct desk *d, const struct heard *h)
{
    struct person *p = person_of(d->people, h->address);
    if (p != NULL && person_has_seen(p, h->key))
        return gateway_commit(d->gateway) ? TAKEN : TAKEN_LATER;
    if (gateway_ending(d->gateway))
        return TAKEN_LATER;
    if (limits_take(d->limits, str_of(h->address), clock_mono_ms()) != 0)
        return TAKEN_FLOOD;
    struct errand e = { .person = person_make(d->people, h->address), .heard = h };
    return hear(d, &e);
}

void
desk_unreadable(struct desk *d, const char *address, const char *thread)
{
    const struct heard h = { .address = address, .thread = thread };
    const struct errand e = { .heard = &h, .lang = lang_of(d, &h, NULL) };
    if (limits_take(d->limits, str_of(address), clock_mono_ms()) == 0)
        say(d, &e, PHRASE_UNREADABLE, "", thread);
}

void
desk_dry(struct desk *d, const struct heard *h)
{
    struct errand e = { .person = person_make(d->people, h->address), .heard = h };
    struct talk_step step = think(d, &e);
    struct talk *t = &e.person->talk;
    while (t->text != NULL && t->stage != STAGE_IDLE) {
        struct buf question = { 0 };
        talk_ask(&question, t, &d->config, e.lang);
        printf("asks: %s\n", buf_cstr(&question));
        buf_fini(&question);
        const struct talk_message skip = { "", "", STR("skip"), 0, NULL };
        step = talk_hear(t, &d->config, &(struct talk_known){ 0 }, &skip);
    }
    if (step.act == DO_FILE)
        (void)file_report(d, e.person, e.lang);
    struct buf words = { 0 };
    phrase_put(&words, step.say, e.lang, "");
    printf("says: %s\n", buf_cstr(&words));
    buf_fini(&words);
}

/* ---- what he is asked for, and time */

void
desk_update(struct desk *d, const struct fl_update *u, const struct thread *t)
{
    if (t == NULL || u->object == 0)
        return;
    bool survey = strcmp(u->object_kind, "survey") == 0;
    bool quote = strcmp(u->object_kind, "quote") == 0;
    if (!survey && !quote)
        return;
    struct person *p = person_make(d->people, t->address);
    uint8_t *to = survey ? p->survey : p->quote;
    if (strcmp(u->object_state, "open") == 0)
        memcpy(to, t->report, 16);
    else if (memcmp(to, t->report, 16) == 0)
        memset(to, 0, 16);
    p->heard_at = clock_wall_ms();
    person_put(p, gateway_book(d->gateway));
}

/* What had to wait for its ticket's address. */
static bool
say_later(struct desk *d, struct person *p)
{
    bool moved = false;
    for (size_t i = 0; i < p->later_count;) {
        const struct person_later *l = &p->later[i];
        const struct thread *t = thread_of_report(gateway_threads(d->gateway), l->report);
        if (t != NULL && t->territory[0] == '\0') {
            i++;
            continue;
        }
        enum taken taken = t == NULL ? TAKEN : make_event(d, p, t, l->key, l->verb, l->note);
        if (t == NULL || taken == TAKEN_WRONG)
            log_warn("event=not_said verb=%s why=\"%s\"", l->verb,
                     t == NULL ? "its ticket is forgotten" : gateway_why(d->gateway));
        if (taken == TAKEN_LATER || taken == TAKEN_FLOOD)
            return moved;
        if (!gateway_commit(d->gateway))
            return moved;
        person_later_drop(p, i);
        moved = true;
    }
    return moved;
}

static bool
file_silent(struct desk *d, struct person *p, int64_t now)
{
    if (p->talk.text == NULL || now - p->heard_at < d->patience_ms)
        return false;
    const struct heard h = { .address = p->address,
                             .text = str_of(p->talk.text),
                             .thread = p->talk.thread };
    const struct errand e = { .person = p, .heard = &h, .lang = lang_of(d, &h, p) };
    if (file_report(d, p, e.lang) != TAKEN || !gateway_commit(d->gateway))
        return false;
    say(d, &e, PHRASE_FILED, "", p->talk.thread);
    talk_fini(&p->talk);
    return true;
}

void
desk_tick(struct desk *d)
{
    struct person *p;
    int64_t now = clock_wall_ms();
    if (clock_mono_ms() < d->tick_at)
        return;
    d->tick_at = clock_mono_ms() + TICK_MS;
    for (size_t i = 0; (p = persons_next(d->people, &i)) != NULL;) {
        bool moved = p->later_count > 0 && say_later(d, p);
        moved = file_silent(d, p, now) || moved;
        if (moved)
            person_put(p, gateway_book(d->gateway));
    }
    persons_tidy(d->people, now - (int64_t)FORGET_DAYS * 86400000);
}
