/* shape.c - walks the tree of the text along the rows of fields.c, before libcyaml does, so that
 * all misspelt fields and malformed numbers are told at once, each with its own line.
 *
 * No node is visited twice: an alias (*name) would lead to one again, and a few lines of
 * aliases can stand for a billion nodes. */
#include "common/plan/shape.h"

#include <errno.h>
#include <stdlib.h>

struct shape {
    const struct lines *l;
    struct faults *f;
    uint8_t *seen; /* by node */
};

static void check_noun(struct shape *s, const struct noun *n, int node);

/* First visit? */
static bool
visit(struct shape *s, int node, const char *what)
{
    if (s->seen[node]) {
        fault_line(s->f, lines_line(s->l, node),
                   "%s: an alias points here; aliases (*name) are not understood in a plan, "
                   "write the value out",
                   what);
        return false;
    }
    s->seen[node] = 1;
    return true;
}

static bool
whole_number(struct str text, int64_t least, int64_t most)
{
    int64_t n;
    return str_int(text, &n) && n >= least && n <= most;
}

static bool
real_number(struct str text)
{
    char copy[64], *end;
    if (text.len == 0 || !str_fill(copy, sizeof(copy), text) ||
        strchr("+-.0123456789", copy[0]) == NULL)
        return false;
    errno = 0;
    (void)strtod(copy, &end);
    return *end == '\0' && errno == 0;
}

/* Is the text a value of this kind? Else says what it should be. */
static const char *
misfit(const struct field *f, struct str text)
{
    switch (f->kind) {
    case FIELD_COUNT:
    case FIELD_NUMBER:
        return whole_number(text, 0, UINT32_MAX) ? NULL : "a whole number, 0 or more";
    case FIELD_OFFSET:
        return whole_number(text, INT32_MIN, INT32_MAX) ? NULL : "a whole number";
    case FIELD_REAL:
    case FIELD_DEGREE:
        return real_number(text) ? NULL : "a number of degrees such as 42.3601";
    case FIELD_FLAG:
        return str_is(text, "true") || str_is(text, "false") ? NULL : "true or false";
    case FIELD_TEXT:
    case FIELD_TEXTS: /* one of them */
        return text.len == 0 || memchr(text.at, '\0', text.len) == NULL ? NULL
                                                                        : "without a zero byte";
    case FIELD_LIST:
    case FIELD_PART:
    case FIELD_KINDS:
        break;
    }
    return NULL;
}

static const char *
kind_wanted(const struct field *f)
{
    switch (f->kind) {
    case FIELD_TEXTS:
        return "a list of texts such as [one, two]";
    case FIELD_LIST:
        return "a list, each item a line \"- ...\" below it";
    case FIELD_PART:
        return "fields of its own, indented below it";
    case FIELD_TEXT:
    case FIELD_COUNT:
    case FIELD_OFFSET:
    case FIELD_NUMBER:
    case FIELD_REAL:
    case FIELD_DEGREE:
    case FIELD_FLAG:
    case FIELD_KINDS:
        break;
    }
    return "one value";
}

static enum lines_kind
lines_kind_of(const struct field *f)
{
    return f->kind == FIELD_TEXTS || f->kind == FIELD_LIST ? LINES_LIST
           : f->kind == FIELD_PART                         ? LINES_MAP
                                                           : LINES_TEXT;
}

static void
check_value(struct shape *s, const char *noun, const struct field *f, unsigned line, int value)
{
    struct str text = lines_text(s->l, value);
    const char *wanted = misfit(f, text);
    if (wanted != NULL)
        fault_line(s->f, line, "%s: %s is \"%.*s\" but must be %s", noun, f->key, STR_ARG(text),
                   wanted);
}

static void
check_items(struct shape *s, const struct noun *n, const struct field *f, int list)
{
    for (unsigned i = 0; i < lines_count(s->l, list); i++) {
        int item = lines_item(s->l, list, i);
        unsigned line = lines_line(s->l, item);
        if (!visit(s, item, f->key))
            continue;
        if (f->kind == FIELD_LIST)
            check_noun(s, f->of, item);
        else if (lines_kind(s->l, item) != LINES_TEXT)
            fault_line(s->f, line, "%s: %s must be %s", n->name, f->key, kind_wanted(f));
        else
            check_value(s, n->name, f, line, item);
    }
}

static void
check_field(struct shape *s, const struct noun *n, const struct field *f, int key, int value)
{
    unsigned line = lines_line(s->l, key);
    if (!visit(s, value, f->key))
        return;
    if (lines_kind(s->l, value) != lines_kind_of(f)) {
        /* `principals:` with nothing after it is an empty list */
        if (lines_kind(s->l, value) != LINES_TEXT || lines_text(s->l, value).len > 0)
            fault_line(s->f, line, "%s: %s must be %s", n->name, f->key, kind_wanted(f));
        return;
    }
    if (lines_kind(s->l, value) == LINES_LIST) {
        check_items(s, n, f, value);
    } else if (lines_kind(s->l, value) == LINES_MAP) {
        check_noun(s, f->of, value);
    } else {
        check_value(s, n->name, f, line, value);
    }
}

static void
refuse_key(struct shape *s, const struct noun *n, int key)
{
    struct buf known = { 0 };
    for (size_t i = 0; i < n->fields_count; i++)
        buf_printf(&known, "%s%s", i == 0 ? "" : ", ", n->fields[i].key);
    fault_line(s->f, lines_line(s->l, key), "%s: unknown field \"%.*s\"; it may have: %s", n->name,
               STR_ARG(lines_text(s->l, key)), buf_cstr(&known));
    buf_fini(&known);
}

/* Which fields has this map? Each once. */
static void
check_pairs(struct shape *s, const struct noun *n, int node, uint64_t *had)
{
    for (unsigned i = 0; i < lines_count(s->l, node); i++) {
        int key = lines_key(s->l, node, i);
        const struct field *f = noun_field(n, lines_text(s->l, key));
        if (f == NULL) {
            refuse_key(s, n, key);
            continue;
        }
        uint64_t bit = (uint64_t)1 << (f - n->fields);
        if (*had & bit)
            fault_line(s->f, lines_line(s->l, key), "%s: \"%s\" is said twice; keep one", n->name,
                       f->key);
        *had |= bit;
        check_field(s, n, f, key, lines_value(s->l, node, i));
    }
}

static void
check_noun(struct shape *s, const struct noun *n, int node)
{
    if (lines_kind(s->l, node) != LINES_MAP) {
        fault_line(s->f, lines_line(s->l, node),
                   "%s: must be fields with values, such as \"%s: ...\"", n->name,
                   n->fields[0].key);
        return;
    }
    uint64_t had = 0;
    assert(n->fields_count <= 64);
    check_pairs(s, n, node, &had);
    for (size_t i = 0; i < n->fields_count; i++)
        if (n->fields[i].kind == FIELD_REAL && !(had >> i & 1))
            fault_line(s->f, lines_line(s->l, node), "%s: %s is missing; add it", n->name,
                       n->fields[i].key);
}

void
shape_check(const struct lines *l, struct faults *f)
{
    if (lines_root(l) == 0) {
        fault_line(f, 1, "the plan is empty; begin with a copy of the sample plan");
        return;
    }
    struct shape s = { l, f, zalloc(lines_nodes(l) + 1) };
    s.seen[lines_root(l)] = 1;
    check_noun(&s, &noun_plan, lines_root(l));
    free(s.seen);
}
