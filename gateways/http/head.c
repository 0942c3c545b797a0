/* head.c - from the first line to the empty one. */
#include "gateways/http/head.h"

enum { DIGITS_MAX = 15, BAD = 400, LENGTH_REQUIRED = 411, OTHER_VERSION = 505 };

size_t
http_head_len(struct str bytes)
{
    const char *at = bytes.at, *end = bytes.at + bytes.len;
    while (bytes.len > 0 && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        const char *next = at < end && *at == '\r' ? at + 1 : at;
        if (next < end && *next == '\n')
            return (size_t)(next + 1 - bytes.at);
    }
    return 0;
}

/* ---- pieces */

/* With a zero behind it: there, at least a line's end stood. */
static char *
piece(struct str s)
{
    char *text = (char *)(uintptr_t)s.at;
    text[s.len] = '\0';
    return text;
}

/* false: it does not end as it should. */
static bool
next_line(struct str *rest, struct str *out)
{
    *out = str_cut(rest, '\n');
    if (out->len == 0 || out->at[out->len - 1] != '\r')
        return false;
    out->len--;
    return true;
}

static bool
is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter_or_digit(s.at[i]) &&
            (s.at[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", s.at[i])))
            return false;
    return s.len > 0;
}

static void
lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)(*text >= 'A' && *text <= 'Z' ? *text + 32 : *text);
}

static int
digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* ---- the first line */

/* %41 is A. */
static bool
decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        int high = 0, low = 0;
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        if ((high = digit_of(at[1])) < 0 || (low = digit_of(at[2])) < 0)
            return false;
        *to++ = (char)(high * 16 + low);
        at += 2;
    }
    bool good = str_is_printable(str_bytes(text, (size_t)(to - text)));
    *to = '\0';
    return good;
}

/* "/path?query", or as proxies write it: "http://host/path?query". */
static bool
read_target(struct http_head *h, struct str target)
{
    static const struct str schemes[] = { { "http://", 7 }, { "https://", 8 } };
    for (size_t i = 0; i < target.len; i++)
        if (target.at[i] <= ' ' || target.at[i] >= 0x7f)
            return false;
    for (size_t i = 0; i < countof(schemes); i++)
        if (str_starts(target, schemes[i])) {
            struct str host = str_bytes(target.at + schemes[i].len, target.len - schemes[i].len);
            size_t len = str_cut(&host, '/').len + schemes[i].len;
            target = str_bytes(target.at + len, target.len - len);
        }
    if (!str_starts(target, STR("/")))
        return false;
    struct str path = str_cut(&target, '?');
    h->query = target;
    h->path = piece(path);
    return decode(piece(path));
}

static int
read_line(struct http_head *h, struct str line)
{
    struct str method = str_cut(&line, ' '), target = str_cut(&line, ' ');
    if (!is_name(method) || !str_starts(line, STR("HTTP/")))
        return BAD;
    if (!str_starts(line, STR("HTTP/1.")) || line.len != 8 || digit_of(line.at[7]) < 0)
        return OTHER_VERSION;
    h->keeps = line.at[7] != '0';
    h->method = piece(method);
    return read_target(h, target) ? 0 : BAD;
}

/* ---- header fields */

static int
take_length(struct http_head *h, struct str value)
{
    if (h->has_length || value.len == 0 || value.len > DIGITS_MAX)
        return BAD;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return BAD;
        h->body_len = h->body_len * 10 + (uint64_t)(value.at[i] - '0');
    }
    h->has_length = true;
    return 0;
}

static int
take_coding(struct http_head *h, struct str value)
{
    (void)h;
    (void)value;
    return LENGTH_REQUIRED;
}

static int
take_connection(struct http_head *h, struct str value)
{
    while (value.len > 0) {
        struct str word = str_trim(str_cut(&value, ','));
        char text[8];
        if (!str_fill(text, sizeof(text), word))
            continue;
        lower(text);
        h->keeps = h->keeps && strcmp(text, "close") != 0;
    }
    return 0;
}

static const struct {
    const char *name;
    int (*take)(struct http_head *h, struct str value);
} fields[] = { { "content-length", take_length },
               { "transfer-encoding", take_coding },
               { "connection", take_connection } };

static bool
is_value(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((uint8_t)s.at[i] < ' ' && s.at[i] != '\t') || s.at[i] == 0x7f)
            return false;
    return true;
}

/* Twice is once too often: of two keys a proxy may have checked the other. */
static int
keep_field(struct http_head *h, const char *name, struct str value, const char *const *wanted)
{
    while (wanted != NULL && *wanted != NULL && strcmp(*wanted, name) != 0)
        wanted++;
    if (wanted == NULL || *wanted == NULL)
        return 0;
    for (size_t i = 0; i < h->headers_count; i++)
        if (h->headers[i].name == *wanted)
            return BAD;
    if (h->headers_count < HTTP_HEADERS)
        h->headers[h->headers_count++] = (struct http_header){ *wanted, piece(value) };
    return 0;
}

static int
read_field(struct http_head *h, struct str line, const char *const *wanted)
{
    struct str value = line, name = str_cut(&value, ':');
    if (name.len == line.len || !is_name(name) || !is_value(value))
        return BAD;
    value = str_trim(value);
    char *called = piece(name);
    lower(called);
    for (size_t i = 0; i < countof(fields); i++)
        if (strcmp(fields[i].name, called) == 0)
            return fields[i].take(h, value);
    return keep_field(h, called, value, wanted);
}

/* A body without a length would end nobody knows where. */
static bool
must_say_length(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

int
http_head_read(struct http_head *h, char *text, size_t len, const char *const *wanted)
{
    *h = (struct http_head){ .method = "", .path = "" };
    struct str rest = str_bytes(text, len), line;
    int status = next_line(&rest, &line) ? read_line(h, line) : BAD;
    while (status == 0) {
        if (!next_line(&rest, &line))
            status = BAD;
        else if (line.len == 0)
            break;
        else
            status = read_field(h, line, wanted);
    }
    if (status == 0 && must_say_length(h->method) && !h->has_length)
        status = LENGTH_REQUIRED;
    return status;
}
