/* tell.c - what goes out: an update becomes a letter for each reporter it concerns, a letter is
 * sent, and how that ended is said to the system.
 *
 * Invariant: an update is confirmed to the broker only after its letters are in the synced book
 * (gateway_turn commits before the client works again); a letter leaves the outbox only with an
 * outcome. */
#include "common/io/clock.h"
#include "common/io/log.h"
#include "faultline/ids.h"
#include "gateways/handover.h"
#include "gateways/own.h"
#include "gateways/said.h"

#include <stdio.h>

/* ---- which updates are told */

static const struct {
    const char *kind, *state; /* of a ticket or an object; NULL: any */
    const char *object;       /* its kind; NULL: none */
} worth[] = {
    { "opened", NULL, NULL },
    { "attached", NULL, NULL },
    { "quarantined", NULL, NULL },
    { "ticket", "accepted", NULL },
    { "ticket", "en_route", NULL },
    { "ticket", "working", NULL },
    { "ticket", "pending_customer", NULL },
    { "ticket", "held", NULL },
    { "ticket", "resolved", NULL },
    { "ticket", "closed", NULL },
    { "ticket", "rejected", NULL },
    { "ticket", "duplicate", NULL },
    { "ticket", "cancelled", NULL },
    { "object", "open", "quote" },
    { "object", "open", "replacement" },
    { "object", "done", "replacement" },
    { "object", "done", "report" },
    { "object", "done", "analysis" },
    { "object", "open", "survey" },
    { "object", "answered", "complaint" },
    { "object", "done", "complaint" },
};

static bool
is_worth(const struct fl_update *u)
{
    bool object = u->object != 0;
    const char *state = object ? u->object_state : u->state;
    const char *kind = object ? "object" : u->kind;
    for (size_t i = 0; i < countof(worth); i++)
        if (strcmp(kind, worth[i].kind) == 0 &&
            (worth[i].state == NULL || strcmp(state, worth[i].state) == 0) &&
            (worth[i].object == NULL || strcmp(u->object_kind, worth[i].object) == 0))
            return true;
    return false;
}

/* Has the ticket moved for this reporter, or is it told once more? */
static bool
is_news(const struct thread *t, const struct fl_update *u)
{
    return strcmp(u->kind, "ticket") != 0 || u->object != 0 || strcmp(t->state, u->state) != 0 ||
           strcmp(t->engineer, u->engineer) != 0;
}

/* ---- letters */

static void
letter_id(uint8_t id[16], const struct fl_update *u, const struct thread *t)
{
    struct buf b = { 0 };
    buf_put_str(&b, str_of(u->territory));
    buf_put_u64(&b, u->sequence);
    buf_put_i64(&b, u->at);
    buf_put(&b, t->report, 16);
    digest_16(id, NULL, buf_str(&b));
    buf_fini(&b);
}

static void
put_letter(struct gateway *g, const struct fl_update *u, const struct thread *t)
{
    struct letter l = { .version = u->version,
                        .at = clock_wall_ms(),
                        .territory = (char *)(uintptr_t)u->territory,
                        .address = t->address,
                        .lang = t->lang[0] != '\0' ? t->lang : (char *)(uintptr_t)u->lang,
                        .data = t->data };
    letter_id(l.id, u, t);
    memcpy(l.report, t->report, 16);
    memcpy(l.ticket, u->ticket, u->has_ticket ? 16 : 0);
    l.names_engineer = u->has_ticket && strcmp(u->kind, "verdict") != 0 && u->name[0] != '\0' &&
                       u->phone[0] != '\0' && strcmp(u->state, "accepted") == 0;
    if (marks_has(g->marks, l.id))
        return;
    said_put(&l.said, u);
    if (outbox_put(g->outbox, g->book, &l))
        marks_put(g->marks, g->book, l.id, l.at);
    else
        log_error("event=letter_lost number=%s why=\"%zu letters wait\"", u->number,
                  outbox_count(g->outbox));
    buf_fini(&l.said);
    g->dirty = true;
}

static void
tell_thread(struct gateway *g, const struct fl_update *u, struct thread *t)
{
    const struct channel *c = g->channel;
    bool tell = c->worth != NULL ? c->worth(g->own, u, t) : is_worth(u) && is_news(t, u);
    if (c->update != NULL)
        c->update(g->own, u, t);
    if (strcmp(u->kind, "verdict") != 0)
        thread_learn(g->threads, g->book, t, u);
    if (tell && t->address[0] != '\0')
        put_letter(g, u, t);
    g->dirty = true;
}

/* On an event: to him who asked for it, when it was refused. */
static void
tell_verdict(struct gateway *g, const struct fl_update *u)
{
    for (size_t i = 0; i < VERDICTS; i++) {
        const struct asked *a = &g->asked[i];
        if (a->epoch != u->epoch || a->counter != u->counter || a->epoch == 0)
            continue;
        struct thread *t = thread_of_report(g->threads, a->report);
        if (t != NULL && g->channel->update != NULL)
            g->channel->update(g->own, u, t);
        if (t != NULL && u->refusal[0] != '\0' && t->address[0] != '\0')
            put_letter(g, u, t);
        return;
    }
}

/* The mailbox ran over: everything that is open is told again. */
static void
ask_again(struct gateway *g, const struct fl_update *u)
{
    static const uint8_t none[16];
    take_own(g, u->territory, none, 0, "sync", NULL);
}

void
tell_update(struct gateway *g, const struct fl_update *u)
{
    static const uint8_t nothing[16];
    if (u->repeated)
        return;
    if (strcmp(u->kind, "verdict") == 0 || u->counter != 0) {
        tell_verdict(g, u);
        return;
    }
    if (strcmp(u->kind, "resync") == 0) {
        ask_again(g, u);
        return;
    }
    bool of_report = u->has_report && memcmp(u->report, nothing, 16) != 0;
    struct thread *t = of_report       ? thread_of_report(g->threads, u->report)
                       : u->has_ticket ? thread_of_ticket(g->threads, u->ticket)
                                       : NULL;
    if (t == NULL && g->channel->update != NULL)
        g->channel->update(g->own, u, NULL);
    while (t != NULL) {
        struct thread *next = of_report ? NULL : thread_next(t, BY_TICKET);
        tell_thread(g, u, t);
        t = next;
    }
}

void
gateway_say(struct gateway *g, const char *address, const char *lang, const char *data,
            const char *text)
{
    struct letter l = { .at = clock_wall_ms(),
                        .address = (char *)(uintptr_t)address,
                        .lang = (char *)(uintptr_t)lang,
                        .data = (char *)(uintptr_t)data,
                        .text = (char *)(uintptr_t)text };
    random_bytes(l.id, sizeof(l.id));
    if (g->dry_run)
        return;
    if (!outbox_put(g->outbox, g->book, &l))
        log_error("event=letter_lost why=\"%zu letters wait\"", outbox_count(g->outbox));
    g->dirty = true;
}

/* ---- passing on */

enum { PASS = 1, RESULT = 2, SAID = 3 };
static const char borrowed[] = "via:"; /* the source of a thread that is another channel's */

static void
pack_pass(struct buf *m, const struct gateway *g, const struct letter *l)
{
    const char *const texts[] = { g->channel->name, l->territory, l->address, l->lang, l->text };
    buf_put_u8(m, PASS);
    buf_put(m, l->id, 16);
    buf_put(m, l->report, 16);
    buf_put(m, l->ticket, 16);
    buf_put_u32(m, l->version);
    for (size_t i = 0; i < countof(texts); i++)
        buf_put_str(m, str_of(texts[i]));
    buf_put_str(m, buf_str(&l->said));
}

/* false: that gateway is none of this site's, or the disk does not take it. */
static bool
pass_on(struct gateway *g, struct letter *l)
{
    struct buf m = { 0 };
    pack_pass(&m, g, l);
    enum err e = handover_put(g->handover, l->via, l->id, buf_str(&m));
    buf_fini(&m);
    if (e != OK)
        log_warn("event=not_passed_on to=%s why=\"%s\"", l->via, err_text(e));
    else
        g->counts.passed_on++;
    if (e == OK)
        outbox_move(g->outbox, g->book, l, LETTER_HANDED,
                    clock_wall_ms() + g->values.receipt_s * 1000);
    return e == OK;
}

static void
give_back(struct gateway *g, const struct letter *l, bool delivered, const char *why)
{
    struct buf m = { 0 };
    buf_put_u8(&m, RESULT);
    buf_put(&m, l->id, 16);
    buf_put_u8(&m, delivered);
    buf_put_str(&m, str_of(why));
    if (handover_put(g->handover, l->asked_by, l->id, buf_str(&m)) != OK)
        log_warn("event=result_lost to=%s", l->asked_by);
    buf_fini(&m);
}

/* ---- outcomes */

static void
delivered(struct gateway *g, struct letter *l)
{
    g->counts.delivered++;
    if (l->asked_by[0] != '\0')
        give_back(g, l, true, "");
    else if (l->names_engineer)
        take_own(g, l->territory, l->ticket, l->version, "delivered", NULL);
    outbox_remove(g->outbox, g->book, l);
}

/* The reporter's next channel, told to the ticket; or nobody is left. */
static void
failed(struct gateway *g, struct letter *l, const char *why)
{
    static const uint8_t none[16];
    char note[400];
    const char *channel = l->via[0] != '\0' ? l->via : g->channel->name;
    g->counts.failed++;
    if (l->asked_by[0] != '\0') {
        give_back(g, l, false, why);
        outbox_remove(g->outbox, g->book, l);
        return;
    }
    snprintf(note, sizeof(note), "not delivered by %s: %.300s", channel, why);
    if (memcmp(l->ticket, none, 16) != 0 && l->territory[0] != '\0')
        take_own(g, l->territory, l->ticket, 0, "note", note);
    log_warn("event=not_delivered channel=%s why=%s", channel, log_quote(why, strlen(why)));
    const struct contact *next = who_next(g->who, channel, l->address);
    for (; next != NULL; next = who_next(g->who, next->channel, next->address)) {
        bool own = strcmp(next->channel, g->channel->name) == 0;
        outbox_readdress(g->outbox, g->book, l, own ? "" : next->channel, next->address,
                         next->lang[0] != '\0' ? next->lang : l->lang);
        if (own || pass_on(g, l))
            return;
    }
    outbox_remove(g->outbox, g->book, l);
}

/* 1 s, 2 s, 4 s, ... five minutes. */
static int64_t
pause_ms(unsigned tries)
{
    enum { LONGEST_MS = 300000 };
    int64_t pause = tries > 9 ? LONGEST_MS : 1000LL << (tries > 0 ? tries - 1 : 0);
    return pause < LONGEST_MS ? pause : LONGEST_MS;
}

static void
later(struct gateway *g, struct letter *l, const char *why)
{
    int64_t now = clock_wall_ms();
    if (now - l->at > g->values.give_up_s * 1000) {
        failed(g, l, why);
        return;
    }
    g->counts.retried++;
    log_info("event=sent_later tries=%u why=%s", l->tries, log_quote(why, strlen(why)));
    outbox_move(g->outbox, g->book, l, LETTER_WAITING, now + pause_ms(l->tries));
}

void
gateway_outcome(struct gateway *g, const uint8_t id[16], enum outcome o, const char *why)
{
    struct letter *l = outbox_get(g->outbox, id);
    if (l == NULL || l->via[0] != '\0')
        return;
    g->dirty = true;
    why = why == NULL || why[0] == '\0' ? "no reason given" : why;
    switch (o) {
    case OUTCOME_DELIVERED:
        delivered(g, l);
        break;
    case OUTCOME_HANDED:
        g->counts.handed++;
        outbox_move(g->outbox, g->book, l, LETTER_HANDED,
                    clock_wall_ms() + g->values.receipt_s * 1000);
        break;
    case OUTCOME_LATER:
        later(g, l, why);
        break;
    case OUTCOME_FAILED:
        failed(g, l, why);
        break;
    }
}

/* ---- sending */

static enum fl_lang
lang_of(const char *tag)
{
    return strncmp(tag, "zh", 2) == 0 ? FL_ZH : FL_EN;
}

static void
send_letter(struct gateway *g, struct letter *l)
{
    enum { SEND_LIMIT_MS = 120000 };
    struct fl_update update;
    struct buf texts = { 0 };
    char words[4096];
    bool said = l->said.len > 0 && said_get(&update, buf_str(&l->said), &texts);
    const struct fl_saying how = { .lang = lang_of(l->lang[0] != '\0' ? l->lang : g->values.lang),
                                   .to = FL_TO_CUSTOMER,
                                   .units_max = g->channel->units_max,
                                   .gsm7 = g->channel->gsm7,
                                   .utc_offset_min = (int)g->values.utc_offset_min };
    if (said && l->text[0] == '\0')
        fl_say(words, sizeof(words), &how, &update);
    outbox_move(g->outbox, g->book, l, LETTER_UNDER_WAY, clock_wall_ms() + SEND_LIMIT_MS);
    struct sending s = { .address = l->address,
                         .lang = l->lang,
                         .data = l->data,
                         .words = said && l->text[0] == '\0' ? words : l->text,
                         .number = said ? update.number : "",
                         .tries = l->tries,
                         .update = said ? &update : NULL,
                         .thread = thread_of_report(g->threads, l->report) };
    memcpy(s.id, l->id, 16);
    g->channel->send(g->own, &s);
    buf_fini(&texts);
}

void
tell_send(struct gateway *g)
{
    size_t window = g->channel->window > 0 ? g->channel->window : 16;
    int64_t now = clock_wall_ms();
    struct letter *l;
    while ((l = outbox_due(g->outbox, now)) != NULL) {
        if (l->stage == LETTER_HANDED)
            failed(g, l, "no receipt came");
        else if (l->stage == LETTER_UNDER_WAY)
            later(g, l, "no answer came");
        else if (l->via[0] != '\0' && !pass_on(g, l))
            failed(g, l, "its gateway cannot take it");
        else if (l->via[0] == '\0' && outbox_under_way(g->outbox) >= window)
            return;
        else if (l->via[0] == '\0')
            send_letter(g, l);
        now = clock_wall_ms() < now ? clock_wall_ms() : now;
    }
}

/* ---- what other gateways passed on */

/* So that he can answer where he was told: a thread of the report, whose words go back to the
 * gateway that it is of. */
static void
borrow_thread(struct gateway *g, const struct letter *l)
{
    static const uint8_t none[16];
    struct fl_update update;
    struct buf texts = { 0 };
    char source[40];
    if (memcmp(l->report, none, 16) == 0 || l->said.len == 0 ||
        !said_get(&update, buf_str(&l->said), &texts)) {
        buf_fini(&texts);
        return;
    }
    snprintf(source, sizeof(source), "%s%s", borrowed, l->asked_by);
    struct thread from = { .at = l->at,
                           .source = source,
                           .address = l->address,
                           .lang = l->lang,
                           .data = (char *)(uintptr_t) "" };
    memcpy(from.report, l->report, 16);
    struct thread *t = thread_begin(g->threads, g->book, &from);
    if (strcmp(update.kind, "verdict") != 0)
        thread_learn(g->threads, g->book, t, &update);
    buf_fini(&texts);
}

static void
take_pass(struct gateway *g, struct cur *c)
{
    struct letter l = { .at = clock_wall_ms() };
    char *texts[5];
    cur_get(c, l.id, 16);
    cur_get(c, l.report, 16);
    cur_get(c, l.ticket, 16);
    l.version = cur_u32(c);
    for (size_t i = 0; i < countof(texts); i++)
        texts[i] = str_dup(cur_str(c));
    struct str said = cur_str(c);
    buf_put(&l.said, said.at, said.len);
    l.asked_by = texts[0];
    l.territory = texts[1];
    l.address = texts[2];
    l.lang = texts[3];
    l.text = texts[4];
    if (cur_done(c) && outbox_put(g->outbox, g->book, &l))
        borrow_thread(g, &l);
    for (size_t i = 0; i < countof(texts); i++)
        free(texts[i]);
    buf_fini(&l.said);
}

static void
take_result(struct gateway *g, struct cur *c)
{
    uint8_t id[16];
    cur_get(c, id, 16);
    bool good = cur_u8(c) != 0;
    char *why = str_dup(cur_str(c));
    struct letter *l = outbox_get(g->outbox, id);
    if (cur_done(c) && l != NULL && good)
        delivered(g, l);
    else if (cur_done(c) && l != NULL)
        failed(g, l, why);
    free(why);
}

bool
tell_is_borrowed(const struct thread *t)
{
    return strncmp(t->source, borrowed, sizeof(borrowed) - 1) == 0;
}

bool
tell_owner(struct gateway *g, const struct said *s, const uint8_t id[16])
{
    struct buf m = { 0 };
    char key[40] = "via-";
    int64_t amount = s->details != NULL && s->details->amount != NULL ? *s->details->amount : -1;
    hex_of(key + 4, id, 16);
    buf_put_u8(&m, SAID);
    buf_put(&m, s->thread->report, 16);
    buf_put_str(&m, str_of(key));
    buf_put_str(&m, str_of(s->verb));
    buf_put_str(&m, str_of(s->note));
    buf_put_i64(&m, amount);
    enum err e =
        handover_put(g->handover, s->thread->source + sizeof(borrowed) - 1, id, buf_str(&m));
    buf_fini(&m);
    return e == OK;
}

/* What was said to another channel's gateway of a thread of this one. Not now: once more, later. */
static void
take_said(struct gateway *g, struct cur *c, struct str message)
{
    uint8_t report[16], again[16];
    cur_get(c, report, 16);
    char *key = str_dup(cur_str(c)), *verb = str_dup(cur_str(c)), *note = str_dup(cur_str(c));
    int64_t amount = cur_i64(c);
    const struct fl_details details = { .amount = &amount };
    const struct said s = { .key = key,
                            .thread = thread_of_report(g->threads, report),
                            .verb = verb,
                            .note = note[0] != '\0' ? note : NULL,
                            .details = amount >= 0 ? &details : NULL };
    enum taken taken = cur_done(c) && s.thread != NULL ? gateway_event(g, &s) : TAKEN_WRONG;
    random_bytes(again, sizeof(again));
    if (taken == TAKEN_WRONG)
        log_warn("event=not_said verb=%s why=\"%s\"", verb,
                 s.thread == NULL ? "its thread is forgotten" : g->why);
    else if (taken != TAKEN && handover_put(g->handover, g->channel->name, again, message) != OK)
        log_error("event=not_said verb=%s why=\"the disk does not take it\"", verb);
    free(key);
    free(verb);
    free(note);
}

static void
take_message(void *own, struct str message)
{
    struct gateway *g = own;
    struct cur c = cur_of(message);
    g->dirty = true;
    switch (cur_u8(&c)) {
    case PASS:
        take_pass(g, &c);
        break;
    case RESULT:
        take_result(g, &c);
        break;
    case SAID:
        take_said(g, &c, message);
        break;
    default:
        log_warn("event=handover_unreadable why=\"of another version\"");
        break;
    }
}

void
tell_passed(struct gateway *g)
{
    if (handover_read(g->handover, take_message, g) > 0 && gateway_commit(g))
        handover_clear(g->handover);
}
