/* grace.c - a short row of waiting letters, kept by the book. */
#include "gateways/email/grace.h"

#include "faultline/ids.h"

enum { PUT = 1, FORGET };

struct waiting {
    uint8_t id[16], report[16];
    int64_t until;
};
struct grace {
    struct waiting *row;
    size_t count, cap;
};

struct grace *
grace_new(void)
{
    return zalloc(sizeof(struct grace));
}

void
grace_free(struct grace *g)
{
    if (g == NULL)
        return;
    free(g->row);
    free(g);
}

static void
book_waiting(struct book *b, const struct waiting *w, uint8_t deed)
{
    struct buf e = { 0 };
    buf_put_u8(&e, deed);
    buf_put(&e, w->id, 16);
    buf_put(&e, w->report, 16);
    buf_put_i64(&e, w->until);
    book_put(b, GRACE_KIND, buf_str(&e));
    buf_fini(&e);
}

static struct waiting *
find(struct grace *g, const uint8_t id[16])
{
    for (size_t i = 0; i < g->count; i++)
        if (memcmp(g->row[i].id, id, 16) == 0)
            return &g->row[i];
    return NULL;
}

static void
put(struct grace *g, const struct waiting *w)
{
    struct waiting *old = find(g, w->id);
    if (old == NULL) {
        g->row = grow_array(g->row, g->count, &g->cap, sizeof(*g->row));
        old = &g->row[g->count++];
    }
    *old = *w;
}

static void
load(void *own, struct str entry)
{
    struct grace *g = own;
    struct cur c = cur_of(entry);
    struct waiting w, *old;
    uint8_t deed = cur_u8(&c);
    cur_get(&c, w.id, 16);
    cur_get(&c, w.report, 16);
    w.until = cur_i64(&c);
    if (!cur_done(&c))
        return;
    if (deed == PUT)
        put(g, &w);
    else if ((old = find(g, w.id)) != NULL)
        *old = g->row[--g->count];
}

static void
save(void *own, struct book *b)
{
    const struct grace *g = own;
    for (size_t i = 0; i < g->count; i++)
        book_waiting(b, &g->row[i], PUT);
}

struct book_table
grace_table(struct grace *g)
{
    return (struct book_table){ .kind = GRACE_KIND, .own = g, .load = load, .save = save };
}

void
grace_put(struct grace *g, struct book *b, const uint8_t id[16], const uint8_t report[16],
          int64_t until)
{
    struct waiting w = { .until = until };
    memcpy(w.id, id, 16);
    memcpy(w.report, report, 16);
    put(g, &w);
    book_waiting(b, &w, PUT);
}

static void
take_out(struct grace *g, struct book *b, struct waiting *w, uint8_t id[16])
{
    memcpy(id, w->id, 16);
    book_waiting(b, w, FORGET);
    *w = g->row[--g->count];
}

bool
grace_over(struct grace *g, struct book *b, int64_t now, uint8_t id[16])
{
    for (size_t i = 0; i < g->count; i++)
        if (g->row[i].until <= now) {
            take_out(g, b, &g->row[i], id);
            return true;
        }
    return false;
}

bool
grace_failed(struct grace *g, struct book *b, const uint8_t report[16], uint8_t id[16])
{
    for (size_t i = 0; i < g->count; i++)
        if (memcmp(g->row[i].report, report, 16) == 0) {
            take_out(g, b, &g->row[i], id);
            return true;
        }
    return false;
}

int64_t
grace_next(const struct grace *g)
{
    int64_t next = NEVER;
    for (size_t i = 0; i < g->count; i++)
        next = g->row[i].until < next ? g->row[i].until : next;
    return next;
}
