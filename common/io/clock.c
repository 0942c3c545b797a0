/* clock.c - the only caller of clock_gettime. */
#include "common/io/clock.h"
#include "common/base/base.h"

#include <stdio.h>
#include <time.h>

static int64_t
read_ns(clockid_t which)
{
    struct timespec t;
    int failed = clock_gettime(which, &t);
    assert(failed == 0);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}

int64_t
clock_mono_ms(void)
{
    return read_ns(CLOCK_BOOTTIME) / 1000000;
}

int64_t
clock_mono_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

void
clock_text(char *out, int64_t wall_ms)
{
    enum { TEXT_SIZE = 32, LAST_YEAR = 9999 };
    int64_t ms = wall_ms % 1000;
    time_t seconds = (time_t)((wall_ms - ms) / 1000);
    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    struct tm t;
    /* Years of five digits would not fit, and no deadline of ours lies there. */
    if (gmtime_r(&seconds, &t) == NULL || t.tm_year + 1900 > LAST_YEAR || t.tm_year + 1900 < 0) {
        memcpy(out, "never", sizeof("never"));
        return;
    }
    size_t len = strftime(out, TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &t);
    out[len++] = '.';
    out[len++] = (char)('0' + ms / 100);
    out[len++] = (char)('0' + ms / 10 % 10);
    out[len++] = (char)('0' + ms % 10);
    out[len++] = 'Z';
    out[len] = '\0';
}

int
clock_zone_min(int64_t wall_ms)
{
    struct tm t;
    time_t seconds = (time_t)(wall_ms / 1000);
    return localtime_r(&seconds, &t) == NULL ? 0 : (int)(t.tm_gmtoff / 60);
}
