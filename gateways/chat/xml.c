/* xml.c - a cursor over tags. */
#include "gateways/chat/xml.h"

enum { DEPTH_MAX = 64 };

struct tag {
    struct str name;
    bool closes, empty;
};

static bool
skip_past(struct str *s, struct str mark)
{
    for (size_t i = 0; i + mark.len <= s->len; i++)
        if (memcmp(s->at + i, mark.at, mark.len) == 0) {
            *s = str_bytes(s->at + i + mark.len, s->len - i - mark.len);
            return true;
        }
    return false;
}

/* "amp", "#38", "#x26" */
static bool
put_entity(struct buf *out, struct str name)
{
    static const struct {
        const char *name;
        char is;
    } rows[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
    for (size_t i = 0; i < countof(rows); i++)
        if (str_is(name, rows[i].name)) {
            buf_put_u8(out, (uint8_t)rows[i].is);
            return true;
        }
    if (name.len < 2 || name.len > 8 || name.at[0] != '#')
        return false;
    bool hex = name.at[1] == 'x';
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < name.len; i++) {
        char d = name.at[i];
        uint32_t n = d >= '0' && d <= '9'          ? (uint32_t)(d - '0')
                     : hex && d >= 'a' && d <= 'f' ? (uint32_t)(d - 'a' + 10)
                     : hex && d >= 'A' && d <= 'F' ? (uint32_t)(d - 'A' + 10)
                                                   : 99;
        if (n == 99)
            return false;
        c = c * (hex ? 16 : 10) + n;
    }
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return false;
    buf_put_letter(out, c);
    return true;
}

static bool
put_text(struct buf *out, struct str text)
{
    while (text.len > 0) {
        struct str plain = text;
        plain.len = 0;
        while (plain.len < text.len && text.at[plain.len] != '&')
            plain.len++;
        buf_put(out, plain.at, plain.len);
        text = str_bytes(text.at + plain.len, text.len - plain.len);
        if (text.len == 0)
            break;
        text = str_bytes(text.at + 1, text.len - 1);
        if (memchr(text.at, ';', text.len) == NULL || !put_entity(out, str_cut(&text, ';')))
            return false;
    }
    return true;
}

/* Text up to the next tag (into `out` when it is not NULL), then the tag. */
static bool
next_tag(struct str *s, struct tag *tag, struct buf *out)
{
    for (;;) {
        size_t len = 0;
        while (len < s->len && s->at[len] != '<')
            len++;
        if (len == s->len || (out != NULL && !put_text(out, str_bytes(s->at, len))))
            return false;
        *s = str_bytes(s->at + len, s->len - len);
        if (str_starts(*s, STR("<![CDATA["))) {
            *s = str_bytes(s->at + 9, s->len - 9);
            const char *from = s->at;
            if (!skip_past(s, STR("]]>")))
                return false;
            if (out != NULL)
                buf_put(out, from, (size_t)(s->at - from) - 3);
        } else if (str_starts(*s, STR("<?")) || str_starts(*s, STR("<!--"))) {
            if (!skip_past(s, s->at[1] == '?' ? STR("?>") : STR("-->")))
                return false;
        } else {
            break;
        }
    }
    const char *from = s->at + 1;
    if (s->len < 3 || *from == '!' || !skip_past(s, STR(">")))
        return false;
    size_t len = (size_t)(s->at - from) - 1;
    bool closes = *from == '/'; /* and then it is not empty, though it be "</>" */
    *tag = (struct tag){ .closes = closes, .empty = !closes && len > 0 && from[len - 1] == '/' };
    from += tag->closes;
    len -= tag->closes + tag->empty;
    struct str rest = str_bytes(from, len);
    tag->name = str_trim(str_cut(&rest, ' '));
    return tag->name.len > 0;
}

bool
xml_child(struct buf *out, struct str xml, const char *name)
{
    struct tag tag;
    size_t depth = 0, begin = out->len;
    do {
        if (!next_tag(&xml, &tag, NULL))
            return false;
        if (tag.closes && depth == 0)
            return false;
        if (!tag.closes && depth == 1 && str_is(tag.name, name)) {
            bool good =
                tag.empty || (next_tag(&xml, &tag, out) && tag.closes && str_is(tag.name, name));
            out->len = good ? out->len : begin;
            return good;
        }
        depth += tag.closes ? (size_t)-1 : !tag.empty;
    } while (depth > 0 && depth <= DEPTH_MAX);
    return false;
}
