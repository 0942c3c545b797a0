/* spans.c - the little algebra of calendars. */
#include "common/plan/spans.h"

#include "common/base/str.h"

void
spans_fini(struct spans *s)
{
    free(s->list);
    *s = (struct spans){ 0 };
}

void
spans_add(struct spans *s, instant from, instant to)
{
    if (to <= from)
        return;
    s->list = grow_array(s->list, s->count, &s->cap, sizeof(*s->list));
    s->list[s->count++] = (struct open_span){ .from = from, .to = to };
}

void
spans_add_all(struct spans *s, const struct spans *others)
{
    for (size_t i = 0; i < others->count; i++)
        spans_add(s, others->list[i].from, others->list[i].to);
}

static int
by_begin(const void *a, const void *b)
{
    const struct open_span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

void
spans_merge(struct spans *s)
{
    size_t kept = 0;
    if (s->count > 1)
        qsort(s->list, s->count, sizeof(*s->list), by_begin);
    for (size_t i = 0; i < s->count; i++) {
        struct open_span *last = kept == 0 ? NULL : &s->list[kept - 1];
        if (last == NULL || s->list[i].from > last->to)
            s->list[kept++] = s->list[i];
        else if (s->list[i].to > last->to)
            last->to = s->list[i].to;
    }
    s->count = kept;
}

void
spans_subtract(struct spans *a, const struct spans *b)
{
    struct spans rest = { 0 };
    size_t j = 0;
    for (size_t i = 0; i < a->count; i++) {
        instant from = a->list[i].from, to = a->list[i].to;
        while (j < b->count && b->list[j].to <= from)
            j++;
        for (size_t k = j; k < b->count && b->list[k].from < to; k++) {
            spans_add(&rest, from, b->list[k].from);
            from = b->list[k].to;
        }
        spans_add(&rest, from, to);
    }
    spans_fini(a);
    *a = rest;
}

size_t
spans_after(const struct spans *s, instant at)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->list[mid].to <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool
spans_touch(const struct spans *s, instant from, instant to)
{
    size_t i = spans_after(s, from);
    return from < to && i < s->count && s->list[i].from < to;
}

bool
spans_hold(const struct spans *s, instant from, instant to)
{
    size_t i = spans_after(s, from);
    return i < s->count && s->list[i].from <= from && to <= s->list[i].to;
}

struct calendar *
spans_calendar(struct spans *s, const char *id, instant from, instant until)
{
    struct calendar *c = zalloc(sizeof(*c));
    msec before = 0;
    assert(from <= until);
    spans_merge(s);
    c->from = from;
    c->until = until;
    bool fits = str_fill(c->id, sizeof(c->id), str_of(id));
    assert(fits);
    for (size_t i = 0; i < s->count; i++) {
        struct open_span o = s->list[i];
        o.from = o.from < from ? from : o.from;
        o.to = o.to > until ? until : o.to;
        if (o.to <= o.from)
            continue;
        o.before = before;
        before += o.to - o.from;
        s->list[c->count++] = o;
    }
    c->spans = s->list;
    *s = (struct spans){ 0 };
    return c;
}
