/* faults.c - what is wrong, and where. Lines are looked up only when something is wrong. */
#include "common/plan/faults.h"

#include <stdarg.h>
#include <stdio.h>

struct fault {
    unsigned line;
    size_t order; /* of finding: equal lines keep it */
    struct str text;
};

void
faults_fini(struct faults *f)
{
    arena_fini(&f->arena);
    free(f->list);
    *f = (struct faults){ 0 };
}

static void
add(struct faults *f, unsigned line, struct str who, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(len >= 0);
    char *text = arena_alloc(&f->arena, who.len + (size_t)len + 1);
    if (who.len > 0)
        memcpy(text, who.at, who.len);
    vsnprintf(text + who.len, (size_t)len + 1, format, args);
    f->list = grow_array(f->list, f->count, &f->cap, sizeof(*f->list));
    f->list[f->count] = (struct fault){ line, f->count, str_bytes(text, who.len + (size_t)len) };
    f->count++;
}

void
fault_line(struct faults *f, unsigned line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(f, line, (struct str){ NULL, 0 }, format, args);
    va_end(args);
}

/* The node of a spot, 0 when it is not written; *line is set to the nearest line known. */
static int
find(const struct faults *f, const struct spot *s, unsigned *line)
{
    if (s->up == NULL) {
        *line = 1;
        return lines_root(f->lines);
    }
    int map = find(f, s->up, line);
    int pair = map == 0 ? -1 : lines_find(f->lines, map, s->key);
    if (pair < 0)
        return 0;
    *line = lines_line(f->lines, lines_key(f->lines, map, (unsigned)pair));
    int node = lines_value(f->lines, map, (unsigned)pair);
    if (s->index == NO_INDEX)
        return node;
    node = lines_item(f->lines, node, s->index);
    if (node != 0)
        *line = lines_line(f->lines, node);
    return node;
}

/* "engineer e07, skill 2: " */
static void
say_who(struct buf *to, const struct spot *s)
{
    if (s->up == NULL)
        return;
    say_who(to, s->up);
    if (s->noun == NULL)
        return;
    if (to->len > 0) {
        to->len -= 2;
        buf_printf(to, ", ");
    }
    const char *id = s->noun->names == REFERS_NOWHERE ? NULL : noun_id(s->item);
    if (id != NULL && id[0] != '\0')
        buf_printf(to, "%s %s: ", s->noun->name, id);
    else if (s->index != NO_INDEX)
        buf_printf(to, "%s number %u: ", s->noun->name, s->index + 1);
    else
        buf_printf(to, "%s: ", s->noun->name);
}

unsigned
fault_at(const struct faults *f, const struct spot *s, const char *key)
{
    struct spot field = { .up = s, .key = key, .index = NO_INDEX };
    unsigned line = 1;
    if (f->lines != NULL)
        find(f, key == NULL ? s : &field, &line);
    return line;
}

void
fault(struct faults *f, const struct spot *s, const char *key, const char *format, ...)
{
    unsigned line = fault_at(f, s, key);
    struct buf who = { 0 };
    say_who(&who, s);
    va_list args;
    va_start(args, format);
    add(f, line, buf_str(&who), format, args);
    va_end(args);
    buf_fini(&who);
}

static int
by_line(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

void
faults_tell(struct faults *f, struct buf *why)
{
    if (f->count > 1)
        qsort(f->list, f->count, sizeof(*f->list), by_line);
    for (size_t i = 0; i < f->count; i++)
        buf_printf(why, "%s:%u: %.*s\n", f->file, f->list[i].line, STR_ARG(f->list[i].text));
}
