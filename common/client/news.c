/* news.c - a queue of what has happened. */
#include "common/client/news.h"

#include "common/base/base.h"

static void
widen(struct news_queue *q)
{
    size_t cap = q->cap == 0 ? 64 : q->cap * 2;
    struct news *ring = grow(NULL, cap * sizeof(*ring));
    for (size_t i = 0; i < q->count; i++)
        ring[i] = q->ring[(q->first + i) & (q->cap - 1)];
    free(q->ring);
    q->ring = ring;
    q->cap = cap;
    q->first = 0;
}

struct news *
news_push(struct news_queue *q, enum fl_kind kind)
{
    if (q->count == q->cap)
        widen(q);
    struct news *n = &q->ring[(q->first + q->count++) & (q->cap - 1)];
    memset(n, 0, sizeof(*n));
    n->kind = kind;
    q->letters += kind == FL_UPDATE ? 1 : 0;
    return n;
}

struct news *
news_say(struct news_queue *q, enum fl_kind kind, const char *code, const char *text)
{
    struct news *n = news_push(q, kind);
    n->code = code[0] == '\0' ? NULL : str_dup(str_of(code));
    n->text = text[0] == '\0' ? NULL : str_dup(str_of(text));
    return n;
}

void
news_keep(struct news *n, struct str bytes)
{
    n->bytes = grow(NULL, bytes.len + 1);
    n->len = bytes.len;
    if (bytes.len > 0)
        memcpy(n->bytes, bytes.at, bytes.len);
}

bool
news_pop(struct news_queue *q, struct news *out)
{
    if (q->count == 0)
        return false;
    *out = q->ring[q->first];
    q->first = (q->first + 1) & (q->cap - 1);
    q->count--;
    q->letters -= out->kind == FL_UPDATE ? 1 : 0;
    return true;
}

void
news_drop(struct news *n)
{
    free(n->code);
    free(n->text);
    free(n->bytes);
    n->code = n->text = NULL;
    n->bytes = NULL;
}

void
news_fini(struct news_queue *q)
{
    struct news n;
    while (news_pop(q, &n))
        news_drop(&n);
    free(q->ring);
    *q = (struct news_queue){ 0 };
}
