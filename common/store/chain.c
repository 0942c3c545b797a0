/* chain.c - what a commit hashes to, so that an auditor can prove the log: docs/store.md
 * section 4. Worker and auditor call the same two functions. */
#include "common/store/call.h"

#include "common/io/seal.h"

/* The digest's input goes through a small buffer: a commit has thousands of short parts. */
struct effects_digest {
    struct digest d;
    size_t used;
    uint8_t part[4096];
};

static void
add(struct effects_digest *e, const void *at, size_t len)
{
    if (e->used + len > sizeof(e->part)) {
        digest_add(&e->d, str_bytes(e->part, e->used));
        e->used = 0;
    }
    if (len > sizeof(e->part)) {
        digest_add(&e->d, str_bytes(at, len));
    } else if (len > 0) {
        memcpy(e->part + e->used, at, len);
        e->used += len;
    }
}

static void
add_number(struct effects_digest *e, uint64_t n)
{
    uint8_t le[8];
    for (size_t i = 0; i < sizeof(le); i++)
        le[i] = (uint8_t)(n >> (8 * i));
    add(e, le, sizeof(le));
}

static void
add_str(struct effects_digest *e, struct str s)
{
    add_number(e, s.len);
    add(e, s.at, s.len);
}

static void
add_name(struct effects_digest *e, const char *padded, size_t size)
{
    add_str(e, (struct str){ padded, strnlen(padded, size) });
}

static void
add_pairs(struct effects_digest *e, const struct pair *list, size_t count)
{
    add_number(e, count);
    for (size_t i = 0; i < count; i++) {
        add_str(e, list[i].key);
        add_str(e, list[i].bytes);
    }
}

void
chain_effects(const struct commit *c, uint8_t out[32])
{
    struct effects_digest e = { .used = 0 };
    digest_begin(&e.d);
    add_str(&e, STR("faultline-effects"));
    add_name(&e, c->territory.s, sizeof(c->territory.s));
    add_name(&e, c->cursor, sizeof(c->cursor));
    add_number(&e, c->plan);
    add_str(&e, c->meta);
    for (enum record_hash h = HASH_TICKETS; h < RECORD_HASHES; h++)
        add_pairs(&e, c->records[h], c->records_count[h]);
    add_pairs(&e, c->closed, c->closed_count);
    add_number(&e, c->mail_count);
    for (size_t i = 0; i < c->mail_count; i++) {
        add_name(&e, c->mail[i].who.s, sizeof(c->mail[i].who.s));
        add_number(&e, c->mail[i].sequence);
        add_str(&e, c->mail[i].letter);
    }
    add_number(&e, c->watch_count);
    for (size_t i = 0; i < c->watch_count; i++) {
        add_number(&e, c->watch[i].sequence);
        add_str(&e, c->watch[i].letter);
    }
    add_number(&e, c->out_count);
    for (size_t i = 0; i < c->out_count; i++) {
        add_name(&e, c->out[i].to.s, sizeof(c->out[i].to.s));
        add_str(&e, c->out[i].sealed);
    }
    add_pairs(&e, c->quarantine, c->quarantine_count);
    digest_add(&e.d, str_bytes(e.part, e.used));
    digest_end(&e.d, out);
}

void
chain_next(struct chain *out, const struct chain *parent, struct incarnation i, uint64_t version,
           const uint8_t effects[32], struct str sealed_log)
{
    struct digest d;
    uint8_t log[32], le[8];
    digest_32(log, sealed_log);
    for (size_t k = 0; k < sizeof(le); k++)
        le[k] = (uint8_t)(version >> (8 * k));
    digest_begin(&d);
    digest_add(&d, STR("faultline-chain"));
    digest_add(&d, str_bytes(parent->b, sizeof(parent->b)));
    digest_add(&d, str_bytes(i.b, sizeof(i.b)));
    digest_add(&d, str_bytes(le, sizeof(le)));
    digest_add(&d, str_bytes(effects, 32));
    digest_add(&d, str_bytes(log, sizeof(log)));
    digest_end(&d, out->b);
}
