/* incoming.c - letters: from the socket into the news, and from there, opened whole, one update at
 * a time to the caller.
 *
 *     UPDATE -> news (sealed) -> letter_open -> next_update -> caller -> take: tell the spool,
 *     move the tally -> at the letter's end a CONFIRM is due -> sync -> CONFIRM
 *
 * Nothing in a letter is believed before the pool's seal has proved it, and no update is given out
 * of a letter of which one cannot be read. */
#include "common/client/client.h"

#include "common/io/clock.h"
#include "common/wire/names.h"

#include <inttypes.h>
#include <stdio.h>

void
incoming_update(struct fl_client *c, const struct message *m, int64_t now)
{
    if (c->news.letters >= 2 * CREDIT) {
        client_leave(c, now, "it sends letters past its credit");
        return;
    }
    struct news *n = news_push(&c->news, FL_UPDATE);
    n->territory = m->update.territory;
    n->watch = m->update.watch;
    n->sequence = m->update.sequence;
    news_keep(n, m->update.letter);
}

void
incoming_fini(struct fl_client *c)
{
    news_drop(&c->reader.raw);
    news_drop(&c->said);
    news_fini(&c->news);
    doc_fini(&c->letter_doc);
    doc_fini(&c->updates_doc);
    doc_fini(&c->text_doc);
    arena_fini(&c->arena);
    arena_fini(&c->words);
    buf_fini(&c->letter_key);
    buf_fini(&c->letter_plain);
}

/* ---- opening */

static const struct fl_happening *
say(struct fl_client *c, enum fl_kind kind, const char *code, const char *text)
{
    const struct news *raw = &c->reader.raw;
    char *line = (char *)arena_alloc(&c->words, 256);
    snprintf(line, 256, "%s, in a letter of territory %s up to %" PRIu64 "%s", text,
             raw->territory.s, raw->sequence, raw->watch ? " (watch)" : "");
    c->happening = (struct fl_happening){
        .kind = kind, .territory = raw->territory.s, .number = "", .code = code, .text = line
    };
    return &c->happening;
}

static const struct fl_happening *
unsealed(struct fl_client *c, const char *what)
{
    struct tallies *all = &c->spool->tallies;
    c->reader.open = false;
    if (!c->reader.raw.watch)
        tally_miss(tallies_at(all, tallies_index(all, c->reader.raw.territory)));
    return say(c, FL_UNSEALED, "", what);
}

/* The letter key of the dispatchers' stream, sealed to each of them. */
static bool
watch_key(struct fl_client *c, struct seal_key *out)
{
    const struct letter *l = &c->reader.letter;
    const struct letter_watch *mine = NULL;
    for (size_t i = 0; i < l->watch_count && mine == NULL; i++)
        if (same_id(l->watch[i].dispatcher, c->principal))
            mine = &l->watch[i];
    if (mine == NULL)
        return false;
    buf_clear(&c->ad);
    buf_clear(&c->letter_key);
    ad_watch(&c->ad, l->territory, l->incarnation, l->first);
    if (unseal(&c->letter_key, &c->from_pool, buf_str(&c->ad), mine->sealed_key) != OK ||
        c->letter_key.len != sizeof(out->b))
        return false;
    memcpy(out->b, c->letter_key.data, sizeof(out->b));
    return true;
}

/* Opens the letter's seal and reads all that is inside; NULL, or what is wrong. */
static const char *
updates_open(struct fl_client *c)
{
    struct reader *r = &c->reader;
    struct seal_key key = c->from_pool;
    if (r->raw.watch && !watch_key(c, &key))
        return "the watch key does not open";
    buf_clear(&c->ad);
    buf_clear(&c->letter_plain);
    ad_letter(&c->ad, &r->letter);
    if (unseal(&c->letter_plain, &key, buf_str(&c->ad), r->letter.sealed) != OK)
        return "it does not open";
    if (body_get_updates(&c->updates_doc, &c->arena, buf_str(&c->letter_plain), r->letter.count,
                         &r->updates) != OK)
        return "an update cannot be read";
    return NULL;
}

/* NULL, or what is wrong with it. */
static const char *
letter_open(struct fl_client *c)
{
    struct reader *r = &c->reader;
    struct letter *l = &r->letter;
    const struct news *raw = &r->raw;
    arena_clear(&c->arena);
    if (body_get_letter(&c->letter_doc, &c->arena, str_bytes(raw->bytes, raw->len), l) != OK)
        return "not a letter";
    static const struct principal_id stream = { "watch" };
    const struct principal_id *want = raw->watch ? &stream : &c->principal;
    if (!same_id(l->territory, raw->territory) || !same_id(l->recipient, *want))
        return "somebody else's letter";
    if (l->count == 0 || l->first == 0 || l->first + (l->count - 1) != raw->sequence)
        return "its sequences do not fit";
    const char *wrong = updates_open(c);
    if (wrong != NULL)
        return wrong;
    r->territory = tallies_index(&c->spool->tallies, l->territory);
    if (r->territory == 0)
        return "one territory too many";
    r->next = 0;
    return NULL;
}

/* ---- the caller's view */

static const char *
word(struct fl_client *c, struct str s)
{
    if (s.len == 0)
        return "";
    char *copy = arena_alloc(&c->words, s.len + 1); /* zeroed */
    memcpy(copy, s.at, s.len);
    return copy;
}

#define CHARS(array) word(c, (struct str){ (array), strnlen((array), sizeof(array)) })

static bool
not_zero(const uint8_t id[16])
{
    static const uint8_t none[16];
    return memcmp(id, none, 16) != 0;
}

static void
view_text(struct fl_client *c, const struct update *u, struct fl_update *v)
{
    struct report_body body;
    v->text = v->contact = v->reporter = "";
    if (u->text.len == 0 || body_get_report(&c->text_doc, u->text, &body) != OK)
        return;
    v->text = word(c, body.text);
    v->contact = word(c, body.contact);
    v->reporter = word(c, body.name);
}

static void
view(struct fl_client *c, const struct update *u, uint64_t sequence, bool repeated)
{
    struct fl_update *v = &c->update;
    *v = (struct fl_update){
        .kind = u->kind == UPDATE_KINDS ? "" : update_name(u->kind),
        .territory = CHARS(c->reader.letter.territory.s),
        .recipient = CHARS(c->reader.letter.recipient.s),
        .sequence = sequence,
        .repeated = repeated,
        .at = u->at,
        .has_ticket = not_zero(u->ticket.b),
        .has_report = not_zero(u->report.b),
        .number = CHARS(u->number),
        .state = u->version == 0 && u->state == TICKET_RECEIVED ? "" : state_name(u->state),
        .level = CHARS(u->level),
        .category = CHARS(u->category.s),
        .site = CHARS(u->site.s),
        .customer = CHARS(u->customer.s),
        .version = u->version,
        .repeats = u->repeats,
        .has_place = place_known(u->place),
        .engineer = CHARS(u->engineer.s),
        .name = CHARS(u->name),
        .phone = CHARS(u->phone),
        .due = u->due,
        .from = u->from,
        .until = u->until,
        .epoch = u->event.epoch,
        .counter = u->event.counter,
        .verb = u->verb == VERBS ? "" : verb_name(u->verb),
        .refusal = u->refusal == REFUSAL_NONE ? "" : refusal_name(u->refusal),
        .why = word(c, u->why),
        .reason = u->reason == REASON_NONE ? "" : reason_name(u->reason),
        .clock = u->clock == CLOCKS ? "" : clock_name(u->clock),
        .share_pct = u->share_pct,
        .object = u->object,
        .object_kind = u->object == 0 ? "" : object_kind_name(u->object_kind),
        .object_state = u->object == 0 ? "" : object_state_name(u->object_state),
        .has_amount = u->amount >= 0,
        .amount = u->amount < 0 ? 0 : u->amount,
        .has_other = not_zero(u->other.b),
        .lang = CHARS(u->lang),
        .code = CHARS(u->code),
    };
    memcpy(v->other, u->other.b, sizeof(v->other));
    memcpy(v->ticket, u->ticket.b, sizeof(v->ticket));
    memcpy(v->report, u->report.b, sizeof(v->report));
    v->lat_e7 = v->has_place ? u->place.lat_e7 : 0;
    v->lon_e7 = v->has_place ? u->place.lon_e7 : 0;
    view_text(c, u, v);
}

/* ---- incarnations and heads */

/* The letter is the pool's, as its seal has opened. Returns what to say before it, or NULL. */
static const struct fl_happening *
meet_incarnation(struct fl_client *c)
{
    struct reader *r = &c->reader;
    struct tallies *all = &c->spool->tallies;
    struct tally *k = tallies_at(all, r->territory);
    static const struct incarnation none;
    r->stale = tally_is_past(k, r->letter.incarnation);
    if (r->stale)
        return NULL;
    bool known = same_id(k->incarnation, r->letter.incarnation);
    bool first = same_id(k->incarnation, none);
    if (!known)
        tally_renew(all, k, r->letter.incarnation);
    if (tally_head(all, k, &r->letter.head) && (known || first))
        return NULL;
    size_t again = spool_rollback(c->spool, r->territory, clock_wall_ms());
    char text[96];
    snprintf(text, sizeof(text), "%s; %zu reports and events go again",
             known ? "two heads of one version disagree" : "a new incarnation", again);
    return say(c, FL_ROLLBACK, "", text);
}

/* ---- taking */

/* The caller has had the last update: remember it, and that it was the letter's last. */
static void
take(struct fl_client *c)
{
    const struct update *u = &c->taken_about;
    struct tallies *all = &c->spool->tallies;
    instant now = clock_wall_ms();
    c->taken_due = false;
    if (u->kind <= UPDATE_QUARANTINED && not_zero(u->report.b))
        spool_told_report(c->spool, u->report, now);
    if ((u->kind == UPDATE_VERDICT || u->kind == UPDATE_QUARANTINED) && u->event.counter != 0)
        spool_told_event(c->spool, u->event, now);
    if (c->reader.stale)
        return; /* its numbers are another life's: the next letter's CONFIRM removes it */
    struct tally *k = tallies_at(all, c->reader.territory);
    tally_take(all, k, c->reader.raw.watch, c->taken, u->kind == UPDATE_RESYNC);
    if (!c->reader.open)
        tally_due(all, k, c->reader.raw.watch);
}

static const struct fl_happening *
next_update(struct fl_client *c)
{
    struct reader *r = &c->reader;
    if (!r->raw.told) {
        r->raw.told = true;
        const struct fl_happening *before = meet_incarnation(c);
        if (before != NULL)
            return before; /* the update comes with the next call */
    }
    uint64_t sequence = r->letter.first + r->next;
    const struct tally *k = tallies_at(&c->spool->tallies, r->territory);
    bool repeated = r->stale || tally_holds(k, r->raw.watch, sequence);
    const struct update *u = &r->updates[r->next++];
    r->open = r->next < r->letter.count;
    view(c, u, sequence, repeated);
    c->taken_due = true;
    c->taken = sequence;
    c->taken_about = *u;
    c->happening = (struct fl_happening){ .kind = FL_UPDATE,
                                          .territory = c->update.territory,
                                          .number = c->update.number,
                                          .code = "",
                                          .text = "",
                                          .update = &c->update };
    return &c->happening;
}

static const struct fl_happening *
open_letter(struct fl_client *c, struct news *n)
{
    news_drop(&c->reader.raw);
    c->reader.raw = *n;
    const char *wrong = letter_open(c);
    if (wrong != NULL)
        return unsealed(c, wrong);
    c->reader.open = true;
    return next_update(c);
}

const struct fl_happening *
fl_client_next(struct fl_client *c)
{
    if (c->taken_due)
        take(c);
    news_drop(&c->said);
    arena_clear(&c->words);
    if (c->reader.open)
        return next_update(c);
    struct news n;
    if (!news_pop(&c->news, &n))
        return NULL;
    if (n.kind == FL_UPDATE)
        return open_letter(c, &n);
    c->said = n;
    c->happening = (struct fl_happening){
        .kind = n.kind,
        .is_event = n.is_event,
        .epoch = n.epoch,
        .counter = n.counter,
        .territory = c->said.territory.s,
        .number = c->said.number,
        .code = n.code != NULL ? n.code : "",
        .text = n.text != NULL ? n.text : "",
        .wait_ms = n.wait_ms,
        .value = n.bytes,
        .value_len = n.len,
    };
    memcpy(c->happening.id, n.id, sizeof(n.id));
    return &c->happening;
}
