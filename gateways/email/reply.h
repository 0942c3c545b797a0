/* reply.h - what somebody has written himself: without the mail he answers and without his
 * signature, in Chinese and English mailers' ways. Pure. */
#ifndef GATEWAYS_EMAIL_REPLY_H
#define GATEWAYS_EMAIL_REPLY_H

#include "common/base/buf.h"

/* A reply: quoted lines go, everything goes from the line on that introduces the quoted mail. */
void reply_put(struct buf *out, struct str text);
/* A new mail: what is quoted may be the report itself (a forwarded one), so it goes only when words
 * remain before it. */
void reply_put_new(struct buf *out, struct str text, struct str subject);

#endif
