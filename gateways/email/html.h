/* html.h - an HTML body as the text a person would see. Pure. Never fails: what is no HTML comes
 * through as text. Quotations become lines that begin with "> ", a mailer's mark of a quoted mail a
 * line of its own, so that reply.h knows both. */
#ifndef GATEWAYS_EMAIL_HTML_H
#define GATEWAYS_EMAIL_HTML_H

#include "common/base/buf.h"

/* `html` is UTF-8. */
void html_put_text(struct buf *out, struct str html);
/* The charset that a <meta> names; empty: none. */
struct str html_charset(struct str html);

#endif
