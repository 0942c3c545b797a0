/* header.c - fields, encoded-words, mailboxes and ids in raw header bytes. Pure but for iconv
 * behind charset.h. */
#include "gateways/email/header.h"

#include "gateways/email/charset.h"

#include <strings.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the first empty line begins; `after` it. */
static size_t
end_of_header(struct str m, size_t *after)
{
    size_t at = 0;
    while (at < m.len) {
        const char *mark = memchr(m.at + at, '\n', m.len - at);
        size_t next = mark == NULL ? m.len : (size_t)(mark - m.at) + 1;
        size_t len = next - at;
        if (mark != NULL && (len == 1 || (len == 2 && m.at[at] == '\r'))) {
            *after = next;
            return at;
        }
        at = next;
    }
    *after = m.len;
    return m.len;
}

struct str
header_of(struct str message)
{
    size_t after;
    return str_bytes(message.at, end_of_header(message, &after));
}

struct str
header_body(struct str message)
{
    size_t after;
    end_of_header(message, &after);
    return str_bytes(message.at + after, message.len - after);
}

struct str
header_field(struct str header, const char *name)
{
    size_t len = strlen(name), at = 0;
    while (at < header.len) {
        size_t end = at, begin = at;
        do { /* the line, and those folded to it */
            const char *mark = memchr(header.at + end, '\n', header.len - end);
            end = mark == NULL ? header.len : (size_t)(mark - header.at) + 1;
        } while (end < header.len && (header.at[end] == ' ' || header.at[end] == '\t'));
        at = end;
        struct str line = str_bytes(header.at + begin, end - begin), rest = line;
        struct str said = str_trim(str_cut(&rest, ':'));
        if (said.len == len && said.len < line.len && strncasecmp(said.at, name, len) == 0)
            return str_trim(rest);
    }
    return (struct str){ NULL, 0 };
}

/* ---- encoded-words: =?charset?B?bytes?= */

struct word {
    struct str charset, bytes, after; /* after: what follows it */
    char coding;
};

static bool
read_word(struct str s, struct word *w)
{
    if (s.len < 8 || s.at[0] != '=' || s.at[1] != '?')
        return false;
    struct str rest = str_bytes(s.at + 2, s.len - 2);
    const char *mark = memchr(rest.at, '?', rest.len < 60 ? rest.len : 60);
    if (mark == NULL)
        return false;
    struct str charset = str_cut(&rest, '?');
    if (rest.len < 4 || rest.at[1] != '?')
        return false;
    w->charset = str_cut(&charset, '*'); /* RFC 2231: charset*language */
    w->coding = (char)(rest.at[0] & ~0x20);
    rest = str_bytes(rest.at + 2, rest.len - 2);
    for (size_t i = 0; i + 1 < rest.len && rest.at[i] != '\n'; i++)
        if (rest.at[i] == '?' && rest.at[i + 1] == '=') {
            w->bytes = str_bytes(rest.at, i);
            w->after = str_bytes(rest.at + i + 2, rest.len - i - 2);
            return w->coding == 'B' || w->coding == 'Q';
        }
    return false;
}

static int
value_64(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

static void
put_base64(struct buf *out, struct str s)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < s.len; i++) {
        int v = value_64(s.at[i]);
        if (s.at[i] == '=')
            count = 0; /* padding in the middle begins a new quantum */
        if (v < 0)
            continue;
        bits = (bits << 6 | (uint32_t)v) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_put_u8(out, (uint8_t)(bits >> count));
        }
    }
}

static void
put_q(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte;
        if (s.at[i] == '_') {
            buf_put_u8(out, ' ');
        } else if (s.at[i] == '=' && i + 2 < s.len &&
                   hex_to(&byte, 1, str_bytes(s.at + i + 1, 2))) {
            buf_put_u8(out, byte);
            i += 2;
        } else {
            buf_put(out, s.at + i, 1);
        }
    }
}

static struct str
skip_blanks(struct str s)
{
    while (s.len > 0 && is_blank(s.at[0]))
        s = str_bytes(s.at + 1, s.len - 1);
    return s;
}

static bool
same_charset(struct str a, struct str b)
{
    return a.len == b.len && strncasecmp(a.at, b.at, a.len) == 0;
}

/* All words of one charset that follow each other, as one; returns what follows them. */
static struct str
put_words(struct buf *out, struct word w)
{
    struct buf bytes = { 0 };
    struct word next = w;
    struct str charset = w.charset, after;
    do {
        w = next;
        (w.coding == 'B' ? put_base64 : put_q)(&bytes, w.bytes);
        after = w.after;
    } while (read_word(skip_blanks(after), &next) && same_charset(charset, next.charset));
    charset_put(out, charset, buf_str(&bytes));
    buf_fini(&bytes);
    struct str beyond = skip_blanks(after);
    return read_word(beyond, &next) ? beyond : after; /* blanks between words are none */
}

/* On one line, blanks once, no controls. */
static void
tidy(struct buf *out, size_t from)
{
    size_t to = from;
    for (size_t i = from; i < out->len; i++) {
        uint8_t c = out->data[i];
        bool blank = c <= ' ' || c == 0x7f;
        if (blank && (to == from || out->data[to - 1] == ' '))
            continue;
        out->data[to++] = blank ? ' ' : c;
    }
    while (to > from && out->data[to - 1] == ' ')
        to--;
    out->len = to;
}

void
header_put_text(struct buf *out, struct str value, struct str charset)
{
    size_t from = out->len;
    struct word w;
    while (value.len > 0) {
        if (read_word(value, &w)) {
            value = put_words(out, w);
            continue;
        }
        size_t plain = 1;
        while (plain < value.len &&
               !(value.at[plain] == '=' && plain + 1 < value.len && value.at[plain + 1] == '?'))
            plain++;
        struct str text = str_bytes(value.at, plain);
        charset_put(out, str_is_utf8(text) ? STR("UTF-8") : charset, text);
        value = str_bytes(value.at + plain, value.len - plain);
    }
    tidy(out, from);
}

/* ---- mailboxes */

/* To the comma that ends this mailbox: not in quotes, brackets or comments. */
static struct str
cut_mailbox(struct str *rest)
{
    bool quoted = false;
    unsigned depth = 0;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->at[i];
        if (c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '(' || c == '<'))
            depth++;
        else if (!quoted && (c == ')' || c == '>'))
            depth -= depth > 0;
        else if (!quoted && depth == 0 && (c == ',' || c == ';'))
            break;
    }
    i = i < rest->len ? i : rest->len;
    struct str one = str_bytes(rest->at, i);
    size_t past = i < rest->len ? i + 1 : i;
    *rest = str_bytes(rest->at + past, rest->len - past);
    return str_trim(one);
}

/* "Fault desk: a@b" of a group begins with its name. */
static struct str
bare_address(struct str s)
{
    size_t begin = 0;
    s = str_trim(str_cut(&s, '('));
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == ':' || is_blank(s.at[i]))
            begin = i + 1;
    return str_bytes(s.at + begin, s.len - begin);
}

bool
header_mailbox(struct str *rest, char *address, size_t size, struct str *name)
{
    while (rest->len > 0) {
        struct str one = cut_mailbox(rest);
        const char *open = one.len == 0 ? NULL : memrchr(one.at, '<', one.len);
        struct str found = bare_address(one);
        *name = (struct str){ NULL, 0 };
        if (open != NULL) {
            size_t at = (size_t)(open - one.at) + 1;
            found = str_bytes(one.at + at, one.len - at);
            found = str_trim(str_cut(&found, '>'));
            *name = str_trim(str_bytes(one.at, at - 1));
            if (name->len >= 2 && name->at[0] == '"' && name->at[name->len - 1] == '"')
                *name = str_bytes(name->at + 1, name->len - 2);
        }
        if (found.len > 0 && memchr(found.at, '@', found.len) != NULL && str_is_printable(found) &&
            str_fill(address, size, found))
            return true;
    }
    return false;
}

bool
header_id(struct str *rest, struct str *id)
{
    const char *open = rest->len == 0 ? NULL : memchr(rest->at, '<', rest->len);
    if (open == NULL)
        return false;
    size_t at = (size_t)(open - rest->at) + 1;
    struct str after = str_bytes(rest->at + at, rest->len - at);
    const char *close = after.len == 0 ? NULL : memchr(after.at, '>', after.len);
    if (close == NULL)
        return false;
    *id = str_bytes(after.at, (size_t)(close - after.at));
    *rest = str_bytes(close + 1, after.len - id->len - 1);
    return true;
}

struct str
header_parameter(struct str value, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len + 1 < value.len; i++) {
        bool begins = i == 0 || value.at[i - 1] == ';' || is_blank(value.at[i - 1]);
        if (!begins || strncasecmp(value.at + i, name, len) != 0 || value.at[i + len] != '=')
            continue;
        struct str s = str_bytes(value.at + i + len + 1, value.len - i - len - 1);
        if (s.len > 0 && s.at[0] == '"') {
            s = str_bytes(s.at + 1, s.len - 1);
            return str_cut(&s, '"');
        }
        return str_trim(str_cut(&s, ';'));
    }
    return (struct str){ NULL, 0 };
}
