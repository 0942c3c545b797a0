/* draw.h - random values of every type that crosses the wire, and what every decoder must
 * stand: cut bytes, changed bytes, bytes without sense. */
#ifndef TESTS_WIRE_DRAW_H
#define TESTS_WIRE_DRAW_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/ids.h"
#include "tests/check.h"

struct draw {
    struct rng rng;
    struct arena arena; /* of the texts drawn */
};

static inline uint64_t
draw_below(struct draw *d, uint64_t below)
{
    return rng_below(&d->rng, below);
}

static inline bool
draw_bool(struct draw *d)
{
    return draw_below(d, 2) == 1;
}

/* Numbers of every length, not only long ones. */
static inline uint64_t
draw_u64(struct draw *d)
{
    return rng_next(&d->rng) >> draw_below(d, 64);
}

static inline uint64_t
draw_mark(struct draw *d)
{
    return draw_u64(d) >> 1;
}

static inline uint32_t
draw_u32(struct draw *d)
{
    return (uint32_t)rng_next(&d->rng) >> draw_below(d, 32);
}

static inline instant
draw_instant(struct draw *d)
{
    return (instant)draw_below(d, UINT64_C(253402300800000) >> draw_below(d, 40));
}

static inline int64_t
draw_i64(struct draw *d)
{
    return (int64_t)(draw_bool(d) ? draw_u64(d) : ~draw_u64(d));
}

static inline void
draw_bytes(struct draw *d, void *to, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)to)[i] = (uint8_t)rng_next(&d->rng);
}

static inline void
draw_id(struct draw *d, char *to, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = 1 + draw_below(d, size - 1);
    memset(to, 0, size);
    for (size_t i = 0; i < len; i++)
        to[i] = letters[draw_below(d, sizeof(letters) - 1)];
}
#define DRAW_ID(d, id) draw_id(d, (id).s, sizeof((id).s))

/* Printable UTF-8 of at most `size` - 1 bytes; may be empty. */
static inline void
draw_label(struct draw *d, char *to, size_t size)
{
    static const char *const letters[] = { "a", "Z", " ", "/", "7", "é", "你", "😀", "\"", "~" };
    size_t len = 0, want = draw_below(d, size);
    memset(to, 0, size);
    for (;;) {
        const char *letter = letters[draw_below(d, countof(letters))];
        if (len + strlen(letter) > want)
            break;
        memcpy(to + len, letter, strlen(letter));
        len += strlen(letter);
    }
}
#define DRAW_LABEL(d, id) draw_label(d, (id).s, sizeof((id).s))

/* A text of any UTF-8, now and then long. */
static inline struct str
draw_text(struct draw *d)
{
    size_t size = 1 + draw_below(d, draw_below(d, 20) == 0 ? 2000 : 40);
    char *text = arena_alloc(&d->arena, size);
    draw_label(d, text, size);
    size_t len = strlen(text);
    if (len > 0 && draw_below(d, 4) == 0 && (uint8_t)text[0] < 0x80)
        text[0] = (char)draw_below(d, 0x20); /* control characters are part of words */
    return (struct str){ text, len };
}

static inline struct str
draw_octets(struct draw *d)
{
    size_t len = draw_below(d, draw_below(d, 20) == 0 ? 2000 : 60);
    char *octets = arena_alloc(&d->arena, len + 1);
    draw_bytes(d, octets, len);
    return (struct str){ octets, len };
}

static inline struct place
draw_place(struct draw *d)
{
    static const struct place corners[] = { { 0, 0 },
                                            { 900000000, -1800000000 },
                                            { -900000000, 1800000000 } };
    if (draw_below(d, 4) == 0)
        return PLACE_NONE;
    if (draw_below(d, 4) == 0)
        return corners[draw_below(d, countof(corners))];
    return (struct place){ (int32_t)draw_below(d, 1800000001) - 900000000,
                           (int32_t)((int64_t)draw_below(d, 3600000001) - 1800000000) };
}

/* ---- sameness, member by member */

#define assert_same(a, b, member)                                                                  \
    assert_memory_equal(&(a)->member, &(b)->member, sizeof((a)->member))
#define assert_same_str(a, b, member) assert_true(str_eq((a)->member, (b)->member))

/* ---- what every decoder must stand */

/* Decodes, and says what it read once more into `again`, when it is to be read. */
typedef enum err (*decoder)(void *context, struct str bytes, struct buf *again);

/* In memory of its own exact size, so that a read past the end is seen. */
static inline enum err
decode_copy(decoder decode, void *context, const void *at, size_t len, struct buf *again)
{
    char *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, at, len);
    enum err e = decode(context, (struct str){ len == 0 ? NULL : copy, len }, again);
    free(copy);
    return e;
}

static inline void
check_prefixes_fail(decoder decode, void *context, struct str good)
{
    struct buf again = { 0 };
    for (size_t len = 0; len < good.len; len++)
        assert_int_not_equal(decode_copy(decode, context, good.at, len, &again), OK);
    buf_fini(&again);
}

/* A changed byte is refused or taken for something that can be said again; what was
 * said again is read as itself. */
static inline void
check_changes_stand(decoder decode, void *context, struct str good, struct draw *d)
{
    struct buf changed = { 0 }, again = { 0 }, third = { 0 };
    for (size_t i = 0; i < good.len && i < 600; i++) {
        buf_clear(&changed);
        buf_put(&changed, good.at, good.len);
        changed.data[i] ^= (uint8_t)(1 + draw_below(d, 255));
        buf_clear(&again);
        if (decode_copy(decode, context, changed.data, changed.len, &again) != OK)
            continue;
        buf_clear(&third);
        assert_int_equal(decode_copy(decode, context, again.data, again.len, &third), OK);
        assert_true(str_eq(buf_str(&again), buf_str(&third)));
    }
    buf_fini(&changed);
    buf_fini(&again);
    buf_fini(&third);
}

/* Garbage, one byte more at a time, half of it beginning as sense does. */
static inline void
check_garbage_stands(decoder decode, void *context, struct str good, struct draw *d)
{
    uint8_t garbage[64];
    struct buf again = { 0 };
    for (size_t round = 0; round < 200; round++) {
        draw_bytes(d, garbage, sizeof(garbage));
        size_t sense = draw_bool(d) ? draw_below(d, 20) : 0;
        memcpy(garbage, good.at, sense < good.len ? sense : good.len);
        for (size_t len = 0; len <= sizeof(garbage); len++) {
            buf_clear(&again);
            enum err e = decode_copy(decode, context, garbage, len, &again);
            assert_true(e >= OK && e < ERRS);
        }
    }
    buf_fini(&again);
}

static inline void
check_hostile(decoder decode, void *context, struct str good, struct draw *d)
{
    check_prefixes_fail(decode, context, good);
    check_changes_stand(decode, context, good, d);
    check_garbage_stands(decode, context, good, d);
}

#endif
