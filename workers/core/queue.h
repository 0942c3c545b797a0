/* queue.h - what waits, in order of (received_at, id), apart by category and level, so that an
 * engineer who becomes free finds the best ticket for him without looking at the others.
 *
 * One treap a (slot, level). Priorities derive from the id, so the shape depends on the contents
 * alone, never on the history. */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "common/base/base.h"
#include "faultline/ids.h"

/* Embedded in what waits. The order's key is copied in, so that comparing touches one place. */
struct queue_at {
    struct queue_at *left, *right;
    instant received_at;
    struct ticket_id id;
};

struct queue {
    struct queue_at **roots; /* slots * levels */
    size_t slots, levels;
    size_t count; /* in all of them */
};

void queue_init(struct queue *q, size_t slots, size_t levels);
void queue_fini(struct queue *q);
/* `item`'s key must be set; it must not be in any queue. */
void queue_add(struct queue *q, size_t slot, size_t level, struct queue_at *item);
/* It must be there. */
void queue_del(struct queue *q, size_t slot, size_t level, struct queue_at *item);
/* The first one after `after`; the very first when that is NULL. NULL: none. */
struct queue_at *queue_next(const struct queue *q, size_t slot, size_t level,
                            const struct queue_at *after);
/* The last one before `before`. NULL: none. */
struct queue_at *queue_prev(const struct queue *q, size_t slot, size_t level,
                            const struct queue_at *before);
/* (received_at, id): negative, 0 or positive like memcmp. */
int queue_order(const struct queue_at *a, const struct queue_at *b);

#endif
