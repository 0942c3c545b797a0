/* codec.h - messages to msgpack and back, field by field: a table row a kind. */
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/pack.h"
#include "faultline/message.h"

/* What a decoder works with; reused from message to message. */
struct codec {
    struct doc doc;
    struct arena arena; /* territories and marks of the last message decoded */
};
void codec_init(struct codec *c);
void codec_fini(struct codec *c);

/* Appends the message to `out` (which the caller clears). An EVENT's verb may be VERBS; everything
 * else must be in the range that docs/protocol.md gives. */
void codec_encode(const struct message *m, struct buf *out);

/* Texts in *m are borrowed from `bytes`, lists from the codec until its next use. When it
 * fails, m->number is still the sender's where it could be read, else 0.
 * ERR_TRUNCATED, ERR_TOO_BIG, ERR_TOO_DEEP, ERR_SYNTAX, ERR_VERSION, ERR_KIND. */
must_use enum err codec_decode(struct codec *c, struct str bytes, struct message *m);

/* "REPORT": for logs and refusals. "?" for what is no kind. */
const char *codec_kind_name(enum message_kind k);

#endif
