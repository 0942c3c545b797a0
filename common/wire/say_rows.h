/* say_rows.h - what say.c says: the templates of every update and the words that they are filled
 * with. Only say.c and its test look here.
 *
 * A template is UTF-8 with {fields} (say.c has their names) and [parts] that are left out when one
 * of the fields in them is absent. Parts are not nested. */
#ifndef WIRE_SAY_ROWS_H
#define WIRE_SAY_ROWS_H

#include "common/wire/say.h"

enum { SAY_FORMS = 3 };
struct say_row {
    const char *forms[SAY_LANGS][SAY_FORMS]; /* longest first; NULL: no more */
};

/* Never a hole: who has no row of his own is told as a dispatcher is. */
const struct say_row *say_row_of(const struct update *u, enum say_to to);
/* Every row that is no hole, one after the other from *i = 0; NULL: no more. */
const struct say_row *say_row_next(size_t *i);

/* In words; the wire's own name where there are none yet, "" for a value that is none. */
const char *say_state(enum say_lang lang, enum ticket_state s);
const char *say_verb(enum say_lang lang, enum verb v);
const char *say_refusal(enum say_lang lang, enum refusal r);
const char *say_reason(enum say_lang lang, enum reason v);
const char *say_object(enum say_lang lang, enum object_kind v);
const char *say_object_state(enum say_lang lang, enum object_state v);
const char *say_clock(enum say_lang lang, enum clock v);
/* A level's words, or NULL: the plan's own id says it. */
const char *say_level(enum say_lang lang, struct str id);

#endif
