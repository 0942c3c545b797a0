/* history.h - the whole past of a territory, wherever it lies by now: the log and the closed
 * tickets, out of archive files and out of Redis, through one door.
 *
 *   files:   [A 1..50] [A 51..100]          [B 81..90]
 *   Redis:                                             [B 91..97]  <- the head
 *   line:     A 1..50   A 51..80             B 81..90   B 91..97
 *
 * The line is found from its end: each entry names the chain of the one before, so of several files
 * for one version (a crash between writing and removing, a rollback of the store) the right one
 * shows itself. What a rollback took out of the line stays on the shelf, and is not read. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "common/store/shelf.h"

struct history_reader {
    store_log_fn *entry;
    /* What is not right with the files, in words, by name. Reading goes on with what there is. */
    void (*fault)(void *context, const char *words);
    /* Every file that is whole, also those beside the line; for its signature. NULL: not asked. */
    void (*file)(void *context, const char *name, const struct archive *a);
    void *context;
};
/* The line, from version 1 to the head. OK, the first error of `entry`, or what the store says. */
enum err history_log(struct store *s, const char *folder, struct territory_id t,
                     const struct history_reader *r);

/* Archived closed tickets, those written last first; `fn` may meet one twice. A file that cannot be
 * read is an error (`why`: its name and what is wrong), else it is the first one of `fn`. */
enum err history_tickets(const char *folder, struct territory_id t, store_record_fn *fn,
                         void *context, struct buf *why);

#endif
