/* hungary.h - the cheapest assignment of rows to columns, small and dense, by successive shortest
 * paths (Jonker and Volgenant 1987). For the baselines; the engine has its own. */
#ifndef QUALITY_HUNGARY_H
#define QUALITY_HUNGARY_H

#include <stddef.h>
#include <stdint.h>

#define HUNGARY_NONE  UINT32_MAX
#define HUNGARY_NEVER 1e18 /* no such pair */

/* cost[row * columns + column]; leaving a row without a column costs defer[row]. to[row] becomes
 * its column or HUNGARY_NONE. */
void hungary_solve(const double *cost, const double *defer, size_t rows, size_t columns,
                   uint32_t *to);

#endif
