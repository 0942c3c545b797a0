/* read.c - the inboxes of many territories in one wait. */
#include "common/store/call.h"

#include "common/io/clock.h"

/* A read under way. When the asker has given up, the answers find nobody: hence a life of its
 * own, until both are here and the asker has what he wanted or is gone. */
struct store_reading {
    struct inbox *list;
    size_t count;
    struct arena *arena;
    unsigned pending; /* answers */
    bool dropped;
    enum err err;
    int64_t redis_ms;
};

/* ["ms-n", ["w", kind and sender, "b", bytes]] */
static bool
take_entry(struct reply r, struct arena *a, struct inbox_entry *out)
{
    struct reply fields = reply_at(r, 1);
    struct str word = fields_get(fields, "w");
    out->kind = '?';
    if (word.len > 0 &&
        str_fill(out->who.s, sizeof(out->who.s), str_bytes(word.at + 1, word.len - 1)))
        out->kind = word.at[0];
    out->bytes = arena_copy(a, fields_get(fields, "b"));
    return str_fill(out->id, sizeof(out->id), reply_text(reply_at(r, 0)));
}

/* [[key, [entry, ...]], ...], in the order in which they were asked for. */
static enum err
take_inboxes(struct store_reading *w, struct reply r)
{
    size_t at = 0;
    for (size_t i = 0; i < reply_count(r); i++) {
        struct str key = reply_text(reply_at(reply_at(r, i), 0));
        struct reply entries = reply_at(reply_at(r, i), 1);
        while (at < w->count && !str_is(key, key_of(w->list[at].territory, KEY_INBOX).s))
            at++;
        if (at == w->count)
            return ERR_SYNTAX;
        struct inbox *box = &w->list[at++];
        box->entries = arena_alloc(w->arena, reply_count(entries) * sizeof(*box->entries));
        for (size_t k = 0; k < reply_count(entries); k++)
            if (!take_entry(reply_at(entries, k), w->arena, &box->entries[box->count++]))
                return ERR_SYNTAX;
    }
    return OK;
}

static void
answered(struct store_reading *w, enum err err)
{
    if (w->err == OK)
        w->err = err;
    if (--w->pending == 0 && w->dropped)
        free(w);
}

static void
on_read(void *context, enum err err, struct reply r)
{
    struct store_reading *w = context;
    err = call_answer(err, r);
    if (err == OK && !w->dropped)
        err = take_inboxes(w, r);
    answered(w, err);
}

/* Its answer comes after the inboxes', so it is the clock at the end of the wait. */
static void
on_time(void *context, enum err err, struct reply r)
{
    struct store_reading *w = context;
    uint64_t seconds = 0, micros = 0;
    err = call_answer(err, r);
    if (err == OK && (!fields_number(reply_text(reply_at(r, 0)), &seconds) ||
                      !fields_number(reply_text(reply_at(r, 1)), &micros)))
        err = ERR_SYNTAX;
    w->redis_ms = (int64_t)(seconds * 1000 + micros / 1000);
    answered(w, err);
}

struct store_reading *
store_read_ask(struct store *s, struct inbox *list, size_t count, size_t batch, int64_t wait_ms,
               struct arena *a)
{
    struct store_reading *w = zalloc(sizeof(*w));
    *w = (struct store_reading){ .list = list, .count = count, .arena = a };
    for (size_t i = 0; i < count; i++) {
        list[i].entries = NULL;
        list[i].count = 0;
    }
    if (count > 0) {
        struct call *c = call_begin(s, "XREAD");
        call_text(c, "COUNT");
        call_number(c, batch);
        if (wait_ms > 0) {
            call_text(c, "BLOCK"); /* with 0 it would be for ever */
            call_number(c, (uint64_t)wait_ms);
        }
        call_text(c, "STREAMS");
        for (size_t i = 0; i < count; i++)
            call_key(c, key_of(list[i].territory, KEY_INBOX));
        for (size_t i = 0; i < count; i++)
            call_name(c, list[i].cursor, sizeof(list[i].cursor));
        w->pending++;
        call_send(s, on_read, w);
    }
    call_begin(s, "TIME");
    w->pending++;
    call_send(s, on_time, w);
    redis_work(s->redis);
    return w;
}

void
store_read_drop(struct store_reading *w)
{
    if (w == NULL)
        return;
    w->dropped = true;
    if (w->pending == 0)
        free(w);
}

enum err
store_read_wait(struct store *s, struct store_reading *w, int64_t limit_ms, int64_t *redis_ms)
{
    int64_t deadline = clock_mono_ms() + limit_ms, left = limit_ms;
    while (w->pending > 0 && left > 0) {
        store_turn(s, left);
        left = deadline - clock_mono_ms();
    }
    enum err err = w->pending > 0 ? ERR_AGAIN : w->err;
    *redis_ms = w->redis_ms;
    store_read_drop(w);
    return err;
}

enum err
store_read(struct store *s, struct inbox *list, size_t count, size_t batch, int64_t wait_ms,
           struct arena *a, int64_t *redis_ms)
{
    enum err err = store_up(s, UP_MS);
    if (err != OK)
        return err;
    return store_read_wait(s, store_read_ask(s, list, count, batch, wait_ms, a), wait_ms + ASK_MS,
                           redis_ms);
}
