/* meta.c - the record of what belongs to no ticket, engineer or principal. */
#include "workers/core/state.h"

void
meta_encode(const struct engine *e, struct buf *out)
{
    buf_put_u8(out, RECORD_FORMAT);
    buf_put(out, e->incarnation.b, sizeof(e->incarnation.b));
    buf_put_i64(out, e->at);
    buf_put_u32(out, e->plan);
    buf_put_u16(out, (uint16_t)e->sources_count);
    for (size_t i = 0; i < e->sources_count; i++) {
        record_put_id(out, e->sources[i].from);
        buf_put(out, e->sources[i].incarnation.b, sizeof(e->sources[i].incarnation.b));
        buf_put_u64(out, e->sources[i].high);
        waiters_encode(&e->sources[i], out);
    }
    buf_put_u16(out, (uint16_t)e->outlets_count);
    for (size_t i = 0; i < e->outlets_count; i++) {
        record_put_id(out, e->outlets[i].to);
        buf_put_u64(out, e->outlets[i].sequence);
    }
    pager_encode(e, out);
}

static void
get_neighbours(struct engine *e, struct cur *c)
{
    e->sources_count = cur_u16(c);
    if (e->sources_count > SOURCES_MAX) {
        e->sources_count = 0;
        c->failed = true;
    }
    for (size_t i = 0; i < e->sources_count; i++) {
        record_get_id(c, &e->sources[i].from);
        cur_get(c, e->sources[i].incarnation.b, sizeof(e->sources[i].incarnation.b));
        e->sources[i].high = cur_u64(c);
        waiters_decode(&e->sources[i], c);
    }
    size_t outlets = cur_u16(c);
    if (outlets > OUTLETS_MAX)
        c->failed = true;
    for (size_t i = 0; i < outlets && !c->failed; i++) {
        struct outlet o = { 0 };
        record_get_id(c, &o.to);
        o.sequence = cur_u64(c);
        e->outlets = grow_array(e->outlets, e->outlets_count, &e->outlets_cap, sizeof(*e->outlets));
        e->outlets[e->outlets_count++] = o;
    }
}

enum err
meta_restore(struct engine *e, struct str bytes)
{
    struct cur c = cur_of(bytes);
    struct incarnation incarnation;
    e->outlets_count = 0;
    if (cur_u8(&c) != RECORD_FORMAT)
        return ERR_SYNTAX;
    cur_get(&c, incarnation.b, sizeof(incarnation.b));
    e->at = record_get_instant(&c);
    e->plan = cur_u32(&c);
    get_neighbours(e, &c);
    pager_decode(e, &c);
    if (e->at < 0 || e->at == NEVER)
        c.failed = true;
    if (!cur_done(&c)) {
        e->at = 0;
        return ERR_SYNTAX;
    }
    if (!same_id(incarnation, e->incarnation))
        e->outlets_count = 0; /* our words are numbered anew in each incarnation */
    return OK;
}
