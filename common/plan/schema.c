/* schema.c - the doorman of libcyaml. Its schema is made from the rows of fields.c, so the two
 * cannot differ. shape.c has already told what people get wrong; what libcyaml still refuses
 * is told in its own words. */
#include "common/plan/schema.h"

#include <cyaml/cyaml.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>

static const struct cyaml_schema_field *fields_of(struct arena *a, const struct noun *n);

/* libcyaml's type and flags for each kind of field, and the size of the thing itself. */
static const struct {
    enum cyaml_type type;
    unsigned flags;
    uint32_t size;
} kinds[FIELD_KINDS] = {
    [FIELD_TEXT] = { CYAML_STRING, CYAML_FLAG_POINTER, sizeof(char) },
    [FIELD_COUNT] = { CYAML_UINT, 0, sizeof(unsigned) },
    [FIELD_OFFSET] = { CYAML_INT, 0, sizeof(int) },
    [FIELD_NUMBER] = { CYAML_UINT, CYAML_FLAG_POINTER, sizeof(unsigned) },
    [FIELD_REAL] = { CYAML_FLOAT, 0, sizeof(double) },
    [FIELD_DEGREE] = { CYAML_FLOAT, CYAML_FLAG_POINTER, sizeof(double) },
    [FIELD_FLAG] = { CYAML_BOOL, CYAML_FLAG_POINTER, sizeof(bool) },
    [FIELD_TEXTS] = { CYAML_SEQUENCE, CYAML_FLAG_POINTER_NULL, sizeof(char *) },
    [FIELD_LIST] = { CYAML_SEQUENCE, CYAML_FLAG_POINTER_NULL, 0 },
    [FIELD_PART] = { CYAML_MAPPING, 0, 0 },
};

static const struct cyaml_schema_value text_entry = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char,
                                                                         0, CYAML_UNLIMITED) };

static const struct cyaml_schema_value *
entry_of(struct arena *a, const struct field *f)
{
    if (f->kind == FIELD_TEXTS)
        return &text_entry;
    struct cyaml_schema_value *v = arena_alloc(a, sizeof(*v));
    v->type = CYAML_MAPPING;
    v->data_size = (uint32_t)f->of->size;
    v->mapping.fields = fields_of(a, f->of);
    return v;
}

static void
field_of(struct arena *a, struct cyaml_schema_field *to, const struct field *f)
{
    to->key = f->key;
    to->data_offset = (uint32_t)f->at;
    to->value.type = kinds[f->kind].type;
    to->value.flags = (enum cyaml_flag)(CYAML_FLAG_OPTIONAL | kinds[f->kind].flags);
    to->value.data_size = f->of == NULL ? kinds[f->kind].size : (uint32_t)f->of->size;
    switch (to->value.type) {
    case CYAML_STRING:
        to->value.string.max = CYAML_UNLIMITED;
        break;
    case CYAML_MAPPING:
        to->value.mapping.fields = fields_of(a, f->of);
        break;
    case CYAML_SEQUENCE:
        to->count_offset = (uint32_t)f->count_at;
        to->count_size = sizeof(unsigned);
        to->value.sequence.entry = entry_of(a, f);
        to->value.sequence.max = CYAML_UNLIMITED;
        break;
    default: /* the numbers need no more */
        break;
    }
}

static const struct cyaml_schema_field *
fields_of(struct arena *a, const struct noun *n)
{
    struct cyaml_schema_field *list = arena_alloc(a, (n->fields_count + 1) * sizeof(*list));
    for (size_t i = 0; i < n->fields_count; i++)
        field_of(a, &list[i], &n->fields[i]);
    return list; /* the last has no key */
}

/* libcyaml asks for one more item at a time. Big blocks are whole powers of two, so that most of
 * these calls need not move anything. */
static void *
memory(void *context, void *old, size_t size)
{
    (void)context;
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (size <= 1024)
        return grow(old, size);
    size_t rounded = 2048;
    while (rounded < size)
        rounded *= 2;
    /* no smaller request is ever given as much as this */
    return old != NULL && malloc_usable_size(old) >= rounded ? old : grow(old, rounded);
}

/* What it logs when it refuses: first the fault, then a backtrace, innermost first. */
struct refusal_log {
    char what[256];
    unsigned line;
};

static void
listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
    struct refusal_log *log = context;
    char text[256];
    if (level < CYAML_LOG_ERROR)
        return;
    vsnprintf(text, sizeof(text), format, args);
    const char *said = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    const char *line = strstr(said, "(line: ");
    if (line != NULL && log->line == 0)
        log->line = (unsigned)strtoul(line + 7, NULL, 10);
    else if (line == NULL && log->what[0] == '\0' && strncmp(said, "Backtrace", 9) != 0)
        str_fill(log->what, sizeof(log->what), str_trim(str_of(said)));
}

struct plan *
schema_load(struct str yaml, struct faults *f)
{
    struct arena a = { 0 };
    struct refusal_log log = { 0 };
    const struct cyaml_schema_value top = { .type = CYAML_MAPPING,
                                            .flags = CYAML_FLAG_POINTER,
                                            .data_size = sizeof(struct plan),
                                            .mapping = { .fields = fields_of(&a, &noun_plan) } };
    const cyaml_config_t config = { .log_fn = listen,
                                    .log_ctx = &log,
                                    .mem_fn = memory,
                                    .log_level = CYAML_LOG_ERROR,
                                    .flags = CYAML_CFG_NO_ALIAS };
    struct plan *p = NULL;
    cyaml_err_t e = cyaml_load_data((const uint8_t *)yaml.at, yaml.len, &config, &top,
                                    (cyaml_data_t **)&p, NULL);
    arena_fini(&a);
    if (e != CYAML_OK)
        fault_line(f, log.line == 0 ? 1 : log.line, "%s: %s; correct it near this line",
                   cyaml_strerror(e), log.what[0] == '\0' ? "not a plan" : log.what);
    else if (p == NULL)
        fault_line(f, 1, "the plan says nothing; begin with a copy of the sample plan");
    return p;
}
