/* archive.h - a piece of a territory's past in one file: log entries, and closed tickets, byte for
 * byte as they lay in Redis (so they stay sealed, and the chain proves them), with a digest over
 * everything and a worker's signature. docs/store.md section 8. This half knows bytes only;
 * shelf.h knows files. */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "common/io/seal.h"
#include "common/store/store.h"

enum {
    ARCHIVE_ENTRIES = 4096,                /* in one file, */
    ARCHIVE_DATA = 4 * 1024 * 1024,        /* bytes of entries, but always one entry, */
    ARCHIVE_TICKETS = 512,                 /* and as many closed tickets, but always one entry's */
    ARCHIVE_HEAD_MAX = 512,                /* bytes of magic and head */
    ARCHIVE_BYTES_MAX = 128 * 1024 * 1024, /* of a file: what is larger is not read */
    RECORD_MARK = 24                       /* a sealed record's first bytes, its nonce, tell it
                                            * from every other sealing */
};

struct archive_head {
    struct territory_id territory;
    struct incarnation incarnation; /* of all its entries */
    uint64_t first, last;           /* versions */
    struct chain before, after;     /* of the entry before the first; of the last */
    int64_t written_ms;             /* wall clock of who wrote it */
    struct principal_id signer;
    uint32_t entries, records;
    uint64_t entries_bytes, records_bytes;
    size_t size; /* of magic and head: where the entries begin */
};

/* ---- writing. A zeroed draft is empty. */
struct archive_draft {
    struct archive_head head;
    struct buf entries, index, records;
};
void archive_draft_fini(struct archive_draft *d);
/* The first entry begins the file; the caller sees to it that the rest follow it. */
void archive_add(struct archive_draft *d, struct territory_id t, const struct log_entry *e);
void archive_add_ticket(struct archive_draft *d, struct str id, struct str sealed);
/* Appends the whole file to `out`. */
void archive_finish(struct archive_draft *d, struct principal_id signer, const struct keys *keys,
                    int64_t wall_ms, struct buf *out);

/* ---- reading */
struct archive {
    struct archive_head head;
    struct str entries, records; /* borrowed from the bytes given */
    uint8_t digest[32], signature[SIGNATURE_SIZE];
};
/* The head alone; `bytes` may go on behind it. ERR_SYNTAX, ERR_VERSION, ERR_TRUNCATED. */
must_use enum err archive_head_decode(struct archive_head *out, struct str bytes);
/* The whole file, proved as far as it can be from itself: lengths, digest, and each entry's place
 * in the chain from `before` to `after`. ERR_TRUNCATED: it is not as long as it says; ERR_KEY: its
 * digest is not that of its content; ERR_SYNTAX, ERR_VERSION. */
must_use enum err archive_decode(struct archive *out, struct str bytes);
/* What such an error says of a file, for people; static. */
const char *archive_fault(enum err e);
must_use bool archive_signed(const struct archive *a, const uint8_t public_key[32]);
/* Stops at the first error of `fn`. */
enum err archive_each(const struct archive *a, store_log_fn *fn, void *context);
/* The closed tickets in a file's record section. ERR_SYNTAX: it is malformed; else the first error
 * of `fn`. */
enum err archive_tickets(struct str records, uint32_t count, store_record_fn *fn, void *context);

/* What is on disk leaves Redis: the entries of `a`, and those of its tickets whose records are
 * still the same. ERR_FENCED: another holds the territory. ERR_DIVERGED: the log does not begin
 * with these entries, or they are its last; nothing was removed. */
must_use enum err store_forget(struct store *s, struct territory_id t, struct nonce mine,
                               const struct archive *a);

#endif
