/* pattern.c - the doorman of PCRE2. A pattern is compiled twice: alone, so that its faults are told
 * as they stand, then behind a lazy "anything" and anchored, which makes the walk along the text a
 * part of the match and of its one count of steps. */
#include "common/plan/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

struct pattern {
    pcre2_code *code;
};

struct finder {
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
};

static pcre2_code *
compile(struct str text, uint32_t more, int *fault, size_t *at)
{
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C;
    PCRE2_SPTR pattern = (PCRE2_SPTR)(text.len == 0 ? "" : text.at);
    return pcre2_compile(pattern, text.len, options | more, fault, at, NULL);
}

static unsigned
letters(struct str text, size_t len)
{
    unsigned n = 0;
    for (size_t i = 0; i < len && i < text.len; i++)
        n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return n;
}

/* Is it a pattern by itself, and of a cost that can be counted? */
static bool
good(struct str text, struct buf *why)
{
    int fault;
    size_t at;
    uint32_t references = 0;
    unsigned char said[256] = "";
    pcre2_code *alone = compile(text, 0, &fault, &at);
    if (alone == NULL) {
        pcre2_get_error_message(fault, said, sizeof(said));
        buf_printf(why, "%s at letter %u", (const char *)said, letters(text, at) + 1);
        return false;
    }
    pcre2_pattern_info(alone, PCRE2_INFO_BACKREFMAX, &references);
    pcre2_code_free(alone);
    if (references > 0)
        buf_printf(why, "references back such as \\1 are not allowed");
    return references == 0;
}

enum err
pattern_new(struct pattern **out, struct str text, struct buf *why)
{
    int fault;
    size_t at;
    struct buf whole = { 0 };
    if (!good(text, why))
        return ERR_SYNTAX;
    buf_printf(&whole, "(?s:.*?)(?:%.*s)", STR_ARG(text));
    pcre2_code *code = compile(buf_str(&whole), PCRE2_ANCHORED, &fault, &at);
    buf_fini(&whole);
    if (code == NULL) {
        buf_printf(why, "it may not begin with (*...) or end in a comment or an open \\Q");
        return ERR_SYNTAX;
    }
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where there is none: ten times slower */
    *out = zalloc(sizeof(**out));
    (*out)->code = code;
    return OK;
}

void
pattern_free(struct pattern *p)
{
    if (p == NULL)
        return;
    pcre2_code_free(p->code);
    free(p);
}

struct finder *
finder_new(void)
{
    struct finder *f = zalloc(sizeof(*f));
    f->context = pcre2_match_context_create(NULL);
    f->data = pcre2_match_data_create(1, NULL);
    f->stack = pcre2_jit_stack_create(32 * 1024, PATTERN_STACK_BYTES, NULL);
    assert(f->context != NULL && f->data != NULL);
    pcre2_set_depth_limit(f->context, PATTERN_DEPTH_MAX);
    pcre2_set_heap_limit(f->context, PATTERN_HEAP_KIB);
    if (f->stack != NULL)
        pcre2_jit_stack_assign(f->context, NULL, f->stack);
    return f;
}

void
finder_free(struct finder *f)
{
    if (f == NULL)
        return;
    pcre2_match_data_free(f->data);
    pcre2_match_context_free(f->context);
    pcre2_jit_stack_free(f->stack);
    free(f);
}

/* The beginning of a long text, whole letters. */
static struct str
searched(struct str text)
{
    if (text.len <= PATTERN_TEXT_MAX)
        return text;
    size_t len = PATTERN_TEXT_MAX;
    while (len > PATTERN_TEXT_MAX - 3 && ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len--;
    return (struct str){ text.at, len };
}

enum found
finder_find(struct finder *f, const struct pattern *p, struct str text, uint32_t steps)
{
    text = searched(text);
    pcre2_set_match_limit(f->context, steps);
    int rc = pcre2_match(p->code, (PCRE2_SPTR)(text.len == 0 ? "" : text.at), text.len, 0, 0,
                         f->data, f->context);
    if (rc >= 0)
        return FOUND;
    if (rc == PCRE2_ERROR_NOMATCH || (rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21))
        return FOUND_NOT;
    return FOUND_NOTHING_IN_TIME;
}
