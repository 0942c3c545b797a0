/* link.h - the connection: one DEALER to one of several brokers.
 *
 *     IDLE --until--> GREETING (HELLO sent) --WELCOME--> UP
 *       ^                 | no answer                    | silence, REFUSED hello or key
 *       +---- back-off ---+------------------------------+
 *
 * A fresh socket for every attempt, so no answer of an earlier connection is ever heard. */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include "common/base/rng.h"
#include "common/io/sock.h"
#include "faultline/ids.h"
#include "faultline/message.h"

/* Lengths of time, so that tests need not wait. */
struct tempo {
    msec greet_ms;       /* for WELCOME */
    msec ping_ms;        /* silence before a PING */
    msec ping_asking_ms; /* the same while something is unanswered */
    msec dead_ms;        /* silence that ends the connection */
    msec backoff_ms, backoff_max_ms;
    msec resend_ms; /* an answer that does not come on a living connection */
};
extern const struct tempo tempo_default;

enum link_state { LINK_IDLE, LINK_GREETING, LINK_UP };

struct link {
    const struct tempo *tempo;
    struct sockets *sockets;
    char **brokers; /* owned */
    size_t brokers_count, at;
    char server_key[41], public_key[41];
    const char *secret_key; /* a loan from the keys */
    char *software;
    struct sock *sock;
    enum link_state state;
    int64_t until;    /* IDLE: connect; GREETING: give up */
    int64_t heard_at; /* monotonic, as all here */
    int64_t pinged_at, up_at;
    uint64_t fails; /* attempts since it was last well */
    uint64_t asked; /* numbers of our own requests */
    bool sent;      /* something, since it was last set to false */
    struct rng jitter;
    struct buf out;
};

/* The low bits of a request's number say what it is; the rest is a record's number, or a count. */
enum link_tag { TAG_RECORD, TAG_ROUTE, TAG_OTHER, TAG_BITS = 2 };
static inline uint64_t
link_number(uint64_t n, enum link_tag tag)
{
    return n << TAG_BITS | (uint64_t)tag;
}
static inline enum link_tag
link_tag(uint64_t number)
{
    return (enum link_tag)(number & ((1u << TAG_BITS) - 1));
}

void link_fini(struct link *l);
/* Connects, greets, pings or gives up, as the time says. `asking`: something is unanswered.
 * Returns why the connection was just lost, or NULL. */
const char *link_turn(struct link *l, int64_t now, bool asking);
void link_welcome(struct link *l, int64_t now);
/* Leaves this broker; the next one after a back-off. */
void link_drop(struct link *l, int64_t now);
const char *link_endpoint(const struct link *l);
/* ERR_AGAIN: not now. `m->number` 0 is given a number. It leaves with link_flush, if not before. */
must_use enum err link_send(struct link *l, struct message *m);
void link_flush(struct link *l);
/* ERR_AGAIN: nothing there. */
must_use enum err link_receive(struct link *l, int64_t now, struct str *bytes);
/* When link_turn has something to do. */
int64_t link_next(const struct link *l, bool asking);

#endif
