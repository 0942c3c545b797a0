/* worker.c - the turn, and everything that is done now and then.
 *
 *   chores (beat and share out, plan, places, anchors, the broken)
 *     -> repeat commits in doubt
 *     -> read all inboxes, waiting a little; read the clocks
 *     -> for each territory: apply, queue its commit   -.  again while entries
 *     -> wait for the answers, settle                  -'  are left
 *     -> forward outboxes
 *
 * All waits of a turn are these three: for entries, for answers, for a lost connection. */
#include "workers/worker.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/io/sock.h"
#include "workers/anchor.h"
#include "workers/chores.h"

enum {
    ANSWER_MS = 1000,
    DOUBT_WAIT_MS = 50,
    READ_ENTRIES = 8192, /* of all inboxes in one read, shared among them, */
    READ_LEAST = 16      /* but each has so many */
};

/* ---- making */

static struct keys *
key_file(const char *setting, const char *path)
{
    struct keys *k = NULL;
    struct buf why = { 0 };
    if (keys_read(path, &k, &why) != OK)
        die("%s: %s", setting, buf_cstr(&why));
    buf_fini(&why);
    return k;
}

static void
tools_init(struct worker *w, const char *name)
{
    struct tools *x = &w->x;
    char process[WORKER_NAME_MAX];
    snprintf(process, sizeof(process), "%.22s-%016" PRIx64, name, random_u64());
    const struct store_options o = {
        .where = w->conf->redis,
        .user = w->conf->redis_worker_password[0] == '\0' ? NULL : "worker",
        .password =
            w->conf->redis_worker_password[0] == '\0' ? NULL : w->conf->redis_worker_password,
        .load_library = true,
    };
    x->conf = w->conf;
    x->pool = w->pool;
    x->sign = w->own;
    if (!str_fill(x->signer.s, sizeof(x->signer.s), str_of(name)))
        die("--name %s: at most %zu characters", name, sizeof(x->signer.s) - 1);
    x->store = store_new(&o);
    x->lease = lease_new(process, w->conf->lease_ms);
    x->plans = plans_new(x->store, w->pool);
    x->keyring = keyring_new(w->pool);
    x->poster = poster_new(x->keyring);
    rest_init(&x->rest, w->pool);
    opener_init(&x->opener, w->pool, x->keyring, x->plans, &x->rest);
    watchtime_init(&x->time, w->conf->clock_limit_ms);
    x->progress = chores_progress;
    x->progress_context = w;
}

struct worker *
worker_new(const struct conf *conf, const char *name)
{
    struct worker *w = zalloc(sizeof(*w));
    char path[sizeof(conf->keys_dir) + 64];
    snprintf(path, sizeof(path), "%s/%s.key", conf->keys_dir, name);
    w->conf = conf;
    w->pool = key_file("setting pool_key", conf->pool_key);
    w->own = key_file("setting keys_dir, and --name", path);
    map_init(&w->by_id, sizeof(struct territory_id));
    if (anchor_open(conf->anchors) != OK)
        die("setting anchors: the folder %s cannot be made", conf->anchors);
    tools_init(w, name);
    log_info("event=started worker=%s", lease_worker(w->x.lease));
    return w;
}

static void
release_all(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[i];
        if (t->standing == TERRITORY_SERVED || t->standing == TERRITORY_BROKEN)
            if (territory_release(t, &w->x) != OK)
                log_warn("event=not_released territory=%s", t->id.s);
    }
}

void
worker_free(struct worker *w)
{
    struct tools *x = &w->x;
    if (store_is_up(x->store)) {
        release_all(w);
        lease_end(x->lease, x->store);
    }
    store_free(x->store);
    for (size_t i = 0; i < w->count; i++)
        territory_free(w->list[i]);
    free(w->list);
    map_fini(&w->by_id);
    opener_fini(&x->opener);
    rest_fini(&x->rest);
    poster_free(x->poster);
    keyring_free(x->keyring);
    plans_free(x->plans);
    lease_free(x->lease);
    buf_fini(&x->scratch);
    arena_fini(&w->reading.arena);
    free(w->reading.list);
    free(w->reading.of);
    free(w->reading.used);
    keys_free(w->pool);
    keys_free(w->own);
    free(w);
}

/* ---- the turn */

/* Every queued commit is answered, and its territory goes on or is dropped. */
static void
settle_all(struct worker *w)
{
    while (store_wait(w->x.store, ANSWER_MS) == ERR_AGAIN)
        log_warn("event=redis_slow waiting_ms=%d", ANSWER_MS);
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->sent)
            territory_settle(w->list[i], &w->x);
}

static bool
repeat_doubtful(struct worker *w)
{
    bool any = false;
    for (size_t i = 0; i < w->count; i++) {
        if (w->list[i]->standing != TERRITORY_IN_DOUBT)
            continue;
        territory_repeat(w->list[i], &w->x);
        any = true;
    }
    if (any)
        settle_all(w);
    return any;
}

static void
reading_begin(struct worker *w)
{
    struct reading *r = &w->reading;
    arena_clear(&r->arena);
    r->count = 0;
    if (r->cap < w->count) {
        r->cap = w->count;
        r->list = grow(r->list, r->cap * sizeof(*r->list));
        r->of = grow(r->of, r->cap * sizeof(*r->of));
        r->used = grow(r->used, r->cap * sizeof(*r->used));
    }
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[i];
        if (t->standing != TERRITORY_SERVED)
            continue;
        struct inbox *in = &r->list[r->count];
        *in = (struct inbox){ .territory = t->id };
        memcpy(in->cursor, t->head.cursor, sizeof(in->cursor));
        t->timed = false;
        r->of[r->count] = t;
        r->used[r->count++] = 0;
    }
}

/* How long nothing needs us, as far as we know. */
static int64_t
quiet_ms(const struct worker *w, int64_t most)
{
    int64_t now = clock_mono_ms();
    int64_t chores = chores_wait_ms(w, now);
    most = chores < most ? chores : most;
    for (size_t i = 0; i < w->reading.count; i++) {
        const struct territory *t = w->reading.of[i];
        instant next = engine_next(t->engine);
        if (t->founding || t->alarm.len > 0 || t->positions_count > 0)
            return 0;
        if (!watchtime_sane(&w->x.time) || next == NEVER)
            continue;
        int64_t left = next - watchtime_now(&w->x.time, now);
        most = left < most ? left : most;
    }
    return most < 0 ? 0 : most;
}

static void
on_clock_news(struct worker *w, enum clock_news news)
{
    const char *why = clock_doubt_text(w->x.time.doubt);
    if (news == CLOCK_AS_BEFORE)
        return;
    if (news == CLOCK_RESUMED)
        log_info("event=clock_resumed");
    else
        log_error("event=clock_doubted why=\"%s\" action=\"timers wait until the clocks agree\"",
                  why);
    for (size_t i = 0; i < w->reading.count; i++)
        territory_tell(w->reading.of[i], "%s: %s", why,
                       news == CLOCK_RESUMED ? "timers run again" : "timers wait");
}

static enum err
read_all(struct worker *w, int64_t wait_ms)
{
    struct reading *r = &w->reading;
    struct clock_reading clocks;
    clocks.own_before = clock_wall_ms();
    clocks.mono_before = clock_mono_ms();
    size_t share = READ_ENTRIES / r->count, batch = (size_t)w->conf->batch;
    share = share < READ_LEAST ? READ_LEAST : share;
    enum err err = store_read(w->x.store, r->list, r->count, share < batch ? share : batch,
                              quiet_ms(w, wait_ms), &r->arena, &clocks.redis);
    clocks.own_after = clock_wall_ms();
    clocks.mono_after = clock_mono_ms();
    if (err == OK)
        on_clock_news(w, watchtime_read(&w->x.time, &clocks));
    return err;
}

/* Something to apply now? What is due without an entry is due once a turn. */
static bool
has_work(const struct worker *w, const struct territory *t, size_t left)
{
    return t->standing == TERRITORY_SERVED && (left > 0 || (!t->timed && turn_due(t, &w->x)));
}

/* One commit of each territory that has something left. Returns whether there may be more. */
static bool
apply_round(struct worker *w)
{
    struct reading *r = &w->reading;
    bool sent = false;
    for (size_t i = 0; i < r->count; i++) {
        struct territory *t = r->of[i];
        size_t left = r->list[i].count - r->used[i];
        if (!has_work(w, t, left))
            continue;
        r->used[i] += turn_apply(t, &w->x, r->list[i].entries + r->used[i], left);
        sent = sent || t->sent;
    }
    if (sent)
        settle_all(w);
    return sent;
}

static void
forward_all(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[i];
        size_t moved = 0;
        if (t->standing == TERRITORY_SERVED && t->outbox)
            t->outbox = store_forward(w->x.store, t->id, &moved) != OK || moved > 0;
    }
}

/* Nothing to read, or nobody to read from: sleeps on the connection. */
static void
wait_on_redis(struct worker *w, int64_t wait_ms)
{
    struct redis *redis = store_redis(w->x.store);
    int64_t quiet = redis_wait_ms(redis);
    struct wait one = { .fd = redis_fd(redis), .want_write = redis_wants_write(redis) };
    wait_for(&one, 1, quiet < wait_ms ? quiet : wait_ms);
    redis_work(redis);
}

/* Redis was away: it may have come back as somebody else, or as it was yesterday. */
static void
check_heads(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        territory_check(w->list[i], &w->x);
    w->lost = !store_is_up(w->x.store);
}

void
worker_turn(struct worker *w, int64_t wait_ms)
{
    if (!store_is_up(w->x.store)) {
        w->lost = true;
        wait_on_redis(w, wait_ms);
        return;
    }
    chores_do(w);
    if (w->lost)
        check_heads(w);
    if (repeat_doubtful(w) && wait_ms > DOUBT_WAIT_MS)
        wait_ms = DOUBT_WAIT_MS;
    reading_begin(w);
    if (w->reading.count == 0) {
        wait_on_redis(w, quiet_ms(w, wait_ms));
        return;
    }
    if (read_all(w, wait_ms) != OK) {
        w->lost = true;
        return;
    }
    while (apply_round(w))
        chores_progress(w);
    forward_all(w);
}

/* ---- figures */

const struct territory *
worker_territory(const struct worker *w, struct territory_id t)
{
    return map_get(&w->by_id, &t);
}

size_t
worker_serves(const struct worker *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        n += w->list[i]->standing == TERRITORY_SERVED || w->list[i]->standing == TERRITORY_IN_DOUBT;
    return n;
}

struct tools *
worker_tools(struct worker *w)
{
    return &w->x;
}
