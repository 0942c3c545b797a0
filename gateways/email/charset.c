/* charset.c - a table of what charsets' names really mean, tried in order; iconv does the work.
 *
 * Order: the names of the table, strictly; the same with replacement when few bytes are wrong;
 * UTF-8; GB18030 when high bytes come in pairs; Windows-1252, which takes everything. */
#include "gateways/email/charset.h"

#include <iconv.h>
#include <strings.h>

enum { TRIES = 3, NAME_MAX_LEN = 40 };

static const struct {
    const char *said, *means[TRIES];
} aliases[] = {
    { "gb2312", { "GB18030" } },
    { "gb_2312-80", { "GB18030" } },
    { "gbk", { "GB18030" } },
    { "x-gbk", { "GB18030" } },
    { "cp936", { "GB18030" } },
    { "gb18030", { "GB18030" } },
    { "euc-cn", { "GB18030" } },
    { "big5", { "BIG5", "BIG5-HKSCS", "CP950" } },
    { "x-x-big5", { "BIG5", "BIG5-HKSCS", "CP950" } },
    { "cn-big5", { "BIG5", "BIG5-HKSCS", "CP950" } },
    { "big5-hkscs", { "BIG5-HKSCS" } },
    { "big5hkscs", { "BIG5-HKSCS" } },
    { "shift_jis", { "CP932" } },
    { "shift-jis", { "CP932" } },
    { "x-sjis", { "CP932" } },
    { "iso-2022-jp", { "ISO-2022-JP-3", "CP50221" } },
    { "ks_c_5601-1987", { "CP949" } },
    { "euc-kr", { "CP949" } },
    { "iso-8859-1", { "WINDOWS-1252" } },
    { "latin1", { "WINDOWS-1252" } },
    { "iso-8859-8-i", { "ISO-8859-8" } },
    { "unicode-1-1-utf-7", { "UTF-7" } },
    { "utf8", { "UTF-8" } },
    { "us-ascii", { "UTF-8" } },
    { "ascii", { "UTF-8" } },
    { "x-mac-roman", { "MACINTOSH" } },
    { "tis-620", { "WINDOWS-874" } },
};

/* What iconv has not converted: bytes replaced. SIZE_MAX: it does not know the charset. */
static size_t
convert(struct buf *out, const char *from, struct str bytes)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        return SIZE_MAX;
    char *in = (char *)(uintptr_t)bytes.at;
    size_t left = bytes.len, replaced = 0;
    bool flushed = false;
    while (!flushed) {
        size_t room = left * 2 + 64;
        char *to = (char *)buf_reserve(out, room), *begin = to;
        flushed = left == 0;
        size_t r = iconv(cd, flushed ? NULL : &in, flushed ? NULL : &left, &to, &room);
        out->len += (size_t)(to - begin);
        if (r != (size_t)-1 || room < 16)
            continue;
        if (!flushed) { /* a byte that means nothing here */
            buf_put(out, "\xef\xbf\xbd", 3);
            in++;
            left--;
            replaced++;
        }
    }
    iconv_close(cd);
    return replaced;
}

/* HZ (RFC 1843): GB 2312 in seven bits between ~{ and ~}. */
static void
put_hz(struct buf *out, struct str bytes)
{
    struct buf gb = { 0 };
    bool chinese = false;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i], next = i + 1 < bytes.len ? bytes.at[i + 1] : '\0';
        if (c == '~' && (next == '{' || next == '}' || next == '~' || next == '\n')) {
            chinese = next == '{' || (chinese && next == '\n');
            if (next == '~')
                buf_put(&gb, "~", 1);
            i++;
        } else if (chinese && c > ' ' && next > ' ') {
            buf_put_u8(&gb, (uint8_t)(c | 0x80));
            buf_put_u8(&gb, (uint8_t)(next | 0x80));
            i++;
        } else {
            chinese = chinese && c != '\n';
            buf_put(&gb, &c, 1);
        }
    }
    convert(out, "GB18030", buf_str(&gb));
    buf_fini(&gb);
}

static size_t
high_bytes(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += (s.at[i] & 0x80) != 0;
    return n;
}

/* Do most high bytes stand in runs of even length, as Chinese in GBK does? */
static bool
looks_chinese(struct str s)
{
    size_t even = 0, all = 0;
    for (size_t i = 0, run = 0; i <= s.len; i++)
        if (i < s.len && (s.at[i] & 0x80) != 0) {
            run++;
        } else {
            all += run;
            even += run % 2 == 0 ? run : 0;
            run = 0;
        }
    return all > 0 && even * 2 > all;
}

/* false: it is nothing of this charset; `out` is as before. */
static bool
put_as(struct buf *out, const char *from, struct str bytes, size_t allowed)
{
    size_t before = out->len, replaced = convert(out, from, bytes);
    if (replaced <= allowed)
        return true;
    out->len = before;
    return false;
}

static void
put_guessed(struct buf *out, struct str bytes)
{
    if (str_is_utf8(bytes))
        buf_put(out, bytes.at, bytes.len);
    else if (!(looks_chinese(bytes) && put_as(out, "GB18030", bytes, 0)))
        (void)put_as(out, "WINDOWS-1252", bytes, bytes.len);
}

static void
put_named(struct buf *out, const char *name, struct str bytes)
{
    const char *const own[TRIES] = { name }, *const *means = own;
    for (size_t i = 0; i < countof(aliases); i++)
        if (strcasecmp(aliases[i].said, name) == 0)
            means = aliases[i].means;
    for (size_t i = 0; i < TRIES && means[i] != NULL; i++)
        if (put_as(out, means[i], bytes, 0))
            return;
    if (!put_as(out, means[0], bytes, high_bytes(bytes) / 4))
        put_guessed(out, bytes);
}

/* iconv lets halves of surrogate pairs pass; they are no letters, and NUL is none to us. */
static void
clean(struct buf *out, size_t from)
{
    struct buf good = { 0 };
    size_t letter;
    if (str_is_utf8(str_bytes(out->data + from, out->len - from)) &&
        memchr(out->data + from, '\0', out->len - from) == NULL)
        return;
    for (size_t i = from; i < out->len; i += letter) {
        letter = str_letter(str_bytes(out->data + i, out->len - i));
        if (letter == 0)
            buf_put(&good, "\xef\xbf\xbd", 3);
        else if (out->data[i] != '\0')
            buf_put(&good, out->data + i, letter);
        letter = letter == 0 ? 1 : letter;
    }
    out->len = from;
    buf_put(out, good.data, good.len);
    buf_fini(&good);
}

void
charset_put(struct buf *out, struct str name, struct str bytes)
{
    char said[NAME_MAX_LEN];
    size_t before = out->len;
    name = str_trim(name);
    bool named = name.len > 0 && str_fill(said, sizeof(said), name) &&
                 memchr(name.at, '/', name.len) == NULL && memchr(name.at, ',', name.len) == NULL;
    if (bytes.len == 0)
        return;
    if (named && strncasecmp(said, "hz", 2) == 0 && (said[2] == '\0' || said[2] == '-'))
        put_hz(out, bytes);
    else if (named)
        put_named(out, said, bytes);
    else
        put_guessed(out, bytes);
    if (out->len > before)
        clean(out, before);
}
