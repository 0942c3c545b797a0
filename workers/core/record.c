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
