/* http.c - libwebsockets for sockets, TLS and the loop; what is said on a connection is read here.
 *
 *     bytes -> head -> body -> handle ... http_answer -> written -> the next request's bytes
 *
 * One request at a time: what a peer sends before its answer waits in `in`. The library's own HTTP
 * is not used: a request that waits in its buffer gets its head as its body, and a second one there
 * makes it turn in place for ever (4.1 to 4.3, when a peer does not wait for an answer).
 *
 * Invariant: a request belongs to its connection until both have ended: `connection` is NULL once
 * that is gone, and the request is freed when it is answered and sent, or gone. */
/* First: its headers use `unused` as a name. */
#include <libwebsockets.h>

#include "gateways/http/head.h"

#include "common/io/log.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEAD_MAX = 8192,
    AHEAD_MAX = 65536, /* what may wait behind a request that is not answered */
    READ_SIZE = 16384,
    HEAD_S = 20, /* for a head; for a body, and longer by its length; for an answer to be taken */
    SLOWEST = 4096, /* bytes of a body in a second */
    IDLE_S = 30,
    LINGER_S = 2, /* for who is refused, to hear so before the connection ends */
};

struct exchange {
    struct http_request request; /* first: its address is the handle */
    struct http *http;
    struct connection *connection; /* NULL: the sender has gone */
    bool asked, answered, written;
    struct http_head head;
    uint64_t missing;              /* of the body */
    struct buf text, body, answer; /* text: the head's; answer: LWS_PRE bytes, then all of it */
};

struct connection {
    struct lws *wsi;
    struct buf in;
    struct exchange *exchange;
    bool begun;            /* the next request has time, but not for ever */
    bool held;             /* nothing is read until there is room again */
    bool ending, refusing; /* the last answer is written; and to one who may still be sending */
    bool broken;           /* an answer could not be written */
};

struct http {
    struct lws_context *context;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t timer;
    struct http_options options;
    bool stopped;
};

/* ---- requests in */

static void
exchange_free(struct exchange *x)
{
    buf_fini(&x->text);
    buf_fini(&x->body);
    buf_fini(&x->answer);
    free(x);
}

static void
let_go(struct connection *c)
{
    struct exchange *x = c->exchange;
    if (x == NULL)
        return;
    c->exchange = NULL;
    x->connection = NULL;
    if (!x->asked || x->answered)
        exchange_free(x);
}

/* The connection ends when nothing happens for so long; 0: it may take as long as it takes. */
static void
allow(struct connection *c, int seconds)
{
    lws_set_timeout(c->wsi, seconds == 0 ? NO_PENDING_TIMEOUT : PENDING_TIMEOUT_USER_REASON_BASE,
                    seconds);
}

static void
drop_front(struct buf *b, size_t len)
{
    if (len < b->len)
        memmove(b->data, b->data + len, b->len - len);
    b->len -= len;
}

const char *
http_header(const struct http_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(headers[i].name, name) == 0)
            return headers[i].value;
    return "";
}

/* ---- answers */

static const char *
reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = { { 200, "OK" },
                    { 202, "Accepted" },
                    { 400, "Bad Request" },
                    { 401, "Unauthorized" },
                    { 404, "Not Found" },
                    { 405, "Method Not Allowed" },
                    { 409, "Conflict" },
                    { 411, "Length Required" },
                    { 413, "Content Too Large" },
                    { 429, "Too Many Requests" },
                    { 431, "Request Header Fields Too Large" },
                    { 503, "Service Unavailable" },
                    { 505, "HTTP Version Not Supported" } };
    for (size_t i = 0; i < countof(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "";
}

static void
put_answer(struct exchange *x, const struct http_answer *a)
{
    struct buf *out = &x->answer;
    memset(buf_extend(out, LWS_PRE), 0, LWS_PRE);
    buf_printf(out, "HTTP/1.1 %d %s\r\nserver: faultline\r\ncontent-type: %s\r\n", a->status,
               reason_of(a->status), a->type);
    buf_printf(out, "content-length: %zu\r\n", a->body.len);
    if (a->retry_after_s > 0)
        buf_printf(out, "retry-after: %lld\r\n", (long long)a->retry_after_s);
    if (a->status == 401)
        buf_printf(out, "www-authenticate: Bearer\r\n");
    buf_printf(out, "%s\r\n", x->head.keeps ? "" : "connection: close\r\n");
    if (strcmp(x->head.method, "HEAD") != 0)
        buf_put(out, a->body.at, a->body.len);
}

/* Nothing is read while what is written waits to leave: the library would not read it either, and
 * would be woken for it again and again. */
static void
hold(struct connection *c)
{
    bool full = lws_partial_buffered(c->wsi);
    bool held = full || (c->in.len > AHEAD_MAX && !c->refusing);
    if (held != c->held)
        lws_rx_flow_control(c->wsi, !held);
    c->held = held;
    if (full)
        lws_callback_on_writable(c->wsi);
}

static bool
write_answer(struct exchange *x)
{
    struct lws *wsi = x->connection->wsi;
    size_t len = x->answer.len - LWS_PRE;
    if (lws_partial_buffered(wsi))
        return true; /* not yet */
    x->written = true;
    return lws_write(wsi, x->answer.data + LWS_PRE, len, LWS_WRITE_RAW) == (int)len;
}

/* Written at once, so that neither a stop nor the end of a peer who has said all comes before. */
void
http_answer(struct http *h, struct http_request *r, const struct http_answer *a)
{
    struct exchange *x = (struct exchange *)(void *)r;
    if (x->connection == NULL) {
        exchange_free(x);
        return;
    }
    x->answered = true;
    x->head.keeps = x->head.keeps && !h->stopped;
    put_answer(x, a);
    allow(x->connection, HEAD_S);
    x->connection->broken = !write_answer(x);
    hold(x->connection);
    lws_callback_on_writable(x->connection->wsi);
}

/* And the connection ends: nobody reads the rest. */
static void
refuse(struct exchange *x, int status)
{
    struct buf words = { 0 };
    buf_printf(&words, "%d %s\n", status, reason_of(status));
    x->head.keeps = false;
    x->connection->refusing = true;
    http_answer(
        x->http, &x->request,
        &(struct http_answer){ .status = status, .type = "text/plain", .body = buf_str(&words) });
    buf_fini(&words);
}

/* ---- from bytes to requests */

static void
ask(struct exchange *x)
{
    x->asked = true;
    x->request.body = buf_str(&x->body);
    allow(x->connection, 0);
    x->http->options.handle(x->http->options.own, &x->request);
}

/* Takes the next request's head, when it is whole or too long to be waited for. */
static void
begin(struct http *h, struct connection *c)
{
    size_t blank = 0;
    while (blank < c->in.len && (c->in.data[blank] == '\r' || c->in.data[blank] == '\n'))
        blank++;
    drop_front(&c->in, blank);
    size_t len = http_head_len(buf_str(&c->in));
    if (len == 0 && c->in.len <= HEAD_MAX)
        return;
    struct exchange *x = c->exchange = zalloc(sizeof(*x));
    x->http = h;
    x->connection = c;
    x->head.method = "";
    buf_put(&x->text, c->in.data, len);
    drop_front(&c->in, len);
    int status = len == 0 || len > HEAD_MAX
                     ? 431
                     : http_head_read(&x->head, (char *)x->text.data, len, h->options.headers);
    if (status == 0 && x->head.body_len > 8 * h->options.body_max)
        status = 413;
    x->missing = x->head.body_len;
    x->request = (struct http_request){ .method = x->head.method,
                                        .path = x->head.path,
                                        .query = x->head.query,
                                        .too_big = x->head.body_len > h->options.body_max,
                                        .headers = x->head.headers,
                                        .headers_count = x->head.headers_count };
    allow(c, HEAD_S + (int)(x->missing / SLOWEST));
    if (status != 0)
        refuse(x, status);
}

static void
gather(struct exchange *x, struct buf *in)
{
    size_t len = in->len < x->missing ? in->len : (size_t)x->missing;
    if (!x->request.too_big)
        buf_put(&x->body, in->data, len);
    drop_front(in, len);
    x->missing -= len;
    if (x->missing == 0)
        ask(x);
}

/* As far as the bytes reach that are there. */
static void
proceed(struct http *h, struct connection *c)
{
    if (c->exchange == NULL && c->in.len > 0)
        begin(h, c);
    struct exchange *x = c->exchange;
    if (x != NULL && !x->asked && !x->answered)
        gather(x, &c->in);
    hold(c);
}

static int
on_bytes(struct http *h, struct connection *c, const void *in, size_t len)
{
    if (c->ending || c->refusing)
        return 0;
    if (c->exchange == NULL && !c->begun)
        allow(c, HEAD_S);
    c->begun = true;
    buf_put(&c->in, in, len);
    proceed(h, c);
    return 0;
}

/* ---- answers out */

/* Once the library has passed on what it keeps of the last answer. */
static int
end(struct connection *c)
{
    if (lws_partial_buffered(c->wsi))
        return 0; /* hold() has asked to be called again */
    if (!c->refusing)
        return -1;
    shutdown(lws_get_socket_fd(c->wsi), SHUT_WR); /* a reset could overtake the answer */
    allow(c, LINGER_S);
    return 0;
}

static int
on_writable(struct http *h, struct connection *c)
{
    struct exchange *x = c->exchange;
    hold(c);
    if (c->ending)
        return end(c);
    if (x == NULL || !x->answered) {
        proceed(h, c);
        return 0;
    }
    if (c->broken || (!x->written && !write_answer(x)))
        return -1;
    hold(c);
    if (!x->written)
        return 0;
    c->ending = !x->head.keeps;
    let_go(c);
    if (c->ending)
        return end(c);
    c->begun = c->in.len > 0;
    allow(c, c->begun ? HEAD_S : IDLE_S);
    proceed(h, c);
    return 0;
}

static int
on_server(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct http *h = lws_context_user(lws_get_context(wsi));
    struct connection *c = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return h->stopped ? -1 : 0;
    case LWS_CALLBACK_RAW_ADOPT:
        *c = (struct connection){ .wsi = wsi };
        allow(c, HEAD_S);
        return 0;
    case LWS_CALLBACK_RAW_RX:
        return on_bytes(h, c, in, len);
    case LWS_CALLBACK_RAW_WRITEABLE:
        return on_writable(h, c);
    case LWS_CALLBACK_RAW_CLOSE:
        let_go(c);
        buf_fini(&c->in);
        return 0;
    default: /* the loop has woken for another descriptor: that was all */
        return 0;
    }
}

/* ---- the loop */

static const struct lws_protocols protocols[] = {
    { "http", on_server, sizeof(struct connection), READ_SIZE, 0, NULL, 0 },
    { NULL, NULL, 0, 0, 0, NULL, 0 },
};

static void
on_lws_log(int level, const char *line)
{
    size_t len = strlen(line);
    while (len > 0 && line[len - 1] == '\n')
        len--;
    if (level & LLL_ERR)
        log_warn("event=http what=%s", log_quote(line, len));
}

struct http *
http_open(const struct http_options *o, struct buf *why)
{
    struct http *h = zalloc(sizeof(*h));
    h->options = *o;
    lws_set_log_level(LLL_ERR, on_lws_log);
    struct lws_context_creation_info info = {
        .port = o->port == HTTP_NOWHERE ? CONTEXT_PORT_NO_LISTEN : o->port,
        .iface = o->bind,
        .protocols = protocols,
        .gid = -1,
        .uid = -1,
        .user = h,
        .alpn = "http/1.1",
        .timeout_secs = HEAD_S,
        .pt_serv_buf_size = READ_SIZE,
        .listen_accept_role = "raw-skt",
        .listen_accept_protocol = "http",
        .ssl_cert_filepath = o->cert[0] == '\0' ? NULL : o->cert,
        .ssl_private_key_filepath = o->key[0] == '\0' ? NULL : o->key,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_IPV6 |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG,
    };
    h->context = lws_create_context(&info);
    h->vhost = h->context == NULL ? NULL : lws_create_vhost(h->context, &info);
    if (h->vhost == NULL) {
        buf_printf(why, "cannot listen on %s port %d: is another program there?", o->bind, o->port);
        http_close(h);
        return NULL;
    }
    return h;
}

void
http_wake_for(struct http *h, int fd)
{
    lws_sock_file_fd_type copy = { .filefd = dup(fd) };
    lws_adopt_descriptor_vhost(h->vhost, LWS_ADOPT_RAW_FILE_DESC, copy, "http", NULL);
}

void
http_close(struct http *h)
{
    if (h->context != NULL)
        lws_context_destroy(h->context);
    free(h);
}

int
http_port(const struct http *h)
{
    return lws_get_vhost_listen_port(h->vhost);
}

static void
on_timer(lws_sorted_usec_list_t *timer)
{
    (void)timer; /* the wait was all */
}

void
http_turn(struct http *h, int wait_ms)
{
    if (wait_ms > 0)
        lws_sul_schedule(h->context, 0, &h->timer, on_timer, (lws_usec_t)wait_ms * 1000);
    lws_service(h->context, wait_ms > 0 ? 0 : -1);
}

void
http_stop_listening(struct http *h)
{
    h->stopped = true;
}
