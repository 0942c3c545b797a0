/* html.c - tags by a table: what a tag does to the text that is being written.
 *
 * Invariant: every byte of the input is looked at a bounded number of times. */
#include "gateways/email/html.h"

#include <stdio.h>
#include <strings.h>

enum deed { PASS_OVER, BREAK, PARAGRAPH, ITEM, CELL, QUOTE, HIDE };

static const struct {
    const char *name;
    enum deed deed;
} tags[] = {
    { "br", BREAK },      { "p", PARAGRAPH },   { "div", BREAK },        { "tr", BREAK },
    { "table", BREAK },   { "ul", BREAK },      { "ol", BREAK },         { "li", ITEM },
    { "h1", PARAGRAPH },  { "h2", PARAGRAPH },  { "h3", PARAGRAPH },     { "h4", PARAGRAPH },
    { "hr", BREAK },      { "pre", BREAK },     { "td", CELL },          { "th", CELL },
    { "script", HIDE },   { "style", HIDE },    { "head", HIDE },        { "title", HIDE },
    { "section", BREAK }, { "article", BREAK }, { "blockquote", QUOTE }, { "dd", BREAK },
    { "dt", BREAK },      { "center", BREAK },  { "body", BREAK },       { "address", BREAK },
};

/* What mailers write around the mail that is answered. */
static const char *const quoted_marks[] = {
    "divRplyFwdMsg", "appendonsend",        "OLK_SRC_BODY_SECTION",  "isReplyContent",
    "yahoo_quoted",  "mail-quote-collapse", "ntes-mailmaster-quote",
};
static const char quoted_line[] = "-----Original Message-----";

static const struct {
    const char *name, *letter;
} entities[] = {
    { "amp", "&" },    { "lt", "<" },    { "gt", ">" },     { "quot", "\"" },  { "apos", "'" },
    { "nbsp", " " },   { "copy", "©" },  { "reg", "®" },    { "deg", "°" },    { "euro", "€" },
    { "pound", "£" },  { "yen", "¥" },   { "middot", "·" }, { "hellip", "…" }, { "ndash", "–" },
    { "mdash", "—" },  { "lsquo", "‘" }, { "rsquo", "’" },  { "ldquo", "“" },  { "rdquo", "”" },
    { "auml", "ä" },   { "ouml", "ö" },  { "uuml", "ü" },   { "Auml", "Ä" },   { "Ouml", "Ö" },
    { "Uuml", "Ü" },   { "szlig", "ß" }, { "eacute", "é" }, { "egrave", "è" }, { "agrave", "à" },
    { "ccedil", "ç" }, { "times", "×" }, { "ensp", " " },   { "emsp", " " },   { "zwnj", "" },
};

struct page {
    struct buf *out;
    size_t from;       /* where this page begins in out */
    unsigned quotes;   /* depth of quotations */
    unsigned pre;      /* depth of preformatted text */
    bool blank, fresh; /* a blank is owed; at the beginning of a line */
};

static void
end_line(struct page *p, bool always)
{
    p->blank = false;
    if (p->fresh && !always)
        return;
    if (p->out->len > p->from)
        buf_put(p->out, "\n", 1);
    p->fresh = true;
}

static void
put_text(struct page *p, const char *bytes, size_t len)
{
    for (unsigned i = 0; p->fresh && i < p->quotes && i < 5; i++)
        buf_put(p->out, "> ", 2);
    if (p->blank && !p->fresh)
        buf_put(p->out, " ", 1);
    p->blank = p->fresh = false;
    buf_put(p->out, bytes, len);
}

static void
put_byte(struct page *p, char c)
{
    if (c == '\n' && p->pre > 0)
        end_line(p, true);
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        p->blank = true;
    else
        put_text(p, &c, 1);
}

/* ---- entities */

static void
put_letter(struct page *p, uint32_t n)
{
    struct buf utf8 = { 0 };
    if (n == 0xa0 || n == ' ' || n == '\n' || n == '\t' || n == '\r') {
        p->blank = true;
        return;
    }
    if (n < ' ' || n > 0x10ffff || (n >= 0xd800 && n < 0xe000))
        return;
    buf_put_letter(&utf8, n);
    put_text(p, (const char *)utf8.data, utf8.len);
    buf_fini(&utf8);
}

/* How many bytes the entity takes that `s` begins with ('&'). */
static size_t
put_entity(struct page *p, struct str s)
{
    enum { LONGEST = 10 };
    size_t end = 1;
    while (end < s.len && end < LONGEST && s.at[end] != ';' && s.at[end] != '<')
        end++;
    if (end < s.len && s.at[end] == ';' && s.at[1] == '#') {
        bool hex = s.at[2] == 'x' || s.at[2] == 'X';
        char digits[LONGEST + 1] = "";
        memcpy(digits, s.at + 2 + hex, end - 2 - (hex ? 1 : 0));
        put_letter(p, (uint32_t)strtoul(digits, NULL, hex ? 16 : 10));
        return end + 1;
    }
    for (size_t i = 0; end < s.len && s.at[end] == ';' && i < countof(entities); i++)
        if (str_is(str_bytes(s.at + 1, end - 1), entities[i].name)) {
            const char *letter = entities[i].letter;
            if (str_is(str_of(letter), " "))
                p->blank = true;
            else if (letter[0] != '\0')
                put_text(p, letter, strlen(letter));
            return end + 1;
        }
    put_text(p, "&", 1);
    return 1;
}

/* ---- tags */

/* To the '>' that ends the tag; attributes may hold one in quotes. */
static size_t
tag_length(struct str s)
{
    enum { LONGEST = 4096 }; /* so far quotes are looked at */
    char quote = '\0';
    for (size_t i = 1; i < s.len && i < LONGEST; i++) {
        char c = s.at[i];
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && s.at[i - 1] == '=')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    const char *mark = memchr(s.at, '>', s.len); /* a quote that never ends is none */
    return mark == NULL ? s.len : (size_t)(mark - s.at) + 1;
}

static enum deed
deed_of(struct str name)
{
    for (size_t i = 0; i < countof(tags); i++)
        if (name.len == strlen(tags[i].name) && strncasecmp(name.at, tags[i].name, name.len) == 0)
            return tags[i].deed;
    return PASS_OVER;
}

static bool
is_quoted_mark(struct str tag)
{
    for (size_t i = 0; i < countof(quoted_marks); i++)
        if (memmem(tag.at, tag.len, quoted_marks[i], strlen(quoted_marks[i])) != NULL)
            return true;
    return false;
}

/* The length of what is hidden from `s` (behind the opening tag) to behind its closing one. */
static size_t
hidden_length(struct str s, struct str name)
{
    for (size_t i = 0; i + name.len + 2 < s.len; i++) {
        const char *mark = memchr(s.at + i, '<', s.len - i);
        if (mark == NULL)
            return s.len;
        i = (size_t)(mark - s.at);
        if (i + name.len + 2 < s.len && s.at[i + 1] == '/' &&
            strncasecmp(s.at + i + 2, name.at, name.len) == 0)
            return i + tag_length(str_bytes(s.at + i, s.len - i));
        /* a head without an end stops where the body begins */
        if (name.len == 4 && i + 5 < s.len && strncasecmp(s.at + i, "<body", 5) == 0)
            return i;
    }
    return s.len;
}

static void
do_tag(struct page *p, enum deed deed, bool closes, struct str name)
{
    if (name.len == 3 && strncasecmp(name.at, "pre", 3) == 0)
        p->pre = closes ? p->pre - (p->pre > 0) : p->pre + 1;
    switch (deed) {
    case BREAK:
        end_line(p, name.len == 2 && (name.at[0] | 0x20) == 'b' && !closes);
        break;
    case PARAGRAPH:
        end_line(p, false);
        break;
    case ITEM:
        end_line(p, false);
        if (!closes)
            put_text(p, "- ", 2);
        break;
    case CELL:
        p->blank = true;
        break;
    case QUOTE:
        end_line(p, false);
        p->quotes = closes ? p->quotes - (p->quotes > 0) : p->quotes + 1;
        break;
    case PASS_OVER:
    case HIDE:
        break;
    }
}

/* How many bytes the tag takes that `s` begins with ('<'), with what it hides. */
static size_t
put_tag(struct page *p, struct str s)
{
    if (str_starts(s, STR("<!--"))) {
        const char *end = memmem(s.at, s.len, "-->", 3);
        return end == NULL ? s.len : (size_t)(end - s.at) + 3;
    }
    bool closes = s.len > 1 && s.at[1] == '/';
    struct str name = str_bytes(s.at + 1 + closes, 0);
    while (name.at + name.len < s.at + s.len && strchr(" \t\r\n/>", name.at[name.len]) == NULL &&
           name.len < 20)
        name.len++;
    char first = (char)(name.len > 0 ? name.at[0] | 0x20 : 0);
    if (!(first >= 'a' && first <= 'z') && first != '!' && first != '?') {
        put_text(p, "<", 1);
        return 1;
    }
    size_t len = tag_length(s);
    enum deed deed = deed_of(name);
    if (!closes && is_quoted_mark(str_bytes(s.at, len))) {
        end_line(p, false);
        put_text(p, quoted_line, strlen(quoted_line));
        end_line(p, false);
    }
    do_tag(p, deed, closes, name);
    if (deed == HIDE && !closes && s.at[len - 1] == '>' && s.at[len - 2] != '/')
        len += hidden_length(str_bytes(s.at + len, s.len - len), name);
    return len;
}

void
html_put_text(struct buf *out, struct str html)
{
    struct page p = { .out = out, .from = out->len, .fresh = true };
    for (size_t i = 0; i < html.len;) {
        struct str rest = str_bytes(html.at + i, html.len - i);
        if (html.at[i] == '<')
            i += put_tag(&p, rest);
        else if (html.at[i] == '&')
            i += put_entity(&p, rest);
        else
            put_byte(&p, html.at[i++]);
    }
    end_line(&p, false);
}

struct str
html_charset(struct str html)
{
    struct str head = str_bytes(html.at, html.len < 4096 ? html.len : 4096);
    for (size_t i = 0; i + 8 < head.len; i++) {
        if (strncasecmp(head.at + i, "charset=", 8) != 0)
            continue;
        size_t begin = i + 8 + (head.at[i + 8] == '"' || head.at[i + 8] == '\''), end = begin;
        while (end < head.len && strchr("\"' />;", head.at[end]) == NULL)
            end++;
        return str_bytes(head.at + begin, end - begin);
    }
    return (struct str){ NULL, 0 };
}
