/* clocks.c - the promised times of a ticket. */
#include "workers/core/clocks.h"

#include "workers/core/record.h"

instant
instant_after(instant at, msec length)
{
    if (length <= 0)
        return at;
    return at > INSTANT_MAX - length || length > INSTANT_MAX ? NEVER : at + length;
}
