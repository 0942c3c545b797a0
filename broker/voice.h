/* voice.h - what the broker says: one message encoded into one reused buf and sent to the
 * connection it is meant for. Nothing is kept here: what could not be sent is either asked for
 * again by the client or still in a mailbox.
 *
 * The sender is a function, so that tests can listen without a socket. */
#ifndef BROKER_VOICE_H
#define BROKER_VOICE_H

#include "broker/peers.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/message.h"

/* OK, ERR_AGAIN (that peer's queue is full), ERR_CLOSED (it is gone). */
typedef enum err voice_send_fn(void *context, const struct peer_id *to, struct str bytes);

struct voice {
    voice_send_fn *send;
    voice_send_fn *send_soon; /* the same, but it may wait for more to the same peer */
    void *context;
    struct buf bytes;
    uint64_t refused, busied; /* so far, for the status line */
};

void voice_init(struct voice *v, voice_send_fn *send, void *context);
void voice_fini(struct voice *v);

enum err voice_say(struct voice *v, const struct peer_id *to, const struct message *m);
/* One of many answers; unsaid, the client asks again. */
void voice_answer(struct voice *v, const struct peer_id *to, const struct message *m);

/* Why a message has no effect: the code of docs/protocol.md section 7, and for people what is
 * wrong and what to do. A NULL code: nothing is wrong. Both are static texts. */
struct refusal_text {
    const char *code, *text;
};
/* Says REFUSED, and logs it: at most one line per peer and second, with a count of the rest. */
void voice_refuse(struct voice *v, struct peer *p, const char *who, uint64_t number,
                  struct refusal_text why, int64_t now_ms);
/* Not now: the same bytes again after retry_ms. `what` names what is short. */
void voice_busy(struct voice *v, const struct peer_id *to, uint64_t number, uint32_t retry_ms,
                const char *what);

#endif
