/* broker.c - the parts together: made, turned, drained, taken down. */
#include "broker/broker.h"

#include "broker/parts.h"
#include "common/io/clock.h"
#include "common/io/conf.h"
#include "common/io/log.h"
#include "common/io/seal.h"

#include <inttypes.h>

enum { MEMORY_EVERY_MS = 1000, SWEEP_EVERY_MS = 1000 };

/* ---- making and taking down */

static enum err
send_bytes(void *context, const struct peer_id *to, struct str bytes)
{
    struct broker *b = context;
    return b->router == NULL ? ERR_CLOSED : sock_send(b->router, to, bytes);
}

static enum err
send_soon(void *context, const struct peer_id *to, struct str bytes)
{
    struct broker *b = context;
    return b->router == NULL ? ERR_CLOSED : sock_send_soon(b->router, to, bytes);
}

static void
on_peer_drop(void *context, struct peer *p)
{
    struct broker *b = context;
    mailbox_drop(&b->mailbox, p);
}

static const char *
code_of(void *context, struct territory_id t)
{
    struct broker *b = context;
    return atlas_code(chart_current(&b->chart), t);
}

static void
read_hex_key(uint8_t out[32], const char *hex, const char *setting)
{
    if (!hex_to(out, 32, str_of(hex)))
        die("setting %s: 64 hex digits, a public key, as `faultline init` writes it", setting);
}

static struct keys *
read_keys(const struct conf *conf)
{
    struct keys *k = NULL;
    struct buf why = { 0 };
    if (keys_read(conf->broker_key, &k, &why) != OK)
        die("setting broker_key: %s", buf_cstr(&why));
    buf_fini(&why);
    if (conf->broker_public[0] != '\0' && strcmp(conf->broker_public, keys_public(k)->curve) != 0)
        die("setting broker_public: it is not the public key of broker_key (%s)",
            keys_public(k)->curve);
    return k;
}

static void
open_store(struct broker *b)
{
    const struct store_options o = {
        .where = b->conf->redis,
        .user = b->conf->redis_broker_password[0] == '\0' ? NULL : "broker",
        .password = b->conf->redis_broker_password,
    };
    b->store = store_new(&o);
    b->bells = bells_new(&o, mailbox_bell, &b->mailbox);
}

struct broker *
broker_new(const struct conf *conf, size_t index)
{
    struct broker *b = zalloc(sizeof(*b));
    uint8_t operator_public[32];
    if (index >= conf->brokers_count)
        die("setting brokers: it has %zu endpoints, so there is no --index %zu",
            conf->brokers_count, index);
    b->conf = conf;
    b->endpoint = conf->brokers[index];
    read_hex_key(operator_public, conf->operator_public, "operator_public");
    read_hex_key(b->pool_public, conf->pool_public, "pool_public");
    seal_key_id(b->pool_id.b, b->pool_public);
    b->keys = read_keys(conf);
    b->sockets = sockets_new();
    codec_init(&b->codec);
    open_store(b);
    chart_init(&b->chart, b->store, operator_public);
    door_init(&b->door, &b->chart);
    peers_init(&b->peers, on_peer_drop, b);
    voice_init(&b->voice, send_bytes, b);
    b->voice.send_soon = send_soon;
    intake_init(&b->intake, b->store, &b->peers, &b->voice, (uint64_t)conf->inbox_max);
    b->intake.code_of = code_of;
    b->intake.context = b;
    mailbox_init(&b->mailbox, b->store, &b->voice);
    b->query = (struct query){
        .store = b->store,
        .chart = &b->chart,
        .peers = &b->peers,
        .voice = &b->voice,
        .intake = &b->intake,
        .mailbox = &b->mailbox,
    };
    query_init(&b->query);
    return b;
}

/* The peers go first, so that what the store still answers is said to nobody. */
void
broker_free(struct broker *b)
{
    peers_fini(&b->peers);
    if (b->router != NULL)
        sock_free(b->router);
    b->router = NULL;
    bells_free(b->bells);
    store_free(b->store);
    query_fini(&b->query);
    mailbox_fini(&b->mailbox);
    intake_fini(&b->intake);
    voice_fini(&b->voice);
    door_fini(&b->door);
    chart_fini(&b->chart);
    codec_fini(&b->codec);
    sockets_free(b->sockets);
    keys_free(b->keys);
    free(b);
}

/* ---- the turn */

/* The door opens with the first plan: before it nobody could be let in, and a key refused once
 * may not come again. */
static void
open_door(struct broker *b)
{
    if (chart_current(&b->chart) == NULL) {
        if (!b->told_waiting && store_is_up(b->store))
            log_warn("event=waiting for=plan do=\"faultline plan apply\"");
        b->told_waiting = b->told_waiting || store_is_up(b->store);
        return;
    }
    struct buf why = { 0 };
    b->router = sock_router(b->sockets, b->endpoint, keys_public(b->keys)->curve,
                            keys_curve_secret(b->keys), door_admit, &b->door, &why);
    if (b->router == NULL)
        die("setting brokers: cannot bind %s: %s", b->endpoint, buf_cstr(&why));
    buf_fini(&why);
    b->state = SERVING;
    log_info("event=open endpoint=%s", b->endpoint);
}

static bool
still_there(void *context, const struct subscription *s)
{
    struct broker *b = context;
    const struct principal *p = door_who(&b->door, s->peer->key);
    return p != NULL && same_id(p->id, s->owner) && (!s->watch || p->role == ROLE_DISPATCHER);
}

/* A new map: its territories have mailboxes, and who was revoked gets no more letters. */
static void
follow_chart(struct broker *b)
{
    chart_work(&b->chart, b->now_ms);
    if (b->chart.generation == b->generation)
        return;
    b->generation = b->chart.generation;
    const struct territory_id *list;
    size_t count = atlas_territories(chart_current(&b->chart), &list);
    mailbox_territories(&b->mailbox, list, count);
    mailbox_recheck(&b->mailbox, still_there, b);
}

/* Used and greatest memory from the answer to INFO memory. */
static void
on_memory(void *context, enum err err, struct reply r)
{
    struct broker *b = context;
    int64_t used = 0, most = 0;
    b->memory_asking = false;
    if (err != OK || reply_kind(r) != REPLY_TEXT)
        return;
    for (struct str rest = reply_text(r); rest.len > 0;) {
        struct str line = str_trim(str_cut(&rest, '\n')), name = str_cut(&line, ':');
        if (str_is(name, "used_memory"))
            (void)str_int(line, &used);
        else if (str_is(name, "maxmemory"))
            (void)str_int(line, &most);
    }
    bool is_short = most > 0 && used / ((most + 99) / 100) >= b->conf->memory_busy_percent;
    if (is_short != b->intake.memory_short)
        log_warn("event=memory_%s used=%" PRId64 " most=%" PRId64, is_short ? "short" : "enough",
                 used, most);
    b->intake.memory_short = is_short;
}

static void
ask_memory(struct broker *b)
{
    if (b->memory_asking || b->now_ms - b->memory_asked_ms < MEMORY_EVERY_MS ||
        !store_is_up(b->store))
        return;
    const struct str argv[] = { STR("INFO"), STR("memory") };
    b->memory_asking = true;
    b->memory_asked_ms = b->now_ms;
    redis_call(store_redis(b->store), on_memory, b, countof(argv), argv);
}

static void
say_stats(struct broker *b)
{
    if (b->now_ms - b->stats_ms < STATS_EVERY_MS)
        return;
    b->stats_ms = b->now_ms;
    log_info("event=stats peers=%zu accepted=%" PRIu64 " refused=%" PRIu64 " busy=%" PRIu64
             " letters=%" PRIu64 " plan=%" PRIu32,
             peers_count(&b->peers), b->intake.accepted, b->voice.refused, b->voice.busied,
             b->mailbox.sent, b->chart.current == NULL ? 0 : b->chart.current->version);
}

/* Past the bound of what is in flight the router is left unread: its queues fill, then the
 * senders'. But a store that hangs must not silence us: then everybody is told BUSY. */
static bool
reads(const struct broker *b)
{
    return b->state == SERVING && (!intake_is_full(&b->intake) || intake_is_stalled(&b->intake));
}

static int64_t
least(int64_t a, int64_t c)
{
    return a < c ? a : c;
}

static void
wait_for_work(struct broker *b)
{
    struct redis *store = store_redis(b->store), *bells = bells_redis(b->bells);
    struct wait list[] = {
        { .fd = redis_fd(store), .want_write = redis_wants_write(store) },
        { .fd = redis_fd(bells), .want_write = redis_wants_write(bells) },
        { .sock = b->router, .fd = -1 },
    };
    if (b->router != NULL)
        (void)sock_flush(b->router); /* the last turn's answers */
    int64_t timeout_ms = least(least(TURN_MS, intake_wait_ms(&b->intake)),
                               least(redis_wait_ms(store), redis_wait_ms(bells)));
    wait_for(list, reads(b) ? 3 : 2, timeout_ms);
    b->now_ms = b->intake.now_ms = clock_mono_ms();
}

static void
receive(struct broker *b)
{
    struct peer_id from;
    char user[24];
    struct str bytes;
    for (size_t i = 0; i < RECEIVE_MAX && reads(b); i++) {
        if (sock_receive(b->router, &from, user, &bytes) != OK)
            return;
        table_take(b, &from, user, bytes);
    }
}

static void
housekeep(struct broker *b)
{
    ask_memory(b);
    say_stats(b);
    if (b->now_ms - b->swept_ms < SWEEP_EVERY_MS)
        return;
    b->swept_ms = b->now_ms;
    peers_sweep(&b->peers, b->now_ms);
}

/* What was taken is flushed and answered; then the last answers get a moment to leave. */
static void
drain(struct broker *b)
{
    intake_flush(&b->intake, true);
    mailbox_trim(&b->mailbox);
    redis_work(store_redis(b->store));
    bool answered = intake_is_idle(&b->intake) && redis_in_flight(store_redis(b->store)) == 0;
    if (b->leave_at_ms == 0 && (answered || b->now_ms >= b->drain_until_ms)) {
        b->leave_at_ms = b->now_ms + DRAIN_SEND_MS;
        log_info("event=drained unanswered=%zu", b->intake.batches);
    }
    if (b->leave_at_ms != 0 && b->now_ms >= b->leave_at_ms)
        b->state = DONE;
}

void
broker_turn(struct broker *b)
{
    wait_for_work(b);
    redis_work(store_redis(b->store));
    redis_work(bells_redis(b->bells));
    if (b->state == DRAINING) {
        drain(b);
        return;
    }
    follow_chart(b);
    if (b->state == WAITING)
        open_door(b);
    if (b->state == SERVING) {
        sock_serve_zap(b->router);
        receive(b);
        intake_flush(&b->intake, false);
        mailbox_work(&b->mailbox, store_is_up(b->store), b->now_ms);
    }
    housekeep(b);
    redis_work(store_redis(b->store)); /* what this turn has queued leaves now */
}

void
broker_stop(struct broker *b)
{
    if (b->state >= DRAINING)
        return;
    log_info("event=draining in_flight=%zu", b->intake.batches);
    b->drain_until_ms = clock_mono_ms() + DRAIN_MS;
    b->state = DRAINING;
}

bool
broker_done(const struct broker *b)
{
    return b->state == DONE;
}
