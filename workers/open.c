/* open.c - inbox entries opened: a table row for each kind of entry. */
#include "workers/open.h"

#include "common/io/log.h"
#include "common/wire/body.h"

/* Each returns NULL, or why the entry cannot be read; *later is set when it is the store that
 * cannot be asked now. */
struct opening {
    struct opener *o;
    struct territory_id territory;
    struct edition *rules_of;
    const struct inbox_entry *entry;
    struct arena *arena;
    struct event *ev;
    enum err later;
};
typedef const char *open_fn(struct opening *x);

void
opener_init(struct opener *o, const struct keys *pool, struct keyring *k, struct plans *p,
            struct rest *r)
{
    *o = (struct opener){ .keyring = k, .plans = p, .rest = r };
    seal_key_storage(&o->digest, pool, "digest");
    codec_init(&o->codec);
    doc_init(&o->doc);
}

void
opener_fini(struct opener *o)
{
    codec_fini(&o->codec);
    doc_fini(&o->doc);
    buf_fini(&o->ad);
    buf_fini(&o->plain);
}

/* The sender, if what he sealed can be opened at all. */
static const char *
sender(struct opening *x, struct key_id pool_key, struct keyholder **who,
       const struct seal_key **key)
{
    struct key_id ours = keyring_pool_key(x->o->keyring);
    if (!same_id(pool_key, ours))
        return "sealed to a key that the pool does not hold";
    *who = keyring_find(x->o->keyring, x->entry->who);
    if (*who == NULL)
        return "its sender is not in the plan";
    *key = keyholder_in(x->o->keyring, *who);
    return *key == NULL ? "its sender's key is weak" : NULL;
}

static const char *
decode(struct opening *x, enum message_kind want, struct message *m)
{
    if (codec_decode(&x->o->codec, x->entry->bytes, m) != OK)
        return "the message is malformed";
    return m->kind == want ? NULL : "the message is of another kind";
}

/* The words under the seal, in the opener's buf; o->ad holds the associated data. */
static const char *
unseal_body(struct opener *o, const struct seal_key *k, struct str sealed, size_t most)
{
    if (sealed.len > most + SEAL_OVERHEAD)
        return "the body is too big";
    buf_clear(&o->plain);
    return unseal(&o->plain, k, buf_str(&o->ad), sealed) == OK
               ? NULL
               : "the body does not open with its sender's key";
}

/* The same content whenever it was said: the gateway's instant is not part of it. The body is
 * packed anew, so that another order of its keys is no other content. */
static void
digest_body(struct opener *o, const struct report_body *body, uint8_t out[16])
{
    struct report_body content = *body;
    content.occurred_at = 0;
    buf_clear(&o->ad);
    body_put_report(&o->ad, &content);
    digest_16(out, &o->digest, buf_str(&o->ad));
}

/* "zh", "en-GB"; of a longer tag only the language itself, which is all that matters to texts. */
static void
lang_of(char out[8], struct str tag)
{
    if (tag.len >= 8)
        tag = str_cut(&tag, '-');
    if (!str_is_printable(tag) || !str_fill(out, 8, tag))
        memset(out, 0, 8);
}

/* A pattern that reaches its limits is logged once a version. */
static uint64_t
words_of(struct edition *e, struct str text, struct str device)
{
    uint64_t slow, bits = plan_words(e->plan, text, device, &slow);
    for (unsigned bit = 0; slow != 0 && bit < WORDS_RULES_MAX; bit++)
        if ((slow & ~e->slow_patterns) >> bit & 1)
            log_warn("event=pattern_slow plan=%u level_rule=%u", e->version,
                     plan_words_rule(e->plan, bit) + 1);
    e->slow_patterns |= slow;
    return bits;
}

static const char *
open_report(struct opening *x)
{
    struct opener *o = x->o;
    struct message m;
    struct keyholder *who;
    const struct seal_key *key;
    struct report_body body;
    struct report *r = &x->ev->report;
    const char *why = decode(x, MSG_REPORT, &m);
    if (why != NULL)
        return why;
    if (!same_id(m.report.territory, x->territory))
        return "the report is addressed to another territory";
    if ((why = sender(x, m.report.pool_key, &who, &key)) != NULL)
        return why;
    if (who->p.role != ROLE_GATEWAY)
        return "its sender is not a gateway";
    if (!who->p.revoked && !keyring_may_speak(o->keyring, x->entry->who, m.report.source))
        return "its gateway does not speak for this source";
    buf_clear(&o->ad);
    ad_report(&o->ad, m.report.pool_key, who->key, m.report.source, m.report.id);
    if ((why = unseal_body(o, key, m.report.sealed, REPORT_BODY_MAX)) != NULL)
        return why;
    struct str plain = arena_copy(x->arena, buf_str(&o->plain));
    if (body_get_report(&o->doc, plain, &body) != OK)
        return "the report's body is malformed";
    *r = (struct report){ .id = m.report.id,
                          .gateway = x->entry->who,
                          .source = m.report.source,
                          .site = body.site,
                          .customer = body.customer,
                          .category = body.category,
                          .place = body.place,
                          .hint = body.hint,
                          .affected_pct = body.affected_pct,
                          .lost_pct = body.lost_pct,
                          .down = body.down,
                          .follows = body.follows,
                          .from = body.from,
                          .until = body.until,
                          .occurred_at = body.occurred_at,
                          .words = words_of(x->rules_of, body.text, body.device),
                          .text = plain };
    lang_of(r->lang, body.lang);
    digest_body(o, &body, r->digest);
    x->ev->kind = EVENT_REPORT;
    return NULL;
}

/* The verbs that may open a ticket: another cause, and a return too late for the old one. */
static bool
may_open_one(enum verb v)
{
    return v == VERB_DIFFERENT || v == VERB_REOPEN;
}

static void
fill_act(struct act *a, const struct message *m, const struct event_body *b)
{
    *a = (struct act){ .id = m->event.id,
                       .verb = m->event.verb,
                       .ticket = m->event.ticket,
                       .seen = m->event.seen,
                       .occurred_at = m->event.occurred_at,
                       .note = b->note,
                       .reason = b->reason,
                       .from = b->from,
                       .until = b->until,
                       .engineer = b->engineer,
                       .other = b->other,
                       .place = b->place,
                       .object = b->object,
                       .amount = b->amount,
                       .warranty = b->warranty,
                       .sections = b->sections,
                       .text = b->text };
    memcpy(a->code, b->code, sizeof(a->code));
    memcpy(a->level, b->level, sizeof(a->level));
    memcpy(a->name, b->name, sizeof(a->name));
}

/* Names the section that is none: people type these. */
static const char *
malformed_body(struct opening *x, enum err e, struct str wrong)
{
    if (e == ERR_TOO_BIG)
        return "the event's sections are too big: at most 8192 bytes";
    if (wrong.len == 0)
        return "the event's body is malformed";
    struct buf why = { 0 };
    buf_printf(&why, "the event's body is malformed: no section '%.*s'", STR_ARG(wrong));
    const char *kept = arena_copy(x->arena, str_bytes(buf_cstr(&why), why.len + 1)).at;
    buf_fini(&why);
    return kept;
}

static const char *
open_act(struct opening *x)
{
    struct opener *o = x->o;
    struct message m;
    struct keyholder *who;
    const struct seal_key *key;
    struct event_body body;
    struct str wrong;
    const char *why = decode(x, MSG_EVENT, &m);
    if (why != NULL)
        return why;
    if (!same_id(m.event.territory, x->territory))
        return "the event is addressed to another territory";
    if (m.event.verb == VERBS)
        return "the event's verb is unknown";
    if ((why = sender(x, m.event.pool_key, &who, &key)) != NULL)
        return why;
    buf_clear(&o->ad);
    ad_event(&o->ad, m.event.pool_key, who->key, &m);
    if ((why = unseal_body(o, key, m.event.sealed, EVENT_BODY_MAX)) != NULL)
        return why;
    struct str plain = arena_copy(x->arena, buf_str(&o->plain));
    enum err e = body_get_event(&o->doc, x->arena, plain, &body, &wrong);
    if (e != OK)
        return malformed_body(x, e, wrong);
    struct act *a = &x->ev->act;
    x->ev->kind = EVENT_VERB;
    fill_act(a, &m, &body);
    a->who = x->entry->who;
    a->role = who->p.revoked ? ROLE_NONE : who->p.role;
    if (may_open_one(a->verb))
        ticket_id_of(a->fresh.b, str_of(a->who.s), a->id.epoch, a->id.counter);
    return NULL;
}

static const char *
open_assist(struct opening *x)
{
    struct opener *o = x->o;
    buf_clear(&o->plain);
    if (rest_open_assist(o->rest, x->territory, x->entry->bytes, &o->plain) != OK)
        return "the neighbour's word does not open";
    if (body_get_assist(&o->doc, buf_str(&o->plain), &x->ev->assist) != OK)
        return "the neighbour's word is malformed";
    x->ev->kind = EVENT_ASSIST;
    return NULL;
}

/* "A plan of this version is in force": decimal digits. */
static const char *
open_plan(struct opening *x)
{
    int64_t version;
    struct edition *next;
    if (!str_int(x->entry->bytes, &version) || version <= 0 || version > UINT32_MAX)
        return "the plan entry names no version";
    if (version <= x->rules_of->version) {
        x->ev->kind = EVENT_KINDS;
        return NULL;
    }
    enum err err = plans_get(x->o->plans, (uint32_t)version, &next);
    if (err == ERR_CLOSED || err == ERR_AGAIN) {
        x->later = err;
        return NULL;
    }
    if (err != OK)
        return "the plan version cannot be read";
    x->ev->rules = edition_rules(next, x->territory);
    x->ev->kind = EVENT_PLAN;
    return x->ev->rules == NULL ? "the new plan leaves this territory out: it lives on by the old"
                                : NULL;
}

static const struct {
    char kind;
    open_fn *fn;
} openings[] = {
    { 'r', open_report },
    { 'e', open_act },
    { 'x', open_assist },
    { 'p', open_plan },
};

enum err
open_entry(struct opener *o, struct territory_id t, struct edition *rules_of,
           const struct inbox_entry *entry, struct arena *a, struct event *ev)
{
    struct opening x = { o, t, rules_of, entry, a, ev, OK };
    const char *why = "an entry of an unknown kind";
    for (size_t i = 0; i < countof(openings); i++) {
        if (openings[i].kind == entry->kind) {
            why = openings[i].fn(&x);
            break;
        }
    }
    if (why != NULL)
        open_poison(o, entry, why, ev);
    return x.later;
}

/* As much of a name as can still be read helps those who are told. */
void
open_poison(struct opener *o, const struct inbox_entry *entry, const char *why, struct event *ev)
{
    struct message m;
    instant at = ev->at;
    *ev = (struct event){ .kind = EVENT_POISON, .at = at };
    ev->poison.who = entry->who;
    ev->poison.why = str_of(why);
    if (entry->kind != 'r' && entry->kind != 'e')
        return;
    if (codec_decode(&o->codec, entry->bytes, &m) != OK)
        return;
    if (m.kind == MSG_REPORT)
        ev->poison.report = m.report.id;
    else if (m.kind == MSG_EVENT)
        ev->poison.event = m.event.id;
}

enum err
open_place(struct opener *o, struct territory_id t, struct str engineer, struct str bytes,
           instant after, struct position *out)
{
    struct message m;
    struct principal_id id;
    if (!str_fill(id.s, sizeof(id.s), engineer))
        return ERR_UNKNOWN;
    enum err err = codec_decode(&o->codec, bytes, &m);
    if (err != OK)
        return err;
    if (m.kind != MSG_PLACE || !same_id(m.place.territory, t))
        return ERR_KIND;
    if (m.place.at <= after)
        return ERR_AGAIN;
    struct keyholder *who = keyring_find(o->keyring, id);
    if (who == NULL || who->p.role != ROLE_ENGINEER || who->p.revoked)
        return ERR_UNKNOWN;
    const struct seal_key *key = keyholder_in(o->keyring, who);
    if (key == NULL)
        return ERR_KEY;
    buf_clear(&o->ad);
    ad_place(&o->ad, m.place.pool_key, who->key, &m);
    buf_clear(&o->plain);
    err = unseal(&o->plain, key, buf_str(&o->ad), m.place.sealed);
    out->engineer = engineer_of(id);
    out->at = m.place.at;
    return err != OK ? err : body_get_place(&o->doc, buf_str(&o->plain), &out->place);
}
