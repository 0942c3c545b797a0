/* outbox.c - messages for other territories: out of here, into their inboxes.
 *
 * At least once, and in order: a message leaves the outbox only after its destination has it
 * on disk, and a run of messages for one destination goes in one call. So whatever a
 * predecessor sent too, each first arrival finds all earlier ones arrived. The receiver's mark
 * drops the repeats. */
#include "common/store/call.h"

enum { FORWARD_MAX = 256 }; /* moved in one call of store_forward */

struct word_out {
    struct str id, to, bytes; /* of the reply */
    bool moved;
};

static enum err
read_outbox(struct store *s, struct territory_id t, struct reply *owned, struct word_out *list,
            size_t *count)
{
    struct call *c = call_begin(s, "XRANGE");
    call_key(c, key_of(t, KEY_OUTBOX));
    call_text(c, "-");
    call_text(c, "+");
    call_text(c, "COUNT");
    call_number(c, FORWARD_MAX);
    enum err err = call_ask(s, owned);
    *count = 0;
    for (size_t i = 0; err == OK && i < reply_count(*owned) && i < FORWARD_MAX; i++) {
        struct reply entry = reply_at(*owned, i), fields = reply_at(entry, 1);
        list[(*count)++] =
            (struct word_out){ reply_text(reply_at(entry, 0)), fields_get(fields, "t"),
                               fields_get(fields, "b"), false };
    }
    return err;
}

/* All that go where list[first] goes. No limit on the inbox: these few were promised by a
 * commit, and one full inbox must not hold up the words for others. */
static enum err
deliver(struct store *s, struct territory_id from, struct word_out *list, size_t first,
        size_t count)
{
    struct territory_id to;
    struct call *c = call_function(s, "fl_append");
    if (!str_fill(to.s, sizeof(to.s), list[first].to) || list[first].to.len == 0)
        return ERR_SYNTAX;
    call_key(c, key_of(to, KEY_INBOX));
    call_keys_end(c);
    call_number(c, 0);
    for (size_t i = first; i < count; i++)
        if (str_eq(list[i].to, list[first].to)) {
            call_format(c, "x%.*s", (int)sizeof(from.s), from.s);
            call_str(c, list[i].bytes);
            list[i].moved = true;
        }
    return call_do(s);
}

static enum err
forget(struct store *s, struct territory_id t, const struct word_out *list, size_t first,
       size_t count)
{
    struct call *c = call_begin(s, "XDEL");
    call_key(c, key_of(t, KEY_OUTBOX));
    for (size_t i = first; i < count; i++)
        if (str_eq(list[i].to, list[first].to))
            call_str(c, list[i].id);
    return call_do(s);
}

enum err
store_forward(struct store *s, struct territory_id t, size_t *moved)
{
    struct reply owned;
    struct word_out list[FORWARD_MAX];
    size_t count;
    enum err err = read_outbox(s, t, &owned, list, &count);
    *moved = 0;
    for (size_t i = 0; err == OK && i < count; i++) {
        if (list[i].moved)
            continue;
        err = deliver(s, t, list, i, count);
        if (err == OK)
            err = forget(s, t, list, i, count);
        for (size_t k = i; err == OK && k < count; k++)
            *moved += str_eq(list[k].to, list[i].to);
    }
    reply_free(&owned);
    return err;
}
