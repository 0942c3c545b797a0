/* ticket_record.c - a ticket to bytes and back. The order of fields below is the format; each
 * part has its put beside its get. */
#include "workers/core/record.h"
#include "workers/core/ticket.h"

static void
put_head(const struct ticket *t, struct buf *b)
{
    buf_put_u8(b, RECORD_FORMAT);
    buf_put(b, t->id.b, sizeof(t->id.b));
    record_put_count(b, t->version);
    buf_put_u8(b, (uint8_t)t->state);
    buf_put_u8(b, t->level);
    record_put_id(b, t->category);
    record_put_id(b, t->site);
    record_put_id(b, t->customer);
    record_put_id(b, t->source);
    record_put_place(b, t->place);
    buf_put_i64(b, t->opened_at);
    record_put_since(b, t->opened_at, t->received_at);
    record_put_since(b, t->opened_at, t->occurred_at);
    record_put_since(b, t->opened_at, t->due);
}

static void
get_head(struct ticket *t, struct cur *c)
{
    if (cur_u8(c) != RECORD_FORMAT)
        c->failed = true;
    cur_get(c, t->id.b, sizeof(t->id.b));
    t->version = (uint32_t)record_get_count(c, UINT32_MAX);
    t->state = record_get_below(c, TICKET_STATES);
    t->level = record_get_below(c, 8);
    record_get_id(c, &t->category);
    record_get_id(c, &t->site);
    record_get_id(c, &t->customer);
    record_get_id(c, &t->source);
    t->place = record_get_place(c);
    t->opened_at = record_get_instant(c);
    if (t->opened_at == NEVER) /* the others count from it */
        c->failed = true;
    t->received_at = record_get_since(c, t->opened_at);
    t->occurred_at = record_get_since(c, t->opened_at);
    t->due = record_get_since(c, t->opened_at);
    if (t->received_at == NEVER || t->occurred_at == NEVER)
        c->failed = true;
}

static void
put_people(const struct ticket *t, struct buf *b)
{
    buf_put_u8(b, (uint8_t)t->gateways_count);
    for (size_t i = 0; i < t->gateways_count; i++)
        record_put_id(b, t->gateways[i]);
    record_put_id(b, t->engineer);
    record_put_name(b, t->name, sizeof(t->name));
    record_put_name(b, t->phone, sizeof(t->phone));
    record_put_id(b, t->home);
    record_put_id(b, t->asked);
    buf_put_u8(b, t->unqualified);
    buf_put_u8(b, t->busy);
    buf_put_u8(b, t->busy_rounds);
    buf_put_u8(b, t->silent);
    buf_put_u8(b, t->warned);
    record_put_count(b, t->nudges);
}

static void
get_people(struct ticket *t, struct cur *c)
{
    t->gateways_count = record_get_below(c, GATEWAYS_MAX + 1);
    for (size_t i = 0; i < t->gateways_count; i++)
        record_get_id(c, &t->gateways[i]);
    record_get_id(c, &t->engineer);
    record_get_name(c, t->name, sizeof(t->name));
    record_get_name(c, t->phone, sizeof(t->phone));
    record_get_id(c, &t->home);
    record_get_id(c, &t->asked);
    t->unqualified = record_get_bool(c);
    t->busy = record_get_bool(c);
    t->busy_rounds = record_get_below(c, BUSY_ROUNDS_MAX + 1);
    t->silent = record_get_bool(c);
    t->warned = cur_u8(c);
    t->nudges = (uint32_t)record_get_count(c, UINT32_MAX);
}

static void
put_words(const struct ticket *t, struct buf *b)
{
    size_t kept = t->repeats < REPEATS_KEPT ? t->repeats : REPEATS_KEPT;
    record_put_count(b, t->repeats);
    buf_put(b, t->repeat_ids, kept * sizeof(t->repeat_ids[0]));
    record_put_text(b, t->text);
}

static void
get_words(struct ticket *t, struct cur *c)
{
    t->repeats = (uint32_t)record_get_count(c, UINT32_MAX);
    size_t kept = t->repeats < REPEATS_KEPT ? t->repeats : REPEATS_KEPT;
    cur_get(c, t->repeat_ids, kept * sizeof(t->repeat_ids[0]));
    struct str text = record_get_text(c);
    if (text.len > 0)
        t->text = str_bytes(memcpy(grow(NULL, text.len), text.at, text.len), text.len);
}

static void
put_timeline(const struct ticket *t, struct buf *b)
{
    record_put_count(b, t->fold.count);
    if (t->fold.count > 0) {
        record_put_count(b, t->fold.verbs);
        record_put_count(b, t->fold.version);
        record_put_count(b, (uint64_t)t->fold.paused_ms);
        record_put_since(b, t->opened_at, t->fold.occurred_at);
    }
    buf_put_u8(b, (uint8_t)t->timeline_count);
    for (size_t i = 0; i < t->timeline_count; i++) {
        const struct taken *s = &t->timeline[i];
        record_put_since(b, t->opened_at, s->at);
        record_put_since(b, t->opened_at, s->occurred_at);
        record_put_id(b, s->who);
        record_put_count(b, s->version);
        buf_put(b, (uint8_t[]){ s->verb, s->from, s->to }, 3);
        record_put_text(b, str_bytes(s->note, s->note_len));
    }
}

static void
get_step(struct ticket *t, struct cur *c)
{
    struct taken s = { .at = record_get_since(c, t->opened_at) };
    s.occurred_at = record_get_since(c, t->opened_at);
    record_get_id(c, &s.who);
    s.version = (uint32_t)record_get_count(c, UINT32_MAX);
    s.verb = record_get_below(c, VERBS);
    s.from = record_get_below(c, TICKET_STATES);
    s.to = record_get_below(c, TICKET_STATES);
    struct str note = record_get_text(c);
    instant last =
        t->timeline_count > 0 ? t->timeline[t->timeline_count - 1].occurred_at : -INSTANT_MAX;
    if (note.len > NOTE_MAX || s.occurred_at < last || s.occurred_at == NEVER)
        c->failed = true;
    if (!c->failed)
        ticket_take(t, &s, note);
}

static void
get_timeline(struct ticket *t, struct cur *c)
{
    struct fold fold = { .count = (uint32_t)record_get_count(c, UINT32_MAX) };
    if (fold.count > 0) {
        fold.verbs = (uint32_t)record_get_count(c, UINT32_MAX);
        fold.version = (uint32_t)record_get_count(c, UINT32_MAX);
        fold.paused_ms = (msec)record_get_count(c, INSTANT_MAX);
        fold.occurred_at = record_get_since(c, t->opened_at);
        if (fold.occurred_at == NEVER)
            c->failed = true;
    }
    size_t count = record_get_below(c, TIMELINE_MAX + 1);
    if (fold.count > 0 && count != TIMELINE_MAX)
        c->failed = true;
    for (size_t i = 0; i < count && !c->failed; i++)
        get_step(t, c);
    t->fold = fold;
}

static void
put_choice(const struct ticket *t, struct buf *b)
{
    buf_put_u8(b, (uint8_t)t->considered_count);
    for (size_t i = 0; i < t->considered_count; i++) {
        record_put_id(b, t->considered[i].engineer);
        record_put_count(b, (uint64_t)((int64_t)t->considered[i].distance_m - DISTANCE_UNKNOWN));
        record_put_count(b, t->considered[i].load);
        buf_put_u8(b, t->considered[i].why);
    }
    buf_put_u8(b, (uint8_t)t->refusers_count);
    for (size_t i = 0; i < t->refusers_count; i++) {
        record_put_id(b, t->refusers[i].engineer);
        record_put_since(b, t->opened_at, t->refusers[i].until);
        buf_put_u8(b, t->refusers[i].missed);
    }
}

static void
get_choice(struct ticket *t, struct cur *c)
{
    struct considered list[CONSIDERED_MAX];
    size_t count = record_get_below(c, CONSIDERED_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        record_get_id(c, &list[i].engineer);
        list[i].distance_m = (int32_t)record_get_count(c, INT32_MAX) + DISTANCE_UNKNOWN;
        list[i].load = (uint16_t)record_get_count(c, UINT16_MAX);
        list[i].why = record_get_below(c, CONSIDERED_WHYS);
    }
    ticket_consider(t, list, count);
    count = record_get_below(c, REFUSERS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        struct refuser r = { 0 };
        record_get_id(c, &r.engineer);
        r.until = record_get_since(c, t->opened_at);
        r.missed = record_get_bool(c);
        ticket_refuse(t, r);
    }
    if (t->refusers_count != count) /* one engineer twice */
        c->failed = true;
}

void
ticket_encode(const struct ticket *t, struct buf *out)
{
    put_head(t, out);
    put_people(t, out);
    put_words(t, out);
    put_timeline(t, out);
    put_choice(t, out);
}

enum err
ticket_decode(struct ticket *out, struct str bytes)
{
    struct cur c = cur_of(bytes);
    *out = (struct ticket){ 0 };
    get_head(out, &c);
    get_people(out, &c);
    get_words(out, &c);
    get_timeline(out, &c);
    get_choice(out, &c);
    if (cur_done(&c))
        return OK;
    ticket_fini(out);
    return ERR_SYNTAX;
}
