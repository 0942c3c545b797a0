/* store.h - the door to memory: what may be asked of Redis, by territory.
 *
 * All that must be atomic is one function of store.lua beside this file. Standalone,
 * Sentinel and Cluster differ only behind this header. docs/store.md has keys and formats. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/redis.h"
#include "faultline/ids.h"

enum { STORE_VERSION = 4 }; /* of the functions library */

struct store_options {
    const char *where; /* conf.redis */
    const char *user, *password;
    bool load_library; /* put store.lua there if it is missing or older (workers, operator) */
};

struct store;
struct store *store_new(const struct store_options *o);
void store_free(struct store *s);
/* Connected, authenticated, and the library there is ours? While it is not, each call asks
 * again, a few times a second at most. */
bool store_is_up(struct store *s);
/* Waits until it is. ERR_AGAIN after limit_ms; ERR_VERSION: the library is newer than we are.
 * Everything below that waits for its answer begins with this (for some seconds). */
must_use enum err store_up(struct store *s, int64_t limit_ms);
struct redis *store_redis(struct store *s); /* for waiting on, and for commands of no territory */

/* Before a Redis on a single machine is started on `dir` (its `dir` setting): cuts what a power cut
 * has torn off the end of its append-only file, at a boundary between commits; redis.conf's
 * `aof-load-truncated no` refuses to start otherwise, and `yes` may bring half a commit to life
 * (aof.c). `*cut`: bytes, 0 for none. OK when there is no such file. ERR_SYNTAX: damaged
 * otherwise, nothing was touched, a person must look. No Redis may run on `dir`. */
must_use enum err aof_mend(const char *dir, uint64_t *cut);

/* ---- intake (broker): many entries of one territory in one call, one fsync for all */
struct intake_entry {
    char kind;               /* 'r' report, 'e' event */
    struct principal_id who; /* as ZAP knew it */
    struct str bytes;        /* the client's message, whole */
};
enum { APPEND_MAX = 4096 }; /* entries in one call */
/* `answer`: OK (all durable), ERR_BUSY (none taken: the inbox would pass `inbox_max`, 0: no limit,
 * or memory is full), ERR_CLOSED (unknown: the client will send again), ERR_IO (refused). */
typedef void store_fn(void *context, enum err answer);
void store_append(struct store *s, struct territory_id t, const struct intake_entry *list,
                  size_t count, uint64_t inbox_max, store_fn *fn, void *context);
/* The latest position of an engineer: overwrites. */
void store_place(struct store *s, struct territory_id t, struct engineer_id e, struct str sealed,
                 store_fn *fn, void *context);

/* ---- mailboxes (broker) */
struct letter_entry {
    uint64_t sequence; /* of its last update */
    struct str bytes;  /* borrowed for the callback */
};
typedef void store_letters_fn(void *context, enum err answer, const struct letter_entry *list,
                              size_t count);
/* Letters after `after`, at most `count`, of `who`, or of the watch stream. */
void store_letters(struct store *s, struct territory_id t, struct principal_id who, bool watch,
                   uint64_t after, size_t count, store_letters_fn *fn, void *context);
/* The incarnation that the territory lives in; ERR_UNKNOWN: it was never founded. */
typedef void store_life_fn(void *context, enum err answer, struct incarnation life);
void store_life(struct store *s, struct territory_id t, store_life_fn *fn, void *context);
/* Forgets letters up to and including `sequence`. */
void store_confirm(struct store *s, struct territory_id t, struct principal_id who,
                   uint64_t sequence);
/* Bells: who has new letters. On a connection of its own. `who` is "watch" for the stream. */
typedef void store_bell_fn(void *context, struct territory_id t, struct principal_id who);
/* On each new connection the callback comes once with no territory and no principal: rings may
 * have been missed, read every mailbox again. */
struct bells;
struct bells *bells_new(const struct store_options *o, store_bell_fn *fn, void *context);
void bells_free(struct bells *b);
struct redis *bells_redis(struct bells *b);

/* ---- workers: everything below waits for its answer */

/* Beats. A worker's count grows with its main loop's progress. */
struct beat {
    char worker[40]; /* the process' own random name */
    uint64_t count;
};
enum err store_beat(struct store *s, const char *worker, uint64_t count);
enum err store_beats(struct store *s, struct beat **list, size_t *count); /* free(*list) */
/* Forgets a worker whose beat is still `seen`. */
enum err store_bury(struct store *s, const char *worker, uint64_t seen);

struct nonce {
    uint8_t b[16]; /* zero: nobody */
};
/* What the head says. */
struct head {
    bool exists;         /* false: the territory was never founded */
    struct nonce holder; /* zero: free */
    char worker[40];     /* the holder's name */
    struct incarnation incarnation;
    uint64_t version; /* commits so far in this incarnation's line */
    struct chain chain;
    char cursor[48];           /* last inbox entry applied: "ms-n"; "0-0" at first */
    struct nonce commit;       /* id of the last commit */
    uint32_t plan;             /* plan version in force */
    bool clean;                /* store_head: it is free now; store_take: it was free, or founded */
    char attempt[48];          /* entry that a cautious loader was trying; "" none */
    uint32_t attempts;         /* how often */
    struct incarnation parent; /* zero, or the incarnation before a rollback */
    uint64_t parent_version;
    struct principal_id signer; /* of the last commit */
    uint8_t signature[64];
};
enum err store_head(struct store *s, struct territory_id t, struct head *out);
/* Takes the lease by replacing the nonce seen (zero: was free). ERR_FENCED: it has changed.
 * `fresh` not NULL: a new incarnation begins (founding, or after a rollback). */
enum err store_take(struct store *s, struct territory_id t, struct nonce seen, struct nonce mine,
                    const char *worker, const struct incarnation *fresh, struct head *out);
enum err store_release(struct store *s, struct territory_id t, struct nonce mine);
/* A cautious loader is about to apply this entry alone. Returns how often by now. */
enum err store_attempt(struct store *s, struct territory_id t, struct nonce mine, const char *entry,
                       uint32_t *attempts);

/* Loading, in chunks: one record hash after the other. */
enum record_hash {
    HASH_META,
    HASH_TICKETS,
    HASH_ENGINEERS,
    HASH_PRINCIPALS,
    HASH_REPORTS,
    HASH_LEARNED,
    RECORD_HASHES
};
typedef enum err store_record_fn(void *context, enum record_hash h, struct str key,
                                 struct str bytes);
/* Calls `fn` for every record; stops at its first error. `progress` runs between chunks (beat!).
 * A reader who does not hold the lease may meet a record twice. */
enum err store_load(struct store *s, struct territory_id t, store_record_fn *fn,
                    void (*progress)(void *context), void *context);
/* The ticket records alone, open or closed, for the command line. */
enum err store_tickets(struct store *s, struct territory_id t, bool closed, store_record_fn *fn,
                       void *context);
/* The records of closed tickets named by `ids`, 16 bytes each; those that are not there are left
 * out. */
enum err store_closed(struct store *s, struct territory_id t, struct str ids, store_record_fn *fn,
                      void *context);
/* One record, for the command line. Empty bytes and OK when absent. `closed` looks there too. */
enum err store_ticket(struct store *s, struct territory_id t, struct ticket_id id,
                      struct buf *sealed, bool *closed);

/* Reading: entries after a cursor, of many territories in one wait. */
struct inbox_entry {
    char id[48]; /* "ms-n" */
    char kind;   /* 'r', 'e' from brokers; 'x' assist, 'p' plan from workers and the operator;
                  * '?': not of the documented shape */
    struct principal_id who; /* 'x': the name of the territory it comes from */
    struct str bytes;        /* in the arena given */
};
struct inbox {
    struct territory_id territory;
    char cursor[48];             /* in: read after this */
    struct inbox_entry *entries; /* out, in the arena */
    size_t count;
};
/* Waits at most `wait_ms` (0: does not) for any of them to have entries; at most `batch` each.
 * Also returns Redis' clock (ms). */
enum err store_read(struct store *s, struct inbox *list, size_t count, size_t batch,
                    int64_t wait_ms, struct arena *a, int64_t *redis_ms);
/* The same in two halves, so that Redis reads while the caller does something else: the question,
 * and the wait for its answer. Lists and arena are lent until then. One that is not waited for
 * is dropped. */
struct store_reading;
struct store_reading *store_read_ask(struct store *s, struct inbox *list, size_t count,
                                     size_t batch, int64_t wait_ms, struct arena *a);
enum err store_read_wait(struct store *s, struct store_reading *asked, int64_t limit_ms,
                         int64_t *redis_ms);
void store_read_drop(struct store_reading *asked);
enum err store_places(struct store *s, struct territory_id t, store_record_fn *fn, void *context);

/* ---- the commit: all of it or nothing */
struct pair {
    struct str key, bytes; /* empty bytes: delete */
};
struct commit_mail {
    struct principal_id who;
    uint64_t sequence; /* of the letter's last update */
    struct str letter;
    struct str resync; /* the letter to leave instead when the mailbox is full. Empty: a full
                        * mailbox refuses the commit with ERR_BUSY, nothing is written, and the
                        * caller repeats it with this filled: so nobody seals what is not needed */
};
/* A letter for all dispatchers. */
struct commit_watch {
    uint64_t sequence; /* of its last update; they grow */
    struct str letter;
};
struct commit_out {
    struct territory_id to;
    struct str sealed;
};
struct commit {
    struct territory_id territory;
    struct nonce holder;
    struct nonce id;  /* this commit's own, random; the same when repeated */
    uint64_t version; /* parent's + 1 */
    struct chain parent, chain;
    uint8_t effects[32]; /* BLAKE2b-256 over all other writes, part of the chain */
    struct principal_id signer;
    uint8_t signature[64];
    char cursor[48]; /* inbox entries up to here are applied, and go */
    uint32_t plan;
    struct str log;                      /* sealed log entry */
    struct str meta;                     /* sealed META record; empty: unchanged */
    struct pair *records[RECORD_HASHES]; /* HASH_META unused */
    size_t records_count[RECORD_HASHES];
    struct pair *closed;
    size_t closed_count;
    struct commit_mail *mail;
    size_t mail_count; /* at most MAIL_MAX */
    struct commit_watch *watch;
    size_t watch_count;     /* at most WATCH_MAX */
    struct commit_out *out; /* to other territories */
    size_t out_count;
    struct pair *quarantine; /* key: inbox id, bytes: the entry's message; kept aside */
    size_t quarantine_count;
    uint64_t mailbox_max, watch_max; /* 0: no limit */
};
enum {
    MAIL_MAX = 1024,                /* letters in one commit */
    WATCH_MAX = 1024,               /* letters to the dispatchers in one commit */
    RECORDS_MAX = 100000,           /* records, words out and entries kept aside in one commit */
    RECORD_MAX = 1024 * 1024,       /* bytes of one record or of META */
    ENTRY_MAX = 64 * 1024,          /* bytes of one letter, message or word between territories */
    COMMIT_BYTES = 48 * 1024 * 1024 /* of one commit, the log entry included */
};
/* What its effects hash to: everything that the commit writes but the log entry, the chain, its
 * own id and the signature. And the chain: docs/store.md section 4. */
void chain_effects(const struct commit *c, uint8_t out[32]);
void chain_next(struct chain *out, const struct chain *parent, struct incarnation i,
                uint64_t version, const uint8_t effects[32], struct str sealed_log);
/* Queues; the answer comes with store_wait: OK, ERR_DUPLICATE (it is there: as good as OK),
 * ERR_FENCED, ERR_DIVERGED, ERR_TOO_BIG, ERR_BUSY (commit_mail.resync; both before any write),
 * ERR_CLOSED (unknown: repeat the same commit), ERR_IO (Redis refused it: logged), ERR_VERSION.
 * Several may be queued, each building on the one before. After ERR_CLOSED repeat them in
 * order; when the first is DIVERGED, the last may be the DUPLICATE: see store_head. */
void store_commit(struct store *s, const struct commit *c, store_fn *fn, void *context);
/* Until every queued call is answered. ERR_AGAIN after limit_ms. */
enum err store_wait(struct store *s, int64_t limit_ms);

/* The outbox: what waits to go to other territories, moved by its holder. Delivered at
 * least once (the receiver keeps a mark), then deleted. Queues; one move of a territory at a
 * time. `moved`: how many are out; fewer than FORWARD_MAX and OK: none were left. */
enum { FORWARD_MAX = 256 };
typedef void store_moved_fn(void *context, enum err answer, size_t moved);
void store_forward(struct store *s, struct territory_id t, store_moved_fn *fn, void *context);

/* ---- the log (audit, readers) */
struct log_entry {
    char id[48];
    uint64_t version;
    struct chain parent, chain;
    struct nonce commit;
    struct incarnation incarnation;
    struct principal_id signer;
    uint8_t signature[64];
    uint8_t effects[32]; /* digest over every other write of the commit */
    struct str sealed;   /* in the callback only; so is */
    struct str closed;   /* ids of the closed tickets whose records it wrote, 16 bytes each */
};
typedef enum err store_log_fn(void *context, const struct log_entry *e);
/* What Redis holds of it: older entries may be in archive files, history.h reads both. */
enum err store_log(struct store *s, struct territory_id t, uint64_t after_version, store_log_fn *fn,
                   void *context);
/* Its oldest entry alone, if there is one. */
enum err store_log_oldest(struct store *s, struct territory_id t, store_log_fn *fn, void *context);

/* ---- the plan */
enum err store_plan_current(struct store *s, uint32_t *version); /* 0: none yet */
enum err store_plan_get(struct store *s, uint32_t version, struct buf *sealed_plan);
enum err store_map_get(struct store *s, uint32_t version, struct buf *map, uint8_t signature[64]);
/* Stores version `version` (current + 1, else ERR_CONFLICT) and tells every territory. With the
 * current version and byte for byte the same content it only tells them again, which mends a put
 * that died half-way: pass the stored bytes (store_plan_get), sealing anew gives others. */
enum err store_plan_put(struct store *s, uint32_t version, struct str sealed_plan, struct str map,
                        const uint8_t signature[64], const struct territory_id *territories,
                        size_t count);

#endif
