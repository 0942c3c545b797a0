/* queue.c - treaps of waiting tickets (Seidel and Aragon 1996). */
#include "workers/core/queue.h"

void
queue_init(struct queue *q, size_t slots, size_t levels)
{
    *q = (struct queue){ .slots = slots, .levels = levels };
    q->roots = zalloc(slots * levels * sizeof(struct queue_at *));
}

void
queue_fini(struct queue *q)
{
    free(q->roots);
    *q = (struct queue){ 0 };
}

int
queue_order(const struct queue_at *a, const struct queue_at *b)
{
    if (a->received_at != b->received_at)
        return a->received_at < b->received_at ? -1 : 1;
    return memcmp(&a->id, &b->id, sizeof(a->id));
}

static uint64_t
priority(const struct queue_at *item)
{
    uint64_t z;
    memcpy(&z, item->id.b, sizeof(z));
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return z ^ (z >> 27);
}

/* Does `a` stand above `b` in the tree? Total, so the tree's shape is canonical. */
static bool
above(const struct queue_at *a, const struct queue_at *b)
{
    uint64_t pa = priority(a), pb = priority(b);
    return pa != pb ? pa > pb : queue_order(a, b) < 0;
}

/* Parts `tree` into what comes before `key` and what comes after. */
static void
part(struct queue_at *tree, const struct queue_at *key, struct queue_at **before,
     struct queue_at **after)
{
    while (tree != NULL) {
        if (queue_order(tree, key) < 0) {
            *before = tree;
            before = &tree->right;
            tree = tree->right;
        } else {
            *after = tree;
            after = &tree->left;
            tree = tree->left;
        }
    }
    *before = NULL;
    *after = NULL;
}

/* Joins two trees, all of `before` preceding all of `after`, into *at. */
static void
join(struct queue_at **at, struct queue_at *before, struct queue_at *after)
{
    while (before != NULL && after != NULL) {
        if (above(before, after)) {
            *at = before;
            at = &before->right;
            before = before->right;
        } else {
            *at = after;
            at = &after->left;
            after = after->left;
        }
    }
    *at = before != NULL ? before : after;
}

static struct queue_at **
root_of(const struct queue *q, size_t slot, size_t level)
{
    assert(slot < q->slots && level < q->levels);
    return &q->roots[slot * q->levels + level];
}

void
queue_add(struct queue *q, size_t slot, size_t level, struct queue_at *item)
{
    struct queue_at **at = root_of(q, slot, level);
    while (*at != NULL && above(*at, item))
        at = queue_order(item, *at) < 0 ? &(*at)->left : &(*at)->right;
    part(*at, item, &item->left, &item->right);
    *at = item;
    q->count++;
}

void
queue_del(struct queue *q, size_t slot, size_t level, struct queue_at *item)
{
    struct queue_at **at = root_of(q, slot, level);
    while (*at != item) {
        assert(*at != NULL);
        at = queue_order(item, *at) < 0 ? &(*at)->left : &(*at)->right;
    }
    join(at, item->left, item->right);
    item->left = item->right = NULL;
    q->count--;
}

struct queue_at *
queue_next(const struct queue *q, size_t slot, size_t level, const struct queue_at *after)
{
    struct queue_at *tree = *root_of(q, slot, level), *best = NULL;
    while (tree != NULL) {
        if (after != NULL && queue_order(tree, after) <= 0) {
            tree = tree->right;
        } else {
            best = tree;
            tree = tree->left;
        }
    }
    return best;
}

struct queue_at *
queue_prev(const struct queue *q, size_t slot, size_t level, const struct queue_at *before)
{
    struct queue_at *tree = *root_of(q, slot, level), *best = NULL;
    while (tree != NULL) {
        if (queue_order(tree, before) >= 0) {
            tree = tree->left;
        } else {
            best = tree;
            tree = tree->right;
        }
    }
    return best;
}
