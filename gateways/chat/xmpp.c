/* xmpp.c - libstrophe, in the gateway's loop: its socket is seen by the option callback, and each
 * turn runs it without waiting.
 *
 * Invariant: `pending` holds the ids that the server has not answered for; when the connection is
 * lost, each of them is told as LATER. */
#include "gateways/chat/xmpp.h"

#include "common/io/clock.h"
#include "common/io/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <strophe.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_RECEIPTS "urn:xmpp:receipts"
#define NS_DELAY    "urn:xmpp:delay"
#define NS_PING     "urn:xmpp:ping"
#define NS_SID      "urn:xmpp:sid:0"
#define NS_OMEMO    "eu.siacs.conversations.axolotl"

/* Always the same: a new connection takes the place of a dead one, and what that one had not
 * acknowledged comes to it at once. */
#define RESOURCE "/faultline"

enum { CONNECT_LIMIT_MS = 20000, PAUSE_LEAST_MS = 500, PAUSE_MOST_MS = 60000 };

struct xmpp {
    int epoll; /* with the connection's socket in it */
    struct xmpp_settings settings;
    struct xmpp_calls calls;
    xmpp_ctx_t *ctx;
    xmpp_conn_t *conn; /* NULL between two */
    xmpp_log_t log;
    bool up, lost, broken;
    int64_t again_at, began_at, pause_ms; /* monotonic */
    uint8_t pending[XMPP_WINDOW][16];
    size_t pending_count;
    char why[256];
};

/* libstrophe keeps its socket to itself, and shows it once, to a call that gets no pointer of ours.
 * One connection is begun at a time. */
static int last_socket = -1;

/* ---- what was sent */

static void
drop_pending(struct xmpp *x, size_t i)
{
    memcpy(x->pending[i], x->pending[--x->pending_count], 16);
}

static void
all_later(struct xmpp *x, const char *why)
{
    while (x->pending_count > 0) {
        uint8_t id[16];
        memcpy(id, x->pending[0], 16);
        drop_pending(x, 0);
        x->calls.sent(x->calls.own, id, XMPP_LATER, why);
    }
}

/* An answer with our id in it: "m" for messages, "p" for the ping behind one. */
static bool
id_in(const char *text, char kind, uint8_t id[16])
{
    return text != NULL && text[0] == kind && hex_to(id, 16, str_of(text + 1));
}

static int
on_iq(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *own)
{
    struct xmpp *x = own;
    const char *type = xmpp_stanza_get_type(stanza);
    uint8_t id[16];
    (void)conn;
    if (type == NULL || (strcmp(type, "result") != 0 && strcmp(type, "error") != 0) ||
        !id_in(xmpp_stanza_get_id(stanza), 'p', id))
        return 1;
    for (size_t i = 0; i < x->pending_count; i++)
        if (memcmp(x->pending[i], id, 16) == 0) {
            drop_pending(x, i);
            x->calls.sent(x->calls.own, id, XMPP_SENT, "");
            break;
        }
    return 1;
}

/* Our message came back. */
static void
on_bounce(struct xmpp *x, xmpp_stanza_t *stanza)
{
    xmpp_stanza_t *error = xmpp_stanza_get_child_by_name(stanza, "error");
    xmpp_stanza_t *what = error == NULL ? NULL : xmpp_stanza_get_children(error);
    const char *type = error == NULL ? NULL : xmpp_stanza_get_type(error);
    const char *name = what == NULL ? NULL : xmpp_stanza_get_name(what);
    bool wait = type != NULL && strcmp(type, "wait") == 0;
    uint8_t id[16];
    if (!id_in(xmpp_stanza_get_id(stanza), 'm', id))
        return;
    for (size_t i = 0; i < x->pending_count; i++)
        if (memcmp(x->pending[i], id, 16) == 0) {
            drop_pending(x, i);
            break;
        }
    x->calls.sent(x->calls.own, id, wait ? XMPP_LATER : XMPP_REFUSED,
                  name == NULL ? "the server returned it" : name);
}

/* ---- what comes */

static int64_t
stamp_of(xmpp_stanza_t *stanza)
{
    xmpp_stanza_t *delay = xmpp_stanza_get_child_by_name_and_ns(stanza, "delay", NS_DELAY);
    const char *stamp = delay == NULL ? NULL : xmpp_stanza_get_attribute(delay, "stamp");
    struct tm tm = { 0 };
    if (stamp == NULL || strptime(stamp, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
        return 0;
    int64_t at = (int64_t)timegm(&tm) * 1000;
    return at > 0 ? at : 0;
}

static const char *
id_of(xmpp_stanza_t *stanza)
{
    const char *id = xmpp_stanza_get_id(stanza);
    xmpp_stanza_t *sid = xmpp_stanza_get_child_by_name_and_ns(stanza, "stanza-id", NS_SID);
    if (id == NULL && sid != NULL)
        id = xmpp_stanza_get_attribute(sid, "id");
    return id == NULL ? "" : id;
}

static char *
text_of(xmpp_stanza_t *stanza, const char *name)
{
    xmpp_stanza_t *child = xmpp_stanza_get_child_by_name(stanza, name);
    return child == NULL ? NULL : xmpp_stanza_get_text(child);
}

/* Lower case ASCII, without the resource. */
static void
bare_of(char *to, size_t size, const char *jid)
{
    size_t len = strcspn(jid, "/");
    if (!str_fill(to, size, str_bytes(jid, len)))
        return;
    for (char *c = to; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
}

static bool
is_talk(xmpp_stanza_t *stanza)
{
    const char *type = xmpp_stanza_get_type(stanza);
    return type == NULL || strcmp(type, "chat") == 0 || strcmp(type, "normal") == 0;
}

/* A message stanza with words (or with a body that cannot be read) to the caller. */
static enum xmpp_taken
hand_over(const struct xmpp_calls *calls, xmpp_ctx_t *ctx, xmpp_stanza_t *stanza, bool *any)
{
    char from[320] = "";
    const char *jid = xmpp_stanza_get_from(stanza);
    char *body = text_of(stanza, "body"), *thread = text_of(stanza, "thread");
    bool sealed = xmpp_stanza_get_child_by_name_and_ns(stanza, "encrypted", NS_OMEMO) != NULL;
    enum xmpp_taken taken = XMPP_TAKEN;
    if (jid != NULL)
        bare_of(from, sizeof(from), jid);
    *any = is_talk(stanza) && from[0] != '\0' && (body != NULL || sealed);
    if (*any) {
        const struct xmpp_message m = { .from = from,
                                        .id = id_of(stanza),
                                        .thread = thread == NULL ? "" : thread,
                                        .body = sealed ? (struct str){ 0 } : str_of(body),
                                        .at = stamp_of(stanza) };
        taken = calls->message(calls->own, &m);
    }
    if (body != NULL)
        xmpp_free(ctx, body);
    if (thread != NULL)
        xmpp_free(ctx, thread);
    return taken;
}

static void
add_child(struct xmpp *x, xmpp_stanza_t *to, const char *name, const char *ns, const char *text)
{
    xmpp_stanza_t *child = xmpp_stanza_new(x->ctx);
    xmpp_stanza_set_name(child, name);
    if (ns != NULL)
        xmpp_stanza_set_ns(child, ns);
    if (text != NULL) {
        xmpp_stanza_t *words = xmpp_stanza_new(x->ctx);
        xmpp_stanza_set_text(words, text);
        xmpp_stanza_add_child(child, words);
        xmpp_stanza_release(words);
    }
    xmpp_stanza_add_child(to, child);
    xmpp_stanza_release(child);
}

static void
send_receipt(struct xmpp *x, xmpp_stanza_t *stanza)
{
    const char *id = xmpp_stanza_get_id(stanza);
    if (id == NULL || xmpp_stanza_get_child_by_name_and_ns(stanza, "request", NS_RECEIPTS) == NULL)
        return;
    xmpp_stanza_t *m =
        xmpp_message_new(x->ctx, xmpp_stanza_get_type(stanza), xmpp_stanza_get_from(stanza), NULL);
    add_child(x, m, "received", NS_RECEIPTS, NULL);
    xmpp_stanza_set_id(xmpp_stanza_get_child_by_name(m, "received"), id);
    xmpp_send(x->conn, m);
    xmpp_stanza_release(m);
}

static void
send_error(struct xmpp *x, xmpp_stanza_t *stanza, enum xmpp_taken taken)
{
    bool wait = taken == XMPP_WAIT;
    xmpp_stanza_t *m = xmpp_stanza_reply_error(
        stanza, wait ? "wait" : "modify", wait ? "resource-constraint" : "not-acceptable",
        wait ? "too many messages: please again in a minute" : "this message cannot be taken");
    if (m == NULL)
        return;
    xmpp_send(x->conn, m);
    xmpp_stanza_release(m);
}

static void
on_receipt(struct xmpp *x, xmpp_stanza_t *stanza)
{
    xmpp_stanza_t *r = xmpp_stanza_get_child_by_name_and_ns(stanza, "received", NS_RECEIPTS);
    uint8_t id[16];
    if (r != NULL && id_in(xmpp_stanza_get_id(r), 'm', id))
        x->calls.sent(x->calls.own, id, XMPP_READ, "");
}

static int
on_message(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *own)
{
    struct xmpp *x = own;
    const char *type = xmpp_stanza_get_type(stanza);
    bool any;
    (void)conn;
    if (x->broken)
        return 1;
    if (type != NULL && strcmp(type, "error") == 0) {
        on_bounce(x, stanza);
        return 1;
    }
    on_receipt(x, stanza);
    enum xmpp_taken taken = hand_over(&x->calls, x->ctx, stanza, &any);
    if (!any)
        return 1;
    switch (taken) {
    case XMPP_TAKEN:
        send_receipt(x, stanza);
        break;
    case XMPP_WAIT:
    case XMPP_NEVER:
        send_error(x, stanza, taken);
        break;
    case XMPP_BROKEN: /* nothing that is counted from now on may reach the server */
        x->broken = true;
        shutdown(last_socket, SHUT_RDWR);
        break;
    }
    return 1;
}

/* Whoever wants the bot among his contacts may have it. */
static int
on_presence(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *own)
{
    struct xmpp *x = own;
    xmpp_stanza_t *p = xmpp_presence_new(x->ctx);
    xmpp_stanza_set_type(p, "subscribed");
    xmpp_stanza_set_to(p, xmpp_stanza_get_from(stanza));
    xmpp_send(conn, p);
    xmpp_stanza_release(p);
    return 1;
}

/* ---- the connection */

static void
on_connection(xmpp_conn_t *conn, xmpp_conn_event_t event, int error, xmpp_stream_error_t *stream,
              void *own)
{
    struct xmpp *x = own;
    if (event != XMPP_CONN_CONNECT) {
        x->lost = true;
        snprintf(x->why, sizeof(x->why), "%s",
                 stream != NULL && stream->text != NULL ? stream->text
                 : error != 0                           ? strerror(error)
                                                        : "the connection ended");
        return;
    }
    x->up = true;
    x->pause_ms = PAUSE_LEAST_MS;
    xmpp_handler_add(conn, on_message, NULL, "message", NULL, x);
    xmpp_handler_add(conn, on_iq, NULL, "iq", NULL, x);
    xmpp_handler_add(conn, on_presence, NULL, "presence", "subscribe", x);
    xmpp_stanza_t *here = xmpp_presence_new(x->ctx);
    xmpp_send(conn, here);
    xmpp_stanza_release(here);
    log_info("event=xmpp_up jid=%s secured=%d", x->settings.jid, xmpp_conn_is_secured(conn));
}

static int
on_socket(xmpp_conn_t *conn, void *sock)
{
    memcpy(&last_socket, sock, sizeof(last_socket));
    return xmpp_sockopt_cb_keepalive(conn, sock);
}

static void
on_log(void *own, xmpp_log_level_t level, const char *area, const char *text)
{
    (void)own;
    if (level >= XMPP_LEVEL_WARN)
        log_warn("event=xmpp_says area=%s what=%s", area, log_quote(text, strlen(text)));
}

static int
trust(const xmpp_tlscert_t *certificate, const char *const error)
{
    (void)certificate;
    log_debug("event=xmpp_trusted in_spite_of=%s", log_quote(error, strlen(error)));
    return 1;
}

static void
begin(struct xmpp *x)
{
    const struct xmpp_settings *s = &x->settings;
    x->conn = xmpp_conn_new(x->ctx);
    xmpp_conn_set_jid(x->conn, s->jid);
    xmpp_conn_set_pass(x->conn, s->password);
    xmpp_conn_set_sockopt_callback(x->conn, on_socket);
    xmpp_conn_set_flags(x->conn,
                        s->tls ? XMPP_CONN_FLAG_MANDATORY_TLS : XMPP_CONN_FLAG_DISABLE_TLS);
    if (s->ca_file[0] != '\0')
        xmpp_conn_set_cafile(x->conn, s->ca_file);
    if (s->trust)
        xmpp_conn_set_certfail_handler(x->conn, trust);
    x->lost = x->broken = x->up = false;
    x->began_at = clock_mono_ms();
    int e = xmpp_connect_client(x->conn, s->host[0] == '\0' ? NULL : s->host,
                                (unsigned short)s->port, on_connection, x);
    if (e != XMPP_EOK) {
        x->lost = true;
        snprintf(x->why, sizeof(x->why), "no connection (%d)", e);
    }
}

static void
end(struct xmpp *x)
{
    log_warn("event=xmpp_down jid=%s why=%s again_ms=%" PRId64, x->settings.jid,
             log_quote(x->why, strlen(x->why)), x->pause_ms);
    xmpp_conn_release(x->conn);
    x->conn = NULL;
    last_socket = -1;
    x->up = false;
    x->again_at = clock_mono_ms() + x->pause_ms;
    x->pause_ms = x->pause_ms * 2 < PAUSE_MOST_MS ? x->pause_ms * 2 : PAUSE_MOST_MS;
    all_later(x, "the XMPP connection was lost");
}

struct xmpp *
xmpp_open(const struct xmpp_settings *s, const struct xmpp_calls *calls, struct buf *why)
{
    if (s->jid[0] == '\0' || strchr(s->jid, '@') == NULL) {
        buf_printf(why, "xmpp_jid: '%s' is no account (name@server): set it in gateways/chat.conf",
                   s->jid);
        return NULL;
    }
    struct xmpp *x = zalloc(sizeof(*x));
    size_t len = strlen(s->jid);
    *x = (struct xmpp){ .settings = *s, .calls = *calls, .pause_ms = PAUSE_LEAST_MS };
    if (strchr(s->jid, '/') == NULL && len + sizeof(RESOURCE) <= sizeof(x->settings.jid))
        memcpy(x->settings.jid + len, RESOURCE, sizeof(RESOURCE));
    x->log = (xmpp_log_t){ on_log, x };
    xmpp_initialize();
    x->ctx = xmpp_ctx_new(NULL, &x->log);
    x->epoll = epoll_create1(EPOLL_CLOEXEC);
    assert(x->epoll >= 0);
    return x;
}

void
xmpp_close(struct xmpp *x)
{
    enum { TURNS = 20, TURN_MS = 10 };
    if (x == NULL)
        return;
    if (x->conn != NULL && x->up)
        xmpp_disconnect(x->conn);
    for (int i = 0; i < TURNS && x->conn != NULL && x->up && !x->lost; i++)
        xmpp_run_once(x->ctx, TURN_MS);
    if (x->conn != NULL)
        xmpp_conn_release(x->conn);
    xmpp_ctx_free(x->ctx);
    xmpp_shutdown();
    close(x->epoll);
    free(x);
}

bool
xmpp_is_up(const struct xmpp *x)
{
    return x->up && !x->lost;
}

int
xmpp_fd(const struct xmpp *x)
{
    return x->epoll;
}

/* A socket that is closed leaves the epoll by itself, and its number may come again. */
void
xmpp_watch(struct xmpp *x)
{
    if (x->conn == NULL || last_socket < 0)
        return;
    bool more = !x->up || xmpp_conn_send_queue_len(x->conn) > 0;
    struct epoll_event e = { .events = EPOLLIN | (more ? EPOLLOUT : 0u), .data.fd = last_socket };
    if (epoll_ctl(x->epoll, EPOLL_CTL_MOD, last_socket, &e) != 0 && errno == ENOENT)
        epoll_ctl(x->epoll, EPOLL_CTL_ADD, last_socket, &e);
}

int
xmpp_wait_ms(const struct xmpp *x)
{
    enum { CONNECTING_MS = 50 };
    if (x->conn != NULL)
        return x->up ? 1000 : CONNECTING_MS;
    int64_t wait = x->again_at - clock_mono_ms();
    return (int)(wait < 0 ? 0 : wait < 1000 ? wait : 1000);
}

void
xmpp_turn(struct xmpp *x)
{
    enum { READS = 6 }; /* of 4 KiB: a whole TLS record, of which poll sees only the first */
    if (x->conn == NULL && clock_mono_ms() >= x->again_at)
        begin(x);
    for (int i = 0; i < READS && x->conn != NULL && !x->lost; i++)
        xmpp_run_once(x->ctx, 0);
    if (x->conn != NULL && !x->up && !x->lost && clock_mono_ms() - x->began_at > CONNECT_LIMIT_MS) {
        snprintf(x->why, sizeof(x->why), "the server does not answer");
        shutdown(last_socket, SHUT_RDWR);
        x->lost = true;
    }
    if (x->conn != NULL && x->lost)
        end(x);
}

/* ---- out */

static void
send_ping(struct xmpp *x, const char *hex)
{
    char id[40];
    char *domain = xmpp_jid_domain(x->ctx, x->settings.jid);
    snprintf(id, sizeof(id), "p%s", hex);
    xmpp_stanza_t *iq = xmpp_iq_new(x->ctx, "get", id);
    xmpp_stanza_set_to(iq, domain);
    add_child(x, iq, "ping", NS_PING, NULL);
    xmpp_send(x->conn, iq);
    xmpp_stanza_release(iq);
    xmpp_free(x->ctx, domain);
}

void
xmpp_say(struct xmpp *x, const uint8_t id[16], const char *to, const char *thread,
         const char *words)
{
    char hex[33], name[40];
    if (!xmpp_is_up(x) || x->pending_count == XMPP_WINDOW) {
        x->calls.sent(x->calls.own, id, XMPP_LATER, "no connection to the XMPP server");
        return;
    }
    hex_of(hex, id, 16);
    snprintf(name, sizeof(name), "m%s", hex);
    xmpp_stanza_t *m = xmpp_message_new(x->ctx, "chat", to, name);
    xmpp_message_set_body(m, words);
    if (thread[0] != '\0')
        add_child(x, m, "thread", NULL, thread);
    add_child(x, m, "request", NS_RECEIPTS, NULL);
    xmpp_send(x->conn, m);
    xmpp_stanza_release(m);
    send_ping(x, hex);
    memcpy(x->pending[x->pending_count++], id, 16);
    xmpp_run_once(x->ctx, 0);
}

/* ---- a stanza from elsewhere */

bool
xmpp_read(struct str stanza, const struct xmpp_calls *calls, struct buf *why)
{
    char *text = str_dup(str_trim(stanza));
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, NULL);
    xmpp_stanza_t *s = xmpp_stanza_new_from_string(ctx, text);
    bool any = false;
    if (s != NULL && strcmp(xmpp_stanza_get_name(s), "message") == 0)
        hand_over(calls, ctx, s, &any);
    if (s != NULL)
        xmpp_stanza_release(s);
    if (!any)
        buf_printf(why, "no <message from='...'><body>...</body></message>");
    xmpp_ctx_free(ctx);
    free(text);
    return any;
}
