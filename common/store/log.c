/* log.c - the audit log, commit by commit: version n is the stream's entry "n-0". */
#include "common/store/call.h"

#include <inttypes.h>

enum { LOG_CHUNK = 32 }; /* an entry may be some MB */

static bool
entry_parse(struct reply r, struct log_entry *out)
{
    struct reply f = reply_at(r, 1);
    struct str id = reply_text(reply_at(r, 0)), rest = id;
    memset(out, 0, sizeof(*out));
    out->sealed = fields_get(f, "b");
    out->closed = fields_get(f, "t");
    return str_fill(out->id, sizeof(out->id), id) &&
           fields_number(str_cut(&rest, '-'), &out->version) && str_is(rest, "0") &&
           fields_copy(f, "p", out->parent.b, sizeof(out->parent.b)) &&
           fields_copy(f, "c", out->chain.b, sizeof(out->chain.b)) &&
           fields_copy(f, "i", out->commit.b, sizeof(out->commit.b)) &&
           fields_copy(f, "n", out->incarnation.b, sizeof(out->incarnation.b)) &&
           str_fill(out->signer.s, sizeof(out->signer.s), fields_get(f, "w")) &&
           fields_copy(f, "s", out->signature, sizeof(out->signature)) &&
           fields_copy(f, "e", out->effects, sizeof(out->effects));
}

static enum err
chunk(struct reply r, uint64_t *after, store_log_fn *fn, void *context)
{
    for (size_t i = 0; i < reply_count(r); i++) {
        struct log_entry entry;
        if (!entry_parse(reply_at(r, i), &entry))
            return ERR_SYNTAX;
        *after = entry.version;
        enum err err = fn(context, &entry);
        if (err != OK)
            return err;
    }
    return OK;
}

static enum err
some(struct store *s, struct territory_id t, uint64_t *after, uint64_t most, size_t *got,
     store_log_fn *fn, void *context)
{
    struct reply r;
    struct call *c = call_begin(s, "XRANGE");
    call_key(c, key_of(t, KEY_LOG));
    call_format(c, "(%" PRIu64 "-0", *after);
    call_text(c, "+");
    call_text(c, "COUNT");
    call_number(c, most);
    enum err err = call_ask(s, &r);
    *got = reply_count(r);
    if (err == OK)
        err = chunk(r, after, fn, context);
    reply_free(&r);
    return err;
}

enum err
store_log(struct store *s, struct territory_id t, uint64_t after_version, store_log_fn *fn,
          void *context)
{
    enum err err;
    size_t got;
    do {
        err = some(s, t, &after_version, LOG_CHUNK, &got, fn, context);
    } while (err == OK && got == LOG_CHUNK);
    return err;
}

enum err
store_log_oldest(struct store *s, struct territory_id t, store_log_fn *fn, void *context)
{
    uint64_t after = 0;
    size_t got;
    return some(s, t, &after, 1, &got, fn, context);
}
