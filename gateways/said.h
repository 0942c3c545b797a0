/* said.h - an update as a gateway keeps it until it is told: everything that fl_say and the
 * channels read of it, as bytes. */
#ifndef GATEWAYS_SAID_H
#define GATEWAYS_SAID_H

#include "common/base/buf.h"
#include "faultline/client.h"

void said_put(struct buf *out, const struct fl_update *u);
/* The texts are `texts`' (cleared first). false: not what said_put wrote. */
must_use bool said_get(struct fl_update *u, struct str bytes, struct buf *texts);

#endif
