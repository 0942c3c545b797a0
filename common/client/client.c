/* client.c - opening, closing, and the wheel: hear, sync, send. */
#include "common/client/client.h"

#include "common/io/clock.h"
#include "common/wire/names.h"

#include <stdio.h>

enum { SEGMENT_MAX = 32 * 1024 * 1024, EXPIRE_EVERY_MS = 1000, WINDOW_LIMIT = WINDOW_MAX };

const char *
fl_error_text(int error)
{
    static const char *const texts[] = {
        [FL_OK] = "done",
        [-FL_ERR_OPTION] = "an option is missing or malformed",
        [-FL_ERR_KEY] = "a key file is missing, malformed, or readable by others",
        [-FL_ERR_SPOOL] = "the spool cannot be written, or another process uses it",
        [-FL_ERR_ARGUMENT] = "an argument is missing, malformed or too long",
        [-FL_ERR_FULL] = "too much is waiting to be sent: call fl_client_work, then again",
        [-FL_ERR_CONFLICT] = "reserved",
    };
    return error <= 0 && error > -(int)countof(texts) ? texts[-error] : "no such error";
}

struct fl_context *
fl_context_new(void)
{
    struct fl_context *x = zalloc(sizeof(*x));
    x->sockets = sockets_new();
    return x;
}

void
fl_context_free(struct fl_context *x)
{
    if (x == NULL)
        return;
    sockets_free(x->sockets);
    free(x);
}

/* ---- opening */

static int
open_keys(struct fl_client *c, const struct fl_options *o, struct buf *why)
{
    if (o->pool_key == NULL || !hex_to(c->pool, sizeof(c->pool), str_of(o->pool_key))) {
        buf_printf(why, "pool_key: 64 hex digits are needed, the pool's seal key");
        return FL_ERR_OPTION;
    }
    if (o->key_file == NULL) {
        buf_printf(why, "key_file is missing");
        return FL_ERR_OPTION;
    }
    if (keys_read(o->key_file, &c->keys, why) != OK)
        return FL_ERR_KEY;
    const struct public_keys *own = keys_public(c->keys);
    if (!seal_key_between(&c->to_pool, c->keys, c->pool, true) ||
        !seal_key_between(&c->from_pool, c->keys, c->pool, false) ||
        !seal_key_between(&c->digests, c->keys, own->seal, true)) {
        buf_printf(why, "%s: no seal key in it, or pool_key is no key", o->key_file);
        return FL_ERR_KEY;
    }
    seal_key_id(c->pool_id.b, c->pool);
    memcpy(c->own_id.b, own->seal_id, sizeof(c->own_id.b));
    return FL_OK;
}

/* Every endpoint and key is tried once here, so that the link need not doubt them. */
static int
open_link(struct fl_client *c, const struct fl_options *o, struct buf *why)
{
    struct link *l = &c->link;
    l->tempo = &c->tempo;
    l->sockets = c->context->sockets;
    l->secret_key = keys_curve_secret(c->keys);
    l->jitter.state = random_u64();
    l->software = str_dup(str_of(o->software != NULL ? o->software : "libfaultline"));
    memcpy(l->public_key, keys_public(c->keys)->curve, sizeof(l->public_key));
    if (o->brokers == NULL || o->brokers[0] == NULL || o->broker_key == NULL ||
        !str_fill(l->server_key, sizeof(l->server_key), str_of(o->broker_key))) {
        buf_printf(why, "brokers: at least one endpoint, and broker_key: 40 characters of z85");
        return FL_ERR_OPTION;
    }
    size_t cap = 0;
    for (size_t i = 0; o->brokers[i] != NULL; i++) {
        l->brokers = grow_array(l->brokers, i, &cap, sizeof(*l->brokers));
        l->brokers[l->brokers_count++] = str_dup(str_of(o->brokers[i]));
        struct sock *probe = sock_dealer(l->sockets, o->brokers[i], l->server_key, l->public_key,
                                         l->secret_key, why);
        if (probe == NULL)
            return FL_ERR_OPTION;
        sock_free(probe);
    }
    l->at = (size_t)rng_below(&l->jitter, l->brokers_count);
    return FL_OK;
}

static int
open_spool(struct fl_client *c, const struct fl_options *o, struct buf *why)
{
    const struct spool_options options = { o->spool, SEGMENT_MAX, 7 * DAYS };
    if (o->spool == NULL || o->spool[0] == '\0') {
        buf_printf(why, "spool: a folder for this client alone is needed");
        return FL_ERR_OPTION;
    }
    if (spool_open(&c->spool, &options, clock_wall_ms(), why) != OK)
        return FL_ERR_SPOOL;
    return FL_OK;
}

static int
open_parts(struct fl_client *c, const struct fl_options *o, struct buf *why)
{
    c->tempo = tempo_default;
    c->window = o->window == 0 ? WINDOW_DEFAULT : o->window;
    c->window = c->window < WINDOW_LIMIT ? c->window : WINDOW_LIMIT;
    c->context = o->context;
    if (c->context == NULL)
        c->context = c->own_context = fl_context_new();
    codec_init(&c->codec);
    doc_init(&c->letter_doc);
    doc_init(&c->updates_doc);
    doc_init(&c->text_doc);
    c->role = "";
    int e = open_keys(c, o, why);
    if (e == FL_OK)
        e = open_link(c, o, why);
    return e == FL_OK ? open_spool(c, o, why) : e;
}

int
fl_client_open(struct fl_client **out, const struct fl_options *o, char *why, size_t size)
{
    struct fl_client *c = zalloc(sizeof(*c));
    struct buf words = { 0 };
    seal_open_library();
    int e = open_parts(c, o, &words);
    if (why != NULL && size > 0)
        snprintf(why, size, "%s", buf_cstr(&words));
    buf_fini(&words);
    *out = e == FL_OK ? c : NULL;
    if (e != FL_OK)
        fl_client_close(c);
    return e;
}

void
fl_client_close(struct fl_client *c)
{
    if (c == NULL)
        return;
    link_fini(&c->link);
    spool_close(c->spool);
    incoming_fini(c);
    codec_fini(&c->codec);
    routes_fini(&c->routes);
    struct buf *const bufs[] = { &c->plain, &c->sealed, &c->ad, &c->place };
    for (size_t i = 0; i < countof(bufs); i++)
        buf_fini(bufs[i]);
    free(c->territories);
    free(c->territory_names);
    if (c->keys != NULL)
        keys_free(c->keys);
    fl_context_free(c->own_context);
    explicit_bzero(c, sizeof(*c)); /* seal keys are in it */
    free(c);
}

/* ---- hearing */

static void
say_down(struct fl_client *c, const char *endpoint, const char *why)
{
    char text[512];
    snprintf(text, sizeof(text), "%s: %s", endpoint, why);
    if (c->news.count < NEWS_MAX) /* attempts go on for as long as nobody listens to us */
        news_say(&c->news, FL_DOWN, "", text);
}

void
client_leave(struct fl_client *c, int64_t now, const char *why)
{
    if (c->link.state == LINK_IDLE)
        return;
    const char *endpoint = link_endpoint(&c->link);
    link_drop(&c->link, now);
    outgoing_lost(c);
    say_down(c, endpoint, why);
}

static void
on_welcome(struct fl_client *c, const struct message *m, int64_t now)
{
    if (c->link.state != LINK_GREETING)
        return;
    size_t count = m->welcome.territories_count;
    c->principal = m->welcome.principal;
    c->role = role_name(m->welcome.role);
    c->home = m->welcome.home;
    c->territories = grow(c->territories, (count + 1) * sizeof(*c->territories));
    c->territory_names = grow(c->territory_names, (count + 1) * sizeof(*c->territory_names));
    for (size_t i = 0; i < count; i++) {
        c->territories[i] = m->welcome.territories[i];
        c->territory_names[i] = c->territories[i].s;
    }
    c->territories_count = count;
    c->window_said = m->welcome.window;
    routes_plan(&c->routes, m->welcome.plan);
    link_welcome(&c->link, now);
    c->subscribe_due = c->subscribed;
    news_say(&c->news, FL_UP, "", link_endpoint(&c->link));
}

static void
on_pong(struct fl_client *c, const struct message *m, int64_t now)
{
    (void)c, (void)m, (void)now; /* that it was heard is all that it says */
}

typedef void answer_fn(struct fl_client *c, const struct message *m, int64_t now);
static answer_fn *const answers[MSG_KINDS] = {
    [MSG_WELCOME] = on_welcome,         [MSG_ROUTED] = outgoing_routed,
    [MSG_ACCEPTED] = outgoing_accepted, [MSG_REFUSED] = outgoing_refused,
    [MSG_BUSY] = outgoing_busy,         [MSG_UPDATE] = incoming_update,
    [MSG_ANSWER] = outgoing_answer,     [MSG_PONG] = on_pong,
};

/* Returns how many were heard. What cannot be read ends the connection: the bytes are
 * authenticated, so it is a broker of another make. */
static size_t
hear(struct fl_client *c, int64_t now)
{
    struct str bytes;
    struct message m;
    size_t heard = 0;
    while (heard < HEAR_MAX && c->news.count < NEWS_MAX &&
           link_receive(&c->link, now, &bytes) == OK) {
        heard++;
        if (codec_decode(&c->codec, bytes, &m) != OK || answers[m.kind] == NULL)
            client_leave(c, now, "it says what a broker does not say");
        else
            answers[m.kind](c, &m, now);
    }
    return heard;
}

/* ---- the wheel */

static void
turn_link(struct fl_client *c, int64_t now)
{
    const char *endpoint = link_endpoint(&c->link);
    if (c->news.count >= NEWS_MAX)
        c->link.heard_at = now; /* we are not listening: its silence proves nothing */
    const char *why = link_turn(&c->link, now, outgoing_asking(c));
    if (why == NULL)
        return;
    outgoing_lost(c);
    say_down(c, endpoint, why);
}

static bool
synced(struct fl_client *c)
{
    struct spool *s = c->spool;
    bool due = s->must_sync || s->tallies.dirty > 0;
    return !due || spool_sync(s) == OK;
}

void
fl_client_work(struct fl_client *c)
{
    int64_t now = clock_mono_ms();
    size_t heard = hear(c, now);
    c->link.sent = false;
    turn_link(c, now);
    if (synced(c))
        outgoing_turn(c, now);
    else
        c->clogged = true; /* the disk refuses: nothing may be sent; tried again in a moment */
    link_flush(&c->link);
    /* Sending may swallow the descriptor's edge, so look once more after it. */
    if (c->link.sent)
        heard += hear(c, now);
    c->more = heard > 0;
    if (now - c->expired_at >= EXPIRE_EVERY_MS) {
        c->expired_at = now;
        spool_expire(c->spool, clock_wall_ms());
    }
}

int
fl_client_sync(struct fl_client *c)
{
    return spool_sync(c->spool) == OK ? FL_OK : FL_ERR_SPOOL;
}

int
fl_client_fd(const struct fl_client *c)
{
    return c->link.sock != NULL ? sock_fd(c->link.sock) : -1;
}

static bool
has_small(const struct fl_client *c)
{
    if (c->subscribe_due || c->place.len > 0 || c->spool->tallies.due > 0)
        return true;
    for (size_t i = 0; i < QUERIES_MAX; i++)
        if (c->queries[i].what[0] != '\0' && c->queries[i].number == 0 && c->paused_until == 0)
            return true;
    return false;
}

int
fl_client_wait_ms(const struct fl_client *c)
{
    int64_t now = clock_mono_ms();
    bool up = c->link.state == LINK_UP;
    if ((c->more && c->news.count < NEWS_MAX) || (up && has_small(c) && !c->clogged))
        return 0;
    int64_t next = link_next(&c->link, outgoing_asking(c)), out = outgoing_next(c, now);
    next = out < next ? out : next;
    if (next <= now)
        return 0;
    return next - now < EXPIRE_EVERY_MS ? (int)(next - now) : EXPIRE_EVERY_MS;
}

bool
fl_client_wait(struct fl_client *c, int timeout_ms)
{
    int64_t end = clock_mono_ms() + timeout_ms;
    for (;;) {
        fl_client_work(c);
        int64_t left = end - clock_mono_ms();
        if (c->news.count > 0 || c->reader.open)
            return true;
        if (left <= 0)
            return false;
        int wait = fl_client_wait_ms(c);
        struct wait w = { .sock = c->link.sock, .fd = -1 };
        if (wait > 0)
            wait_for(&w, 1, wait < left ? wait : left);
    }
}

/* ---- asking and looking */

int
fl_subscribe(struct fl_client *c, bool watch)
{
    c->subscribed = true;
    c->subscribed_watch = c->subscribed_watch || watch;
    c->subscribe_due = true;
    return FL_OK;
}

int
fl_query(struct fl_client *c, const char *what)
{
    for (size_t i = 0; i < QUERIES_MAX; i++) {
        struct query *q = &c->queries[i];
        if (q->what[0] != '\0')
            continue;
        if (what == NULL || what[0] == '\0' || !str_fill(q->what, sizeof(q->what), str_of(what))) {
            q->what[0] = '\0';
            return FL_ERR_ARGUMENT;
        }
        q->number = 0;
        return FL_OK;
    }
    return FL_ERR_FULL;
}

void
fl_client_counts(const struct fl_client *c, struct fl_counts *out)
{
    const struct rec_list *l = c->spool->lists;
    size_t flight = l[RECS_FLIGHT].count;
    *out = (struct fl_counts){
        .waiting = l[RECS_PARKED].count + l[RECS_TO_ROUTE].count + l[RECS_TO_SEND].count + flight +
                   l[RECS_EVENTS].count,
        .in_flight = flight + c->events_flying,
        .uncovered = l[RECS_UNCOVERED].count,
        .kept = l[RECS_KEPT].count,
    };
}

const char *
fl_client_principal(const struct fl_client *c)
{
    return c->principal.s;
}

const char *
fl_client_role(const struct fl_client *c)
{
    return c->role;
}

const char *
fl_client_home(const struct fl_client *c)
{
    return c->home.s;
}

size_t
fl_client_territories(const struct fl_client *c, const char *const **list)
{
    *list = c->territory_names;
    return c->territories_count;
}
