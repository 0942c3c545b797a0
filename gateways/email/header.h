/* header.h - a mail's header fields as they came: found in the raw bytes, unfolded, and decoded by
 * RFC 2047 of our own (a library's joins encoded-words by text; words that cut a letter in two, or
 * that end in padding, are common in Chinese subjects: we join their bytes first). */
#ifndef GATEWAYS_EMAIL_HEADER_H
#define GATEWAYS_EMAIL_HEADER_H

#include "common/base/buf.h"

/* The header of a message: all before the first empty line. */
struct str header_of(struct str message);
/* The body: all after it. */
struct str header_body(struct str message);
/* The field's raw value, folded as it came; the first of several. An empty str with a NULL pointer:
 * there is none. */
struct str header_field(struct str header, const char *name);
/* The value in UTF-8, on one line, without control characters; `charset` is what raw high bytes
 * are in when they are not UTF-8 ("": guess). */
void header_put_text(struct buf *out, struct str value, struct str charset);
/* Addresses (RFC 5322 as people write it): each call takes the next mailbox of *rest, its address
 * to `address`, its name as raw value to *name (may be empty). false: no more. */
bool header_mailbox(struct str *rest, char *address, size_t size, struct str *name);
/* The first <...> id of *rest without its brackets, moved behind it. false: no more. */
bool header_id(struct str *rest, struct str *id);
/* A parameter as it came ("name", "filename"): its raw value between quotes. */
struct str header_parameter(struct str value, const char *name);

#endif
