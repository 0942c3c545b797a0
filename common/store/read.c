/* read.c - the inboxes of many territories in one wait. */
#include "common/store/call.h"

#include <inttypes.h>

/* What one XREAD is filling. When the asker has given up, the answer finds nobody: hence a
 * life of its own. */
struct reading {
    struct inbox *list; /* NULL: given up */
    size_t count;
    struct arena *arena;
    enum err err;
    bool done;
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
take_inboxes(struct reading *w, struct reply r)
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
on_read(void *context, enum err err, struct reply r)
{
    struct reading *w = context;
    if (w->list == NULL) {
        free(w);
        return;
    }
    w->err = call_answer(err, r);
    w->done = true;
    if (w->err == OK)
        w->err = take_inboxes(w, r);
}

static void
ask_inboxes(struct store *s, const struct inbox *list, size_t count, size_t batch, int64_t wait_ms,
            struct reading *w)
{
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
    call_send(s, on_read, w);
}

/* TIME's answer comes after the inboxes', so it is the clock at the end of the wait. */
static enum err
ask_time(struct store *s, int64_t limit_ms, int64_t *redis_ms)
{
    struct reply r;
    uint64_t seconds = 0, micros = 0;
    struct call *c = call_begin(s, "TIME");
    enum err err = redis_ask(s->redis, limit_ms, c->argc, c->argv, &r);
    err = call_answer(err, r);
    if (err == OK && (!fields_number(reply_text(reply_at(r, 0)), &seconds) ||
                      !fields_number(reply_text(reply_at(r, 1)), &micros)))
        err = ERR_SYNTAX;
    *redis_ms = (int64_t)(seconds * 1000 + micros / 1000);
    reply_free(&r);
    return err;
}

enum err
store_read(struct store *s, struct inbox *list, size_t count, size_t batch, int64_t wait_ms,
           struct arena *a, int64_t *redis_ms)
{
    for (size_t i = 0; i < count; i++) {
        list[i].entries = NULL;
        list[i].count = 0;
    }
    enum err err = store_up(s, UP_MS);
    if (err != OK)
        return err;
    struct reading *w = NULL;
    if (count > 0) {
        w = zalloc(sizeof(*w));
        *w = (struct reading){ list, count, a, ERR_AGAIN, false };
        ask_inboxes(s, list, count, batch, wait_ms, w);
    }
    err = ask_time(s, wait_ms + ASK_MS, redis_ms);
    if (w == NULL)
        return err;
    if (!w->done) {
        w->list = NULL; /* its answer frees it */
        return err == OK ? ERR_AGAIN : err;
    }
    err = err == OK ? w->err : err;
    free(w);
    return err;
}
