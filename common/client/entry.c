/* entry.c - the layout of the spool's larger entries. The table is in entry.h. */
#include "common/client/entry.h"

#include "common/wire/names.h"

void
entry_put_name(struct buf *out, const char *s, size_t size)
{
    size_t len = strnlen(s, size);
    assert(len <= UINT8_MAX);
    buf_put_u8(out, (uint8_t)len);
    buf_put(out, s, len);
}

void
entry_get_name(struct cur *c, char *s, size_t size)
{
    size_t len = cur_u8(c);
    memset(s, 0, size);
    if (len < size)
        cur_get(c, s, len);
    else
        c->failed = true;
}

void
entry_put_report(struct buf *out, const struct message *m, const uint8_t digest[16])
{
    buf_put_u64(out, m->number);
    buf_put(out, digest, 16);
    buf_put(out, m->report.id.b, sizeof(m->report.id.b));
    entry_put_name(out, m->report.route.site.s, sizeof(m->report.route.site.s));
    entry_put_name(out, m->report.route.customer.s, sizeof(m->report.route.customer.s));
    buf_put_i32(out, m->report.route.place.lat_e7);
    buf_put_i32(out, m->report.route.place.lon_e7);
    buf_put_u8(out, (uint8_t)m->report.hint);
    entry_put_name(out, m->report.source.s, sizeof(m->report.source.s));
    buf_put(out, m->report.pool_key.b, sizeof(m->report.pool_key.b));
    buf_put_str(out, m->report.sealed);
}

void
entry_get_report(struct cur *c, struct message *m, uint8_t digest[16])
{
    *m = (struct message){ .kind = MSG_REPORT, .number = cur_u64(c) };
    cur_get(c, digest, 16);
    cur_get(c, m->report.id.b, sizeof(m->report.id.b));
    entry_get_name(c, m->report.route.site.s, sizeof(m->report.route.site.s));
    entry_get_name(c, m->report.route.customer.s, sizeof(m->report.route.customer.s));
    m->report.route.place.lat_e7 = cur_i32(c);
    m->report.route.place.lon_e7 = cur_i32(c);
    m->report.hint = (int8_t)cur_u8(c);
    entry_get_name(c, m->report.source.s, sizeof(m->report.source.s));
    cur_get(c, m->report.pool_key.b, sizeof(m->report.pool_key.b));
    m->report.sealed = cur_str(c);
}

/* The verb goes by name: enums may grow in the middle between two versions of this library. */
void
entry_put_event(struct buf *out, const struct message *m)
{
    const char *verb = verb_name(m->event.verb);
    buf_put_u64(out, m->number);
    buf_put_u64(out, m->event.id.epoch);
    buf_put_u64(out, m->event.id.counter);
    entry_put_name(out, m->event.territory.s, sizeof(m->event.territory.s));
    buf_put(out, m->event.ticket.b, sizeof(m->event.ticket.b));
    buf_put_u32(out, m->event.seen);
    entry_put_name(out, verb, strlen(verb));
    buf_put_i64(out, m->event.occurred_at);
    buf_put(out, m->event.pool_key.b, sizeof(m->event.pool_key.b));
    buf_put_str(out, m->event.sealed);
}

void
entry_get_event(struct cur *c, struct message *m)
{
    char verb[32];
    *m = (struct message){ .kind = MSG_EVENT, .number = cur_u64(c) };
    m->event.id.epoch = cur_u64(c);
    m->event.id.counter = cur_u64(c);
    entry_get_name(c, m->event.territory.s, sizeof(m->event.territory.s));
    cur_get(c, m->event.ticket.b, sizeof(m->event.ticket.b));
    m->event.seen = cur_u32(c);
    entry_get_name(c, verb, sizeof(verb));
    m->event.verb = verb_named(str_of(verb));
    m->event.occurred_at = cur_i64(c);
    cur_get(c, m->event.pool_key.b, sizeof(m->event.pool_key.b));
    m->event.sealed = cur_str(c);
}
