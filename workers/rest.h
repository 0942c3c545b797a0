/* rest.h - what lies in the store, sealed with the pool's storage key: records, log entries,
 * words between territories. The associated data names kind, territory and key, so that a
 * value moved to another place does not open there. */
#ifndef WORKERS_REST_H
#define WORKERS_REST_H

#include "common/base/arena.h"
#include "common/io/seal.h"
#include "common/store/store.h"
#include "workers/core/engine.h"

struct rest {
    struct seal_key records, log, assist;
    struct buf ad, scratch;
};

void rest_init(struct rest *r, const struct keys *pool);
void rest_fini(struct rest *r);

struct str rest_record(struct rest *r, enum record_kind kind, struct territory_id t, struct str key,
                       struct str plain, struct arena *a);
/* The plaintext is borrowed until the next call on the same struct. */
must_use enum err rest_open_record(struct rest *r, enum record_kind kind, struct territory_id t,
                                   struct str key, struct str sealed, struct str *plain);
/* A log entry; its key is its version, 8 bytes little-endian. */
struct str rest_log(struct rest *r, struct territory_id t, uint64_t version, struct str plain,
                    struct arena *a);
/* As rest_open_record. */
must_use enum err rest_open_log(struct rest *r, struct territory_id t, uint64_t version,
                                struct str sealed, struct str *plain);
/* A word for territory `to`. */
struct str rest_assist(struct rest *r, struct territory_id to, struct str plain, struct arena *a);
must_use enum err rest_open_assist(struct rest *r, struct territory_id to, struct str sealed,
                                   struct buf *plain);

/* Which hash keeps records of this kind; RECORD_CLOSED has none of its own there. */
enum record_hash rest_hash(enum record_kind kind);
enum record_kind rest_kind(enum record_hash hash);
const char *rest_name(enum record_kind kind);

#endif
