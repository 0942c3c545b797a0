/* plan.c - every version of the organisation's plan, kept; the current one; its map for
 * brokers. A version is never changed. */
#include "common/store/call.h"

#include <inttypes.h>

enum err
store_plan_current(struct store *s, uint32_t *version)
{
    struct reply r;
    struct call *c = call_begin(s, "GET");
    call_text(c, KEY_PLAN_CURRENT);
    enum err err = call_ask(s, &r);
    uint64_t n = 0;
    if (err == OK && reply_kind(r) == REPLY_TEXT &&
        (!fields_number(reply_text(r), &n) || n > UINT32_MAX))
        err = ERR_SYNTAX;
    *version = (uint32_t)n;
    reply_free(&r);
    return err;
}

enum err
store_plan_get(struct store *s, uint32_t version, struct buf *sealed_plan)
{
    struct reply r;
    struct call *c = call_begin(s, "HGET");
    call_key(c, key_plan(version));
    call_text(c, "sealed");
    enum err err = call_ask(s, &r);
    struct str bytes = reply_text(r);
    if (err == OK && reply_kind(r) != REPLY_TEXT)
        err = ERR_UNKNOWN;
    buf_clear(sealed_plan);
    buf_put(sealed_plan, bytes.at, bytes.len);
    reply_free(&r);
    return err;
}

enum err
store_map_get(struct store *s, uint32_t version, struct buf *map, uint8_t signature[64])
{
    struct reply r;
    struct call *c = call_begin(s, "HMGET");
    call_key(c, key_map(version));
    call_text(c, "yaml");
    call_text(c, "signature");
    enum err err = call_ask(s, &r);
    struct str yaml = reply_text(reply_at(r, 0)), sig = reply_text(reply_at(r, 1));
    if (err == OK && reply_kind(reply_at(r, 0)) != REPLY_TEXT)
        err = ERR_UNKNOWN;
    else if (err == OK && sig.len != 64)
        err = ERR_SYNTAX;
    buf_clear(map);
    if (err == OK) {
        buf_put(map, yaml.at, yaml.len);
        memcpy(signature, sig.at, 64);
    }
    reply_free(&r);
    return err;
}

/* An entry of kind 'p' in each inbox: the version as decimal text. */
static enum err
tell(struct store *s, uint32_t version, const struct territory_id *list, size_t count)
{
    enum err err = OK;
    for (size_t i = 0; err == OK && i < count; i++) {
        struct call *c = call_function(s, "fl_append");
        call_key(c, key_of(list[i], KEY_INBOX));
        call_keys_end(c);
        call_number(c, 0); /* no limit: one entry a version */
        call_text(c, "p");
        call_number(c, version);
        err = call_do(s);
    }
    return err;
}

enum err
store_plan_put(struct store *s, uint32_t version, struct str sealed_plan, struct str map,
               const uint8_t signature[64], const struct territory_id *territories, size_t count)
{
    assert(version > 0);
    struct call *c = call_function(s, "fl_plan_put");
    call_text(c, KEY_PLAN_CURRENT);
    call_key(c, key_plan(version));
    call_key(c, key_map(version));
    call_keys_end(c);
    call_number(c, version);
    call_number(c, version - 1);
    call_str(c, sealed_plan);
    call_str(c, map);
    call_bytes(c, signature, 64);
    enum err err = call_do(s);
    return err == OK ? tell(s, version, territories, count) : err;
}
