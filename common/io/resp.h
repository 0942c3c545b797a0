/* resp.h - how a command is spelled for Redis (RESP2). For redis.c. */
#ifndef IO_RESP_H
#define IO_RESP_H

#include "common/base/buf.h"

void resp_command(struct buf *out, size_t argc, const struct str *argv);
/* "subscribe", "PUNSUBSCRIBE", ...: answered once for each channel. */
bool resp_is_subscribe(struct str word);

#endif
