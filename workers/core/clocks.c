/* clocks.c - the promised times of a ticket. */
#include "workers/core/clocks.h"

#include "workers/core/record.h"

void
clock_read(enum clock c, const struct course *course, const struct contract *contract,
           uint8_t level, instant now, struct reading *out)
{
    (void)course;
    (void)now;
    *out = (struct reading){ .state = contract->promises[c][level].working_ms > 0 ? CLOCK_WAITING
                                                                                  : CLOCK_ABSENT,
                             .deadline = NEVER,
                             .stop = NEVER };
}

int64_t
clock_penalty(enum clock c, const struct contract *contract, uint8_t level, const struct reading *r,
              instant now)
{
    (void)now;
    return r->broken ? contract->promises[c][level].penalty : 0;
}

instant
instant_after(instant at, msec length)
{
    if (length <= 0)
        return at;
    return at > INSTANT_MAX - length || length > INSTANT_MAX ? NEVER : at + length;
}
