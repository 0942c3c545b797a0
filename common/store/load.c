/* load.c - records out of Redis, in chunks: one reply of 200,000 fields would hold everybody
 * up for a tenth of a second. */
#include "common/store/call.h"

static const enum territory_key hashes[RECORD_HASHES] = {
    [HASH_META] = KEY_HEAD, /* a field of it */
    [HASH_TICKETS] = KEY_TICKETS,
    [HASH_ENGINEERS] = KEY_ENGINEERS,
    [HASH_PRINCIPALS] = KEY_PRINCIPALS,
    [HASH_REPORTS] = KEY_REPORTS,
    [HASH_LEARNED] = KEY_LEARNED,
};

/* ["cursor", [key, bytes, key, bytes, ...]] */
static enum err
chunk(struct reply r, store_record_fn *fn, void *context, enum record_hash h, struct buf *cursor)
{
    enum err err = OK;
    struct reply list = reply_at(r, 1);
    struct str next = reply_text(reply_at(r, 0));
    buf_clear(cursor);
    buf_put(cursor, next.at, next.len);
    if (reply_count(r) != 2 || next.len == 0)
        return ERR_SYNTAX;
    for (size_t i = 0; err == OK && i + 1 < reply_count(list); i += 2)
        err = fn(context, h, reply_text(reply_at(list, i)), reply_text(reply_at(list, i + 1)));
    return err;
}

static enum err
scan(struct store *s, struct key key, enum record_hash h, store_record_fn *fn,
     void (*progress)(void *), void *context)
{
    enum err err;
    struct buf cursor = { 0 };
    buf_put_u8(&cursor, '0');
    do {
        struct reply r;
        struct call *c = call_begin(s, "HSCAN");
        call_key(c, key);
        call_str(c, buf_str(&cursor));
        call_text(c, "COUNT");
        call_number(c, CHUNK);
        err = call_ask(s, &r);
        if (err == OK)
            err = chunk(r, fn, context, h, &cursor);
        reply_free(&r);
        if (err == OK && progress != NULL)
            progress(context);
    } while (err == OK && !str_is(buf_str(&cursor), "0"));
    buf_fini(&cursor);
    return err;
}

/* One field; empty when absent. */
static enum err
field(struct store *s, struct key key, struct str name, struct buf *out)
{
    struct reply r;
    struct call *c = call_begin(s, "HGET");
    call_key(c, key);
    call_str(c, name);
    enum err err = call_ask(s, &r);
    struct str bytes = reply_text(r);
    buf_put(out, bytes.at, bytes.len);
    reply_free(&r);
    return err;
}

enum err
store_load(struct store *s, struct territory_id t, store_record_fn *fn,
           void (*progress)(void *context), void *context)
{
    struct buf meta = { 0 };
    enum err err = field(s, key_of(t, hashes[HASH_META]), STR("meta"), &meta);
    if (err == OK && meta.len > 0)
        err = fn(context, HASH_META, (struct str){ NULL, 0 }, buf_str(&meta));
    buf_fini(&meta);
    for (enum record_hash h = HASH_META + 1; err == OK && h < RECORD_HASHES; h++)
        err = scan(s, key_of(t, hashes[h]), h, fn, progress, context);
    return err;
}

enum err
store_ticket(struct store *s, struct territory_id t, struct ticket_id id, struct buf *sealed,
             bool *closed)
{
    struct str name = str_bytes(id.b, sizeof(id.b));
    buf_clear(sealed);
    *closed = false;
    enum err err = field(s, key_of(t, KEY_TICKETS), name, sealed);
    if (err == OK && sealed->len == 0) {
        err = field(s, key_of(t, KEY_CLOSED), name, sealed);
        *closed = sealed->len > 0;
    }
    return err;
}

enum err
store_tickets(struct store *s, struct territory_id t, bool closed, store_record_fn *fn,
              void *context)
{
    return scan(s, key_of(t, closed ? KEY_CLOSED : KEY_TICKETS), HASH_TICKETS, fn, NULL, context);
}

/* [bytes or nil, ...] in the order of the ids asked for. */
static enum err
found(struct reply r, struct str ids, store_record_fn *fn, void *context)
{
    enum err err = OK;
    for (size_t i = 0; err == OK && i < reply_count(r); i++) {
        struct str bytes = reply_text(reply_at(r, i));
        struct str id = str_bytes(ids.at + i * sizeof(struct ticket_id), sizeof(struct ticket_id));
        if (bytes.len > 0)
            err = fn(context, HASH_TICKETS, id, bytes);
    }
    return err;
}

enum err
store_closed(struct store *s, struct territory_id t, struct str ids, store_record_fn *fn,
             void *context)
{
    enum { ID = sizeof(struct ticket_id), AT_ONCE = 64 * ID }; /* a record may be some 100 KB */
    enum err err = OK;
    assert(ids.len % ID == 0);
    while (err == OK && ids.len > 0) {
        struct reply r;
        struct str part = str_bytes(ids.at, ids.len < AT_ONCE ? ids.len : AT_ONCE);
        struct call *c = call_begin(s, "HMGET");
        call_key(c, key_of(t, KEY_CLOSED));
        for (size_t i = 0; i < part.len; i += ID)
            call_bytes(c, part.at + i, ID);
        err = call_ask(s, &r);
        if (err == OK)
            err = found(r, part, fn, context);
        reply_free(&r);
        ids = str_bytes(ids.at + part.len, ids.len - part.len);
    }
    return err;
}

enum err
store_places(struct store *s, struct territory_id t, store_record_fn *fn, void *context)
{
    return scan(s, key_of(t, KEY_PLACES), HASH_ENGINEERS, fn, NULL, context);
}
