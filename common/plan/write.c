/* write.c - structs into YAML: always the same bytes for the same plan, the rows of fields.c in
 * their order, absent fields left out, readable by people (Chinese stays Chinese). */
#include "common/plan/write.h"

#include <stdio.h>

static bool
letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool
word_of_yaml(const char *text)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "on", "off", "null", "y", "n"
    };
    for (size_t i = 0; i < countof(words); i++) {
        const char *a = text, *b = words[i];
        while (*a != '\0' && (*a | 0x20) == *b) {
            a++;
            b++;
        }
        if (*a == '\0' && *b == '\0')
            return true;
    }
    return false;
}

/* Can the text stand without quotes, for every reader of YAML? Begins with a letter and has
 * nothing that YAML could take for a sign of its own. */
static bool
plain(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || !letter((unsigned char)text[0]) || text[len - 1] == ' ' || word_of_yaml(text))
        return false;
    for (const char *c = text; *c != '\0'; c++) {
        /* C1 controls, byte order mark and line separators hide behind these lead bytes */
        if ((unsigned char)*c == 0xc2 || (unsigned char)*c == 0xe2 || (unsigned char)*c == 0xef)
            return false;
        if (!letter((unsigned char)*c) && !(*c >= '0' && *c <= '9') &&
            strchr(" ._-+/@()", *c) == NULL)
            return false;
    }
    return true;
}

/* The code point at `at`; its length in *len, 0 when it is not UTF-8. */
static uint32_t
code_point(const unsigned char *at, size_t *len)
{
    *len = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 0;
    uint32_t c = at[0];
    if (*len > 1)
        c &= (uint32_t)0x7f >> *len;
    for (size_t i = 1; i < *len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            *len = 0;
            return at[0];
        }
        c = c << 6 | (at[i] & 0x3f);
    }
    return c;
}

static bool
unseen(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x2029) || c == 0xfeff ||
           c == 0xfffe || c == 0xffff;
}

static void
put_quoted(struct buf *to, const char *text)
{
    buf_put_u8(to, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t len;
        uint32_t c = code_point(at, &len);
        if (len == 0) { /* not UTF-8: a byte becomes the letter of that number */
            buf_printf(to, "\\x%02X", (unsigned)c);
            at++;
            continue;
        }
        if (c == '"' || c == '\\')
            buf_put_u8(to, '\\');
        if (unseen(c))
            buf_printf(to, "\\u%04X", (unsigned)c);
        else
            buf_put(to, at, len);
        at += len;
    }
    buf_put_u8(to, '"');
}

static void
put_text(struct buf *to, const char *text)
{
    if (plain(text))
        buf_put(to, text, strlen(text));
    else
        put_quoted(to, text);
}

/* The shortest decimal that reads back as the same double. */
static void
put_real(struct buf *to, double v)
{
    char text[64];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (digits == 17 || !(strtod(text, NULL) < v || strtod(text, NULL) > v))
            break;
    }
    buf_put(to, text, strlen(text));
}

static void
put_flow(struct buf *to, const struct noun *n, const void *item)
{
    bool first = true;
    buf_put_u8(to, '{');
    for (size_t i = 0; i < n->fields_count; i++) {
        const struct field *f = &n->fields[i];
        if (field_absent(f, item))
            continue;
        buf_printf(to, "%s%s: ", first ? "" : ", ", f->key);
        write_value(to, f, item);
        first = false;
    }
    buf_put_u8(to, '}');
}

static void
put_items(struct buf *to, const struct field *f, const void *item)
{
    buf_put_u8(to, '[');
    for (unsigned i = 0; i < field_count(f, item); i++) {
        if (i > 0)
            buf_put(to, ", ", 2);
        if (f->kind == FIELD_TEXTS)
            put_text(to, ((char **)field_pointer(f, item))[i]);
        else
            put_flow(to, f->of, field_item(f, item, i));
    }
    buf_put_u8(to, ']');
}

void
write_value(struct buf *to, const struct field *f, const void *item)
{
    if (field_absent(f, item))
        return;
    const void *at = field_at(f, item);
    switch (f->kind) {
    case FIELD_TEXT:
        put_text(to, field_pointer(f, item));
        break;
    case FIELD_COUNT:
        buf_printf(to, "%u", *(const unsigned *)at);
        break;
    case FIELD_OFFSET:
        buf_printf(to, "%d", *(const int *)at);
        break;
    case FIELD_NUMBER:
        buf_printf(to, "%u", *(unsigned *)field_pointer(f, item));
        break;
    case FIELD_REAL:
        put_real(to, *(const double *)at);
        break;
    case FIELD_DEGREE:
        put_real(to, *(double *)field_pointer(f, item));
        break;
    case FIELD_FLAG:
        buf_printf(to, "%s", *(bool *)field_pointer(f, item) ? "true" : "false");
        break;
    case FIELD_TEXTS:
    case FIELD_LIST:
        put_items(to, f, item);
        break;
    case FIELD_PART:
        put_flow(to, f->of, at);
        break;
    case FIELD_KINDS:
        break;
    }
}

struct page {
    struct buf *to;
    bool public_only;
};

static void put_block(struct page *g, const struct noun *n, const void *item, unsigned indent,
                      bool dash);

static void
put_list(struct page *g, const struct field *f, const void *item, unsigned indent)
{
    buf_put_u8(g->to, '\n');
    for (unsigned i = 0; i < field_count(f, item); i++) {
        if (f->of->flow) {
            buf_printf(g->to, "%*s- ", (int)indent + 2, "");
            put_flow(g->to, f->of, field_item(f, item, i));
            buf_put_u8(g->to, '\n');
        } else {
            put_block(g, f->of, field_item(f, item, i), indent + 4, true);
        }
    }
}

static void
put_field(struct page *g, const struct field *f, const void *item, unsigned indent)
{
    buf_printf(g->to, "%s:", f->key);
    if (f->kind == FIELD_LIST) {
        put_list(g, f, item, indent);
    } else if (f->kind == FIELD_PART) {
        buf_put_u8(g->to, '\n');
        put_block(g, f->of, field_at(f, item), indent + 2, false);
    } else {
        buf_put_u8(g->to, ' ');
        write_value(g->to, f, item);
        buf_put_u8(g->to, '\n');
    }
}

/* Fields one below the other. `dash`: the first one bears the "- " of a list's item. */
static void
put_block(struct page *g, const struct noun *n, const void *item, unsigned indent, bool dash)
{
    for (size_t i = 0; i < n->fields_count; i++) {
        const struct field *f = &n->fields[i];
        if (field_absent(f, item) || (g->public_only && f->hidden))
            continue;
        if (dash)
            buf_printf(g->to, "%*s- ", (int)indent - 2, "");
        else
            buf_printf(g->to, "%*s", (int)indent, "");
        dash = false;
        put_field(g, f, item, indent);
    }
}

void
plan_write(const struct plan *p, bool public_only, struct buf *yaml)
{
    struct page page = { yaml, public_only };
    struct plan shown = *p; /* shallow: only its mark differs */
    bool yes = true;
    if (public_only)
        shown.map = &yes;
    put_block(&page, &noun_plan, &shown, 0, false);
}

void
plan_write_principals(const struct plan *p, struct buf *yaml)
{
    struct page page = { yaml, false };
    struct plan shown = { .principals = p->principals, .principals_count = p->principals_count };
    put_field(&page, noun_field(&noun_plan, STR("principals")), &shown, 0);
}
