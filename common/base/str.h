/* str.h - borrowed bytes: a pointer and a length, never owned, never
 * zero-terminated by promise. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "common/base/base.h"

struct str {
    const char *at; /* may be NULL when len is 0 */
    size_t len;     /* bytes */
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).at == NULL ? "" : (s).at

struct str str_of(const char *zero_terminated); /* NULL gives the empty str */
struct str str_bytes(const void *at, size_t len);
bool str_eq(struct str a, struct str b);
int str_cmp(struct str a, struct str b); /* bytewise; shorter first */
bool str_is(struct str a, const char *zero_terminated);
bool str_starts(struct str s, struct str prefix);
struct str str_trim(struct str s);               /* blanks, tabs, CR, LF at both ends */
struct str str_cut(struct str *rest, char mark); /* up to `mark`; rest is what follows it */

/* Whole decimal numbers with an optional '-'; false on anything else or overflow. */
bool str_int(struct str s, int64_t *out);
/* Decimal degrees such as "-71.0824" to 1e-7 degree units, without floating point; what is
 * finer is cut off. false on anything else, and beyond 180 degrees. */
bool str_e7(struct str s, int32_t *out);

/* How many bytes the UTF-8 letter takes that `s` begins with; 0 when there is none. */
size_t str_letter(struct str s);
bool str_is_utf8(struct str s);
bool str_is_printable(struct str s); /* UTF-8 without control characters (C0, DEL, C1) */

/* Copies into a zero-padded array of `size`; false (and all zero) if it does not
 * fit with its terminator. */
bool str_fill(char *to, size_t size, struct str s);
/* A fresh zero-terminated copy, the caller's to free. */
char *str_dup(struct str s);

/* Hex, lower case. hex_of writes 2*len digits and a terminator. */
void hex_of(char *to, const void *from, size_t len);
bool hex_to(void *to, size_t len, struct str hex); /* exactly 2*len digits */

#endif
