/* diff.c - two plans compared along the rows of fields.c: items with ids are matched by id, others
 * by their number; values are compared as they would be written. */
#include "common/plan/plan.h"

#include "common/plan/census.h"
#include "common/plan/write.h"

struct diff {
    struct buf *lines;
    struct buf was, is; /* values being compared */
    struct buf who;     /* "engineer e07: " */
};

static void compare_item(struct diff *d, const struct noun *n, const void *from, const void *to);

/* A list too long for a line, of as many items as before: item by item, "contract gold, promise
 * number 3: ". */
static void
compare_parts(struct diff *d, const struct field *f, const void *from, const void *to)
{
    size_t len = d->who.len;
    for (unsigned i = 0; i < field_count(f, from); i++) {
        d->who.len = len - strlen(": ");
        buf_printf(&d->who, ", %s number %u: ", f->of->name, i + 1);
        compare_item(d, f->of, field_item(f, from, i), field_item(f, to, i));
    }
    d->who.len = len - strlen(": ");
    buf_printf(&d->who, ": ");
}

static void
compare_field(struct diff *d, const struct field *f, const void *from, const void *to)
{
    enum { SHOWN_MAX = 160, PARTS_MAX = 64 };
    buf_clear(&d->was);
    buf_clear(&d->is);
    write_value(&d->was, f, from);
    write_value(&d->is, f, to);
    if (str_eq(buf_str(&d->was), buf_str(&d->is)))
        return;
    if (d->was.len > SHOWN_MAX || d->is.len > SHOWN_MAX) {
        unsigned count = f->kind == FIELD_LIST ? field_count(f, from) : 0;
        if (count > 0 && count <= PARTS_MAX && count == field_count(f, to)) {
            compare_parts(d, f, from, to);
            return;
        }
        buf_printf(d->lines, "%s%s changed", buf_cstr(&d->who), f->key);
        if (f->kind == FIELD_LIST || f->kind == FIELD_TEXTS)
            buf_printf(d->lines, " (%u items -> %u)", field_count(f, from), field_count(f, to));
        buf_put_u8(d->lines, '\n');
        return;
    }
    buf_printf(d->lines, "%s%s %s -> %s\n", buf_cstr(&d->who), f->key,
               d->was.len == 0 ? "(none)" : buf_cstr(&d->was),
               d->is.len == 0 ? "(none)" : buf_cstr(&d->is));
}

static void
compare_item(struct diff *d, const struct noun *n, const void *from, const void *to)
{
    for (size_t i = 0; i < n->fields_count; i++)
        compare_field(d, &n->fields[i], from, to);
}

static void
say_id(struct diff *d, const struct noun *n, const void *item)
{
    buf_clear(&d->who);
    buf_printf(&d->who, "%s %s: ", n->name, noun_id(item) == NULL ? "?" : noun_id(item));
}

static void
take_census(struct census *c, const struct field *f, const void *item)
{
    census_init(c);
    for (unsigned i = 0; i < field_count(f, item); i++)
        (void)census_add(c, f->of->names, noun_id(field_item(f, item, i)), field_item(f, item, i));
}

/* Is an item of `to` at another place than its old self in `from`? */
static bool
compare_old(struct diff *d, const struct field *f, const void *from, const void *to)
{
    struct census now;
    bool moved = false, same_count = field_count(f, from) == field_count(f, to);
    take_census(&now, f, to);
    for (unsigned i = 0; i < field_count(f, from); i++) {
        const void *old = field_item(f, from, i);
        const void *new = census_find(&now, f->of->names, noun_id(old));
        say_id(d, f->of, old);
        if (new == NULL)
            buf_printf(d->lines, "%sremoved\n", buf_cstr(&d->who));
        else
            compare_item(d, f->of, old, new);
        moved = moved || (same_count && new != NULL &&new != field_item(f, to, i));
    }
    census_fini(&now);
    return moved;
}

static void
compare_named(struct diff *d, const struct field *f, const void *from, const void *to)
{
    struct census before;
    bool moved = compare_old(d, f, from, to);
    take_census(&before, f, from);
    for (unsigned i = 0; i < field_count(f, to); i++) {
        const void *new = field_item(f, to, i);
        say_id(d, f->of, new);
        if (census_find(&before, f->of->names, noun_id(new)) == NULL)
            buf_printf(d->lines, "%sadded\n", buf_cstr(&d->who));
    }
    census_fini(&before);
    if (f->of->ordered && moved)
        buf_printf(d->lines, "%s: in another order\n", f->key);
}

static void
compare_numbered(struct diff *d, const struct field *f, const void *from, const void *to)
{
    unsigned a = field_count(f, from), b = field_count(f, to);
    for (unsigned i = 0; i < a || i < b; i++) {
        buf_clear(&d->who);
        buf_printf(&d->who, "%s number %u: ", f->of->name, i + 1);
        if (i >= a)
            buf_printf(d->lines, "%sadded\n", buf_cstr(&d->who));
        else if (i >= b)
            buf_printf(d->lines, "%sremoved\n", buf_cstr(&d->who));
        else
            compare_item(d, f->of, field_item(f, from, i), field_item(f, to, i));
    }
}

void
plan_diff(const struct plan *from, const struct plan *to, struct buf *lines)
{
    struct diff d = { .lines = lines };
    for (size_t i = 0; i < noun_plan.fields_count; i++) {
        const struct field *f = &noun_plan.fields[i];
        buf_clear(&d.who);
        if (f->kind == FIELD_LIST && f->of->names != REFERS_NOWHERE) {
            compare_named(&d, f, from, to);
        } else if (f->kind == FIELD_LIST) {
            compare_numbered(&d, f, from, to);
        } else if (f->kind == FIELD_PART) {
            buf_printf(&d.who, "%s: ", f->of->name);
            compare_item(&d, f->of, field_at(f, from), field_at(f, to));
        } else if (f->at != offsetof(struct plan, version)) {
            buf_printf(&d.who, "plan: ");
            compare_field(&d, f, from, to);
        }
    }
    buf_fini(&d.was);
    buf_fini(&d.is);
    buf_fini(&d.who);
}
