/* http.c - libwebsockets 4.1 and newer, guarded: what it is known to hang or crash on is refused
 * before it begins.
 *
 * Invariant: a request belongs to its connection until both have ended: `wsi` is NULL once the
 * connection is gone, and the request is freed when it is answered and sent, or gone. */
/* First: its headers use `unused` as a name. */
#include <libwebsockets.h>

#include "gateways/http/http.h"

#include "common/io/log.h"

#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_MAX_ = 512, HEADER_MAX = 256, QUERY_MAX = 2048, HEADERS_ROOM = 2048, TIMEOUT_S = 20 };

struct exchange {
    struct http_request request; /* first: its address is the handle */
    struct http *http;
    struct lws *wsi; /* NULL: the sender has gone */
    bool asked, answered;
    char path[PATH_MAX_], values[HTTP_HEADERS][HEADER_MAX];
    struct http_header headers[HTTP_HEADERS];
    struct buf query, body, answer; /* answer: LWS_PRE bytes, then the answer's body */
    size_t length;
};

struct session {
    struct exchange *exchange;
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
    buf_fini(&x->query);
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

static bool
copy_header(struct lws *wsi, const char *name, char to[HEADER_MAX])
{
    char line[64];
    if (strcmp(name, "authorization") == 0) /* one that the library knows by a number */
        return lws_hdr_copy(wsi, to, HEADER_MAX, WSI_TOKEN_HTTP_AUTHORIZATION) > 0;
    snprintf(line, sizeof(line), "%s:", name);
    return lws_hdr_custom_copy(wsi, to, HEADER_MAX, line, (int)strlen(line)) > 0;
}

static void
copy_headers(struct exchange *x, struct lws *wsi)
{
    struct http_request *r = &x->request;
    const char *const *names = x->http->options.headers;
    r->headers = x->headers;
    for (; names != NULL && *names != NULL && r->headers_count < HTTP_HEADERS; names++)
        if (copy_header(wsi, *names, x->values[r->headers_count])) {
            x->headers[r->headers_count] =
                (struct http_header){ *names, x->values[r->headers_count] };
            r->headers_count++;
        }
}

/* The library has decoded it, a piece a parameter: coded again, a sign is what it was. */
static void
copy_query(struct exchange *x, struct lws *wsi)
{
    char piece[QUERY_MAX];
    int len;
    for (int i = 0;
         (len = lws_hdr_copy_fragment(wsi, piece, sizeof(piece), WSI_TOKEN_HTTP_URI_ARGS, i)) >= 0;
         i++) {
        bool value = false;
        buf_printf(&x->query, "%s", i == 0 ? "" : "&");
        for (int k = 0; k < len; k++) {
            bool plain = isalnum((uint8_t)piece[k]) || strchr("-._~", piece[k]) != NULL ||
                         (piece[k] == '=' && !value);
            value = value || piece[k] == '=';
            buf_printf(&x->query, plain ? "%c" : "%%%02x", (uint8_t)piece[k]);
        }
    }
}

static struct exchange *
exchange_new(struct http *h, struct lws *wsi)
{
    struct exchange *x = zalloc(sizeof(*x));
    x->http = h;
    x->wsi = wsi;
    x->request.method = method_of(wsi, x->path, sizeof(x->path));
    x->request.path = x->path;
    copy_headers(x, wsi);
    copy_query(x, wsi);
    x->request.query = buf_str(&x->query);
    return x;
}

const char *
http_header(const struct http_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(headers[i].name, name) == 0)
            return headers[i].value;
    return "";
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

/* The library tells the end of the others' bodies to nobody. */
static bool
takes_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
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
    bool has_body = takes_body(x->request.method);
    if (chunked || (has_body && !has_length))
        return refuse(wsi, HTTP_STATUS_LENGTH_REQUIRED);
    if (has_length && (!str_int(str_of(length), &bytes) || bytes < 0 || (!has_body && bytes > 0)))
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
    if (h->options.once)
        bad = bad || lws_add_http_header_by_name(x->wsi, (const uint8_t *)"connection:",
                                                 (const uint8_t *)"close", 5, &at, end) != 0;
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
    bool whole = wrote >= 0 && (size_t)wrote == x->length, once = x->http->options.once;
    let_go(s);
    return !whole || once || lws_http_transaction_completed(wsi) ? -1 : 0;
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

/* ---- the loop */

static const struct lws_protocols protocols[] = {
    { "http", on_server, sizeof(struct session), 0, 0, NULL, 0 },
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
