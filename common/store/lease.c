/* lease.c - who holds a territory, and who is alive.
 *
 * A head names its holder by a nonce that only the holder knows to be its own; a worker's one
 * beat says that its main loop moves. Both are for progress: safety is the commit's fence. */
#include "common/store/call.h"

/* ---- beats */

enum err
store_beat(struct store *s, const char *worker, uint64_t count)
{
    struct call *c = call_function(s, "fl_beat");
    call_text(c, KEY_WORKERS);
    call_keys_end(c);
    call_text(c, worker);
    call_number(c, count);
    return call_do(s);
}

enum err
store_beats(struct store *s, struct beat **list, size_t *count)
{
    struct reply r;
    struct call *c = call_begin(s, "HGETALL");
    call_text(c, KEY_WORKERS);
    enum err err = call_ask(s, &r);
    size_t cap = 0;
    *list = NULL;
    *count = 0;
    for (size_t i = 0; err == OK && i + 1 < reply_count(r); i += 2) {
        struct beat b;
        if (!str_fill(b.worker, sizeof(b.worker), reply_text(reply_at(r, i))) ||
            !fields_number(reply_text(reply_at(r, i + 1)), &b.count))
            continue; /* not one of ours: no worker writes such a name */
        *list = grow_array(*list, *count, &cap, sizeof(b));
        (*list)[(*count)++] = b;
    }
    reply_free(&r);
    return err;
}

enum err
store_bury(struct store *s, const char *worker, uint64_t seen)
{
    struct call *c = call_function(s, "fl_bury");
    call_text(c, KEY_WORKERS);
    call_keys_end(c);
    call_text(c, worker);
    call_number(c, seen);
    return call_do(s);
}

/* ---- the head */

/* In the order of HEAD in store.lua, which fl_take answers in. */
enum head_field {
    HEAD_HOLDER,
    HEAD_WORKER,
    HEAD_INCARNATION,
    HEAD_VERSION,
    HEAD_CHAIN,
    HEAD_CURSOR,
    HEAD_COMMIT,
    HEAD_PLAN,
    HEAD_CLEAN,
    HEAD_ATTEMPT,
    HEAD_ATTEMPTS,
    HEAD_PARENT,
    HEAD_PARENT_VERSION,
    HEAD_SIGNER,
    HEAD_SIGNATURE,
    HEAD_FIELDS
};
static const char *const head_names[HEAD_FIELDS] = {
    [HEAD_HOLDER] = "holder",         [HEAD_WORKER] = "worker",  [HEAD_INCARNATION] = "inc",
    [HEAD_VERSION] = "ver",           [HEAD_CHAIN] = "chain",    [HEAD_CURSOR] = "cur",
    [HEAD_COMMIT] = "commit",         [HEAD_PLAN] = "plan",      [HEAD_CLEAN] = "clean",
    [HEAD_ATTEMPT] = "try",           [HEAD_ATTEMPTS] = "tries", [HEAD_PARENT] = "parinc",
    [HEAD_PARENT_VERSION] = "parver", [HEAD_SIGNER] = "signer",  [HEAD_SIGNATURE] = "sig",
};

static bool
exactly(struct reply list, enum head_field f, void *to, size_t size)
{
    struct str s = reply_text(reply_at(list, f));
    if (s.len != size)
        return false;
    memcpy(to, s.at, size);
    return true;
}

static bool
number(struct reply list, enum head_field f, uint64_t most, uint64_t *out)
{
    return fields_number(reply_text(reply_at(list, f)), out) && *out <= most;
}

static bool
name(struct reply list, enum head_field f, char *to, size_t size)
{
    return str_fill(to, size, reply_text(reply_at(list, f)));
}

/* "ms-n" */
static bool
cursor(struct reply list, char *to, size_t size)
{
    struct str n = reply_text(reply_at(list, HEAD_CURSOR)), ms = str_cut(&n, '-');
    uint64_t whatever;
    return fields_number(ms, &whatever) && fields_number(n, &whatever) &&
           name(list, HEAD_CURSOR, to, size);
}

/* ERR_SYNTAX: somebody has altered it. */
static enum err
head_parse(struct reply r, struct head *out)
{
    uint64_t plan = 0, clean = 0, attempts = 0;
    memset(out, 0, sizeof(*out));
    out->exists = reply_kind(reply_at(r, HEAD_HOLDER)) == REPLY_TEXT;
    if (!out->exists)
        return OK;
    bool good = exactly(r, HEAD_HOLDER, out->holder.b, sizeof(out->holder.b)) &&
                name(r, HEAD_WORKER, out->worker, sizeof(out->worker)) &&
                exactly(r, HEAD_INCARNATION, out->incarnation.b, sizeof(out->incarnation.b)) &&
                number(r, HEAD_VERSION, UINT64_MAX, &out->version) &&
                exactly(r, HEAD_CHAIN, out->chain.b, sizeof(out->chain.b)) &&
                cursor(r, out->cursor, sizeof(out->cursor)) &&
                exactly(r, HEAD_COMMIT, out->commit.b, sizeof(out->commit.b)) &&
                number(r, HEAD_PLAN, UINT32_MAX, &plan) && number(r, HEAD_CLEAN, 1, &clean) &&
                name(r, HEAD_ATTEMPT, out->attempt, sizeof(out->attempt)) &&
                number(r, HEAD_ATTEMPTS, UINT32_MAX, &attempts) &&
                exactly(r, HEAD_PARENT, out->parent.b, sizeof(out->parent.b)) &&
                number(r, HEAD_PARENT_VERSION, UINT64_MAX, &out->parent_version) &&
                name(r, HEAD_SIGNER, out->signer.s, sizeof(out->signer.s)) &&
                exactly(r, HEAD_SIGNATURE, out->signature, sizeof(out->signature));
    out->plan = (uint32_t)plan;
    out->clean = clean == 1;
    out->attempts = (uint32_t)attempts;
    return good ? OK : ERR_SYNTAX;
}

enum err
store_head(struct store *s, struct territory_id t, struct head *out)
{
    struct reply r;
    struct call *c = call_begin(s, "HMGET");
    call_key(c, key_of(t, KEY_HEAD));
    for (size_t i = 0; i < HEAD_FIELDS; i++)
        call_text(c, head_names[i]);
    memset(out, 0, sizeof(*out));
    enum err err = call_ask(s, &r);
    if (err == OK)
        err = head_parse(r, out);
    out->clean = same_id(out->holder, (struct nonce){ 0 });
    reply_free(&r);
    return err;
}

enum err
store_take(struct store *s, struct territory_id t, struct nonce seen, struct nonce mine,
           const char *worker, const struct incarnation *fresh, struct head *out)
{
    struct reply r;
    assert(strlen(worker) < sizeof(out->worker));
    struct call *c = call_function(s, "fl_take");
    call_key(c, key_of(t, KEY_HEAD));
    call_keys_end(c);
    call_bytes(c, seen.b, sizeof(seen.b));
    call_bytes(c, mine.b, sizeof(mine.b));
    call_text(c, worker);
    call_bytes(c, fresh == NULL ? NULL : fresh->b, fresh == NULL ? 0 : sizeof(fresh->b));
    enum err err = call_ask(s, &r);
    if (err == OK)
        err = head_parse(r, out);
    reply_free(&r);
    return err;
}

enum err
store_release(struct store *s, struct territory_id t, struct nonce mine)
{
    struct call *c = call_function(s, "fl_release");
    call_key(c, key_of(t, KEY_HEAD));
    call_keys_end(c);
    call_bytes(c, mine.b, sizeof(mine.b));
    return call_do(s);
}

enum err
store_attempt(struct store *s, struct territory_id t, struct nonce mine, const char *entry,
              uint32_t *attempts)
{
    struct reply r;
    struct call *c = call_function(s, "fl_attempt");
    call_key(c, key_of(t, KEY_HEAD));
    call_keys_end(c);
    call_bytes(c, mine.b, sizeof(mine.b));
    call_text(c, entry);
    enum err err = call_ask(s, &r);
    *attempts = (uint32_t)reply_number(r);
    reply_free(&r);
    return err;
}
