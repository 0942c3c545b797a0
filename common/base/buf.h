/* buf.h - bytes that grow, and a cursor that reads them back.
 *
 * All numbers little-endian, of fixed width, so that the same state always
 * gives the same bytes. A zeroed struct is an empty buf. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "common/base/str.h"

struct buf {
    uint8_t *data; /* owned; NULL while nothing was ever put */
    size_t len;    /* bytes in use */
    size_t cap;    /* bytes reserved */
};

void buf_fini(struct buf *b);
static inline void
buf_clear(struct buf *b)
{
    b->len = 0;
}
void buf_enlarge(struct buf *b, size_t more); /* for buf_reserve */
/* Room for `more` bytes at the end; returns where they begin. len is unchanged. */
static inline uint8_t *
buf_reserve(struct buf *b, size_t more)
{
    if (b->data == NULL || more > b->cap - b->len)
        buf_enlarge(b, more);
    return b->data + b->len;
}
/* The same, and len grows by `more`. */
static inline uint8_t *
buf_extend(struct buf *b, size_t more)
{
    uint8_t *at = buf_reserve(b, more);
    b->len += more;
    return at;
}
static inline void
buf_put(struct buf *b, const void *from, size_t len)
{
    if (len > 0)
        memcpy(buf_extend(b, len), from, len);
}
void buf_put_u8(struct buf *b, uint8_t n);
void buf_put_u16(struct buf *b, uint16_t n);
void buf_put_u32(struct buf *b, uint32_t n);
void buf_put_u64(struct buf *b, uint64_t n);
void buf_put_i32(struct buf *b, int32_t n);
void buf_put_i64(struct buf *b, int64_t n);
void buf_put_str(struct buf *b, struct str s); /* u32 length, bytes */
/* In UTF-8; what is no letter (half a pair of UTF-16, past U+10FFFF) becomes U+FFFD. */
void buf_put_letter(struct buf *b, uint32_t c);
void buf_printf(struct buf *b, const char *format, ...) format_like(2, 3);
/* Borrowed until the next put. */
struct str buf_str(const struct buf *b);
/* Zero-terminated view (the terminator is not counted in len). */
const char *buf_cstr(struct buf *b);

/* Reads what buf_put_* wrote. The first read past the end sets `failed`; from
 * then on every read gives zeros, so a decoder checks once, at its end. */
struct cur {
    const uint8_t *at, *end;
    bool failed;
};

struct cur cur_of(struct str s);
bool cur_done(const struct cur *c); /* all read, nothing failed */
void cur_get(struct cur *c, void *to, size_t len);
uint8_t cur_u8(struct cur *c);
uint16_t cur_u16(struct cur *c);
uint32_t cur_u32(struct cur *c);
uint64_t cur_u64(struct cur *c);
int32_t cur_i32(struct cur *c);
int64_t cur_i64(struct cur *c);
struct str cur_str(struct cur *c); /* borrowed from the input */

#endif
