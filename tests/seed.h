/* seed.h - where a test's randomness comes from: FAULTLINE_SEED, or always the same. Printed, so
 * that a failure can be had again. */
#ifndef TESTS_SEED_H
#define TESTS_SEED_H

#include "common/base/rng.h"

#include <inttypes.h>
#include <stdio.h>

static inline struct rng
seed(void)
{
    const char *given = getenv("FAULTLINE_SEED");
    uint64_t n = given == NULL ? 20240229 : strtoull(given, NULL, 10);
    printf("seed %" PRIu64 "\n", n);
    return (struct rng){ n };
}

#endif
