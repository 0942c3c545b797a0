/* dense.h - the plain dense assignment to compare with: shortest augmenting paths over a full
 * matrix, a row at a time (Crouse 2016). */
#ifndef BENCH_DENSE_H
#define BENCH_DENSE_H

#include <stddef.h>
#include <stdint.h>

/* The least sum of one column a row; rows <= columns. */
int64_t dense_solve(size_t rows, size_t columns, const int64_t *cost);

#endif
