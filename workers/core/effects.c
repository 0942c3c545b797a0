/* effects.c - the lists that an event's effects go into, and the list of changed records. Arrays
 * are kept from batch to batch; texts live in the arena. */
#include "workers/core/engine.h"

void
effects_clear(struct effects *fx)
{
    arena_clear(&fx->arena);
    fx->postings_count = fx->outcomes_count = fx->messages_count = 0;
}

void
effects_fini(struct effects *fx)
{
    arena_fini(&fx->arena);
    free(fx->postings);
    free(fx->outcomes);
    free(fx->messages);
    *fx = (struct effects){ 0 };
}

void
changes_clear(struct changes *c)
{
    arena_clear(&c->arena);
    c->count = 0;
}

void
changes_fini(struct changes *c)
{
    arena_fini(&c->arena);
    free(c->list);
    *c = (struct changes){ 0 };
}
