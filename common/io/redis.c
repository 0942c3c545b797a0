/* redis.c - one connection to Redis, everything pipelined.
 *
 *      DOWN --when it is time--> CONNECTING --> GREETING (AUTH, PING) --> UP
 *        ^                           |              |                     |
 *        +------- any trouble: calls in flight are answered ERR_CLOSED ---+
 *
 * Invariant: `calls` holds, in order, exactly the calls whose replies are still to come on
 * the present connection. Callbacks may call anything here but redis_free; since one may
 * thereby lose the connection, every loop that runs callbacks looks at `generation`
 * after each, and stops when it belongs to another connection. */
#include "common/io/redis.h"
#include "common/base/rng.h"
#include "common/io/calls.h"
#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/io/resp.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    CONNECT_MS = 5000, /* from the first packet to UP */
    RETRY_MIN_MS = 100,
    RETRY_MAX_MS = 3000,
    RETRY_AUTH_MS = 5000,  /* a wrong password does not mend itself quickly */
    READ_SIZE = 16 * 1024, /* what hiredis reads at once */
    READ_ROUNDS = 64,      /* at most so many reads in one redis_work */
    READER_KEEP = 1024 * 1024,
    SEND_ROOM = 2 * 1024 * 1024, /* of a unix socket: a commit leaves whole, not piece by piece */
    QUIET_MS = 60000
};

enum state { DOWN, CONNECTING, GREETING, UP };

struct redis {
    char *where, *user, *password;
    char *path; /* of the unix socket, or the host */
    int port;   /* 0: a unix socket */
    void (*on_up)(void *, struct redis *);
    void *on_up_context;
    redis_fn *push;
    void *push_context;

    enum state state;
    redisContext *hi;    /* NULL while DOWN */
    uint64_t generation; /* counts connections lost */
    bool subscribed;
    struct buf out; /* what Redis was not given yet, from out_at */
    size_t out_at;
    struct calls calls;   /* sent or in `out` */
    struct calls refused; /* made while not UP: to be answered ERR_CLOSED */

    int64_t due;      /* DOWN: connect again at; CONNECTING, GREETING: give up at (mono ms) */
    uint32_t tries;   /* since it was last UP */
    bool auth_failed; /* the last greeting was refused */
    bool told;        /* that it is down */
    bool freeing;
    int depth; /* of redis_work within itself */
    struct rng jitter;
};

/* ---- replies */

enum reply_kind
reply_kind(struct reply r)
{
    const redisReply *reply = r.r;
    switch (reply == NULL ? REDIS_REPLY_NIL : reply->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        return REPLY_TEXT;
    case REDIS_REPLY_INTEGER:
        return REPLY_NUMBER;
    case REDIS_REPLY_ARRAY:
        return REPLY_LIST;
    case REDIS_REPLY_ERROR:
        return REPLY_ERROR;
    default: /* RESP2 has no more */
        return REPLY_NIL;
    }
}

struct str
reply_text(struct reply r)
{
    enum reply_kind kind = reply_kind(r);
    const redisReply *reply = r.r;
    if (kind != REPLY_TEXT && kind != REPLY_ERROR)
        return (struct str){ NULL, 0 };
    return (struct str){ reply->str, (size_t)reply->len };
}

int64_t
reply_number(struct reply r)
{
    const redisReply *reply = r.r;
    return reply_kind(r) == REPLY_NUMBER ? reply->integer : 0;
}

size_t
reply_count(struct reply r)
{
    const redisReply *reply = r.r;
    return reply_kind(r) == REPLY_LIST ? reply->elements : 0;
}

struct reply
reply_at(struct reply r, size_t i)
{
    const redisReply *reply = r.r;
    return (struct reply){ i < reply_count(r) ? reply->element[i] : NULL };
}

void
reply_free(struct reply *owned)
{
    if (owned->r != NULL)
        freeReplyObject((void *)(uintptr_t)owned->r);
    owned->r = NULL;
}

/* ---- losing the connection */

static void
tell_down(struct redis *r, const char *why)
{
    if (!r->told && !r->freeing)
        log_warn("event=redis_down where=%s why=%s", log_quote(r->where, strlen(r->where)),
                 log_quote(why, strlen(why)));
    r->told = true;
}

static void
lose(struct redis *r, const char *why)
{
    tell_down(r, why);
    if (r->hi != NULL)
        redisFree(r->hi);
    r->hi = NULL;
    r->state = DOWN;
    r->generation++;
    r->subscribed = false;
    buf_clear(&r->out);
    r->out_at = 0;

    int64_t pause = r->tries < 5 ? RETRY_MIN_MS << r->tries : RETRY_MAX_MS;
    r->tries++;
    r->due = clock_mono_ms() + pause / 2 + (int64_t)rng_below(&r->jitter, (uint64_t)pause / 2 + 1);

    struct calls lost = r->calls;
    r->calls = (struct calls){ .taken = lost.taken + lost.count };
    calls_close(&lost);
    calls_fini(&lost);
}

/* ---- queueing */

static void
enqueue(struct redis *r, redis_fn *fn, void *context, size_t argc, const struct str *argv)
{
    struct call call = { fn, context, 0 };
    assert(argc > 0);
    if (resp_is_subscribe(argv[0])) {
        r->subscribed = true;
        call.confirmations = argc == 1 ? 1 : (uint32_t)argc - 1;
    }
    resp_command(&r->out, argc, argv);
    calls_push(&r->calls, call);
}

void
redis_call(struct redis *r, redis_fn *fn, void *context, size_t argc, const struct str *argv)
{
    if (r->freeing)
        return; /* its callback would outlive us */
    if (r->state == UP)
        enqueue(r, fn, context, argc, argv);
    else
        calls_push(&r->refused, (struct call){ fn, context, 0 });
}

void
redis_on_push(struct redis *r, redis_fn *fn, void *context)
{
    r->push = fn;
    r->push_context = context;
}

/* ---- connecting */

static void
refuse_auth(struct redis *r, struct str why)
{
    if (!r->auth_failed)
        log_error(
            "event=redis_auth_failed where=%s user=%s why=%s",
            log_quote(r->where, strlen(r->where)),
            log_quote(r->user == NULL ? "default" : r->user, r->user == NULL ? 7 : strlen(r->user)),
            log_quote(why.at, why.len));
    r->auth_failed = r->told = true;
    lose(r, "authentication failed");
    r->due = clock_mono_ms() + RETRY_AUTH_MS;
}

static void
on_auth(void *context, enum err err, struct reply reply)
{
    struct redis *r = context;
    if (err != OK || reply_kind(reply) != REPLY_ERROR)
        return;
    if (str_starts(reply_text(reply), STR("ERR max number of clients")))
        lose(r, reply_text(reply).at);
    else
        refuse_auth(r, reply_text(reply));
}

/* A Redis that is still loading its file takes AUTH but nothing else. A user who may not
 * PING is none the less in. */
static void
on_ping(void *context, enum err err, struct reply reply)
{
    struct redis *r = context;
    struct str text = reply_text(reply);
    if (err != OK)
        return;
    if (reply_kind(reply) == REPLY_ERROR && str_starts(text, STR("NOAUTH"))) {
        refuse_auth(r, text);
        return;
    }
    if (reply_kind(reply) == REPLY_ERROR && !str_starts(text, STR("NOPERM"))) {
        lose(r, text.at); /* hiredis ends it with a zero */
        return;
    }
    log_info("event=redis_up where=%s", log_quote(r->where, strlen(r->where)));
    r->state = UP;
    r->tries = 0;
    r->auth_failed = r->told = false;
    if (r->on_up != NULL)
        r->on_up(r->on_up_context, r);
}

static void
greet(struct redis *r)
{
    r->state = GREETING;
    if (r->password != NULL) {
        struct str auth[3] = { STR("AUTH") };
        size_t argc = 1;
        if (r->user != NULL)
            auth[argc++] = str_of(r->user);
        auth[argc++] = str_of(r->password);
        enqueue(r, on_auth, r, argc, auth);
    }
    enqueue(r, on_ping, r, 1, (struct str[]){ STR("PING") });
}

/* The port of "tcp:HOST:PORT", 0 for "unix:PATH"; dies of anything else. */
static int
port_of(const char *where)
{
    const char *colon = strrchr(where, ':');
    int64_t port = 0;
    if (strncmp(where, "unix:", 5) == 0 && where[5] != '\0') {
        if (strlen(where + 5) >= sizeof(((struct sockaddr_un *)0)->sun_path))
            die("setting redis: the socket's path is too long: %s", where + 5);
        return 0;
    }
    if (strncmp(where, "tcp:", 4) != 0 || colon < where + 5 || !str_int(str_of(colon + 1), &port) ||
        port < 1 || port > 65535)
        die("setting redis: needs unix:PATH or tcp:HOST:PORT, not %s",
            log_quote(where, strlen(where)));
    return (int)port;
}

static void
connect_now(struct redis *r)
{
    r->hi =
        r->port == 0 ? redisConnectUnixNonBlock(r->path) : redisConnectNonBlock(r->path, r->port);
    assert(r->hi != NULL);
    r->hi->reader->maxbuf = READER_KEEP;
    r->state = CONNECTING;
    r->due = clock_mono_ms() + CONNECT_MS;
    if (r->hi->err != 0) {
        char why[sizeof(r->hi->errstr)];
        memcpy(why, r->hi->errstr, sizeof(why));
        lose(r, why);
    }
}

static void
finish_connecting(struct redis *r)
{
    struct pollfd p = { .fd = redis_fd(r), .events = POLLOUT };
    int error = 0;
    socklen_t size = sizeof(error);
    if (poll(&p, 1, 0) <= 0)
        return;
    if (getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error != 0) {
        lose(r, strerror(error));
        return;
    }
    const int room = SEND_ROOM; /* as much of it as the system allows; TCP sees to itself */
    if (r->port != 0)
        redisEnableKeepAlive(r->hi);
    else
        setsockopt(p.fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    greet(r);
}

/* ---- writing and reading */

static bool
failed(struct redis *r, int result)
{
    if (result == REDIS_OK)
        return false;
    char why[sizeof(r->hi->errstr)];
    memcpy(why, r->hi->errstr, sizeof(why));
    lose(r, why);
    return true;
}

/* Past hiredis, which would copy it all into a buffer of its own, made and freed each time. */
static void
write_out(struct redis *r)
{
    while (r->out_at < r->out.len) {
        ssize_t sent =
            send(redis_fd(r), r->out.data + r->out_at, r->out.len - r->out_at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (sent < 0) {
            lose(r, strerror(errno));
            return;
        }
        r->out_at += (size_t)sent;
    }
    buf_clear(&r->out);
    r->out_at = 0;
}

/* Steals the reply for redis_ask. */
struct asked {
    struct reply reply;
    enum err err;
    bool done;
};

static void
on_asked(void *context, enum err err, struct reply reply)
{
    struct asked *a = context;
    a->reply = reply;
    a->err = err;
    a->done = true;
}

/* Whose reply is it? True: the first call's, and `call` is that. False: a push. */
static bool
claim(struct redis *r, struct reply reply, struct call *call)
{
    struct str first = reply_text(reply_at(reply, 0));
    bool confirms = r->subscribed && resp_is_subscribe(first);
    bool message = r->subscribed && ((str_is(first, "message") && reply_count(reply) == 3) ||
                                     (str_is(first, "smessage") && reply_count(reply) == 3) ||
                                     (str_is(first, "pmessage") && reply_count(reply) == 4));
    if (message || r->calls.count == 0)
        return false;
    struct call *head = calls_at(&r->calls, r->calls.taken);
    if (confirms && (head->confirmations == 0 || --head->confirmations > 0))
        return false;
    *call = calls_take(&r->calls);
    return true;
}

static void
deliver(struct redis *r, redisReply *owned)
{
    struct reply reply = { owned };
    struct call call = { 0 };
    if (claim(r, reply, &call)) {
        if (call.fn != NULL)
            call.fn(call.context, OK, reply);
        if (call.fn == on_asked)
            return; /* the reply is the asker's now */
    } else if (r->push != NULL) {
        r->push(r->push_context, OK, reply);
    }
    freeReplyObject(owned);
}

/* False when the connection was lost. */
static bool
deliver_all(struct redis *r)
{
    uint64_t generation = r->generation;
    for (;;) {
        void *reply = NULL;
        if (failed(r, redisGetReplyFromReader(r->hi, &reply)))
            return false;
        if (reply == NULL)
            return true;
        deliver(r, reply);
        if (r->generation != generation)
            return false;
    }
}

static void
read_in(struct redis *r)
{
    size_t got = READ_SIZE;
    for (int i = 0; i < READ_ROUNDS && got >= READ_SIZE; i++) {
        size_t before = r->hi->reader->len;
        if (failed(r, redisBufferRead(r->hi)))
            return;
        got = r->hi->reader->len - before;
        if (!deliver_all(r))
            return;
    }
}

/* ---- the turn */

void
redis_work(struct redis *r)
{
    if (r->freeing)
        return;
    r->depth++;
    calls_close(&r->refused);
    if (r->state == DOWN && clock_mono_ms() >= r->due)
        connect_now(r);
    if (r->state == CONNECTING)
        finish_connecting(r);
    if (r->state == GREETING || r->state == UP)
        write_out(r);
    if (r->state == GREETING || r->state == UP)
        read_in(r);
    if (r->state == GREETING || r->state == UP)
        write_out(r); /* what the callbacks have queued */
    if ((r->state == CONNECTING || r->state == GREETING) && clock_mono_ms() >= r->due)
        lose(r, "no answer");
    r->depth--;
}

static void
wait_and_work(struct redis *r, int64_t deadline)
{
    int64_t left = deadline - clock_mono_ms(), quiet = redis_wait_ms(r);
    int64_t wait = left < quiet ? left : quiet;
    struct pollfd p = { .fd = redis_fd(r), .events = POLLIN };
    if (redis_wants_write(r))
        p.events |= POLLOUT;
    poll(&p, 1, wait < 0 ? 0 : (int)wait); /* an fd of -1 is ignored; EINTR: work, then again */
    redis_work(r);
}

enum err
redis_drain(struct redis *r, int64_t limit_ms)
{
    int64_t deadline = clock_mono_ms() + limit_ms;
    redis_work(r);
    while (redis_in_flight(r) > 0 && clock_mono_ms() < deadline)
        wait_and_work(r, deadline);
    return redis_in_flight(r) > 0 ? ERR_AGAIN : OK;
}

/* The asker goes away; the reply, when it comes, is nobody's. */
static void
abandon(struct redis *r, const struct asked *a)
{
    for (uint64_t i = r->calls.taken; i < r->calls.taken + r->calls.count; i++)
        if (calls_at(&r->calls, i)->context == a)
            calls_at(&r->calls, i)->fn = NULL;
}

enum err
redis_ask(struct redis *r, int64_t limit_ms, size_t argc, const struct str *argv,
          struct reply *owned)
{
    int64_t deadline = clock_mono_ms() + limit_ms;
    struct asked a = { .err = ERR_AGAIN };
    *owned = (struct reply){ NULL };
    if (r->freeing)
        return ERR_CLOSED;
    if (r->state != UP)
        redis_work(r);
    while (r->state != UP && clock_mono_ms() < deadline)
        wait_and_work(r, deadline);
    if (r->state != UP)
        return r->auth_failed ? ERR_FORBIDDEN : ERR_AGAIN;
    enqueue(r, on_asked, &a, argc, argv);
    redis_work(r);
    while (!a.done && clock_mono_ms() < deadline)
        wait_and_work(r, deadline);
    if (!a.done)
        abandon(r, &a);
    *owned = a.reply;
    return a.err;
}

/* ---- looking on */

bool
redis_is_up(const struct redis *r)
{
    return r->state == UP;
}

size_t
redis_in_flight(const struct redis *r)
{
    return (r->state == UP ? r->calls.count : 0) + r->refused.count;
}

int
redis_fd(const struct redis *r)
{
    return r->hi == NULL ? -1 : (int)r->hi->fd;
}

bool
redis_wants_write(const struct redis *r)
{
    return r->state == CONNECTING || r->out.len > r->out_at;
}

int64_t
redis_wait_ms(const struct redis *r)
{
    if (r->refused.count > 0)
        return 0;
    if (r->state == UP)
        return QUIET_MS;
    int64_t left = r->due - clock_mono_ms();
    return left < 0 ? 0 : left;
}

/* Who hangs up, or no longer reads our log, is met as an error. A handler that somebody has set is
 * left alone. */
static void
ignore_sigpipe(void)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

struct redis *
redis_new(const char *where, const char *user, const char *password,
          void (*on_up)(void *context, struct redis *r), void *context)
{
    int port = port_of(where);
    struct redis *r = zalloc(sizeof(*r));
    const char *path_end = port == 0 ? where + strlen(where) : strrchr(where, ':');
    const char *path = strchr(where, ':') + 1;
    r->port = port;
    r->path = str_dup((struct str){ path, (size_t)(path_end - path) });
    r->where = str_dup(str_of(where));
    r->user = user == NULL || *user == '\0' ? NULL : str_dup(str_of(user));
    r->password = password == NULL || *password == '\0' ? NULL : str_dup(str_of(password));
    r->on_up = on_up;
    r->on_up_context = context;
    r->jitter.state = (uint64_t)clock_mono_ns() ^ (uint64_t)getpid() << 40;
    ignore_sigpipe();
    return r;
}

void
redis_free(struct redis *r)
{
    assert(r->depth == 0); /* not from a callback */
    r->depth++;
    r->freeing = true;
    lose(r, "freed");
    calls_close(&r->refused);
    calls_fini(&r->refused);
    calls_fini(&r->calls);
    buf_fini(&r->out);
    free(r->where);
    free(r->path);
    free(r->user);
    if (r->password != NULL)
        explicit_bzero(r->password, strlen(r->password));
    free(r->password);
    free(r);
}
