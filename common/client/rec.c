/* rec.c - records in lists and slabs. */
#include "common/client/rec.h"

enum { SLAB = 512 };

void
rec_list_remove(struct rec_list *l, struct rec *r)
{
    *(r->prev != NULL ? &r->prev->next : &l->first) = r->next;
    *(r->next != NULL ? &r->next->prev : &l->last) = r->prev;
    r->next = r->prev = NULL;
    l->count--;
}

/* Between `before` (NULL: at the front) and what follows it. */
static void
put_after(struct rec_list *l, struct rec *before, struct rec *r)
{
    r->prev = before;
    r->next = before != NULL ? before->next : l->first;
    *(before != NULL ? &before->next : &l->first) = r;
    *(r->next != NULL ? &r->next->prev : &l->last) = r;
    l->count++;
}

void
rec_list_append(struct rec_list *l, struct rec *r)
{
    put_after(l, l->last, r);
}

void
rec_list_insert(struct rec_list *l, struct rec *r)
{
    struct rec *before = l->last;
    while (before != NULL && before->number > r->number)
        before = before->prev;
    put_after(l, before, r);
}

void
rec_list_return(struct rec_list *l, struct rec *r)
{
    struct rec *before = NULL, *next = l->first;
    for (; next != NULL && next->number < r->number; next = next->next)
        before = next;
    put_after(l, before, r);
}

struct rec *
rec_new(struct rec_pool *p)
{
    if (p->free == NULL) {
        p->slabs = grow_array(p->slabs, p->count, &p->cap, sizeof(*p->slabs));
        struct rec *slab = grow(NULL, SLAB * sizeof(*slab));
        p->slabs[p->count++] = slab;
        for (size_t i = SLAB; i-- > 0;)
            rec_free(p, &slab[i]);
    }
    struct rec *r = p->free;
    p->free = r->next;
    memset(r, 0, sizeof(*r));
    return r;
}

void
rec_free(struct rec_pool *p, struct rec *r)
{
    r->next = p->free;
    p->free = r;
}

void
rec_pool_fini(struct rec_pool *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->slabs[i]);
    free(p->slabs);
    *p = (struct rec_pool){ 0 };
}
