/* worker.c - the turn, and everything that is done now and then.
 *
 *   chores (beat and share out, heads, plan, places, anchors, archive files, the broken): nothing
 * is in flight then
 *     -> repeat commits in doubt
 *     -> the read that was asked for in the last turn, else one that waits a little
 *     -> ask for the next read
 *     -> for each territory: apply, queue its commit   -.  again while entries are left, waiting
 *     -> settle what was answered                      -'  for answers where there is no room
 *     -> forward outboxes
 *
 *     we:     apply n   | apply n+1       | apply n+2     Redis reads and commits while we think:
 *     Redis:  read n+1  | commit n, read  | commit n+1    nobody waits for the other but when
 *                                                         too much is in flight
 *
 * A read begins after what its predecessor brought. Should that not be applied (a territory was
 * dropped), the cursors differ and what was read is left. */
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
    READ_MS = 10000, /* an answer that is later than this is none */
    FEW_ENTRIES = 64,
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

static void
reading_fini(struct reading *r)
{
    store_read_drop(r->asked);
    arena_fini(&r->arena);
    free(r->list);
    free(r->of);
    free(r->used);
}

void
worker_free(struct worker *w)
{
    struct tools *x = &w->x;
    if (store_is_up(x->store)) {
        worker_land(w);
        release_all(w);
        lease_end(x->lease, x->store);
    }
    store_free(x->store);
    for (size_t i = 0; i < w->count; i++)
        territory_free(w->list[i], x);
    free(w->list);
    map_fini(&w->by_id);
    opener_fini(&x->opener);
    rest_fini(&x->rest);
    poster_free(x->poster);
    keyring_free(x->keyring);
    plans_free(x->plans);
    lease_free(x->lease);
    buf_fini(&x->scratch);
    effects_fini(&x->fx);
    changes_fini(&x->changes);
    flights_fini(x);
    for (size_t i = 0; i < countof(w->readings); i++)
        reading_fini(&w->readings[i]);
    keys_free(w->pool);
    keys_free(w->own);
    free(w);
}

/* ---- the turn */

static void
settle_all(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->flights_count > 0)
            territory_settle(w->list[i], &w->x);
}

void
worker_land(struct worker *w)
{
    while (store_wait(w->x.store, ANSWER_MS) == ERR_AGAIN)
        log_warn("event=redis_slow waiting_ms=%d", ANSWER_MS);
    settle_all(w);
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
        worker_land(w);
    return any;
}

static struct reading *
reading_now(struct worker *w)
{
    return &w->readings[w->reading];
}

/* Where the reading after `before` begins in this territory. */
static const char *
cursor_after(const struct territory *t, const struct reading *before)
{
    for (size_t i = 0; before != NULL && i < before->count; i++)
        if (before->of[i] == t && before->list[i].count > before->used[i])
            return before->list[i].entries[before->list[i].count - 1].id;
    return t->tip.cursor;
}

/* Asks for what comes after `before` and after what is in flight. */
static void
reading_ask(struct worker *w, struct reading *r, const struct reading *before, int64_t wait_ms)
{
    size_t share, batch = (size_t)w->conf->batch;
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
        snprintf(in->cursor, sizeof(in->cursor), "%s", cursor_after(t, before));
        r->of[r->count] = t;
        r->used[r->count++] = 0;
    }
    if (r->count == 0)
        return;
    share = READ_ENTRIES / r->count;
    share = share < READ_LEAST ? READ_LEAST : share;
    r->own_before = clock_wall_ms();
    r->mono_before = clock_mono_ms();
    r->asked = store_read_ask(w->x.store, r->list, r->count, share < batch ? share : batch, wait_ms,
                              &r->arena);
}

/* How long nothing needs us, as far as we know. */
static int64_t
quiet_ms(const struct worker *w, int64_t most)
{
    int64_t now = clock_mono_ms();
    int64_t chores = chores_wait_ms(w, now);
    most = chores < most ? chores : most;
    for (size_t i = 0; i < w->count; i++) {
        const struct territory *t = w->list[i];
        if (t->standing != TERRITORY_SERVED)
            continue;
        instant next = engine_next(t->engine);
        if (t->founding || t->alarm.len > 0 || t->positions_count > 0 ||
            t->planner.proposals_count > 0)
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
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->standing == TERRITORY_SERVED)
            territory_tell(w->list[i], "%s: %s", why,
                           news == CLOCK_RESUMED ? "timers run again" : "timers wait");
}

/* The answer to the reading in hand; `*any`: it brought entries. */
static enum err
reading_wait(struct worker *w, struct reading *r, bool *any)
{
    struct clock_reading clocks = { .own_before = r->own_before, .mono_before = r->mono_before };
    enum err err = store_read_wait(w->x.store, r->asked, WORKER_WAIT_MS + READ_MS, &clocks.redis);
    r->asked = NULL;
    *any = false;
    if (err != OK)
        return err;
    clocks.own_after = clock_wall_ms();
    clocks.mono_after = clock_mono_ms();
    on_clock_news(w, watchtime_read(&w->x.time, &clocks));
    settle_all(w);
    for (size_t i = 0; i < r->count; i++) {
        struct territory *t = r->of[i];
        t->timed = false;
        if (t->standing != TERRITORY_SERVED || strcmp(r->list[i].cursor, t->tip.cursor) != 0)
            r->used[i] = r->list[i].count; /* read for a past that did not come */
        *any = *any || r->used[i] < r->list[i].count;
    }
    return OK;
}

/* Something to apply now? What is due without an entry is due once a turn. */
static bool
has_work(const struct worker *w, const struct territory *t, size_t left)
{
    return t->standing == TERRITORY_SERVED && (left > 0 || (!t->timed && turn_due(t, &w->x)));
}

/* Is it worth a commit of its own while others are on their way? */
static bool
may_apply(const struct territory *t, size_t left)
{
    return territory_has_room(t) && (t->flights_count == 0 || left >= FEW_ENTRIES);
}

static bool
any_news(const struct worker *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i]->flights_count > 0 && w->list[i]->flights[0]->answered)
            return true;
    return false;
}

/* Sleeps until something comes from Redis, unless an answer is here already. */
static void
wait_answers(struct worker *w)
{
    struct redis *redis = store_redis(w->x.store);
    struct wait one = { .fd = redis_fd(redis), .want_write = redis_wants_write(redis) };
    if (!any_news(w))
        wait_for(&one, 1, ANSWER_MS);
    redis_work(redis);
}

/* One commit of each territory that has something left. Returns whether there may be more. */
static bool
apply_round(struct worker *w, struct reading *r)
{
    bool applied = false, waiting = false;
    settle_all(w);
    for (size_t i = 0; i < r->count; i++) {
        struct territory *t = r->of[i];
        size_t left = r->list[i].count - r->used[i], in_flight = t->flights_count;
        if (!has_work(w, t, left))
            continue;
        if (!may_apply(t, left)) {
            waiting = true;
            continue;
        }
        r->used[i] += turn_apply(t, &w->x, r->list[i].entries + r->used[i], left);
        applied = applied || t->flights_count > in_flight;
        redis_work(store_redis(w->x.store)); /* it begins while we go on */
    }
    if (waiting && !applied)
        wait_answers(w);
    return applied || waiting;
}

static void
on_forwarded(void *context, enum err answer, size_t moved)
{
    struct territory *t = context;
    t->forwarding = false;
    t->outbox = t->outbox || answer != OK || moved == FORWARD_MAX;
}

static void
forward_all(struct worker *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct territory *t = w->list[i];
        if (t->standing != TERRITORY_SERVED || !t->outbox || t->forwarding)
            continue;
        t->outbox = false;
        t->forwarding = true;
        store_forward(w->x.store, t->id, on_forwarded, t);
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
    for (size_t i = 0; i < w->count && store_is_up(w->x.store); i++)
        territory_check(w->list[i], &w->x);
    w->lost = !store_is_up(w->x.store);
}

/* No connection: what was on its way is in doubt, what was read is void. */
static void
turn_without_redis(struct worker *w, int64_t wait_ms)
{
    struct reading *r = reading_now(w);
    store_read_drop(r->asked);
    r->asked = NULL;
    w->lost = true;
    settle_all(w);
    wait_on_redis(w, wait_ms);
    settle_all(w);
}

static void
turn_begin(struct worker *w, int64_t *wait_ms)
{
    if (w->lost || chores_due(w)) {
        worker_land(w);
        chores_do(w);
    }
    if (w->lost)
        check_heads(w);
    if (repeat_doubtful(w) && *wait_ms > DOUBT_WAIT_MS)
        *wait_ms = DOUBT_WAIT_MS;
}

void
worker_turn(struct worker *w, int64_t wait_ms)
{
    bool any;
    if (!store_is_up(w->x.store)) {
        turn_without_redis(w, wait_ms);
        return;
    }
    turn_begin(w, &wait_ms);
    struct reading *r = reading_now(w), *next = &w->readings[!w->reading];
    if (r->asked == NULL)
        reading_ask(w, r, NULL, quiet_ms(w, wait_ms));
    if (r->count == 0) {
        wait_on_redis(w, quiet_ms(w, wait_ms));
        return;
    }
    if (reading_wait(w, r, &any) != OK) {
        w->lost = true;
        return;
    }
    w->busy = any;
    if (any)
        reading_ask(w, next, r, 0);
    while (apply_round(w, r))
        chores_progress(w);
    if (any) {
        w->reading = !w->reading;
        forward_all(w);
        return;
    }
    worker_land(w);
    forward_all(w);
    worker_land(w); /* before a read that waits and holds up what is behind it */
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
