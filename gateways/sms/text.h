/* text.h - what telephones write: an SMS's bytes as UTF-8 and back. Pure. */
#ifndef GATEWAYS_SMS_TEXT_H
#define GATEWAYS_SMS_TEXT_H

#include "gateways/number.h"
#include "gateways/sms/kannel.h"

/* The words of an SMS, appended as UTF-8 without control characters (a line's end stays one) and
 * without blanks at either end. UCS-2 is read as UTF-16; 7-bit text comes from Kannel as UTF-8
 * already, or as Latin-1. false: the bytes are no text (8-bit data). */
must_use bool sms_text(struct buf *out, const struct kannel_sms *sms);
/* UTF-8 as UTF-16BE, for an SMS in UCS-2. */
void sms_put_utf16(struct buf *out, struct str utf8);
/* Has it a Chinese letter? */
bool sms_is_chinese(struct str utf8);

#endif
