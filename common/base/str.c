/* str.c - borrowed bytes. */
#include "common/base/str.h"

struct str
str_of(const char *zero_terminated)
{
    return (struct str){ zero_terminated, zero_terminated == NULL ? 0 : strlen(zero_terminated) };
}

struct str
str_bytes(const void *at, size_t len)
{
    return (struct str){ at, len };
}

bool
str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

int
str_cmp(struct str a, struct str b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least == 0 ? 0 : memcmp(a.at, b.at, least);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool
str_is(struct str a, const char *zero_terminated)
{
    return str_eq(a, str_of(zero_terminated));
}

bool
str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

static bool
blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
    while (s.len > 0 && blank(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && blank(s.at[s.len - 1]))
        s.len--;
    return s;
}

struct str
str_cut(struct str *rest, char mark)
{
    struct str whole = *rest;
    const char *found = whole.len == 0 ? NULL : memchr(whole.at, mark, whole.len);
    if (found == NULL) {
        *rest = (struct str){ NULL, 0 };
        return whole;
    }
    size_t head = (size_t)(found - whole.at);
    *rest = (struct str){ found + 1, whole.len - head - 1 };
    return (struct str){ whole.at, head };
}

bool
str_int(struct str s, int64_t *out)
{
    bool minus = s.len > 0 && s.at[0] == '-';
    size_t i = minus ? 1 : 0;
    if (i == s.len)
        return false;
    uint64_t limit = minus ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t n = 0;
    for (; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (n > (limit - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = minus ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

bool
str_e7(struct str s, int32_t *out)
{
    bool minus = s.len > 0 && s.at[0] == '-';
    struct str rest = minus ? (struct str){ s.at + 1, s.len - 1 } : s;
    struct str whole = str_cut(&rest, '.');
    int64_t n = 0;
    if (!str_int(whole, &n) || n < 0 || n > 180)
        return false;
    for (size_t i = 0; i < 7; i++) {
        n *= 10;
        if (i < rest.len) {
            if (rest.at[i] < '0' || rest.at[i] > '9')
                return false;
            n += rest.at[i] - '0';
        }
    }
    for (size_t i = 7; i < rest.len; i++)
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return false;
    if (n > 1800000000)
        return false;
    *out = (int32_t)(minus ? -n : n);
    return true;
}

/* The Unicode Standard, table 3-7: what may follow a first byte, by ranges of first bytes. */
static const struct {
    uint8_t first_low, first_high, len, low, high; /* of the second byte; others 80 .. bf */
} letters[] = {
    { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
    { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf }, { 0xf0, 0xf0, 4, 0x90, 0xbf },
    { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

size_t
str_letter(struct str s)
{
    if (s.len == 0)
        return 0;
    const uint8_t *b = (const uint8_t *)s.at;
    if (b[0] < 0x80)
        return 1;
    for (size_t i = 0; i < countof(letters); i++) {
        if (b[0] < letters[i].first_low || b[0] > letters[i].first_high)
            continue;
        if (s.len < letters[i].len || b[1] < letters[i].low || b[1] > letters[i].high)
            return 0;
        for (size_t k = 2; k < letters[i].len; k++)
            if ((b[k] & 0xc0) != 0x80)
                return 0;
        return letters[i].len;
    }
    return 0;
}

/* How many bytes from `i` on are ASCII for sure: eight at a time. */
static size_t
ascii(struct str s, size_t i)
{
    uint64_t eight;
    size_t from = i;
    for (; s.len - i >= sizeof(eight); i += sizeof(eight)) {
        memcpy(&eight, s.at + i, sizeof(eight));
        if ((eight & 0x8080808080808080u) != 0)
            break;
    }
    return i - from;
}

bool
str_is_utf8(struct str s)
{
    for (size_t i = ascii(s, 0), len; i < s.len; i += len) {
        len = (uint8_t)s.at[i] < 0x80 ? 1 : str_letter((struct str){ s.at + i, s.len - i });
        if (len == 0)
            return false;
    }
    return true;
}

bool
str_is_printable(struct str s)
{
    for (size_t i = 0, len; i < s.len; i += len) {
        uint8_t first = (uint8_t)s.at[i];
        len = str_letter((struct str){ s.at + i, s.len - i });
        if (len == 0 || first < 0x20 || first == 0x7f)
            return false;
        if (first == 0xc2 && (uint8_t)s.at[i + 1] < 0xa0)
            return false;
    }
    return true;
}

bool
str_fill(char *to, size_t size, struct str s)
{
    memset(to, 0, size);
    if (s.len >= size)
        return false;
    if (s.len > 0)
        memcpy(to, s.at, s.len);
    return true;
}

char *
str_dup(struct str s)
{
    char *copy = zalloc(s.len + 1);
    if (s.len > 0)
        memcpy(copy, s.at, s.len);
    return copy;
}

void
hex_of(char *to, const void *from, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = from;
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * len] = '\0';
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
hex_to(void *to, size_t len, struct str hex)
{
    uint8_t *bytes = to;
    if (hex.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(hex.at[2 * i]), low = hex_digit(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
