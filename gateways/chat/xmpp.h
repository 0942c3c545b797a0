/* xmpp.h - the doorman of libstrophe: one account on an XMPP server, its messages in and out.
 *
 *     stanza --handler--> `message` commits --> counted by stream management --> the server forgets
 * it send   --> stanza, then a ping: the server's answer to the ping says that the stanza before it
 *                was taken (it has no other receipt) --> `sent`
 *
 * A stanza whose handler could not commit is never counted: the connection is broken off, and the
 * server delivers it again to the next one. No stream is resumed, for the same reason. */
#ifndef GATEWAYS_CHAT_XMPP_H
#define GATEWAYS_CHAT_XMPP_H

#include "common/base/buf.h"

enum { XMPP_WINDOW = 64 };

struct xmpp_settings {
    char jid[256], password[256], host[128], ca_file[512];
    int64_t port;
    bool tls, trust, receipts;
};
/* Borrowed for the length of the call. */
struct xmpp_message {
    const char *from;   /* bare JID */
    const char *id;     /* the stanza's; "" */
    const char *thread; /* "" */
    struct str body;    /* empty: not readable (encrypted) */
    int64_t at;         /* of a delayed one: when it was said; 0: now */
};
enum xmpp_taken { XMPP_TAKEN, XMPP_WAIT, XMPP_NEVER, XMPP_BROKEN };
enum xmpp_sent {
    XMPP_SENT,    /* the server has it */
    XMPP_READ,    /* the person's client has said so */
    XMPP_REFUSED, /* it cannot be delivered */
    XMPP_LATER    /* not now */
};
struct xmpp_calls {
    /* XMPP_WAIT, XMPP_NEVER: its sender gets an error stanza. XMPP_BROKEN: it must come again. */
    enum xmpp_taken (*message)(void *own, const struct xmpp_message *m);
    void (*sent)(void *own, const uint8_t id[16], enum xmpp_sent how, const char *why);
    void *own;
};

struct xmpp;
/* Connects by xmpp_turn. The settings are copied. NULL: `why`. */
struct xmpp *xmpp_open(const struct xmpp_settings *s, const struct xmpp_calls *calls,
                       struct buf *why);
void xmpp_close(struct xmpp *x);
bool xmpp_is_up(const struct xmpp *x);
int xmpp_fd(const struct xmpp *x); /* constant; readable when there is something to do */
void xmpp_watch(struct xmpp *x);   /* before each wait: what it waits for has changed, maybe */
int xmpp_wait_ms(const struct xmpp *x);
void xmpp_turn(struct xmpp *x);
/* `sent` says how it ended, maybe before this returns. The id makes the stanza's. */
void xmpp_say(struct xmpp *x, const uint8_t id[16], const char *to, const char *thread,
              const char *words);
/* A stanza's text, as it would come in; false: it is no message with words. */
bool xmpp_read(struct str stanza, const struct xmpp_calls *calls, struct buf *why);

#endif
