/* grace.h - mails that the relay has taken, and that may still come back: for so long they do not
 * count as delivered. In the gateway's book, so that a restart forgets none. */
#ifndef GATEWAYS_EMAIL_GRACE_H
#define GATEWAYS_EMAIL_GRACE_H

#include "gateways/book.h"

enum { GRACE_KIND = 16 };

struct grace;
struct grace *grace_new(void);
void grace_free(struct grace *g);
struct book_table grace_table(struct grace *g);
/* Letter `id`, about `report`, counts as delivered at instant `until`. */
void grace_put(struct grace *g, struct book *b, const uint8_t id[16], const uint8_t report[16],
               int64_t until);
/* Takes out one whose time has come; false: none. */
bool grace_over(struct grace *g, struct book *b, int64_t now, uint8_t id[16]);
/* Takes out one about `report`; false: none. */
bool grace_failed(struct grace *g, struct book *b, const uint8_t report[16], uint8_t id[16]);
/* NEVER: none waits. */
int64_t grace_next(const struct grace *g);

#endif
