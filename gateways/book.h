/* book.h - what a gateway must not forget, on disk: one journal for all its tables (threads,
 * letters, marks), sealed with the gateway's own key, replayed when it is opened.
 *
 *     table -> book_put(kind, entry) ... -> book_sync -> acknowledge
 *
 * An entry says a whole truth ("this thread is now so", "that one is forgotten"): the later one
 * counts, so replaying any of them twice does no harm. When the journal has grown to several times
 * what the tables hold, they write themselves anew and the old files go. */
#ifndef GATEWAYS_BOOK_H
#define GATEWAYS_BOOK_H

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/seal.h"

struct book;

struct book_table {
    uint8_t kind; /* of its entries; 16 and up are a channel's own */
    void *own;
    /* Every entry at open, oldest first; the bytes are a loan. One it cannot read it passes over.
     */
    void (*load)(void *own, struct str entry);
    /* Puts everything it holds, by book_put. */
    void (*save)(void *own, struct book *b);
};
enum { BOOK_TABLES = 8, BOOK_ENTRY_MAX = 96 * 1024 };

/* ERR_CONFLICT: another process has it. ERR_IO. `why` says which file. The tables are copied, what
 * they point to must outlive the book. */
must_use enum err book_open(struct book **out, const char *folder, const struct seal_key *key,
                            const struct book_table *tables, size_t count, struct buf *why);
/* Does not sync. */
void book_close(struct book *b);

void book_put(struct book *b, uint8_t kind, struct str entry);
/* Everything put so far is on disk when this returns OK. Else it is still in memory, and the next
 * call tries again. Costs nothing when nothing was put. */
must_use enum err book_sync(struct book *b);

#endif
