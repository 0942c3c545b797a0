/* intake.c - what brokers put in: entries of an inbox, positions of engineers.
 *
 * Many entries in one call: they are durable together, after one fsync, or none is there. */
#include "common/store/call.h"

/* "rg1": a report of gateway g1. */
static struct str
kind_and_who(struct call *c, const struct intake_entry *e)
{
    size_t len = strnlen(e->who.s, sizeof(e->who.s));
    char *word = arena_alloc(&c->texts, 1 + len);
    word[0] = e->kind;
    memcpy(word + 1, e->who.s, len);
    return (struct str){ word, 1 + len };
}

void
store_append(struct store *s, struct territory_id t, const struct intake_entry *list, size_t count,
             uint64_t inbox_max, store_fn *fn, void *context)
{
    assert(count > 0 && count <= APPEND_MAX);
    struct call *c = call_function(s, "fl_append");
    call_key(c, key_of(t, KEY_INBOX));
    call_keys_end(c);
    call_number(c, inbox_max);
    for (size_t i = 0; i < count; i++) {
        call_str(c, kind_and_who(c, &list[i]));
        call_str(c, list[i].bytes);
    }
    call_send_word(s, fn, context);
}

void
store_place(struct store *s, struct territory_id t, struct engineer_id e, struct str sealed,
            store_fn *fn, void *context)
{
    struct call *c = call_begin(s, "HSET");
    call_key(c, key_of(t, KEY_PLACES));
    call_name(c, e.s, sizeof(e.s));
    call_str(c, sealed);
    call_send_word(s, fn, context);
}
