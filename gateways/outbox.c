/* outbox.c - letters in a map by id and a heap by the next look. */
#include "gateways/outbox.h"

#include "common/base/map.h"
#include "faultline/ids.h"
#include "gateways/entry.h"

struct outbox {
    struct map letters;
    struct heap heap;
    size_t most, under_way;
};

enum { PUT = 1, REMOVE };

static bool
before(const struct heap_at *a, const struct heap_at *b)
{
    const struct letter *x = container_of(a, const struct letter, heap);
    const struct letter *y = container_of(b, const struct letter, heap);
    if (x->again_at != y->again_at)
        return x->again_at < y->again_at;
    return x->at != y->at ? x->at < y->at : memcmp(x->id, y->id, 16) < 0;
}

struct outbox *
outbox_new(size_t most)
{
    struct outbox *o = zalloc(sizeof(*o));
    o->most = most;
    map_init(&o->letters, 16);
    heap_init(&o->heap, before);
    return o;
}

static void
letter_free(struct letter *l)
{
    free(l->territory);
    free(l->address);
    free(l->lang);
    free(l->data);
    free(l->text);
    free(l->asked_by);
    free(l->via);
    buf_fini(&l->said);
    free(l);
}

void
outbox_free(struct outbox *o)
{
    struct letter *l;
    if (o == NULL)
        return;
    for (size_t i = 0; (l = map_next(&o->letters, &i)) != NULL;)
        letter_free(l);
    map_fini(&o->letters);
    heap_fini(&o->heap);
    free(o);
}

size_t
outbox_count(const struct outbox *o)
{
    return o->letters.count;
}

size_t
outbox_under_way(const struct outbox *o)
{
    return o->under_way;
}

/* ---- in the book */

static void
put(const struct letter *l, struct book *b)
{
    struct buf e = { 0 };
    const char *const texts[] = { l->territory, l->address,  l->lang, l->data,
                                  l->text,      l->asked_by, l->via };
    buf_put_u8(&e, PUT);
    buf_put(&e, l->id, 16);
    buf_put(&e, l->report, 16);
    buf_put(&e, l->ticket, 16);
    buf_put_u32(&e, l->version);
    buf_put_u8(&e, l->names_engineer);
    buf_put_i64(&e, l->at);
    buf_put_u8(&e, l->stage == LETTER_HANDED);
    buf_put_i64(&e, l->stage == LETTER_HANDED ? l->again_at : 0);
    for (size_t i = 0; i < countof(texts); i++)
        entry_put_text(&e, texts[i]);
    buf_put_str(&e, buf_str(&l->said));
    book_put(b, LETTER_KIND, buf_str(&e));
    buf_fini(&e);
}

static void
enter(struct outbox *o, struct letter *l)
{
    map_put(&o->letters, l->id, l);
    heap_set(&o->heap, &l->heap);
}

static void
leave(struct outbox *o, struct letter *l)
{
    o->under_way -= l->stage == LETTER_UNDER_WAY;
    map_del(&o->letters, l->id);
    heap_del(&o->heap, &l->heap);
    letter_free(l);
}

static void
load(void *own, struct str entry)
{
    struct outbox *o = own;
    struct cur c = cur_of(entry);
    struct letter *l = zalloc(sizeof(*l));
    uint8_t what = cur_u8(&c);
    cur_get(&c, l->id, 16);
    struct letter *there = outbox_get(o, l->id);
    cur_get(&c, l->report, what == PUT ? 16 : 0);
    cur_get(&c, l->ticket, what == PUT ? 16 : 0);
    if (what == PUT) {
        l->version = cur_u32(&c);
        l->names_engineer = cur_u8(&c) != 0;
        l->at = cur_i64(&c);
        l->stage = cur_u8(&c) != 0 ? LETTER_HANDED : LETTER_WAITING;
        l->again_at = cur_i64(&c);
    }
    l->territory = entry_text(&c);
    l->address = entry_text(&c);
    l->lang = entry_text(&c);
    l->data = entry_text(&c);
    l->text = entry_text(&c);
    l->asked_by = entry_text(&c);
    l->via = entry_text(&c);
    struct str said = cur_str(&c);
    buf_put(&l->said, said.at, said.len);
    if (there != NULL && (what == REMOVE || cur_done(&c)))
        leave(o, there);
    if (what == PUT && cur_done(&c))
        enter(o, l);
    else
        letter_free(l);
}

static void
save(void *own, struct book *b)
{
    const struct outbox *o = own;
    const struct letter *l;
    for (size_t i = 0; (l = map_next(&o->letters, &i)) != NULL;)
        put(l, b);
}

struct book_table
outbox_table(struct outbox *o)
{
    return (struct book_table){ LETTER_KIND, o, load, save };
}

/* ---- a letter's life */

bool
outbox_put(struct outbox *o, struct book *b, const struct letter *from)
{
    if (outbox_get(o, from->id) != NULL)
        return true;
    if (o->letters.count >= o->most)
        return false;
    struct letter *l = grow(NULL, sizeof(*l));
    *l = *from;
    l->territory = str_dup(str_of(from->territory));
    l->address = str_dup(str_of(from->address));
    l->lang = str_dup(str_of(from->lang));
    l->data = str_dup(str_of(from->data));
    l->text = str_dup(str_of(from->text));
    l->asked_by = str_dup(str_of(from->asked_by));
    l->via = str_dup(str_of(from->via));
    l->said = (struct buf){ 0 };
    buf_put(&l->said, from->said.data, from->said.len);
    l->stage = LETTER_WAITING;
    l->tries = 0;
    l->heap = (struct heap_at){ 0 };
    enter(o, l);
    put(l, b);
    return true;
}

struct letter *
outbox_get(const struct outbox *o, const uint8_t id[16])
{
    return map_get(&o->letters, id);
}

static struct letter *
first(const struct outbox *o)
{
    struct heap_at *at = heap_first(&o->heap);
    return at == NULL ? NULL : container_of(at, struct letter, heap);
}

struct letter *
outbox_due(const struct outbox *o, int64_t now)
{
    struct letter *l = first(o);
    return l == NULL || l->again_at > now ? NULL : l;
}

int64_t
outbox_next_at(const struct outbox *o)
{
    const struct letter *l = first(o);
    return l == NULL ? NEVER : l->again_at;
}

void
outbox_move(struct outbox *o, struct book *b, struct letter *l, enum letter_stage stage,
            int64_t again_at)
{
    bool kept = stage == LETTER_HANDED || l->stage == LETTER_HANDED;
    o->under_way += (size_t)(stage == LETTER_UNDER_WAY);
    o->under_way -= (size_t)(l->stage == LETTER_UNDER_WAY);
    l->tries += stage == LETTER_UNDER_WAY;
    l->stage = stage;
    l->again_at = again_at;
    heap_set(&o->heap, &l->heap);
    if (kept)
        put(l, b);
}

void
outbox_readdress(struct outbox *o, struct book *b, struct letter *l, const char *via,
                 const char *address, const char *lang)
{
    char *to = str_dup(str_of(address)), *in = str_dup(str_of(lang));
    char *by = str_dup(str_of(via));
    free(l->via);
    l->via = by;
    free(l->address);
    free(l->lang);
    free(l->data); /* belongs to the other address */
    l->address = to;
    l->lang = in;
    l->data = str_dup(STR(""));
    l->tries = 0;
    outbox_move(o, b, l, LETTER_WAITING, 0);
    put(l, b);
}

void
outbox_remove(struct outbox *o, struct book *b, struct letter *l)
{
    struct buf e = { 0 };
    buf_put_u8(&e, REMOVE);
    buf_put(&e, l->id, 16);
    book_put(b, LETTER_KIND, buf_str(&e));
    buf_fini(&e);
    leave(o, l);
}
