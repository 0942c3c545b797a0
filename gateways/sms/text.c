/* text.c - letters and numbers of the telephone network. */
#include "gateways/sms/text.h"

enum { REPLACEMENT = 0xfffd, SERVICE_DIGITS_MAX = 6, E164_DIGITS_MAX = 15 };

/* Control characters become blanks; a carriage return goes, its line feed stays. */
static void
put_clean(struct buf *out, uint32_t c)
{
    if (c == '\r' || c == 0xfeff)
        return;
    bool control = (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0);
    buf_put_letter(out, control ? ' ' : c);
}

static void
put_from_utf16(struct buf *out, struct str bytes)
{
    const uint8_t *b = (const uint8_t *)bytes.at;
    for (size_t i = 0; i + 1 < bytes.len; i += 2) {
        uint32_t c = (uint32_t)b[i] << 8 | b[i + 1];
        uint32_t low = i + 3 < bytes.len ? (uint32_t)b[i + 2] << 8 | b[i + 3] : 0;
        if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            i += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = REPLACEMENT; /* half a letter */
        }
        put_clean(out, c);
    }
}

/* The letter that `s` begins with; `len` of str_letter. */
static uint32_t
letter_of(struct str s, size_t len)
{
    const uint8_t *b = (const uint8_t *)s.at;
    static const uint8_t masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t c = b[0] & masks[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (b[i] & 0x3f);
    return c;
}

static void
put_from_bytes(struct buf *out, struct str bytes)
{
    bool utf8 = str_is_utf8(bytes);
    while (bytes.len > 0) {
        size_t len = utf8 ? str_letter(bytes) : 1;
        put_clean(out, utf8 ? letter_of(bytes, len) : (uint8_t)bytes.at[0]);
        bytes = str_bytes(bytes.at + len, bytes.len - len);
    }
}

static void
trim(struct buf *out, size_t from)
{
    struct str all = str_bytes(out->data + from, out->len - from), inner = str_trim(all);
    memmove(out->data + from, inner.at, inner.len);
    out->len = from + inner.len;
}

bool
sms_text(struct buf *out, const struct kannel_sms *sms)
{
    size_t from = out->len;
    buf_reserve(out, sms->words.len * 3 + 1);
    if (sms->coding == KANNEL_8BIT)
        return false;
    if (sms->coding == KANNEL_UCS2)
        put_from_utf16(out, sms->words);
    else
        put_from_bytes(out, sms->words);
    trim(out, from);
    return true;
}

static void
put_unit(struct buf *out, uint32_t unit)
{
    buf_put_u8(out, (uint8_t)(unit >> 8));
    buf_put_u8(out, (uint8_t)unit);
}

void
sms_put_utf16(struct buf *out, struct str utf8)
{
    for (size_t len; utf8.len > 0; utf8 = str_bytes(utf8.at + len, utf8.len - len)) {
        len = str_letter(utf8);
        uint32_t c = len == 0 ? REPLACEMENT : letter_of(utf8, len);
        len = len == 0 ? 1 : len;
        if (c < 0x10000) {
            put_unit(out, c);
            continue;
        }
        put_unit(out, 0xd800 | (c - 0x10000) >> 10);
        put_unit(out, 0xdc00 | ((c - 0x10000) & 0x3ff));
    }
}

bool
sms_is_chinese(struct str utf8)
{
    for (size_t len; utf8.len > 0; utf8 = str_bytes(utf8.at + len, utf8.len - len)) {
        len = str_letter(utf8);
        uint32_t c = len == 0 ? 0 : letter_of(utf8, len);
        if ((c >= 0x3400 && c < 0xa000) || (c >= 0x20000 && c < 0x32000))
            return true;
        len = len == 0 ? 1 : len;
    }
    return false;
}

/* ---- numbers */

/* Digits alone; false: there was something that belongs to no number, or too many. */
static bool
get_digits(char *digits, size_t size, struct str raw)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.at[i];
        if (c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || (c == '+' && n == 0))
            continue;
        if (c < '0' || c > '9' || n + 1 >= size)
            return false;
        digits[n++] = c;
    }
    digits[n] = '\0';
    return n > 0;
}

static bool
put_number(char to[NUMBER_SIZE], const char *country, const char *digits)
{
    char whole[64] = "+";
    strcat(strcat(whole, country), digits);
    size_t len = strlen(whole);
    if (len > E164_DIGITS_MAX + 1 || len < SERVICE_DIGITS_MAX + 2)
        return false;
    memcpy(to, whole, len + 1);
    return true;
}

bool
sms_number(char to[NUMBER_SIZE], const struct numbering *n, struct str raw)
{
    char all[32], *digits = all;
    raw = str_trim(raw);
    memset(to, 0, NUMBER_SIZE);
    memcpy(to, raw.at == NULL ? "" : raw.at, raw.len < NUMBER_SIZE ? raw.len : NUMBER_SIZE - 1);
    if (!get_digits(all, sizeof(all), raw))
        return false;
    bool abroad = raw.at[0] == '+' || strncmp(all, "00", 2) == 0;
    if (!abroad && strlen(all) <= SERVICE_DIGITS_MAX) {
        memcpy(to, all, strlen(all) + 1);
        return true;
    }
    while (*digits == '0')
        digits++;
    /* longer than any number at home: it says its country */
    abroad = abroad || strlen(digits) > n->digits_max;
    return put_number(to, abroad ? "" : n->country, digits);
}
