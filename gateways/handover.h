/* handover.h - from gateway to gateway of one site, through folders: a letter that one channel
 * could not deliver goes to the next, and what became of it, and what he answers, comes back.
 *
 *     gateways/handover/sms/1f..e0     a file a message, written beside, synced, renamed
 *     gateways/handover.key            what they are sealed with: this site's gateways alone
 *
 * At least once: a file goes when the taker has synced his book. */
#ifndef GATEWAYS_HANDOVER_H
#define GATEWAYS_HANDOVER_H

#include "common/base/buf.h"
#include "common/base/err.h"

struct handover;
/* Makes the folder of `channel` and, the first time, the key. NULL: `why`. */
struct handover *handover_open(const char *gateways_dir, const char *channel, struct buf *why);
void handover_close(struct handover *h);
/* Durable when it returns OK. ERR_UNKNOWN: no gateway of that channel ever ran here, and it has no
 * settings either. */
must_use enum err handover_put(struct handover *h, const char *to, const uint8_t id[16],
                               struct str message);
/* Calls `fn` for what is there, a few; then, after your sync, handover_clear takes them away. */
size_t handover_read(struct handover *h, void (*fn)(void *own, struct str message), void *own);
void handover_clear(struct handover *h);

#endif
