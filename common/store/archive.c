/* archive.c - the bytes of an archive file, both ways.
 *
 *   magic | u32 length of the head | head | entries | index of tickets | their records | digest |
 * signature
 *
 * Everything that follows from the head's numbers is checked before anything is believed, so a file
 * that was cut anywhere, or a byte of which was changed, is not read. */
#include "common/store/archive.h"

#include "common/store/call.h"

#include <inttypes.h>
#include <stdio.h>

enum { MAGIC_SIZE = 8, INDEX_ROW = 16 + 4, TRAILER = 32 + SIGNATURE_SIZE };
static const char magic[] = "flarc\r\n\1"; /* the last byte is the version */

/* ---- writing */

void
archive_draft_fini(struct archive_draft *d)
{
    buf_fini(&d->entries);
    buf_fini(&d->index);
    buf_fini(&d->records);
    *d = (struct archive_draft){ 0 };
}

void
archive_add(struct archive_draft *d, struct territory_id t, const struct log_entry *e)
{
    struct archive_head *h = &d->head;
    struct buf *b = &d->entries;
    if (h->entries++ == 0) {
        h->territory = t;
        h->incarnation = e->incarnation;
        h->first = e->version;
        h->before = e->parent;
    }
    h->last = e->version;
    h->after = e->chain;
    buf_put_u64(b, e->version);
    buf_put(b, e->parent.b, sizeof(e->parent.b));
    buf_put(b, e->chain.b, sizeof(e->chain.b));
    buf_put(b, e->commit.b, sizeof(e->commit.b));
    buf_put(b, e->incarnation.b, sizeof(e->incarnation.b));
    buf_put_str(b, str_of(e->signer.s));
    buf_put(b, e->signature, sizeof(e->signature));
    buf_put(b, e->effects, sizeof(e->effects));
    buf_put_str(b, e->sealed);
    buf_put_str(b, e->closed);
}

void
archive_add_ticket(struct archive_draft *d, struct str id, struct str sealed)
{
    assert(id.len == sizeof(struct ticket_id));
    d->head.records++;
    buf_put(&d->index, id.at, id.len);
    buf_put_u32(&d->index, (uint32_t)sealed.len);
    buf_put(&d->records, sealed.at, sealed.len);
}

static void
put_head(struct buf *out, const struct archive_head *h)
{
    buf_put_str(out, str_of(h->territory.s));
    buf_put(out, h->incarnation.b, sizeof(h->incarnation.b));
    buf_put_u64(out, h->first);
    buf_put_u64(out, h->last);
    buf_put(out, h->before.b, sizeof(h->before.b));
    buf_put(out, h->after.b, sizeof(h->after.b));
    buf_put_i64(out, h->written_ms);
    buf_put_str(out, str_of(h->signer.s));
    buf_put_u32(out, h->entries);
    buf_put_u64(out, h->entries_bytes);
    buf_put_u32(out, h->records);
    buf_put_u64(out, h->records_bytes);
}

/* What the worker signs. No head that it signs (ad_head, a packed array) begins so. */
static void
signed_text(struct buf *out, const uint8_t digest[32])
{
    buf_put(out, "faultline-archive", 17);
    buf_put(out, digest, 32);
}

void
archive_finish(struct archive_draft *d, struct principal_id signer, const struct keys *keys,
               int64_t wall_ms, struct buf *out)
{
    struct archive_head *h = &d->head;
    struct buf head = { 0 }, text = { 0 };
    uint8_t digest[32], signature[SIGNATURE_SIZE];
    size_t began = out->len;
    h->signer = signer;
    h->written_ms = wall_ms;
    h->entries_bytes = d->entries.len;
    h->records_bytes = d->index.len + d->records.len;
    put_head(&head, h);
    buf_put(out, magic, MAGIC_SIZE);
    buf_put_str(out, buf_str(&head));
    h->size = out->len - began;
    buf_put(out, d->entries.data, d->entries.len);
    buf_put(out, d->index.data, d->index.len);
    buf_put(out, d->records.data, d->records.len);
    digest_32(digest, str_bytes(out->data + began, out->len - began));
    signed_text(&text, digest);
    sign(signature, keys, buf_str(&text));
    buf_put(out, digest, sizeof(digest));
    buf_put(out, signature, sizeof(signature));
    buf_fini(&head);
    buf_fini(&text);
}

/* ---- reading */

static bool
get_head(struct archive_head *h, struct str bytes)
{
    struct cur c = cur_of(bytes);
    bool named = str_fill(h->territory.s, sizeof(h->territory.s), cur_str(&c));
    cur_get(&c, h->incarnation.b, sizeof(h->incarnation.b));
    h->first = cur_u64(&c);
    h->last = cur_u64(&c);
    cur_get(&c, h->before.b, sizeof(h->before.b));
    cur_get(&c, h->after.b, sizeof(h->after.b));
    h->written_ms = cur_i64(&c);
    named = str_fill(h->signer.s, sizeof(h->signer.s), cur_str(&c)) && named;
    h->entries = cur_u32(&c);
    h->entries_bytes = cur_u64(&c);
    h->records = cur_u32(&c);
    h->records_bytes = cur_u64(&c);
    return cur_done(&c) && named && h->first > 0 && h->first <= h->last &&
           h->entries == h->last - h->first + 1 && h->entries_bytes <= ARCHIVE_BYTES_MAX &&
           h->records_bytes <= ARCHIVE_BYTES_MAX &&
           (uint64_t)h->records * INDEX_ROW <= h->records_bytes;
}

enum err
archive_head_decode(struct archive_head *out, struct str bytes)
{
    struct cur c = cur_of(bytes);
    char start[MAGIC_SIZE];
    *out = (struct archive_head){ 0 };
    cur_get(&c, start, sizeof(start));
    if (c.failed)
        return ERR_TRUNCATED;
    if (memcmp(start, magic, MAGIC_SIZE - 1) != 0)
        return ERR_SYNTAX;
    if (start[MAGIC_SIZE - 1] != magic[MAGIC_SIZE - 1])
        return ERR_VERSION;
    struct str head = cur_str(&c);
    if (c.failed)
        return bytes.len < ARCHIVE_HEAD_MAX ? ERR_TRUNCATED : ERR_SYNTAX;
    out->size = MAGIC_SIZE + 4 + head.len;
    return out->size <= ARCHIVE_HEAD_MAX && get_head(out, head) ? OK : ERR_SYNTAX;
}

static bool
get_entry(struct cur *c, struct log_entry *e)
{
    memset(e, 0, sizeof(*e));
    e->version = cur_u64(c);
    cur_get(c, e->parent.b, sizeof(e->parent.b));
    cur_get(c, e->chain.b, sizeof(e->chain.b));
    cur_get(c, e->commit.b, sizeof(e->commit.b));
    cur_get(c, e->incarnation.b, sizeof(e->incarnation.b));
    bool named = str_fill(e->signer.s, sizeof(e->signer.s), cur_str(c));
    cur_get(c, e->signature, sizeof(e->signature));
    cur_get(c, e->effects, sizeof(e->effects));
    e->sealed = cur_str(c);
    e->closed = cur_str(c);
    snprintf(e->id, sizeof(e->id), "%" PRIu64 "-0", e->version);
    return named && !c->failed;
}

enum err
archive_each(const struct archive *a, store_log_fn *fn, void *context)
{
    struct cur c = cur_of(a->entries);
    struct log_entry e;
    for (uint32_t i = 0; i < a->head.entries; i++) {
        if (!get_entry(&c, &e))
            return ERR_SYNTAX;
        enum err err = fn(context, &e);
        if (err != OK)
            return err;
    }
    return cur_done(&c) ? OK : ERR_SYNTAX;
}

struct proof {
    const struct archive_head *head;
    uint64_t version;
    struct chain chain;
};

static enum err
prove(void *context, const struct log_entry *e)
{
    struct proof *p = context;
    struct chain right;
    chain_next(&right, &e->parent, e->incarnation, e->version, e->effects, e->sealed);
    if (e->version != ++p->version || !same_id(e->parent, p->chain) || !same_id(e->chain, right) ||
        !same_id(e->incarnation, p->head->incarnation))
        return ERR_SYNTAX;
    p->chain = e->chain;
    return OK;
}

enum err
archive_tickets(struct str records, uint32_t count, store_record_fn *fn, void *context)
{
    struct cur c = cur_of(records);
    uint64_t at = (uint64_t)count * INDEX_ROW;
    if (at > records.len)
        return ERR_SYNTAX;
    for (uint32_t i = 0; i < count; i++) {
        struct str id = str_bytes(c.at, sizeof(struct ticket_id));
        c.at += id.len;
        uint32_t len = cur_u32(&c);
        if (len == 0 || len > records.len - at)
            return ERR_SYNTAX;
        enum err err = fn(context, HASH_TICKETS, id, str_bytes(records.at + at, len));
        if (err != OK)
            return err;
        at += len;
    }
    return at == records.len ? OK : ERR_SYNTAX;
}

static enum err
pass(void *context unused, enum record_hash h unused, struct str id unused,
     struct str sealed unused)
{
    return OK;
}

enum err
archive_decode(struct archive *out, struct str bytes)
{
    struct archive_head *h = &out->head;
    uint8_t digest[32];
    enum err e = archive_head_decode(h, bytes);
    if (e != OK)
        return e;
    if (bytes.len != h->size + h->entries_bytes + h->records_bytes + TRAILER)
        return ERR_TRUNCATED;
    out->entries = str_bytes(bytes.at + h->size, h->entries_bytes);
    out->records = str_bytes(out->entries.at + out->entries.len, h->records_bytes);
    const char *trailer = out->records.at + out->records.len;
    memcpy(out->digest, trailer, sizeof(out->digest));
    memcpy(out->signature, trailer + sizeof(out->digest), sizeof(out->signature));
    digest_32(digest, str_bytes(bytes.at, bytes.len - TRAILER));
    if (memcmp(digest, out->digest, sizeof(digest)) != 0)
        return ERR_KEY;
    struct proof p = { h, h->first - 1, h->before };
    e = archive_each(out, prove, &p);
    if (e == OK && !same_id(p.chain, h->after))
        e = ERR_SYNTAX;
    return e == OK ? archive_tickets(out->records, h->records, pass, NULL) : e;
}

const char *
archive_fault(enum err e)
{
    static const char *const texts[ERRS] = {
        [ERR_TRUNCATED] = "is not as long as it says it is",
        [ERR_KEY] = "was changed: its digest is not that of its content",
        [ERR_SYNTAX] = "is not of the documented shape",
        [ERR_VERSION] = "was written by another release",
        [ERR_TOO_BIG] = "is larger than an archive file may be",
        [ERR_IO] = "cannot be read",
    };
    return texts[e] != NULL ? texts[e] : err_text(e);
}

bool
archive_signed(const struct archive *a, const uint8_t public_key[32])
{
    struct buf text = { 0 };
    signed_text(&text, a->digest);
    bool good = sign_check(public_key, a->signature, buf_str(&text));
    buf_fini(&text);
    return good;
}

/* ---- out of Redis */

static enum err
name_ticket(void *context, enum record_hash h unused, struct str id, struct str sealed)
{
    struct call *c = context;
    call_str(c, id);
    call_bytes(c, sealed.at, sealed.len < RECORD_MARK ? sealed.len : RECORD_MARK);
    return OK;
}

enum err
store_forget(struct store *s, struct territory_id t, struct nonce mine, const struct archive *a)
{
    const struct archive_head *h = &a->head;
    struct call *c = call_function(s, "fl_forget");
    call_key(c, key_of(t, KEY_HEAD));
    call_key(c, key_of(t, KEY_LOG));
    call_key(c, key_of(t, KEY_CLOSED));
    call_keys_end(c);
    call_bytes(c, mine.b, sizeof(mine.b));
    call_number(c, h->first);
    call_number(c, h->last);
    call_bytes(c, h->before.b, sizeof(h->before.b));
    call_bytes(c, h->after.b, sizeof(h->after.b));
    enum err e = archive_tickets(a->records, h->records, name_ticket, c);
    return e == OK ? call_do(s) : e;
}
