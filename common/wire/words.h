/* words.h - the tables behind names.h: each enum's values as a word, for the wire, and as a
 * number, for the log. Private to this room.
 *
 * The numbers are written out because the enums may grow in the middle, and a log of last
 * year must still be read: a number once given is never given to another word. */
#ifndef WIRE_WORDS_H
#define WIRE_WORDS_H

#include "common/base/str.h"

struct word {
    const char *name;
    uint8_t code;
};
struct words {
    const struct word *list;
    unsigned count;
};

extern const struct words words_state, words_verb, words_role, words_refusal, words_update,
    words_outcome, words_how, words_event, words_assist, words_reason, words_object_kind,
    words_object_state, words_section, words_clock, words_arrival;

const struct word *words_at(const struct words *w, unsigned value);
/* `count` when there is none such. */
unsigned words_named(const struct words *w, struct str name);
unsigned words_coded(const struct words *w, uint64_t code);

#endif
