/* watchtime.c - three clocks that watch each other. */
#include "workers/watchtime.h"

const char *
clock_doubt_text(enum clock_doubt d)
{
    static const char *const texts[CLOCK_DOUBTS] = {
        [CLOCK_SANE] = "clocks agree",
        [CLOCK_APART] = "the worker's clock and Redis' clock differ",
        [CLOCK_OWN_JUMP] = "the worker's clock was stepped",
        [CLOCK_REDIS_JUMP] = "Redis' clock was stepped",
    };
    assert(d < CLOCK_DOUBTS);
    return texts[d];
}

void
watchtime_init(struct watchtime *w, int64_t limit_ms)
{
    *w = (struct watchtime){ .limit_ms = limit_ms };
}

/* How far `n` lies outside [from, to]. */
static int64_t
outside(int64_t n, int64_t from, int64_t to)
{
    return n < from ? from - n : n > to ? n - to : 0;
}

/* What this reading, compared with itself and with the last, gives cause to doubt. */
static enum clock_doubt
judge(const struct watchtime *w, const struct clock_reading *r)
{
    if (w->any) {
        int64_t own = r->own_after - w->last.own_after;
        int64_t passed = r->mono_after - w->last.mono_after;
        if (outside(own, passed, passed) > w->limit_ms)
            return CLOCK_OWN_JUMP;
        int64_t redis = r->redis - w->last.redis;
        int64_t least = r->mono_before - w->last.mono_after;
        int64_t most = r->mono_after - w->last.mono_before;
        if (outside(redis, least, most) > w->limit_ms)
            return CLOCK_REDIS_JUMP;
    }
    if (outside(r->redis, r->own_before, r->own_after) > w->limit_ms)
        return CLOCK_APART;
    return CLOCK_SANE;
}

enum clock_news
watchtime_read(struct watchtime *w, const struct clock_reading *r)
{
    enum clock_doubt seen = judge(w, r), was = w->doubt;
    w->last = *r;
    w->any = true;
    if (seen != CLOCK_SANE) {
        w->steady_since = r->mono_after;
        if (was == CLOCK_SANE)
            w->doubt = seen; /* the first cause is the one worth telling */
    } else if (r->mono_after - w->steady_since >= CLOCK_STEADY_MS) {
        w->doubt = CLOCK_SANE;
    }
    if ((was == CLOCK_SANE) == (w->doubt == CLOCK_SANE))
        return CLOCK_AS_BEFORE;
    return w->doubt == CLOCK_SANE ? CLOCK_RESUMED : CLOCK_DOUBTED;
}

instant
watchtime_at(const struct watchtime *w, instant committed)
{
    instant now = watchtime_now(w, w->last.mono_after);
    return committed > now ? committed : now;
}

instant
watchtime_now(const struct watchtime *w, int64_t mono_ms)
{
    assert(w->any);
    instant read = w->last.own_after < w->last.redis ? w->last.own_after : w->last.redis;
    return read + (mono_ms - w->last.mono_after);
}

bool
watchtime_sane(const struct watchtime *w)
{
    return w->any && w->doubt == CLOCK_SANE;
}
