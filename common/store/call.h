/* call.h - one call to Redis, put together argument by argument, and its answer in our own
 * words. Private to this room.
 *
 * A store has one call under construction at a time; the arguments are borrowed or live in the
 * call's arena until it is sent. */
#ifndef STORE_CALL_H
#define STORE_CALL_H

#include "common/store/store.h"
#include "common/wire/key.h"

enum {
    ASK_MS = 10000, /* a waiting call gives up after */
    UP_MS = 5000,   /* ... when there was no connection at all */
    CHUNK = 1000    /* records in one reply */
};

struct call {
    struct str *argv; /* owned; the strings are borrowed */
    size_t argc, cap;
    size_t counted; /* place of a count that is filled in later; 0: none */
    struct arena texts;
};

struct store {
    struct redis *redis;
    struct call call;
    enum { LIBRARY_UNKNOWN, LIBRARY_ASKED, LIBRARY_OURS, LIBRARY_FOREIGN } library;
    int64_t ask_again_at; /* mono ms; while LIBRARY_UNKNOWN */
    bool load_library;
};

/* Sleeps until there is something to do for this connection, then does it. */
void store_turn(struct store *s, int64_t wait_ms);

/* A plain command, or a function of the library: FCALL name, the number of keys, the keys that
 * follow (call_keys_end fills the number in), and STORE_VERSION as the first argument. */
struct call *call_begin(struct store *s, const char *command);
struct call *call_function(struct store *s, const char *name);
void call_keys_end(struct call *c);

void call_str(struct call *c, struct str bytes); /* borrowed */
void call_bytes(struct call *c, const void *at, size_t len);
void call_text(struct call *c, const char *zero_terminated);     /* borrowed */
void call_name(struct call *c, const char *padded, size_t size); /* ids: zero-padded; borrowed */
void call_number(struct call *c, uint64_t n);
void call_key(struct call *c, struct key key);
/* A text that is kept: "7-0", "(7-0". */
void call_format(struct call *c, const char *format, ...) format_like(2, 3);

/* Queues it. */
void call_send(struct store *s, redis_fn *fn, void *context);
/* Queues it; `fn` gets the answer in our words. */
void call_send_word(struct store *s, store_fn *fn, void *context);
/* Waits for it. OK: `owned` is a reply that is no error and no word, the caller's to free. A word
 * or an error is turned into ours, and `owned` is empty. */
must_use enum err call_ask(struct store *s, struct reply *owned);
/* The same where only the word matters. */
must_use enum err call_do(struct store *s);

/* What a reply says in our words; logs what nobody expects. */
enum err call_answer(enum err err, struct reply r);

/* Fields of a hash or of a stream entry: a flat list of names and values. */
struct str fields_get(struct reply list, const char *name);
/* Copies exactly `size` bytes; false if it is of another length. */
bool fields_copy(struct reply list, const char *name, void *to, size_t size);
bool fields_number(struct str text, uint64_t *out);

#endif
