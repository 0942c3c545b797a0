/* codec.h - messages to msgpack and back, field by field: a table row a kind. */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "faultline/message.h"

/* What a decoder works with; reused from message to message. */
struct codec {
    void *zone;         /* the doc's memory */
    struct arena arena; /* territories and marks of the last message decoded */
};
void codec_init(struct codec *c);
void codec_fini(struct codec *c);

/* Appends the message to `out` (which the caller clears). */
void codec_encode(const struct message *m, struct buf *out);

/* Texts in *m are borrowed from `bytes`, lists from the codec until its next use. When it
 * fails, m->number is still the sender's where it could be read, else 0.
 * ERR_TRUNCATED, ERR_TOO_BIG, ERR_TOO_DEEP, ERR_SYNTAX, ERR_VERSION, ERR_KIND. */
must_use enum err codec_decode(struct codec *c, struct str bytes, struct message *m);

#endif
