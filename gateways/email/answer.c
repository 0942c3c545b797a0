/* answer.c - the first line of a reply, read by the table that all channels share. */
#include "gateways/email/answer.h"

#include "gateways/wish.h"

enum { SHORT = 60 }; /* bytes of a line that may be a wish */

struct answer
answer_of(struct str words, const char *state)
{
    struct str rest = str_trim(words), line = str_trim(str_cut(&rest, '\n'));
    const struct wished w = wish_of(line);
    const char *verb =
        line.len <= SHORT ? wish_verb(w.wish, state == NULL ? wish_state(w.wish) : state) : NULL;
    return verb == NULL ? (struct answer){ "note", 0 } : (struct answer){ verb, w.score };
}
