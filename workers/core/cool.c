/* cool.c - logarithm and power of two by parabolas: within 0.008 of the truth, which no annealing
 * can tell from it. */
#include "workers/core/cool.h"

enum {
    LN_2 = 45426,    /* of COOL_ONE */
    LOG_100 = 435412 /* the logarithm of 100 to the base 2 */
};

/* The logarithm of 1 + f to the base 2, f below COOL_ONE: exact at both ends. */
static int64_t
log_of(int64_t f)
{
    return f + 22530 * (f * (COOL_ONE - f) / COOL_ONE) / COOL_ONE;
}

int64_t
cool_luck(struct rng *r)
{
    uint64_t n = rng_next(r) | 1; /* a uniform number, times 2^64 */
    int64_t zeros = __builtin_clzll(n);
    int64_t mantissa = (int64_t)((n << zeros) >> 47) - COOL_ONE; /* the 16 bits after the first */
    int64_t minus_log = (zeros + 1) * COOL_ONE - log_of(mantissa);
    return minus_log * LN_2 / COOL_ONE;
}

int64_t
cool_heat(int64_t heat, uint64_t done, uint64_t over)
{
    assert(heat >= 0 && heat <= COOL_MAX);
    int64_t halvings = LOG_100;
    if (done < over)
        halvings = (int64_t)(LOG_100 * done / over); /* no overflow below 2^45 steps */
    int64_t f = halvings % COOL_ONE;                 /* 2^-f, times 2^32: exact at both ends */
    int64_t power = ((int64_t)1 << 32) - 43019 * f + (10251 * f * f >> 16);
    int64_t now = heat * (power >> 8) >> (24 + halvings / COOL_ONE);
    return now < 1 ? 1 : now;
}
