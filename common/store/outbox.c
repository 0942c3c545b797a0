/* outbox.c - messages for other territories: out of here, into their inboxes.
 *
 * At least once, and in order: a message leaves the outbox only after its destination has it
 * on disk, and a run of messages for one destination goes in one call. So whatever a
 * predecessor sent too, each first arrival finds all earlier ones arrived. The receiver's mark
 * drops the repeats. */
#include "common/store/call.h"

struct word_out {
    struct str id, to, bytes;
    bool moved;
};

/* One move: the outbox is read, then each destination has its own append and forgetting. */
struct move {
    struct store *store;
    struct territory_id from;
    store_moved_fn *fn;
    void *context;
    struct arena arena;
    struct word_out *list;
    size_t count, moved, pending; /* pending: destinations not done with */
    enum err err;                 /* the first that went wrong */
};

/* All words of a move that go where list[first] goes. */
struct parcel {
    struct move *move;
    size_t first, words;
};

static void
move_end(struct move *m)
{
    store_moved_fn *fn = m->fn;
    void *context = m->context;
    enum err err = m->err;
    size_t moved = m->moved;
    arena_fini(&m->arena);
    free(m);
    fn(context, err, moved);
}

static void
parcel_end(struct parcel *p, enum err err)
{
    struct move *m = p->move;
    if (err == OK)
        m->moved += p->words;
    else if (m->err == OK)
        m->err = err;
    if (--m->pending == 0)
        move_end(m);
}

static void
on_forgotten(void *context, enum err answer)
{
    parcel_end(context, answer);
}

/* They are on disk at their destination. */
static void
on_delivered(void *context, enum err answer)
{
    struct parcel *p = context;
    const struct move *m = p->move;
    if (answer != OK) {
        parcel_end(p, answer);
        return;
    }
    struct call *c = call_begin(m->store, "XDEL");
    call_key(c, key_of(m->from, KEY_OUTBOX));
    for (size_t i = p->first; i < m->count; i++)
        if (str_eq(m->list[i].to, m->list[p->first].to))
            call_str(c, m->list[i].id);
    call_send_word(m->store, on_forgotten, p);
}

/* No limit on the inbox: these few were promised by a commit, and one full inbox must not hold
 * up the words for others. */
static void
deliver(struct move *m, size_t first)
{
    struct territory_id to;
    struct parcel *p = arena_alloc(&m->arena, sizeof(*p));
    *p = (struct parcel){ m, first, 0 };
    m->pending++;
    if (m->list[first].to.len == 0 || !str_fill(to.s, sizeof(to.s), m->list[first].to)) {
        m->list[first].moved = true;
        parcel_end(p, ERR_SYNTAX);
        return;
    }
    struct call *c = call_function(m->store, "fl_append");
    call_key(c, key_of(to, KEY_INBOX));
    call_keys_end(c);
    call_number(c, 0);
    for (size_t i = first; i < m->count; i++)
        if (str_eq(m->list[i].to, m->list[first].to)) {
            call_format(c, "x%.*s", (int)sizeof(m->from.s), m->from.s);
            call_str(c, m->list[i].bytes);
            m->list[i].moved = true;
            p->words++;
        }
    call_send_word(m->store, on_delivered, p);
}

static void
on_outbox(void *context, enum err err, struct reply r)
{
    struct move *m = context;
    m->err = call_answer(err, r);
    size_t most = m->err == OK ? reply_count(r) : 0;
    m->list = arena_alloc(&m->arena, most * sizeof(*m->list));
    for (; m->count < most; m->count++) {
        struct reply entry = reply_at(r, m->count), fields = reply_at(entry, 1);
        m->list[m->count] =
            (struct word_out){ arena_copy(&m->arena, reply_text(reply_at(entry, 0))),
                               arena_copy(&m->arena, fields_get(fields, "t")),
                               arena_copy(&m->arena, fields_get(fields, "b")), false };
    }
    m->pending = 1; /* not to end before all are on their way */
    for (size_t i = 0; i < m->count; i++)
        if (!m->list[i].moved)
            deliver(m, i);
    if (--m->pending == 0)
        move_end(m);
}

void
store_forward(struct store *s, struct territory_id t, store_moved_fn *fn, void *context)
{
    struct move *m = zalloc(sizeof(*m));
    *m = (struct move){ .store = s, .from = t, .fn = fn, .context = context };
    struct call *c = call_begin(s, "XRANGE");
    call_key(c, key_of(t, KEY_OUTBOX));
    call_text(c, "-");
    call_text(c, "+");
    call_text(c, "COUNT");
    call_number(c, FORWARD_MAX);
    call_send(s, on_outbox, m);
}
