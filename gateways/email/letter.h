/* letter.h - a mail of ours: header and body, written to answer in the thread it came from. Pure.
 */
#ifndef GATEWAYS_EMAIL_LETTER_H
#define GATEWAYS_EMAIL_LETTER_H

#include "common/base/buf.h"

/* A thread's data, as the gateway keeps it: "subject LF id LF references", at most `most` bytes;
 * the oldest references but the first go. */
void letter_put_thread(struct buf *out, const char *subject, const char *id, const char *references,
                       size_t most);

struct letter_head {
    const char *from_name, *from; /* the reply address */
    const char *to;
    const char *id;     /* without brackets */
    const char *loop;   /* X-Loop: our plain address */
    const char *date;   /* RFC 5322 */
    const char *number; /* of the ticket; "" none */
    const char *data;   /* of the thread, as above; "" none */
    const char *lang;
};
/* The whole message, lines ended by CR LF, no line over 998 bytes, ASCII throughout. */
void letter_put(struct buf *out, const struct letter_head *h, struct str words);
/* What a customer may answer, after a blank line, in his language. */
void letter_put_hint(struct buf *out, const char *lang, const char *state, const char *object);
/* RFC 5322's date; UTC. */
void letter_date(char *to, size_t size, int64_t at_ms);

#endif
