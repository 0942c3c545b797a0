/* charset.h - bytes of any charset as UTF-8. What a mail says of its charset is a hint: "gb2312" is
 * mostly GB18030, "big5" may be Big5-HKSCS, HZ is not known to iconv, and old mailers say nothing
 * at all. Always gives valid UTF-8 without NUL. */
#ifndef GATEWAYS_EMAIL_CHARSET_H
#define GATEWAYS_EMAIL_CHARSET_H

#include "common/base/buf.h"

/* `name` may be empty or nonsense. */
void charset_put(struct buf *out, struct str name, struct str bytes);

#endif
