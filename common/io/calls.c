/* calls.c - a ring of calls. */
#include "common/io/calls.h"

void
calls_fini(struct calls *c)
{
    free(c->ring);
    *c = (struct calls){ 0 };
}

struct call *
calls_at(const struct calls *c, uint64_t serial)
{
    assert(serial - c->taken <= c->count);
    return &c->ring[serial & (c->cap - 1)];
}

static void
widen(struct calls *c)
{
    struct calls wider = { .count = c->count, .taken = c->taken };
    wider.cap = c->cap == 0 ? 64 : c->cap * 2;
    wider.ring = grow(NULL, wider.cap * sizeof(struct call));
    for (uint64_t i = c->taken; i < c->taken + c->count; i++)
        *calls_at(&wider, i) = *calls_at(c, i);
    free(c->ring);
    *c = wider;
}

void
calls_push(struct calls *c, struct call call)
{
    if (c->count == c->cap)
        widen(c);
    *calls_at(c, c->taken + c->count) = call;
    c->count++;
}

struct call
calls_take(struct calls *c)
{
    assert(c->count > 0);
    struct call call = *calls_at(c, c->taken);
    c->taken++;
    c->count--;
    return call;
}

void
calls_close(struct calls *c)
{
    for (size_t left = c->count; left > 0 && c->count > 0; left--) {
        struct call call = calls_take(c);
        if (call.fn != NULL)
            call.fn(call.context, ERR_CLOSED, (struct reply){ NULL });
    }
}
