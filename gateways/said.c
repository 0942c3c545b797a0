/* said.c - one table of the fields kept, for both directions. */
#include "gateways/said.h"

#define TEXT(field) offsetof(struct fl_update, field)
static const size_t texts_at[] = {
    TEXT(kind),     TEXT(territory), TEXT(number),      TEXT(state),        TEXT(level),
    TEXT(category), TEXT(site),      TEXT(customer),    TEXT(engineer),     TEXT(name),
    TEXT(phone),    TEXT(verb),      TEXT(refusal),     TEXT(why),          TEXT(reason),
    TEXT(clock),    TEXT(lang),      TEXT(object_kind), TEXT(object_state), TEXT(code),
    TEXT(text),     TEXT(contact),   TEXT(reporter),    TEXT(recipient),
};
#undef TEXT

static const char **
text_of(struct fl_update *u, size_t i)
{
    return (const char **)(void *)((char *)u + texts_at[i]);
}

void
said_put(struct buf *out, const struct fl_update *u)
{
    struct fl_update copy = *u;
    buf_put_u64(out, u->sequence);
    buf_put_i64(out, u->at);
    buf_put_i64(out, u->due);
    buf_put_u32(out, u->version);
    buf_put_u32(out, u->repeats);
    buf_put_u32(out, u->share_pct);
    buf_put_u32(out, u->object);
    buf_put_u8(out, (uint8_t)(u->has_ticket | u->has_report << 1 | u->has_other << 2 |
                              u->has_amount << 3));
    buf_put(out, u->ticket, 16);
    buf_put(out, u->report, 16);
    buf_put(out, u->other, 16);
    buf_put_i64(out, u->amount);
    for (size_t i = 0; i < countof(texts_at); i++)
        buf_put_str(out, str_of(*text_of(&copy, i)));
}

bool
said_get(struct fl_update *u, struct str bytes, struct buf *texts)
{
    struct cur c = cur_of(bytes);
    struct str found[countof(texts_at)];
    *u = (struct fl_update){ 0 };
    u->sequence = cur_u64(&c);
    u->at = cur_i64(&c);
    u->due = cur_i64(&c);
    u->version = cur_u32(&c);
    u->repeats = cur_u32(&c);
    u->share_pct = cur_u32(&c);
    u->object = cur_u32(&c);
    uint8_t has = cur_u8(&c);
    u->has_ticket = has & 1;
    u->has_report = has & 2;
    u->has_other = has & 4;
    u->has_amount = has & 8;
    cur_get(&c, u->ticket, 16);
    cur_get(&c, u->report, 16);
    cur_get(&c, u->other, 16);
    u->amount = cur_i64(&c);
    for (size_t i = 0; i < countof(texts_at); i++)
        found[i] = cur_str(&c);
    buf_clear(texts);
    buf_reserve(texts, bytes.len + countof(texts_at)); /* so that nothing moves */
    for (size_t i = 0; i < countof(texts_at); i++) {
        *text_of(u, i) = (const char *)texts->data + texts->len;
        buf_put(texts, found[i].at, found[i].len);
        buf_put_u8(texts, 0);
    }
    return cur_done(&c);
}
