/* csv.h - rows of a CSV file, plain or gzipped: quoted fields, doubled quotes, line breaks inside
 * quotes, CRLF, a byte-order mark. The doorman of zlib. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "common/base/buf.h"
#include "common/base/err.h"

struct csv;

/* NULL: cannot be opened (errno). */
struct csv *csv_open(const char *path);
void csv_close(struct csv *c);

/* The next row, borrowed until the next call. Rows are numbered from 1, as records, not lines;
 * blank lines are no rows. OK; ERR_TRUNCATED at the end of the file; ERR_SYNTAX: this row is broken
 * (`why` says how) and reading may go on; ERR_IO: the file itself is (bad gzip). */
struct csv_row {
    const struct str *fields;
    size_t count;
    uint64_t number; /* of the record */
    uint64_t line;   /* where it begins */
    const char *why; /* ERR_SYNTAX, ERR_IO */
};
must_use enum err csv_next(struct csv *c, struct csv_row *out);
/* How much of the file has been read: 0..1000. */
int csv_permille(struct csv *c);

#endif
