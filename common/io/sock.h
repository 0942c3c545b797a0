/* sock.h - the doorman of libzmq: CURVE sockets with every limit set.
 *
 * Server: ROUTER, ZAP running before bind, a non-empty domain and ZMQ_ZAP_ENFORCE_DOMAIN,
 * ROUTER_MANDATORY, MAXMSGSIZE 64 KiB, handshake limit, heartbeats, linger 0. CURVE fails open
 * without these. Client: DEALER, the same limits, reconnect with back-off.
 *
 * A frame is a message, or a parcel of several (docs/protocol.md section 1): most of what a small
 * message costs is the frame around it. Parcels are packed and opened in here. */
#ifndef IO_SOCK_H
#define IO_SOCK_H

#include "common/base/buf.h"
#include "common/base/err.h"

enum { SOCK_MESSAGE_MAX = 65536 }; /* bytes of one message, before encryption */

struct sock;    /* one ZeroMQ socket */
struct sockets; /* one ZeroMQ context */

struct sockets *sockets_new(void);
void sockets_free(struct sockets *s); /* every sock must be freed before */

/* Decides who may come in: fills `user` (a principal's name) for a CURVE public key (32
 * raw bytes) and returns true, or returns false. Called from sock_serve_zap, in the owner's thread.
 */
typedef bool zap_fn(void *context, const uint8_t public_key[32], char user[24]);

/* Binds; one router a context. An ipc socket gets mode 0600, and a dead process' file is replaced.
 * NULL and `why` filled: endpoint in use, bad key, ... */
struct sock *sock_router(struct sockets *s, const char *endpoint, const char *public_z85,
                         const char *secret_z85, zap_fn *zap, void *context, struct buf *why);
/* Connects in the background, and again when the connection breaks; never fails but for a
 * malformed endpoint or key. A dealer whose key ZAP refuses rests for good (and its sends say
 * ERR_AGAIN): to try again, free it and make another. */
struct sock *sock_dealer(struct sockets *s, const char *endpoint, const char *server_z85,
                         const char *public_z85, const char *secret_z85, struct buf *why);
void sock_free(struct sock *s);

/* One message from a peer. The peer is a routing id of at most 32 bytes plus the authenticated
 * user; a message without User-Id is dropped inside. The bytes are borrowed until the next
 * receive on this socket. ERR_AGAIN: nothing there. */
struct peer_id {
    uint8_t b[32];
    uint8_t len;
};
must_use enum err sock_receive(struct sock *s, struct peer_id *from, char user[24],
                               struct str *bytes);
/* ROUTER: to that peer; ERR_AGAIN (its queue is full) and ERR_CLOSED (it is gone) mean: not sent.
 * DEALER: `to` is NULL. The bytes are copied. ERR_TOO_BIG: past SOCK_MESSAGE_MAX, not sent. */
must_use enum err sock_send(struct sock *s, const struct peer_id *to, struct str bytes);
/* The same, but it may wait for others to the same peer that go with it in one frame: until
 * sock_flush or a sock_send. ROUTER: it may get lost on the way, as
 * if it had been sent to a peer who is gone. DEALER: ERR_AGAIN, or it will leave some time. */
must_use enum err sock_send_soon(struct sock *s, const struct peer_id *to, struct str bytes);
/* DEALER: ERR_AGAIN, some of it must wait: call again. */
enum err sock_flush(struct sock *s);
/* Answers pending ZAP requests: call it whenever sock_zap_socket is readable, and each turn. */
void sock_serve_zap(struct sock *s);

/* Waiting: sockets and descriptors together. Fill `sock` or `fd`; `ready` comes back. */
struct wait {
    struct sock *sock; /* readable when a message (or, for a router, a ZAP request) is there */
    int fd;            /* used when sock is NULL; -1: ignored */
    bool want_write;   /* fd only */
    bool ready;
};
/* Returns when one is ready or `timeout_ms` has passed (-1: for ever) or a signal came. */
void wait_for(struct wait *list, size_t count, int64_t timeout_ms);

/* A descriptor that becomes readable when the dealer has a message: for foreign loops. Edge-
 * triggered: receive until ERR_AGAIN. */
int sock_fd(const struct sock *s);

#endif
