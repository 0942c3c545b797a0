/* letters.h - a text cut between letters, never within one. */
#ifndef GATEWAYS_EMAIL_LETTERS_H
#define GATEWAYS_EMAIL_LETTERS_H

#include "common/base/str.h"

/* The beginning of `s` that has at most `most` bytes, in whole letters. */
static inline struct str
letters_fit(struct str s, size_t most)
{
    size_t len = 0, letter;
    while (len < s.len && (letter = str_letter(str_bytes(s.at + len, s.len - len))) > 0 &&
           len + letter <= most)
        len += letter;
    return str_bytes(s.at, len);
}

#endif
