/* caltext.c - a compiled calendar as one word.
 *
 *     "1s." or "1m."   version 1, in seconds or milliseconds
 *     base64url of     from (zigzag), until - from, then for each span: its begin since the last
 *                      end (the first since `from`), its length. All LEB128, shortest form.
 *
 * Reading accepts only what writing gives, so that equal calendars have equal texts. */
#include "common/plan/calendar.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
put_varint(struct buf *b, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        buf_put_u8(b, (uint8_t)(n | 0x80));
    buf_put_u8(b, (uint8_t)n);
}

static void
put_base64(struct buf *out, struct str bytes)
{
    uint32_t held = 0;
    int bits = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        held = held << 8 | (uint8_t)bytes.at[i];
        for (bits += 8; bits >= 6; bits -= 6)
            buf_put_u8(out, (uint8_t)letters[held >> (bits - 6) & 63]);
    }
    if (bits > 0)
        buf_put_u8(out, (uint8_t)letters[held << (6 - bits) & 63]);
}

static bool
get_base64(struct buf *out, struct str text)
{
    uint32_t held = 0;
    int bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *letter = text.at[i] == '\0' ? NULL : strchr(letters, text.at[i]);
        if (letter == NULL)
            return false;
        held = held << 6 | (uint32_t)(letter - letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_put_u8(out, (uint8_t)(held >> bits));
        }
    }
    return bits < 6 && (held & ((1u << bits) - 1)) == 0;
}

/* In whole seconds when that loses nothing. */
static msec
unit_of(const struct calendar *c)
{
    bool whole = c->from % SECONDS == 0 && c->until % SECONDS == 0;
    for (size_t i = 0; i < c->count && whole; i++)
        whole = c->spans[i].from % SECONDS == 0 && c->spans[i].to % SECONDS == 0;
    return whole ? SECONDS : 1;
}

void
calendar_put_text(const struct calendar *c, struct buf *text)
{
    struct buf bytes = { 0 };
    msec unit = unit_of(c);
    int64_t from = c->from / unit;
    instant at = c->from;
    put_varint(&bytes, (uint64_t)from << 1 ^ (uint64_t)(from >> 63));
    put_varint(&bytes, (uint64_t)((c->until - c->from) / unit));
    for (size_t i = 0; i < c->count; i++) {
        put_varint(&bytes, (uint64_t)((c->spans[i].from - at) / unit));
        put_varint(&bytes, (uint64_t)((c->spans[i].to - c->spans[i].from) / unit));
        at = c->spans[i].to;
    }
    buf_put(text, unit == 1 ? "1m." : "1s.", 3);
    put_base64(text, buf_str(&bytes));
    buf_fini(&bytes);
}

/* Lengths below 2^50: sums of them stay far from overflow. */
static uint64_t
get_varint(struct cur *c)
{
    uint64_t n = 0;
    for (int shift = 0; shift < 49; shift += 7) {
        uint8_t byte = cur_u8(c);
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            c->failed = c->failed || (byte == 0 && shift > 0);
            return n;
        }
    }
    c->failed = true;
    return 0;
}

static enum err
get_spans(struct cur *bytes, msec unit, struct calendar *c)
{
    size_t cap = 0;
    for (instant at = c->from; !cur_done(bytes) && !bytes->failed;) {
        msec gap = (msec)get_varint(bytes), length = (msec)get_varint(bytes);
        bool touches = c->count > 0 && gap == 0;
        msec left = (c->until - at) / unit;
        if (bytes->failed || touches || length == 0 || gap > left || length > left - gap)
            return ERR_SYNTAX;
        struct open_span s = { .from = at + gap * unit };
        s.to = s.from + length * unit;
        if (c->count > 0)
            s.before = c->spans[c->count - 1].before + c->spans[c->count - 1].to -
                       c->spans[c->count - 1].from;
        c->spans = grow_array(c->spans, c->count, &cap, sizeof(*c->spans));
        c->spans[c->count++] = s;
        at = s.to;
    }
    return bytes->failed ? ERR_SYNTAX : OK;
}

static enum err
get_calendar(struct cur *bytes, msec unit, struct calendar *c)
{
    uint64_t zigzag = get_varint(bytes), length = get_varint(bytes);
    int64_t from = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
    int64_t most = ((int64_t)1 << 50) / unit;
    if (bytes->failed)
        return ERR_SYNTAX;
    if (from > most || from < -most || length > (uint64_t)most)
        return ERR_TOO_BIG;
    c->from = from * unit;
    c->until = c->from + (msec)length * unit;
    enum err err = get_spans(bytes, unit, c);
    return err == OK && unit_of(c) != unit ? ERR_SYNTAX : err;
}

enum err
calendar_of_text(struct calendar **out, const char *id, struct str text)
{
    struct buf bytes = { 0 };
    if (text.len < 4 || text.at[2] != '.')
        return ERR_SYNTAX;
    if (text.at[0] != '1')
        return text.at[0] > '1' && text.at[0] <= '9' ? ERR_VERSION : ERR_SYNTAX;
    if (text.at[1] != 's' && text.at[1] != 'm')
        return ERR_SYNTAX;
    struct calendar *c = zalloc(sizeof(*c));
    enum err err = str_fill(c->id, sizeof(c->id), str_of(id)) ? OK : ERR_TOO_BIG;
    if (err == OK && !get_base64(&bytes, str_bytes(text.at + 3, text.len - 3)))
        err = ERR_SYNTAX;
    struct cur cur = cur_of(buf_str(&bytes));
    if (err == OK)
        err = get_calendar(&cur, text.at[1] == 's' ? SECONDS : 1, c);
    buf_fini(&bytes);
    if (err == OK)
        *out = c;
    else
        calendar_free(c);
    return err;
}
