/* entry.h - owned texts as a book's entry holds them. */
#ifndef GATEWAYS_ENTRY_H
#define GATEWAYS_ENTRY_H

#include "common/base/buf.h"

/* A fresh copy of what is read next; the caller's to free. */
static inline char *
entry_text(struct cur *c)
{
    return str_dup(cur_str(c));
}
static inline void
entry_put_text(struct buf *b, const char *text)
{
    buf_put_str(b, str_of(text));
}
/* As much as fits, in whole letters. */
static inline void
entry_fill(char *to, size_t size, const char *from)
{
    struct str all = str_of(from), head = { all.at, 0 };
    for (size_t letter; head.len < all.len; head.len += letter) {
        letter = str_letter(str_bytes(all.at + head.len, all.len - head.len));
        if (letter == 0 || head.len + letter >= size)
            break;
    }
    memset(to, 0, size);
    if (head.len > 0)
        memcpy(to, head.at, head.len);
}
static inline void
entry_get_text(struct cur *c, char *to, size_t size)
{
    char *text = entry_text(c);
    entry_fill(to, size, text);
    free(text);
}

#endif
