/* http.c - libwebsockets 4.1 and newer, guarded: what it is known to hang or crash on is refused
 * before it begins.
 *
 * Invariant: a request belongs to its connection until both have ended: `wsi` is NULL once the
 * connection is gone, and the request is freed when it is answered and sent, or gone. */
/* First: its headers use `unused` as a name. */
#include <libwebsockets.h>

#include "gateways/web/http.h"

#include "common/io/log.h"

#include <stdio.h>
#include <unistd.h>

enum { PATH_MAX_ = 512, HEADER_MAX = 256, HEADERS_ROOM = 2048, TIMEOUT_S = 20 };

struct exchange {
    struct http_request request; /* first: its address is the handle */
    struct http *http;
    struct lws *wsi; /* NULL: the sender has gone */
    bool asked, answered;
    char path[PATH_MAX_], authorization[HEADER_MAX], api_key[HEADER_MAX], idempotency[HEADER_MAX];
    struct buf body, answer; /* answer: LWS_PRE bytes, then the answer's body */
    size_t length;
};

struct session {
    struct exchange *exchange;
};

struct call {
    struct http_post post;
    struct buf headers, body;
    struct http *http;
    int status;
    bool done;
    char address[256], path[1024], host[300], why[128];
};

struct http {
    struct lws_context *context;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t timer;
    struct http_options options;
    size_t open;
    bool stopped;
};

/* ---- requests in */

static void
exchange_free(struct exchange *x)
{
    x->http->open--;
    buf_fini(&x->body);
    buf_fini(&x->answer);
    free(x);
}

static void
let_go(struct session *s)
{
    struct exchange *x = s == NULL ? NULL : s->exchange;
    if (x == NULL)
        return;
    s->exchange = NULL;
    x->wsi = NULL;
    if (!x->asked || x->answered)
        exchange_free(x);
}

static const char *
method_of(struct lws *wsi, char *path, int size)
{
    static const struct {
        enum lws_token_indexes token;
        const char *name;
    } methods[] = { { WSI_TOKEN_GET_URI, "GET" },        { WSI_TOKEN_POST_URI, "POST" },
                    { WSI_TOKEN_PUT_URI, "PUT" },        { WSI_TOKEN_PATCH_URI, "PATCH" },
                    { WSI_TOKEN_DELETE_URI, "DELETE" },  { WSI_TOKEN_HEAD_URI, "HEAD" },
                    { WSI_TOKEN_OPTIONS_URI, "OPTIONS" } };
    for (size_t i = 0; i < countof(methods); i++)
        if (lws_hdr_total_length(wsi, methods[i].token) > 0) {
            if (lws_hdr_copy(wsi, path, size, methods[i].token) < 0)
                path[0] = '\0';
            return methods[i].name;
        }
    return "";
}

static void
copy_custom(struct lws *wsi, const char *name, char *to, int size)
{
    if (lws_hdr_custom_copy(wsi, to, size, name, (int)strlen(name)) < 0)
        to[0] = '\0';
}

static struct exchange *
exchange_new(struct http *h, struct lws *wsi)
{
    struct exchange *x = zalloc(sizeof(*x));
    x->http = h;
    x->wsi = wsi;
    h->open++;
    x->request.method = method_of(wsi, x->path, sizeof(x->path));
    x->request.path = x->path;
    if (lws_hdr_copy(wsi, x->authorization, sizeof(x->authorization),
                     WSI_TOKEN_HTTP_AUTHORIZATION) < 0)
        x->authorization[0] = '\0';
    copy_custom(wsi, "x-api-key:", x->api_key, sizeof(x->api_key));
    copy_custom(wsi, "idempotency-key:", x->idempotency, sizeof(x->idempotency));
    x->request.authorization = x->authorization;
    x->request.api_key = x->api_key;
    x->request.idempotency_key = x->idempotency;
    return x;
}

static void
ask(struct exchange *x)
{
    x->asked = true;
    x->request.body = buf_str(&x->body);
    x->http->options.handle(x->http->options.own, &x->request);
}

static int
refuse(struct lws *wsi, unsigned status)
{
    lws_return_http_status(wsi, status, NULL);
    return -1; /* and the connection ends: nobody reads the rest */
}

static int
on_request(struct http *h, struct lws *wsi, struct session *s)
{
    char length[32] = "";
    let_go(s);
    struct exchange *x = s->exchange = exchange_new(h, wsi);
    bool chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    bool has_length = lws_hdr_copy(wsi, length, sizeof(length), WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0;
    int64_t bytes = 0;
    bool has_body = strcmp(x->request.method, "GET") != 0 && strcmp(x->request.method, "HEAD") != 0;
    if (chunked || (has_body && !has_length) || (!has_body && has_length))
        return refuse(wsi, HTTP_STATUS_LENGTH_REQUIRED);
    if (has_length && (!str_int(str_of(length), &bytes) || bytes < 0))
        return refuse(wsi, HTTP_STATUS_BAD_REQUEST);
    if ((uint64_t)bytes > 8 * h->options.body_max)
        return refuse(wsi, HTTP_STATUS_REQ_ENTITY_TOO_LARGE);
    x->request.too_big = (uint64_t)bytes > h->options.body_max;
    if (!has_body) /* else its completion is told, even of an empty one */
        ask(x);
    return 0;
}

static int
on_body(struct http *h, struct session *s, const void *in, size_t len)
{
    struct exchange *x = s->exchange;
    if (x == NULL || x->asked || (!x->request.too_big && x->body.len + len > h->options.body_max))
        return -1;
    if (!x->request.too_big)
        buf_put(&x->body, in, len);
    return 0;
}

void
http_answer(struct http *h, struct http_request *r, const struct http_answer *a)
{
    struct exchange *x = (struct exchange *)(void *)r;
    uint8_t room[LWS_PRE + HEADERS_ROOM], *start = room + LWS_PRE, *at = start,
                                          *end = room + sizeof(room) - 1;
    char seconds[24];
    (void)h;
    if (x->wsi == NULL) {
        exchange_free(x);
        return;
    }
    x->answered = true;
    x->length = a->body.len;
    memset(buf_extend(&x->answer, LWS_PRE), 0, LWS_PRE);
    buf_put(&x->answer, a->body.at, a->body.len);
    snprintf(seconds, sizeof(seconds), "%lld", (long long)a->retry_after_s);
    bool bad = lws_add_http_common_headers(x->wsi, (unsigned)a->status, a->type, a->body.len, &at,
                                           end) != 0;
    if (a->retry_after_s > 0)
        bad = bad || lws_add_http_header_by_name(
                         x->wsi, (const uint8_t *)"retry-after:", (const uint8_t *)seconds,
                         (int)strlen(seconds), &at, end) != 0;
    if (a->status == HTTP_STATUS_UNAUTHORIZED)
        bad = bad || lws_add_http_header_by_name(x->wsi, (const uint8_t *)"www-authenticate:",
                                                 (const uint8_t *)"Bearer", 6, &at, end) != 0;
    if (bad || lws_finalize_write_http_header(x->wsi, start, &at, end) != 0)
        lws_set_timeout(x->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    else
        lws_callback_on_writable(x->wsi);
}

static int
on_writable(struct lws *wsi, struct session *s)
{
    struct exchange *x = s == NULL ? NULL : s->exchange;
    if (x == NULL || !x->answered)
        return 0;
    int wrote = lws_write(wsi, x->answer.data + LWS_PRE, x->length, LWS_WRITE_HTTP_FINAL);
    bool whole = wrote >= 0 && (size_t)wrote == x->length;
    let_go(s);
    return !whole || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int
on_server(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct http *h = lws_context_user(lws_get_context(wsi));
    struct session *s = user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return h->stopped ? -1 : 0;
    case LWS_CALLBACK_HTTP:
        return on_request(h, wsi, s);
    case LWS_CALLBACK_HTTP_BODY:
        return on_body(h, s, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (s->exchange != NULL && !s->exchange->asked)
            ask(s->exchange);
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return on_writable(wsi, s);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
        let_go(s);
        return 0;
    case LWS_CALLBACK_RAW_RX_FILE: /* the loop has woken: that was all */
        return 0;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

/* ---- requests out */

static void
finish(struct call *c, const char *why)
{
    if (c->done)
        return;
    c->done = true;
    c->post.done(c->post.own, c->post.id, c->status, why);
}

static int
put_headers(struct call *c, struct lws *wsi, uint8_t **at, uint8_t *end)
{
    char length[24];
    snprintf(length, sizeof(length), "%zu", c->body.len);
    if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (const uint8_t *)length,
                                     (int)strlen(length), at, end) != 0)
        return -1;
    for (struct str rest = buf_str(&c->headers); rest.len > 0;) {
        char name[64];
        struct str line = str_cut(&rest, '\n');
        struct str key = str_cut(&line, ':');
        line = str_trim(line);
        snprintf(name, sizeof(name), "%.*s:", STR_ARG(key));
        if (lws_add_http_header_by_name(wsi, (const uint8_t *)name, (const uint8_t *)line.at,
                                        (int)line.len, at, end) != 0)
            return -1;
    }
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int
write_body(struct call *c, struct lws *wsi)
{
    struct buf out = { 0 };
    memset(buf_extend(&out, LWS_PRE), 0, LWS_PRE);
    buf_put(&out, c->body.data, c->body.len);
    lws_client_http_body_pending(wsi, 0);
    int wrote = lws_write(wsi, out.data + LWS_PRE, c->body.len, LWS_WRITE_HTTP_FINAL);
    buf_fini(&out);
    return wrote < 0 ? -1 : 0;
}

static int
read_answer(struct lws *wsi)
{
    char room[LWS_PRE + 2048], *at = room + LWS_PRE;
    int len = sizeof(room) - LWS_PRE;
    return lws_http_client_read(wsi, &at, &len) < 0 ? -1 : 0;
}

static int
on_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct call *c = lws_get_opaque_user_data(wsi);
    if (c == NULL)
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return put_headers(c, wsi, (uint8_t **)in, *(uint8_t **)in + len);
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
        return c->status != 0 ? 0 : write_body(c, wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        c->status = (int)lws_http_client_http_response(wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return read_answer(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return 0;
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        finish(c, "");
        return -1; /* one request a connection */
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        snprintf(c->why, sizeof(c->why), "%.*s", in == NULL ? 10 : (int)len,
                 in == NULL ? "no contact" : (const char *)in);
        finish(c, c->why);
        return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
        finish(c, c->status != 0 ? "" : "the connection was closed");
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        finish(c, "the connection was closed");
        lws_set_opaque_user_data(wsi, NULL);
        buf_fini(&c->headers);
        buf_fini(&c->body);
        free(c);
        return 0;
    default:
        return lws_callback_http_dummy(wsi, reason, user, in, len);
    }
}

/* http[s]://HOST[:PORT][/PATH] */
static bool
read_url(struct call *c, const char *url, int *port, bool *tls)
{
    struct str rest = str_of(url);
    *tls = str_starts(rest, STR("https://"));
    if (!*tls && !str_starts(rest, STR("http://")))
        return false;
    rest = str_bytes(rest.at + (*tls ? 8 : 7), rest.len - (*tls ? 8 : 7));
    struct str host = str_cut(&rest, '/');
    snprintf(c->path, sizeof(c->path), "/%.*s", STR_ARG(rest));
    int64_t number = *tls ? 443 : 80;
    const char *colon = host.len == 0 ? NULL : memrchr(host.at, ':', host.len);
    struct str name = colon == NULL ? host : str_bytes(host.at, (size_t)(colon - host.at));
    if (colon != NULL && !str_int(str_bytes(colon + 1, host.len - name.len - 1), &number))
        return false;
    *port = (int)number;
    return number > 0 && number < 65536 && name.len > 0 && rest.len < sizeof(c->path) - 1 &&
           str_fill(c->address, sizeof(c->address), name) &&
           str_fill(c->host, sizeof(c->host), host);
}

bool
http_post(struct http *h, const struct http_post *p)
{
    struct call *c = zalloc(sizeof(*c));
    int port;
    bool tls;
    if (!read_url(c, p->url, &port, &tls)) {
        free(c);
        return false;
    }
    c->post = *p;
    c->http = h;
    buf_put(&c->body, p->body.at, p->body.len);
    buf_put(&c->headers, p->headers, strlen(p->headers));
    struct lws_client_connect_info info = { .context = h->context,
                                            .vhost = h->vhost,
                                            .address = c->address,
                                            .port = port,
                                            .path = c->path,
                                            .host = c->host,
                                            .origin = c->host,
                                            .method = "POST",
                                            .alpn = "http/1.1",
                                            .ssl_connection = tls ? LCCSCF_USE_SSL : 0,
                                            .opaque_user_data = c,
                                            .local_protocol_name = "out" };
    info.ssl_connection |= LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
    lws_client_connect_via_info(&info); /* its callbacks end the call, at once or later */
    return true;
}

/* ---- the loop */

static const struct lws_protocols protocols[] = {
    { "http", on_server, sizeof(struct session), 0, 0, NULL, 0 },
    { "out", on_client, 0, 0, 0, NULL, 0 },
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
        .port = o->port,
        .iface = o->bind,
        .protocols = protocols,
        .gid = -1,
        .uid = -1,
        .user = h,
        .alpn = "http/1.1",
        .keepalive_timeout = 30,
        .timeout_secs = TIMEOUT_S,
        .server_string = "faultline",
        .ssl_cert_filepath = o->cert[0] == '\0' ? NULL : o->cert,
        .ssl_private_key_filepath = o->key[0] == '\0' ? NULL : o->key,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_IPV6 |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
    };
    h->context = lws_create_context(&info);
    h->vhost = h->context == NULL ? NULL : lws_create_vhost(h->context, &info);
    if (h->vhost == NULL) {
        buf_printf(why, "cannot listen on %s port %d: is another program there?", o->bind, o->port);
        http_close(h);
        return NULL;
    }
    if (o->wake_fd >= 0) {
        lws_sock_file_fd_type fd = { .filefd = dup(o->wake_fd) };
        lws_adopt_descriptor_vhost(h->vhost, LWS_ADOPT_RAW_FILE_DESC, fd, "http", NULL);
    }
    return h;
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

size_t
http_open_requests(const struct http *h)
{
    return h->open;
}

void
http_stop_listening(struct http *h)
{
    h->stopped = true;
}
