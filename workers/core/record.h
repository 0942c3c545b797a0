/* record.h - how records spell what they have in common. Every record begins with its format's
 * number; a decoder accepts only what the encoder would have written. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "common/base/buf.h"
#include "faultline/ids.h"

enum { RECORD_FORMAT = 1 };

/* Instants and lengths from outside are held within this, so that sums cannot overflow. */
#define INSTANT_MAX ((instant)1 << 55)

/* A zero-padded text: one byte of length, then the text. */
void record_put_name(struct buf *b, const char *name, size_t size);
/* Fails the cursor when it does not fit with its terminator, or holds a zero. */
void record_get_name(struct cur *c, char *name, size_t size);
#define record_put_id(b, id)     record_put_name((b), (id).s, sizeof((id).s))
#define record_get_id(c, id_ptr) record_get_name((c), (id_ptr)->s, sizeof((id_ptr)->s))
/* A record's key that is a name; false when it is none. */
bool record_key_name(struct str key, char *name, size_t size);

/* A number in as few bytes as it needs: seven bits a byte, the lowest first, and the eighth while
 * more follow. */
void record_put_count(struct buf *b, uint64_t n);
/* At most `max`; else the cursor fails. */
uint64_t record_get_count(struct cur *c, uint64_t max);
/* Octets under their count. */
void record_put_text(struct buf *b, struct str s);
struct str record_get_text(struct cur *c); /* borrowed from the input */
/* An instant (or NEVER) as its distance from another that is near: a byte or two instead of eight.
 * Both within +-INSTANT_MAX. */
void record_put_since(struct buf *b, instant from, instant at);
instant record_get_since(struct cur *c, instant from);

void record_put_place(struct buf *b, struct place p);
struct place record_get_place(struct cur *c);
/* Within +-INSTANT_MAX, or NEVER; else the cursor fails. */
instant record_get_instant(struct cur *c);
bool record_get_bool(struct cur *c);
/* A number below `below`. */
uint8_t record_get_below(struct cur *c, unsigned below);

#endif
