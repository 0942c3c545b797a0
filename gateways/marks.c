/* marks.c - a map and a row by age. */
#include "gateways/marks.h"

#include "common/base/map.h"

struct mark {
    uint8_t key[16];
    int64_t at;
    struct mark *newer;
};

struct marks {
    struct map keys;
    struct mark *oldest, *newest;
    size_t most;
};

struct marks *
marks_new(size_t most)
{
    struct marks *m = zalloc(sizeof(*m));
    m->most = most;
    map_init(&m->keys, 16);
    return m;
}

static void
drop_oldest(struct marks *m)
{
    struct mark *old = m->oldest;
    m->oldest = old->newer;
    if (m->oldest == NULL)
        m->newest = NULL;
    map_del(&m->keys, old->key);
    free(old);
}

void
marks_free(struct marks *m)
{
    if (m == NULL)
        return;
    while (m->oldest != NULL)
        drop_oldest(m);
    map_fini(&m->keys);
    free(m);
}

bool
marks_has(const struct marks *m, const uint8_t key[16])
{
    return map_get(&m->keys, key) != NULL;
}

static bool
enter(struct marks *m, const uint8_t key[16], int64_t at)
{
    if (marks_has(m, key))
        return false;
    if (m->keys.count >= m->most)
        drop_oldest(m);
    struct mark *mark = grow(NULL, sizeof(*mark));
    *mark = (struct mark){ .at = at };
    memcpy(mark->key, key, 16);
    map_put(&m->keys, key, mark);
    *(m->newest != NULL ? &m->newest->newer : &m->oldest) = mark;
    m->newest = mark;
    return true;
}

static void
put(struct book *b, const uint8_t key[16], int64_t at)
{
    struct buf e = { 0 };
    buf_put(&e, key, 16);
    buf_put_i64(&e, at);
    book_put(b, MARK_KIND, buf_str(&e));
    buf_fini(&e);
}

void
marks_put(struct marks *m, struct book *b, const uint8_t key[16], int64_t now)
{
    if (enter(m, key, now))
        put(b, key, now);
}

static void
load(void *own, struct str entry)
{
    struct cur c = cur_of(entry);
    uint8_t key[16];
    cur_get(&c, key, 16);
    int64_t at = cur_i64(&c);
    if (cur_done(&c))
        enter(own, key, at);
}

static void
save(void *own, struct book *b)
{
    const struct marks *m = own;
    for (const struct mark *mark = m->oldest; mark != NULL; mark = mark->newer)
        put(b, mark->key, mark->at);
}

struct book_table
marks_table(struct marks *m)
{
    return (struct book_table){ MARK_KIND, m, load, save };
}

void
marks_tidy(struct marks *m, int64_t before)
{
    while (m->oldest != NULL && m->oldest->at < before)
        drop_oldest(m);
}
