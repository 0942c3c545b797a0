/* raw.h - the yardstick: how fast the same Redis takes the same bytes from redis-benchmark. */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include "bench/stage.h"

/* XADD of `bytes` octets as the broker writes a report, over eight connections, 64 in a pipeline;
 * entries a second. Dies when redis-benchmark fails. */
double raw_xadd_per_s(const struct stage *s, struct str bytes, unsigned entries);

#endif
