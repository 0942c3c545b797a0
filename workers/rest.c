/* rest.c - sealing for the store, and opening again. */
#include "workers/rest.h"

#include "common/wire/body.h"

static const struct {
    const char *name;      /* in the associated data */
    enum record_hash hash; /* RECORD_HASHES: none */
} kinds[RECORDS] = {
    [RECORD_META] = { "meta", HASH_META },
    [RECORD_TICKET] = { "ticket", HASH_TICKETS },
    [RECORD_CLOSED] = { "closed", RECORD_HASHES },
    [RECORD_ENGINEER] = { "engineer", HASH_ENGINEERS },
    [RECORD_PRINCIPAL] = { "principal", HASH_PRINCIPALS },
    [RECORD_REPORT] = { "report", HASH_REPORTS },
    [RECORD_LEARNED] = { "learned", HASH_LEARNED },
};

void
rest_init(struct rest *r, const struct keys *pool)
{
    *r = (struct rest){ 0 };
    seal_key_storage(&r->records, pool, "records");
    seal_key_storage(&r->log, pool, "log");
    seal_key_storage(&r->assist, pool, "assist");
}

void
rest_fini(struct rest *r)
{
    buf_fini(&r->ad);
    buf_fini(&r->scratch);
}

enum record_hash
rest_hash(enum record_kind kind)
{
    assert(kind < RECORDS);
    return kinds[kind].hash;
}

enum record_kind
rest_kind(enum record_hash hash)
{
    enum record_kind k = 0;
    while (kinds[k].hash != hash) {
        k++;
        assert(k < RECORDS); /* every hash has its kind */
    }
    return k;
}

const char *
rest_name(enum record_kind kind)
{
    assert(kind < RECORDS);
    return kinds[kind].name;
}

static struct str
put(struct rest *r, const struct seal_key *k, const char *what, struct territory_id t,
    struct str key, struct str plain, struct arena *a)
{
    buf_clear(&r->ad);
    ad_rest(&r->ad, what, t, key);
    buf_clear(&r->scratch);
    seal(&r->scratch, k, buf_str(&r->ad), plain);
    return arena_copy(a, buf_str(&r->scratch));
}

static enum err
get(struct rest *r, const struct seal_key *k, const char *what, struct territory_id t,
    struct str key, struct str sealed, struct buf *plain)
{
    buf_clear(&r->ad);
    ad_rest(&r->ad, what, t, key);
    return unseal(plain, k, buf_str(&r->ad), sealed);
}

struct str
rest_record(struct rest *r, enum record_kind kind, struct territory_id t, struct str key,
            struct str plain, struct arena *a)
{
    return put(r, &r->records, rest_name(kind), t, key, plain, a);
}

enum err
rest_open_record(struct rest *r, enum record_kind kind, struct territory_id t, struct str key,
                 struct str sealed, struct str *plain)
{
    buf_clear(&r->scratch);
    enum err err = get(r, &r->records, rest_name(kind), t, key, sealed, &r->scratch);
    *plain = buf_str(&r->scratch);
    return err;
}

struct str
rest_log(struct rest *r, struct territory_id t, uint64_t version, struct str plain, struct arena *a)
{
    struct buf key = { 0 };
    buf_put_u64(&key, version);
    struct str sealed = put(r, &r->log, "log", t, buf_str(&key), plain, a);
    buf_fini(&key);
    return sealed;
}

enum err
rest_open_log(struct rest *r, struct territory_id t, uint64_t version, struct str sealed,
              struct str *plain)
{
    struct buf key = { 0 };
    buf_put_u64(&key, version);
    buf_clear(&r->scratch);
    enum err err = get(r, &r->log, "log", t, buf_str(&key), sealed, &r->scratch);
    buf_fini(&key);
    *plain = buf_str(&r->scratch);
    return err;
}

struct str
rest_assist(struct rest *r, struct territory_id to, struct str plain, struct arena *a)
{
    return put(r, &r->assist, "assist", to, (struct str){ 0 }, plain, a);
}

enum err
rest_open_assist(struct rest *r, struct territory_id to, struct str sealed, struct buf *plain)
{
    return get(r, &r->assist, "assist", to, (struct str){ 0 }, sealed, plain);
}
