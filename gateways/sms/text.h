/* text.h - what telephones write: an SMS's bytes as UTF-8 and back, and one number as one text
 * whatever way a network writes it. Pure. */
#ifndef GATEWAYS_SMS_TEXT_H
#define GATEWAYS_SMS_TEXT_H

#include "gateways/sms/kannel.h"

/* The words of an SMS, appended as UTF-8 without control characters (a line's end stays one) and
 * without blanks at either end. UCS-2 is read as UTF-16; 7-bit text comes from Kannel as UTF-8
 * already, or as Latin-1. false: the bytes are no text (8-bit data). */
must_use bool sms_text(struct buf *out, const struct kannel_sms *sms);
/* UTF-8 as UTF-16BE, for an SMS in UCS-2. */
void sms_put_utf16(struct buf *out, struct str utf8);
/* Has it a Chinese letter? */
bool sms_is_chinese(struct str utf8);

struct numbering {
    char country[8];   /* "86" */
    size_t digits_max; /* of a number inside the country without its leading zeros: 11 */
};
enum { NUMBER_SIZE = 24 };
/* The number in the form of E.164: +8613800138000 from +86138..., 0086138..., 86138..., 0138...,
 * 138... with blanks and dashes anywhere. A number of up to six digits (a service's own) stays as
 * it is. false: none that can be called (letters, too long); `to` then has what there is of it. */
bool sms_number(char to[NUMBER_SIZE], const struct numbering *n, struct str raw);

#endif
