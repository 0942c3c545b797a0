/* anchor.h - the signed head of a territory, written down outside Redis.
 *
 * One file a territory, one line an anchor, appended and fsynced:
 *
 *   2026-11-20T21:37:31.123Z INCARNATION VERSION CHAIN SIGNER SIGNATURE
 *
 * (hex; version decimal). Who rewrites the log must also forge these; who restores an old
 * store is found out by them. */
#ifndef WORKERS_ANCHOR_H
#define WORKERS_ANCHOR_H

#include "common/base/err.h"
#include "common/store/store.h"

/* Makes the folder if need be. ERR_IO: errno says why. */
must_use enum err anchor_open(const char *folder);
must_use enum err anchor_put(const char *folder, struct territory_id t, const struct head *h,
                             int64_t wall_ms);
/* Is the store behind what was anchored? A missing or unreadable file proves nothing. */
bool anchor_ahead(const char *folder, struct territory_id t, const struct head *h);

#endif
