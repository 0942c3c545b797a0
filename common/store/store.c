/* store.c - the connection, and whether the library there is ours.
 *
 *   UNKNOWN --ask--> ASKED --same version-----------------------> OURS
 *      ^              |  |---older or missing, we may load: load, ask again
 *      |              |  `---newer-------------------------------> FOREIGN (an error told once)
 *      +--- missing and not ours to load, or trouble: again a little later
 *
 * Invariant: OURS was learned on the present connection; a new connection asks anew, because a
 * restored or emptied Redis may have another library or none. */
#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/store/call.h"

#include <poll.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "store_lua.h"
#pragma GCC diagnostic pop

enum { AGAIN_MS = 200 };

static void library_ask(struct store *s);

static void
again_later(struct store *s)
{
    s->library = LIBRARY_UNKNOWN;
    s->ask_again_at = clock_mono_ms() + AGAIN_MS;
}

static void
on_loaded(void *context, enum err err, struct reply r)
{
    struct store *s = context;
    if (err != OK)
        return; /* the next connection asks */
    if (reply_kind(r) == REPLY_ERROR) {
        struct str why = reply_text(r);
        log_error("event=store_library_refused why=%s", log_quote(why.at, why.len));
        again_later(s);
        return;
    }
    log_info("event=store_library_loaded version=%d", STORE_VERSION);
    library_ask(s);
}

static void
on_version(void *context, enum err err, struct reply r)
{
    struct store *s = context;
    if (err != OK)
        return;
    bool missing = str_starts(reply_text(r), STR("ERR Function not found"));
    if (reply_kind(r) == REPLY_ERROR && !missing) {
        struct str why = reply_text(r);
        log_warn("event=store_library_unknown why=%s", log_quote(why.at, why.len));
        again_later(s);
        return;
    }
    int64_t there = missing ? 0 : reply_number(r);
    if (there == STORE_VERSION) {
        s->library = LIBRARY_OURS;
    } else if (there > STORE_VERSION) {
        s->library = LIBRARY_FOREIGN;
        log_error("event=store_library_newer theirs=%d ours=%d do=%s", (int)there, STORE_VERSION,
                  "\"run programs of one release\"");
    } else if (s->load_library) {
        struct str load[] = { STR("FUNCTION"), STR("LOAD"), STR("REPLACE"), str_of(store_lua) };
        redis_call(s->redis, on_loaded, s, countof(load), load);
    } else {
        again_later(s);
    }
}

static void
library_ask(struct store *s)
{
    struct str ask[] = { STR("FCALL"), STR("fl_version"), STR("0") };
    s->library = LIBRARY_ASKED;
    redis_call(s->redis, on_version, s, countof(ask), ask);
}

static void
on_up(void *context, struct redis *r)
{
    struct store *s = context;
    s->redis = r;
    library_ask(s);
}

struct store *
store_new(const struct store_options *o)
{
    struct store *s = zalloc(sizeof(*s));
    s->load_library = o->load_library;
    s->redis = redis_new(o->where, o->user, o->password, on_up, s);
    return s;
}

void
store_free(struct store *s)
{
    if (s == NULL)
        return;
    redis_free(s->redis);
    free(s->call.argv);
    arena_fini(&s->call.texts);
    free(s);
}

struct redis *
store_redis(struct store *s)
{
    return s->redis;
}

bool
store_is_up(struct store *s)
{
    if (!redis_is_up(s->redis))
        return false;
    if (s->library == LIBRARY_UNKNOWN && clock_mono_ms() >= s->ask_again_at)
        library_ask(s);
    return s->library == LIBRARY_OURS;
}

void
store_turn(struct store *s, int64_t wait_ms)
{
    int64_t quiet = redis_wait_ms(s->redis);
    struct pollfd p = { .fd = redis_fd(s->redis), .events = POLLIN };
    if (redis_wants_write(s->redis))
        p.events |= POLLOUT;
    wait_ms = quiet < wait_ms ? quiet : wait_ms;
    wait_ms = wait_ms < AGAIN_MS ? wait_ms : AGAIN_MS;
    poll(&p, 1, wait_ms < 0 ? 0 : (int)wait_ms);
    redis_work(s->redis);
}

enum err
store_up(struct store *s, int64_t limit_ms)
{
    if (store_is_up(s))
        return OK;
    int64_t deadline = clock_mono_ms() + limit_ms, left;
    redis_work(s->redis);
    while (!store_is_up(s)) {
        if (redis_is_up(s->redis) && s->library == LIBRARY_FOREIGN)
            return ERR_VERSION;
        if ((left = deadline - clock_mono_ms()) <= 0)
            return ERR_AGAIN;
        store_turn(s, left);
    }
    return OK;
}

enum err
store_wait(struct store *s, int64_t limit_ms)
{
    return redis_drain(s->redis, limit_ms);
}
