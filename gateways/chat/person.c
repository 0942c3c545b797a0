/* person.c - a map of people by their address, and how one stands in the book. */
#include "gateways/chat/person.h"

#include "common/base/map.h"
#include "common/io/seal.h"
#include "gateways/entry.h"

struct persons {
    struct map map; /* digest of the address -> person */
};

struct persons *
persons_new(void)
{
    struct persons *ps = zalloc(sizeof(*ps));
    map_init(&ps->map, 16);
    return ps;
}

static void
later_fini(struct person_later *l)
{
    free(l->key);
    free(l->verb);
    free(l->note);
}

static void
person_free(struct person *p)
{
    for (size_t i = 0; i < p->later_count; i++)
        later_fini(&p->later[i]);
    talk_fini(&p->talk);
    free(p->address);
    free(p);
}

void
persons_free(struct persons *ps)
{
    struct person *p;
    if (ps == NULL)
        return;
    for (size_t i = 0; (p = map_next(&ps->map, &i)) != NULL;)
        person_free(p);
    map_fini(&ps->map);
    free(ps);
}

static void
key_of(uint8_t key[16], const char *text)
{
    digest_16(key, NULL, str_of(text));
}

struct person *
person_of(const struct persons *ps, const char *address)
{
    uint8_t key[16];
    key_of(key, address);
    return map_get(&ps->map, key);
}

static bool
is_idle(const struct person *p)
{
    return p->talk.text == NULL && p->later_count == 0;
}

static void
forget(struct persons *ps, struct person *p)
{
    map_del(&ps->map, p->key);
    person_free(p);
}

struct person *
person_make(struct persons *ps, const char *address)
{
    struct person *p = person_of(ps, address);
    if (p != NULL)
        return p;
    if (ps->map.count >= PERSONS_MAX) {
        size_t i = 0;
        while ((p = map_next(&ps->map, &i)) != NULL && !is_idle(p))
            continue;
        if (p != NULL)
            forget(ps, p);
    }
    p = zalloc(sizeof(*p));
    p->address = str_dup(str_of(address));
    p->talk.hint = -1;
    key_of(p->key, address);
    map_put(&ps->map, p->key, p);
    return p;
}

struct person *
persons_next(const struct persons *ps, size_t *at)
{
    return map_next(&ps->map, at);
}

void
persons_tidy(struct persons *ps, int64_t before)
{
    enum { A_TIME = 64 };
    struct person *p, *gone[A_TIME];
    size_t count = 0;
    for (size_t i = 0; count < A_TIME && (p = map_next(&ps->map, &i)) != NULL;)
        if (p->heard_at < before && is_idle(p))
            gone[count++] = p;
    for (size_t i = 0; i < count; i++)
        forget(ps, gone[i]);
}

/* ---- what came and what waits */

bool
person_has_seen(const struct person *p, const char *key)
{
    uint8_t mark[16];
    key_of(mark, key);
    for (size_t i = 0; i < PERSON_SEEN; i++)
        if (memcmp(p->seen[i], mark, 16) == 0)
            return true;
    return false;
}

void
person_saw(struct person *p, const char *key)
{
    key_of(p->seen[p->seen_next++ % PERSON_SEEN], key);
}

bool
person_later_add(struct person *p, const uint8_t report[16], const char *key, const char *verb,
                 const char *note)
{
    if (p->later_count == PERSON_LATER)
        return false;
    struct person_later *l = &p->later[p->later_count++];
    memcpy(l->report, report, 16);
    l->key = str_dup(str_of(key));
    l->verb = str_dup(str_of(verb));
    l->note = str_dup(str_of(note));
    return true;
}

void
person_later_drop(struct person *p, size_t i)
{
    later_fini(&p->later[i]);
    memmove(&p->later[i], &p->later[i + 1], (--p->later_count - i) * sizeof(p->later[0]));
}

/* ---- in the book */

static void
put_talk(struct buf *e, const struct talk *t)
{
    buf_put_u8(e, (uint8_t)t->stage);
    buf_put_u8(e, (uint8_t)(t->ask_site | t->ask_category << 1 | t->ask_urgency << 2 |
                            (t->text != NULL) << 3));
    buf_put_i32(e, t->hint);
    buf_put_i64(e, t->at);
    const char *const texts[] = { t->site, t->category, t->number, t->key,
                                  t->text, t->thread,   t->name };
    for (size_t i = 0; i < countof(texts); i++)
        entry_put_text(e, texts[i] == NULL ? "" : texts[i]);
}

static void
get_talk(struct cur *c, struct talk *t)
{
    uint8_t stage = cur_u8(c), flags = cur_u8(c);
    t->stage = stage < STAGES ? (enum talk_stage)stage : STAGE_IDLE;
    t->ask_site = flags & 1;
    t->ask_category = flags & 2;
    t->ask_urgency = flags & 4;
    t->hint = cur_i32(c);
    t->at = cur_i64(c);
    entry_get_text(c, t->site, sizeof(t->site));
    entry_get_text(c, t->category, sizeof(t->category));
    entry_get_text(c, t->number, sizeof(t->number));
    char **const texts[] = { &t->key, &t->text, &t->thread, &t->name };
    for (size_t i = 0; i < countof(texts); i++) {
        char *text = entry_text(c);
        if (flags & 8)
            *texts[i] = text;
        else
            free(text);
    }
}

void
person_put(const struct person *p, struct book *b)
{
    struct buf e = { 0 };
    entry_put_text(&e, p->address);
    put_talk(&e, &p->talk);
    buf_put(&e, p->seen, sizeof(p->seen));
    buf_put_u32(&e, p->seen_next);
    buf_put(&e, p->survey, 16);
    buf_put(&e, p->quote, 16);
    buf_put_i64(&e, p->heard_at);
    buf_put_u32(&e, (uint32_t)p->later_count);
    for (size_t i = 0; i < p->later_count; i++) {
        buf_put(&e, p->later[i].report, 16);
        entry_put_text(&e, p->later[i].key);
        entry_put_text(&e, p->later[i].verb);
        entry_put_text(&e, p->later[i].note);
    }
    book_put(b, PERSON_KIND, buf_str(&e));
    buf_fini(&e);
}

static void
load(void *own, struct str entry)
{
    struct persons *ps = own;
    struct cur c = cur_of(entry);
    struct person *p = zalloc(sizeof(*p));
    p->address = entry_text(&c);
    key_of(p->key, p->address);
    get_talk(&c, &p->talk);
    cur_get(&c, p->seen, sizeof(p->seen));
    p->seen_next = cur_u32(&c);
    cur_get(&c, p->survey, 16);
    cur_get(&c, p->quote, 16);
    p->heard_at = cur_i64(&c);
    for (uint32_t n = cur_u32(&c); n > 0 && p->later_count < PERSON_LATER; n--) {
        struct person_later *l = &p->later[p->later_count++];
        cur_get(&c, l->report, 16);
        l->key = entry_text(&c);
        l->verb = entry_text(&c);
        l->note = entry_text(&c);
    }
    if (!cur_done(&c)) {
        person_free(p);
        return;
    }
    struct person *old = map_put(&ps->map, p->key, p);
    if (old != NULL)
        person_free(old);
}

static void
save(void *own, struct book *b)
{
    const struct persons *ps = own;
    const struct person *p;
    for (size_t i = 0; (p = map_next(&ps->map, &i)) != NULL;)
        person_put(p, b);
}

struct book_table
persons_table(struct persons *ps)
{
    return (struct book_table){ PERSON_KIND, ps, load, save };
}
