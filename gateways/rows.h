/* rows.h - a small file of rows: words parted by blanks, '#' begins a comment line. */
#ifndef GATEWAYS_ROWS_H
#define GATEWAYS_ROWS_H

#include "common/base/buf.h"

/* The first word of the rest of a row; empty at its end. */
struct str rows_cut_word(struct str *rest);
/* What is wrong with this row, a loan until the next one; NULL: nothing. */
typedef const char *row_fn(void *own, struct str row);
/* `row` for each line that is not empty; false: `why` has "name:line: ...". */
must_use bool rows_read(const char *name, struct str text, row_fn *row, void *own, struct buf *why);
/* Of a file; a missing one is empty. One that is `secret` must be its owner's alone. */
must_use bool rows_open(const char *path, bool secret, row_fn *row, void *own, struct buf *why);

#endif
