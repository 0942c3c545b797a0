/* xml.h - the children of a small XML document's root, as WeCom sends it. No entities of its own,
 * no DTD, no nesting looked into: what is not like that has no children. */
#ifndef GATEWAYS_CHAT_XML_H
#define GATEWAYS_CHAT_XML_H

#include "common/base/buf.h"

/* Appends the text of the root's first child of this name (CDATA and plain; the five entities and
 * numbers are resolved). false: there is none, or the text is no such document. */
must_use bool xml_child(struct buf *out, struct str xml, const char *name);

#endif
