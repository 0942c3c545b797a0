/* say.h - an update in words for people: one line of UTF-8, in their language, no longer than
 * their channel takes. Pure: the zone comes in as an argument.
 *
 * Of the forms that say_rows.c has for an update the longest that fits is taken. When none fits,
 * the last form's texts are cut at a letter's border, with an ellipsis: first why and alarm, then
 * customer, site and category, then the name's tail. A ticket's number and a telephone number are
 * never cut.
 */
#ifndef WIRE_SAY_H
#define WIRE_SAY_H

#include "common/base/buf.h"
#include "faultline/update.h"

enum say_lang { SAY_EN, SAY_ZH, SAY_LANGS };
enum say_to { SAY_CUSTOMER, SAY_ENGINEER, SAY_DISPATCHER, SAY_TOS };

struct say {
    enum say_lang lang;
    enum say_to to;
    /* What the channel takes at most, in UTF-16 code units; 0: any length. An SMS in UCS-2 has 70.
     * From one SMS on it is kept to; below, a number that is never cut may go beyond. */
    size_t units_max;
    /* The channel speaks GSM-7 (GSM 03.38): units_max counts its septets, 160 an SMS. A text with
     * a letter outside that table goes as UCS-2, into the same octets: 7/16 as many units, 70. */
    bool gsm7;
    int utc_offset_min; /* of the zone that times are said in */
};

/* Appends to `out`. Control characters in the update's texts become blanks. */
void say_update(struct buf *out, const struct say *s, const struct update *u);

/* Has GSM 03.38 (with its extension) every letter of it? */
bool say_is_gsm7(struct str text);
/* How long a channel counts it: septets when `gsm7` and the table has every letter (those of the
 * extension count two), else UTF-16 code units. */
size_t say_units(struct str text, bool gsm7);

#endif
