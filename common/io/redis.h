/* redis.h - the doorman of hiredis: one connection, everything pipelined.
 *
 * A call is queued with a callback; callbacks run in order, from redis_work or
 * redis_drain, once the reply is here. When the connection breaks, every call in flight is
 * answered with ERR_CLOSED ("the outcome is unknown"), and redis_work connects again with
 * back-off; the caller sends again what is safe to repeat. */
#ifndef IO_REDIS_H
#define IO_REDIS_H

#include "common/base/buf.h"
#include "common/base/err.h"

struct redis;

/* A reply, a loan for the length of the callback. */
struct reply {
    const void *r; /* redisReply */
};
enum reply_kind { REPLY_NIL, REPLY_TEXT, REPLY_NUMBER, REPLY_LIST, REPLY_ERROR };
enum reply_kind reply_kind(struct reply r); /* a status is a TEXT */
struct str reply_text(struct reply r);      /* TEXT or ERROR; else empty */
int64_t reply_number(struct reply r);       /* NUMBER; else 0 */
size_t reply_count(struct reply r);         /* LIST; else 0 */
struct reply reply_at(struct reply r, size_t i);

/* err: OK (look at `r`, which may be a REPLY_ERROR) or ERR_CLOSED (r is nil). */
typedef void redis_fn(void *context, enum err err, struct reply r);

/* Connects in the background. `where`: "unix:/path" or "tcp:host:port"; user may be NULL.
 * `on_up` runs on every (re)connection, before anything else is sent: AUTH is done, load
 * functions, subscribe again. May be NULL. A Redis that is still loading is not up. */
struct redis *redis_new(const char *where, const char *user, const char *password,
                        void (*on_up)(void *context, struct redis *r), void *context);
/* Calls in flight are answered ERR_CLOSED first; calls made meanwhile are dropped. Not from a
 * callback. */
void redis_free(struct redis *r);
bool redis_is_up(const struct redis *r);
size_t redis_in_flight(const struct redis *r);
int redis_fd(const struct redis *r); /* -1 while down */
bool redis_wants_write(const struct redis *r);
/* Time until redis_work should be called even if the fd is quiet; ms. */
int64_t redis_wait_ms(const struct redis *r);

/* Queues a command; the arguments are copied. Never blocks. While down: answered ERR_CLOSED
 * at the next redis_work (so repeat it from on_up or after a pause, not at once). `fn` may be
 * NULL. Callbacks may call anything here but redis_free. */
void redis_call(struct redis *r, redis_fn *fn, void *context, size_t argc, const struct str *argv);
/* Pub/sub replies that belong to no call go here (a connection that has subscribed): messages, and
 * all confirmations of a (un)subscribe but the last, which answers the call itself. */
void redis_on_push(struct redis *r, redis_fn *fn, void *context);

/* Writes what is queued, reads what is there, runs callbacks; connects when it is time. */
void redis_work(struct redis *r);
/* The same until every call in flight is answered or `limit_ms` has passed (ERR_AGAIN). For the
 * worker and the command line, which have nothing else to do meanwhile. */
enum err redis_drain(struct redis *r, int64_t limit_ms);
/* One call and its answer, waiting; connects first if need be. OK: `*owned` is the caller's
 * (reply_free) and may be a REPLY_ERROR. Otherwise it is nil: ERR_AGAIN (no answer in time; when
 * it was up the outcome is unknown), ERR_FORBIDDEN (not connected: Redis refuses our password),
 * ERR_CLOSED (the connection broke: the outcome is unknown). */
enum err redis_ask(struct redis *r, int64_t limit_ms, size_t argc, const struct str *argv,
                   struct reply *owned);
void reply_free(struct reply *owned);

#endif
