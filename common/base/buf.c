/* buf.c - bytes that grow. */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>

void
buf_fini(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ 0 };
}

void
buf_enlarge(struct buf *b, size_t more)
{
    assert(more < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
    size_t want = b->cap == 0 ? 64 : b->cap;
    while (want < b->len + more)
        want *= 2;
    b->data = grow(b->data, want);
    b->cap = want;
}

static void
put_number(struct buf *b, uint64_t n, size_t width)
{
    uint8_t *at = buf_extend(b, width);
    for (size_t i = 0; i < width; i++)
        at[i] = (uint8_t)(n >> (8 * i));
}

void
buf_put_u8(struct buf *b, uint8_t n)
{
    put_number(b, n, 1);
}

void
buf_put_u16(struct buf *b, uint16_t n)
{
    put_number(b, n, 2);
}

void
buf_put_u32(struct buf *b, uint32_t n)
{
    put_number(b, n, 4);
}

void
buf_put_u64(struct buf *b, uint64_t n)
{
    put_number(b, n, 8);
}

void
buf_put_i32(struct buf *b, int32_t n)
{
    put_number(b, (uint32_t)n, 4);
}

void
buf_put_i64(struct buf *b, int64_t n)
{
    put_number(b, (uint64_t)n, 8);
}

void
buf_put_str(struct buf *b, struct str s)
{
    assert(s.len <= UINT32_MAX);
    buf_put_u32(b, (uint32_t)s.len);
    buf_put(b, s.at, s.len);
}

void
buf_put_letter(struct buf *b, uint32_t c)
{
    enum { REPLACEMENT = 0xfffd };
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = REPLACEMENT;
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    uint8_t *at = buf_extend(b, len);
    static const uint8_t firsts[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len; i-- > 1; c >>= 6)
        at[i] = (uint8_t)(0x80 | (c & 0x3f));
    at[0] = (uint8_t)(firsts[len] | c);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(len >= 0);
    vsnprintf((char *)buf_reserve(b, (size_t)len + 1), (size_t)len + 1, format, again);
    va_end(again);
    b->len += (size_t)len;
}

struct str
buf_str(const struct buf *b)
{
    return (struct str){ (const char *)b->data, b->len };
}

const char *
buf_cstr(struct buf *b)
{
    *buf_reserve(b, 1) = '\0';
    return (const char *)b->data;
}

struct cur
cur_of(struct str s)
{
    const uint8_t *at = (const uint8_t *)s.at;
    return (struct cur){ at, at == NULL ? at : at + s.len, false };
}

bool
cur_done(const struct cur *c)
{
    return !c->failed && c->at == c->end;
}

static const uint8_t *
take(struct cur *c, size_t len)
{
    if (c->failed || (size_t)(c->end - c->at) < len) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *at = c->at;
    c->at += len;
    return at;
}

void
cur_get(struct cur *c, void *to, size_t len)
{
    if (len == 0)
        return;
    const uint8_t *at = take(c, len);
    if (at == NULL)
        memset(to, 0, len);
    else
        memcpy(to, at, len);
}

static uint64_t
get_number(struct cur *c, size_t width)
{
    const uint8_t *at = take(c, width);
    uint64_t n = 0;
    for (size_t i = 0; at != NULL && i < width; i++)
        n |= (uint64_t)at[i] << (8 * i);
    return n;
}

uint8_t
cur_u8(struct cur *c)
{
    return (uint8_t)get_number(c, 1);
}

uint16_t
cur_u16(struct cur *c)
{
    return (uint16_t)get_number(c, 2);
}

uint32_t
cur_u32(struct cur *c)
{
    return (uint32_t)get_number(c, 4);
}

uint64_t
cur_u64(struct cur *c)
{
    return get_number(c, 8);
}

int32_t
cur_i32(struct cur *c)
{
    return (int32_t)(uint32_t)get_number(c, 4);
}

int64_t
cur_i64(struct cur *c)
{
    return (int64_t)get_number(c, 8);
}

struct str
cur_str(struct cur *c)
{
    uint32_t len = cur_u32(c);
    const uint8_t *at = take(c, len);
    return at == NULL ? (struct str){ NULL, 0 } : (struct str){ (const char *)at, len };
}
