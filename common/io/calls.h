/* calls.h - the calls whose replies are still to come, in order: a ring that grows. For redis.c. */
#ifndef IO_CALLS_H
#define IO_CALLS_H

#include "common/io/redis.h"

struct call {
    redis_fn *fn; /* NULL: nobody waits */
    void *context;
    uint32_t confirmations; /* of a (un)subscribe: still to come; 0: an ordinary call */
};

/* The serial of the first is `taken`; of the next to be pushed `taken + count`. */
struct calls {
    struct call *ring; /* owned */
    size_t cap;        /* a power of two, or 0 */
    size_t count;
    uint64_t taken;
};

void calls_fini(struct calls *c);
void calls_push(struct calls *c, struct call call);
struct call calls_take(struct calls *c); /* the first; there must be one */
struct call *calls_at(const struct calls *c, uint64_t serial);
/* Answers those that are there now ERR_CLOSED; what their callbacks push stays. */
void calls_close(struct calls *c);

#endif
