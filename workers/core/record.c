/* record.c - how records spell what they have in common. */
#include "workers/core/record.h"

#include "workers/core/place.h"

void
record_put_name(struct buf *b, const char *name, size_t size)
{
    size_t len = 0;
    while (len < size && name[len] != '\0')
        len++;
    uint8_t *at = buf_extend(b, 1 + len);
    at[0] = (uint8_t)len;
    memcpy(at + 1, name, len);
}

void
record_get_name(struct cur *c, char *name, size_t size)
{
    memset(name, 0, size);
    size_t len = cur_u8(c);
    if (len >= size) {
        c->failed = true;
        return;
    }
    cur_get(c, name, len);
    if (len > 0 && memchr(name, '\0', len) != NULL)
        c->failed = true;
}

bool
record_key_name(struct str key, char *name, size_t size)
{
    return key.len > 0 && memchr(key.at, '\0', key.len) == NULL && str_fill(name, size, key);
}

void
record_put_count(struct buf *b, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        buf_put_u8(b, (uint8_t)(n | 0x80));
    buf_put_u8(b, (uint8_t)n);
}

uint64_t
record_get_count(struct cur *c, uint64_t max)
{
    uint64_t n = 0, part = 0x80;
    for (unsigned shift = 0; (part & 0x80) != 0 && shift < 63; shift += 7) {
        part = cur_u8(c);
        n |= (part & 0x7f) << shift;
        if (part == 0 && shift > 0) /* there is a shorter form */
            c->failed = true;
    }
    if ((part & 0x80) != 0 || n > max)
        c->failed = true;
    return c->failed ? 0 : n;
}

void
record_put_text(struct buf *b, struct str s)
{
    record_put_count(b, s.len);
    buf_put(b, s.at, s.len);
}

struct str
record_get_text(struct cur *c)
{
    size_t len = record_get_count(c, UINT32_MAX);
    if (c->failed || len > (size_t)(c->end - c->at)) {
        c->failed = true;
        return (struct str){ NULL, 0 };
    }
    struct str s = { (const char *)c->at, len };
    c->at += len;
    return s;
}

/* 0: never; else the distance and its sign (the lowest bit), and 1. */
void
record_put_since(struct buf *b, instant from, instant at)
{
    msec apart = at == NEVER ? 0 : at - from;
    uint64_t size = (uint64_t)(apart < 0 ? -apart : apart);
    record_put_count(b, at == NEVER ? 0 : (size << 1 | (apart < 0)) + 1);
}

instant
record_get_since(struct cur *c, instant from)
{
    uint64_t n = record_get_count(c, (uint64_t)INSTANT_MAX * 4 + 2);
    if (n-- == 0)
        return c->failed ? 0 : NEVER;
    instant at = from + ((n & 1) != 0 ? -(msec)(n >> 1) : (msec)(n >> 1));
    if (n == 1 || at > INSTANT_MAX || at < -INSTANT_MAX) { /* 1: nothing, before */
        c->failed = true;
        return 0;
    }
    return at;
}

void
record_put_place(struct buf *b, struct place p)
{
    buf_put_i32(b, p.lat_e7);
    buf_put_i32(b, p.lon_e7);
}

struct place
record_get_place(struct cur *c)
{
    struct place p = { cur_i32(c), cur_i32(c) };
    struct place q = place_checked(p);
    if (!same_id(p, q))
        c->failed = true;
    return q;
}

instant
record_get_instant(struct cur *c)
{
    instant at = cur_i64(c);
    if (at != NEVER && (at > INSTANT_MAX || at < -INSTANT_MAX)) {
        c->failed = true;
        return 0;
    }
    return at;
}

bool
record_get_bool(struct cur *c)
{
    return record_get_below(c, 2) != 0;
}

uint8_t
record_get_below(struct cur *c, unsigned below)
{
    uint8_t n = cur_u8(c);
    if (n >= below) {
        c->failed = true;
        return 0;
    }
    return n;
}
