/* sock.c - CURVE sockets with every limit set.
 *
 *      DEALER ~~CURVE~~> ROUTER --ZAP request--> [inproc REP] sock_serve_zap -> zap_fn
 *                          |                          |
 *                          +<-- 200 and User-Id ------+
 *
 * Invariant: a router binds only after its ZAP socket is bound, and no message comes out of
 * it without the name that ZAP gave. */
#include "common/io/sock.h"
#include "common/io/z85.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* in every libzmq since 4.3.0, but not in every header */
#endif

#define ZAP_ENDPOINT "inproc://zeromq.zap.01"
#define ZAP_DOMAIN   "faultline"

enum {
    CURVE_OVERHEAD = 33, /* command name, nonce, tag, flags: counted by MAXMSGSIZE */
    USER_SIZE = 24,
    KEY_SIZE = 32,
    DROPS_MAX = 256,    /* unfit messages that one receive will skip */
    PARCEL_MARK = 0xc1, /* no msgpack value begins with it */
    PARCEL_HEAD = 4,    /* bytes before each message in a parcel: its length, big-endian */
    PARCEL_SIZE = 4096, /* a parcel that is sent, at most: it is one entry of a peer's queue */
    PARCEL_COUNT = 256, /* messages in a parcel that is opened, at most */
    WAIT_MAX = 64
};

struct sock {
    struct sockets *owner;
    void *socket;
    bool is_router;
    zmq_msg_t id, body; /* the last frame received */
    struct peer_id from;
    char user[USER_SIZE];
    struct str unread; /* of body: what sock_receive has not given out, when it is a parcel */
    size_t opened;     /* messages of it that were */
    struct buf parcel; /* being packed, for parcel_to; empty, or a mark and what follows */
    struct peer_id parcel_to;
    size_t parcel_count;
    void *zap_socket; /* routers only */
    zap_fn *zap;
    void *zap_context;
};

struct sockets {
    void *context;
    size_t open;
    bool has_router;
};

struct sockets *
sockets_new(void)
{
    struct sockets *s = zalloc(sizeof(*s));
    s->context = zmq_ctx_new();
    assert(s->context != NULL);
    return s;
}

void
sockets_free(struct sockets *s)
{
    assert(s->open == 0);
    while (zmq_ctx_term(s->context) != 0 && errno == EINTR)
        ;
    free(s);
}

/* ---- options */

struct option {
    int name;
    int value;
};

static const struct option common_options[] = {
    { ZMQ_LINGER, 0 },           { ZMQ_HANDSHAKE_IVL, 5000 },
    { ZMQ_HEARTBEAT_IVL, 5000 }, { ZMQ_HEARTBEAT_TIMEOUT, 15000 },
    { ZMQ_SNDHWM, 10000 },       { ZMQ_RCVHWM, 10000 },
};

static const struct option router_options[] = {
    { ZMQ_ROUTER_MANDATORY, 1 },
    { ZMQ_CURVE_SERVER, 1 },
    { ZMQ_ZAP_ENFORCE_DOMAIN, 1 },
    { ZMQ_BACKLOG, 1024 },
};

static const struct option dealer_options[] = {
    { ZMQ_RECONNECT_IVL, 100 },
    { ZMQ_RECONNECT_IVL_MAX, 5000 },
};

static bool
set_options(void *socket, const struct option *list, size_t count, struct buf *why)
{
    for (size_t i = 0; i < count; i++)
        if (zmq_setsockopt(socket, list[i].name, &list[i].value, sizeof(int)) != 0) {
            buf_printf(why, "this libzmq does not know option %d: %s", list[i].name,
                       zmq_strerror(errno));
            return false;
        }
    int64_t size_max = SOCK_MESSAGE_MAX + CURVE_OVERHEAD;
    int failed = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof(size_max));
    assert(failed == 0);
    return true;
}

static bool
set_key(void *socket, int name, const char *z85, const char *what, struct buf *why)
{
    uint8_t raw[KEY_SIZE];
    bool good = z85_to(raw, sizeof(raw), str_of(z85)) && zmq_setsockopt(socket, name, z85, 41) == 0;
    explicit_bzero(raw, sizeof(raw));
    if (!good)
        buf_printf(why, "the %s is not a CURVE key: 40 characters of z85", what);
    return good;
}

/* ---- making and freeing */

static struct sock *
sock_new(struct sockets *owner, int type)
{
    struct sock *s = zalloc(sizeof(*s));
    s->owner = owner;
    s->is_router = type == ZMQ_ROUTER;
    s->socket = zmq_socket(owner->context, type);
    if (s->socket == NULL) {
        free(s);
        return NULL;
    }
    zmq_msg_init(&s->id);
    zmq_msg_init(&s->body);
    owner->open++;
    return s;
}

void
sock_free(struct sock *s)
{
    if (s->zap_socket != NULL) {
        zmq_close(s->zap_socket);
        s->owner->has_router = false;
    }
    zmq_msg_close(&s->id);
    zmq_msg_close(&s->body);
    zmq_close(s->socket);
    buf_fini(&s->parcel);
    s->owner->open--;
    free(s);
}

static bool
bind_zap(struct sock *s, zap_fn *zap, void *context, struct buf *why)
{
    if (s->owner->has_router) {
        buf_printf(why, "one router a context: this one has its router already");
        return false;
    }
    int linger = 0;
    s->zap = zap;
    s->zap_context = context;
    s->zap_socket = zmq_socket(s->owner->context, ZMQ_REP);
    assert(s->zap_socket != NULL);
    s->owner->has_router = true;
    zmq_setsockopt(s->zap_socket, ZMQ_LINGER, &linger, sizeof(linger));
    if (zmq_bind(s->zap_socket, ZAP_ENDPOINT) != 0) {
        buf_printf(why, "%s: %s", ZAP_ENDPOINT, zmq_strerror(errno));
        return false;
    }
    return true;
}

/* libzmq would unlink whatever is at the path, even a living broker's socket. True: the path
 * is free (a socket file that nobody serves is removed). */
static bool
clear_path(const char *path, struct buf *why)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat st;
    if (*path == '@' || lstat(path, &st) != 0)
        return true;
    if (!S_ISSOCK(st.st_mode)) {
        buf_printf(why, "%s is there and is not a socket: move it away", path);
        return false;
    }
    if (!str_fill(address.sun_path, sizeof(address.sun_path), str_of(path))) {
        buf_printf(why, "%s is too long for a socket's path (107 bytes)", path);
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    bool served = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    if (served) {
        buf_printf(why, "%s is in use by another process", path);
        return false;
    }
    return unlink(path) == 0 || errno == ENOENT;
}

static bool
bind_endpoint(struct sock *s, const char *endpoint, struct buf *why)
{
    bool ipc = strncmp(endpoint, "ipc://", 6) == 0;
    if (ipc && !clear_path(endpoint + 6, why))
        return false;
    mode_t before = umask(0177); /* an ipc socket is for its owner */
    int failed = zmq_bind(s->socket, endpoint);
    umask(before);
    if (failed != 0)
        buf_printf(why, "%s: %s", endpoint, zmq_strerror(errno));
    return failed == 0;
}

struct sock *
sock_router(struct sockets *owner, const char *endpoint, const char *public_z85,
            const char *secret_z85, zap_fn *zap, void *context, struct buf *why)
{
    struct sock *s = sock_new(owner, ZMQ_ROUTER);
    if (s == NULL) {
        buf_printf(why, "no socket: %s", zmq_strerror(errno));
        return NULL;
    }
    if (bind_zap(s, zap, context, why) &&
        set_options(s->socket, common_options, countof(common_options), why) &&
        set_options(s->socket, router_options, countof(router_options), why) &&
        zmq_setsockopt(s->socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) == 0 &&
        set_key(s->socket, ZMQ_CURVE_PUBLICKEY, public_z85, "public key", why) &&
        set_key(s->socket, ZMQ_CURVE_SECRETKEY, secret_z85, "secret key", why) &&
        bind_endpoint(s, endpoint, why))
        return s;
    sock_free(s);
    return NULL;
}

struct sock *
sock_dealer(struct sockets *owner, const char *endpoint, const char *server_z85,
            const char *public_z85, const char *secret_z85, struct buf *why)
{
    struct sock *s = sock_new(owner, ZMQ_DEALER);
    if (s == NULL) {
        buf_printf(why, "no socket: %s", zmq_strerror(errno));
        return NULL;
    }
    if (set_options(s->socket, common_options, countof(common_options), why) &&
        set_options(s->socket, dealer_options, countof(dealer_options), why) &&
        set_key(s->socket, ZMQ_CURVE_SERVERKEY, server_z85, "broker's key", why) &&
        set_key(s->socket, ZMQ_CURVE_PUBLICKEY, public_z85, "public key", why) &&
        set_key(s->socket, ZMQ_CURVE_SECRETKEY, secret_z85, "secret key", why)) {
        if (zmq_connect(s->socket, endpoint) == 0)
            return s;
        buf_printf(why, "%s: %s", endpoint, zmq_strerror(errno));
    }
    sock_free(s);
    return NULL;
}

/* ---- messages */

static int
take_frame(zmq_msg_t *into, void *socket)
{
    int got;
    do
        got = zmq_msg_recv(into, socket, ZMQ_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Reads and forgets what is left of a message of too many frames. */
static void
skip_rest(zmq_msg_t *last, void *socket)
{
    while (zmq_msg_more(last) && take_frame(last, socket) >= 0)
        ;
}

/* The name that ZAP gave; false when there is none that fits. */
static bool
user_of(zmq_msg_t *body, char user[USER_SIZE])
{
    const char *name = zmq_msg_gets(body, "User-Id");
    return name != NULL && *name != '\0' && str_fill(user, USER_SIZE, str_of(name));
}

/* One whole frame from the socket. ERR_AGAIN: none. ERR_SYNTAX: one, unfit, dropped. */
static enum err
take_message(struct sock *s)
{
    if (s->is_router) {
        if (take_frame(&s->id, s->socket) < 0)
            return ERR_AGAIN;
        size_t len = zmq_msg_size(&s->id);
        if (!zmq_msg_more(&s->id))
            return ERR_SYNTAX;
        s->from.len = len <= sizeof(s->from.b) ? (uint8_t)len : 0;
        memcpy(s->from.b, zmq_msg_data(&s->id), s->from.len);
    }
    if (take_frame(&s->body, s->socket) < 0)
        return ERR_AGAIN;
    if (zmq_msg_more(&s->body)) {
        skip_rest(&s->body, s->socket);
        return ERR_SYNTAX;
    }
    if (s->is_router && (s->from.len == 0 || !user_of(&s->body, s->user)))
        return ERR_SYNTAX;
    return OK;
}

/* The next message of the parcel. What is no parcel any more is given out as it is: the receiver
 * will say what he thinks of it. */
static struct str
parcel_next(struct sock *s)
{
    const uint8_t *at = (const uint8_t *)s->unread.at;
    struct str rest = s->unread;
    s->unread.len = 0;
    if (rest.len < PARCEL_HEAD || s->opened++ == PARCEL_COUNT)
        return rest;
    size_t len = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (len == 0 || len > rest.len - PARCEL_HEAD)
        return rest;
    s->unread = str_bytes(at + PARCEL_HEAD + len, rest.len - PARCEL_HEAD - len);
    return str_bytes(at + PARCEL_HEAD, len);
}

enum err
sock_receive(struct sock *s, struct peer_id *from, char user[24], struct str *bytes)
{
    if (s->unread.len == 0) {
        enum err err = ERR_SYNTAX;
        for (int drops = 0; err == ERR_SYNTAX && drops < DROPS_MAX; drops++)
            err = take_message(s);
        if (err != OK)
            return ERR_AGAIN;
        *bytes = str_bytes(zmq_msg_data(&s->body), zmq_msg_size(&s->body));
        if (bytes->len > 1 && (uint8_t)bytes->at[0] == PARCEL_MARK) {
            s->unread = str_bytes(bytes->at + 1, bytes->len - 1);
            s->opened = 0;
        }
    }
    if (s->unread.len > 0)
        *bytes = parcel_next(s);
    if (from != NULL)
        *from = s->from;
    if (user != NULL)
        memcpy(user, s->user, USER_SIZE);
    return OK;
}

static enum err
give_frame(void *socket, const void *at, size_t len, int flags)
{
    int sent;
    do
        sent = zmq_send(socket, at, len, flags | ZMQ_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return OK;
    return errno == EAGAIN ? ERR_AGAIN : ERR_CLOSED;
}

static enum err
give_message(struct sock *s, const struct peer_id *to, const void *at, size_t len)
{
    if (s->is_router) {
        enum err err = give_frame(s->socket, to->b, to->len, ZMQ_SNDMORE);
        if (err != OK)
            return err;
    }
    return give_frame(s->socket, at, len, 0);
}

enum err
sock_flush(struct sock *s)
{
    if (s->parcel_count == 0)
        return OK;
    size_t skip = s->parcel_count == 1 ? 1 + PARCEL_HEAD : 0; /* one needs no parcel */
    enum err err = give_message(s, &s->parcel_to, s->parcel.data + skip, s->parcel.len - skip);
    if (err == ERR_AGAIN && !s->is_router)
        return err;
    buf_clear(&s->parcel);
    s->parcel_count = 0;
    return OK;
}

static bool
same_peer(const struct peer_id *a, const struct peer_id *b)
{
    return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

enum err
sock_send_soon(struct sock *s, const struct peer_id *to, struct str bytes)
{
    assert(s->is_router == (to != NULL) && bytes.len > 0);
    bool joins = s->parcel_count > 0 && s->parcel_count < PARCEL_COUNT &&
                 s->parcel.len + PARCEL_HEAD + bytes.len <= PARCEL_SIZE &&
                 (to == NULL || same_peer(to, &s->parcel_to));
    if (!joins) {
        enum err err = sock_flush(s);
        if (err != OK)
            return err;
        if (bytes.len > PARCEL_SIZE - 1 - PARCEL_HEAD)
            return sock_send(s, to, bytes);
        if (to != NULL)
            s->parcel_to = *to;
        buf_put_u8(&s->parcel, PARCEL_MARK);
    }
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_put_u8(&s->parcel, (uint8_t)(bytes.len >> shift));
    buf_put(&s->parcel, bytes.at, bytes.len);
    s->parcel_count++;
    return OK;
}

enum err
sock_send(struct sock *s, const struct peer_id *to, struct str bytes)
{
    assert(s->is_router == (to != NULL));
    if (bytes.len > SOCK_MESSAGE_MAX)
        return ERR_TOO_BIG; /* the other side would hang up */
    enum err err = sock_flush(s);
    return err == OK ? give_message(s, to, bytes.at, bytes.len) : err;
}

/* ---- ZAP, RFC 27 */

enum zap_frame {
    ZAP_VERSION,
    ZAP_REQUEST,
    ZAP_DOMAIN_NAME,
    ZAP_ADDRESS,
    ZAP_ROUTING_ID,
    ZAP_MECHANISM,
    ZAP_CREDENTIALS,
    ZAP_FRAMES
};

/* What we keep of a request: longer frames than these are none of ours. */
struct zap_request {
    struct zap_frame_text {
        char at[64];
        size_t len;
    } frames[ZAP_FRAMES];
    bool whole;
};

/* False: no request is waiting. */
static bool
zap_take(void *socket, struct zap_request *q)
{
    zmq_msg_t frame;
    size_t count = 0;
    bool more = true, fits = true;
    zmq_msg_init(&frame);
    while (more && take_frame(&frame, socket) >= 0) {
        size_t len = zmq_msg_size(&frame);
        if (count < ZAP_FRAMES && len <= sizeof(q->frames[0].at)) {
            memcpy(q->frames[count].at, zmq_msg_data(&frame), len);
            q->frames[count].len = len;
        } else {
            fits = false;
        }
        more = zmq_msg_more(&frame);
        count++;
    }
    zmq_msg_close(&frame);
    q->whole = fits && count == ZAP_FRAMES;
    return count > 0;
}

static bool
zap_frame_is(const struct zap_request *q, enum zap_frame which, const char *text)
{
    return str_is((struct str){ q->frames[which].at, q->frames[which].len }, text);
}

static bool
zap_admits(const struct sock *s, const struct zap_request *q, char user[USER_SIZE])
{
    return q->whole && zap_frame_is(q, ZAP_VERSION, "1.0") &&
           zap_frame_is(q, ZAP_DOMAIN_NAME, ZAP_DOMAIN) &&
           zap_frame_is(q, ZAP_MECHANISM, "CURVE") && q->frames[ZAP_CREDENTIALS].len == KEY_SIZE &&
           s->zap(s->zap_context, (const uint8_t *)q->frames[ZAP_CREDENTIALS].at, user) &&
           *user != '\0';
}

static void
zap_answer(void *socket, const struct zap_request *q, bool admitted, const char *user)
{
    const struct str frames[] = {
        STR("1.0"),
        { q->frames[ZAP_REQUEST].at, q->frames[ZAP_REQUEST].len },
        str_of(admitted ? "200" : "400"),
        str_of(admitted ? "OK" : "unknown key"),
        str_of(user),
        STR(""), /* metadata */
    };
    for (size_t i = 0; i < countof(frames); i++)
        if (give_frame(socket, frames[i].at, frames[i].len,
                       i + 1 < countof(frames) ? ZMQ_SNDMORE : 0) != OK)
            return; /* the handshake has ended without us */
}

void
sock_serve_zap(struct sock *s)
{
    struct zap_request q = { 0 };
    assert(s->zap_socket != NULL);
    while (zap_take(s->zap_socket, &q)) {
        char user[USER_SIZE] = "";
        bool admitted = zap_admits(s, &q, user);
        zap_answer(s->zap_socket, &q, admitted, admitted ? user : "");
        memset(&q, 0, sizeof(q));
    }
}

/* ---- waiting */

void
wait_for(struct wait *list, size_t count, int64_t timeout_ms)
{
    zmq_pollitem_t items[2 * WAIT_MAX];
    size_t owner[2 * WAIT_MAX];
    size_t n = 0;
    assert(count <= WAIT_MAX);
    for (size_t i = 0; i < count; i++) {
        struct wait *w = &list[i];
        w->ready = w->sock != NULL && w->sock->unread.len > 0;
        timeout_ms = w->ready ? 0 : timeout_ms;
        if (w->sock == NULL && w->fd < 0)
            continue;
        owner[n] = i;
        items[n++] = (zmq_pollitem_t){
            .socket = w->sock == NULL ? NULL : w->sock->socket,
            .fd = w->sock == NULL ? w->fd : 0,
            .events = (short)(ZMQ_POLLIN | (w->sock == NULL && w->want_write ? ZMQ_POLLOUT : 0)),
        };
        if (w->sock != NULL && w->sock->zap_socket != NULL) {
            owner[n] = i;
            items[n++] =
                (zmq_pollitem_t){ .socket = w->sock->zap_socket, .events = (short)ZMQ_POLLIN };
        }
    }
    if (zmq_poll(items, (int)n, timeout_ms < 0 ? -1 : (long)timeout_ms) <= 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (items[i].revents != 0)
            list[owner[i]].ready = true;
}

int
sock_fd(const struct sock *s)
{
    int fd = -1;
    size_t size = sizeof(fd);
    int failed = zmq_getsockopt(s->socket, ZMQ_FD, &fd, &size);
    assert(failed == 0);
    return fd;
}
