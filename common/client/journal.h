/* journal.h - a folder of append-only files, and what is promised about them: what was
 * there when journal_sync said OK is there after any crash; what was not, may be, in order.
 *
 *     lock            held (flock) while a process has the folder
 *     00000007.seg    entry entry entry ...
 *     00000008.seg    entry entry en          <- the newest; a torn end is cut at open
 *
 *     entry = 0xF1, kind (1), length (4), CRC-32 (4), payload
 *
 * The CRC covers the segment's number and the entry's offset too, so that bytes of another
 * place or time are no entry here. A damaged entry is skipped and told, never cut off with
 * what follows it. Everything not yet synced is still in memory: a failed write or fsync is
 * met by writing the same bytes to the same place again.
 *
 * Segments leave oldest first. Entries that must stay are held; the spool moves the few that
 * are left in an old segment to the newest (journal_put again), then drops it. */
#ifndef CLIENT_JOURNAL_H
#define CLIENT_JOURNAL_H

#include "common/base/buf.h"
#include "common/base/err.h"

struct journal;

/* Where an entry is. */
struct spot {
    uint32_t segment, offset, len; /* len: of the payload */
};

enum { JOURNAL_ENTRY_MAX = 128 * 1024, JOURNAL_READERS = 3 };

/* Called for every entry at open, oldest first; the payload is a loan. */
typedef void journal_fn(void *context, uint8_t kind, struct spot at, struct str payload);

struct journal_damage {
    uint64_t skipped; /* bytes lost in the midst: a disk's fault */
    uint64_t cut;     /* bytes of a torn end: never synced */
    char first[160];  /* where, in words; "" when nothing was skipped */
};

/* ERR_CONFLICT: another process holds it. ERR_IO: `why` says which file and errno. */
must_use enum err journal_open(struct journal **out, const char *folder, journal_fn *fn,
                               void *context, struct journal_damage *damage, struct buf *why);
/* Does not sync. */
void journal_close(struct journal *j);

/* An entry is begun, its payload put into the buf, and ended: */
struct buf *journal_begin(struct journal *j, uint8_t kind);
struct spot journal_end(struct journal *j);
/* Bytes that are not on disk yet. */
size_t journal_pending(const struct journal *j);
must_use enum err journal_sync(struct journal *j);

/* The payload of a synced entry, a loan until the same reader's next read. A reader keeps a
 * stretch of the file, so that reading in order costs one system call in many. ERR_IO,
 * ERR_SYNTAX (damaged since). `reader`: 0 .. JOURNAL_READERS-1. */
must_use enum err journal_read(struct journal *j, size_t reader, struct spot at,
                               struct str *payload);

/* Held entries keep their segment. */
void journal_hold(struct journal *j, struct spot at);
void journal_release(struct journal *j, struct spot at);

/* The newest segment's size on disk. */
uint32_t journal_size(const struct journal *j);
/* Begins a new segment; nothing may be pending. */
must_use enum err journal_roll(struct journal *j);
/* The oldest segment: its number, its size, and how much of it is held. false: it is the newest. */
bool journal_oldest(const struct journal *j, uint32_t *segment, uint32_t *size, uint64_t *held);
/* The same over all segments. */
void journal_total(const struct journal *j, uint64_t *size, uint64_t *held);
/* Nothing in it may be held. */
void journal_drop_oldest(struct journal *j);
size_t journal_segments(const struct journal *j);

#endif
