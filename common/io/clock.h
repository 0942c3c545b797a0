/* clock.h - the only caller of clock_gettime. */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970 UTC (steps when somebody sets it). */
int64_t clock_wall_ms(void);
/* Milliseconds on a clock that never steps and counts suspend (CLOCK_BOOTTIME). */
int64_t clock_mono_ms(void);
/* Nanoseconds on the monotonic clock, for measuring. */
int64_t clock_mono_ns(void);
/* "2026-11-20T21:37:31.123Z"; out holds 32 bytes. */
void clock_text(char *out, int64_t wall_ms);

/* How many minutes this machine's zone (TZ) is ahead of UTC at that instant. */
int clock_zone_min(int64_t wall_ms);

#endif
