/* shelf.h - the archive files of one territory, in a folder of the file system:
 *
 *   FOLDER/TERRITORY/INCARNATION-FIRST-LAST.flarc     a file, complete and fsynced
 *   FOLDER/TERRITORY/WRITER.tmp                       one that its writer has not finished
 *
 * A file is never changed. Folders that several machines wrote may be put together: the names say
 * what is inside. */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include "common/store/archive.h"

enum { SHELF_NAME = 96, SHELF_PATH = 768 };

/* "0102...-1-70.flarc" */
void shelf_name(char name[SHELF_NAME], const struct archive_head *h);
/* Writes a temporary file of this writer's, fsyncs, renames, fsyncs the folder (which it makes, if
 * need be). ERR_IO: errno says why; nothing has that name then, or what had it before. */
must_use enum err shelf_put(const char *folder, struct territory_id t, const char *name,
                            const char *writer, struct str bytes);
/* The file that begins with version `first` of this incarnation, the longest one; false: none. */
must_use bool shelf_find(const char *folder, struct territory_id t, struct incarnation i,
                         uint64_t first, char name[SHELF_NAME]);
/* Reads and proves a file: what archive_decode says, ERR_TOO_BIG, ERR_IO (errno), and ERR_CONFLICT
 * when it is not what its name says. `out` borrows from `bytes`. */
must_use enum err shelf_read(const char *folder, struct territory_id t, const char *name,
                             struct buf *bytes, struct archive *out);

/* All files, by their heads, in the order of their last versions. */
struct segment {
    char name[SHELF_NAME];
    struct archive_head head;
    bool used; /* the reader's */
};
struct shelf {
    struct segment *list; /* owned */
    size_t count, cap;
};
typedef void shelf_fault_fn(void *context, const char *name, enum err e);
/* `fault` hears of each file whose head cannot be read; such a file is left out. A folder that is
 * not there is empty. ERR_IO: it cannot be read; errno says why. */
must_use enum err shelf_open(struct shelf *s, const char *folder, struct territory_id t,
                             shelf_fault_fn *fault, void *context);
void shelf_close(struct shelf *s);
/* The record section of a file, for archive_tickets; the digest is not looked at: what is sealed
 * proves itself by opening. */
must_use enum err shelf_records(const char *folder, struct territory_id t, const struct segment *f,
                                struct buf *out);

#endif
