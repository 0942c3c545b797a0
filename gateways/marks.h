/* marks.h - what was done once and may not be done again: keys of messages that became events,
 * updates that became letters. Kept in the book for a while, then forgotten, oldest first. */
#ifndef GATEWAYS_MARKS_H
#define GATEWAYS_MARKS_H

#include "gateways/book.h"

enum { MARK_KIND = 2, MARKS_MAX = 500000 };

struct marks;
struct marks *marks_new(size_t most);
void marks_free(struct marks *m);
struct book_table marks_table(struct marks *m);
bool marks_has(const struct marks *m, const uint8_t key[16]);
void marks_put(struct marks *m, struct book *b, const uint8_t key[16], int64_t now);
/* Forgets those made before `before`. They are not told to the book: it forgets them when it is
 * written anew. */
void marks_tidy(struct marks *m, int64_t before);

#endif
