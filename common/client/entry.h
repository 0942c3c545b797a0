/* entry.h - what the spool writes into its journal: the kinds of entries and their layout.
 *
 *     kind       payload
 *     START      version, epoch, counter, next number   (begins a segment; tallies follow)
 *     REPORT     number, digest, id, headers, sealed body
 *     EVENT      number, epoch, counter, headers, sealed body
 *     ADDRESS    number, territory, plan                (no territory: the address was refused)
 *     ACCEPTED   number
 *     COVERED    number, when
 *     REFUSED    number                                 (forgotten)
 *     AGAIN      number                                 (accepted once, to be sent again)
 *     ROLLBACK   territory, when                        (all that it accepted: to be sent again)
 *     TALLY      tally_put
 *
 * All little-endian; a name is its length in one byte and its letters. A REPORT that is there
 * twice was moved out of an old segment: the later place counts, nothing else changes. */
#ifndef CLIENT_ENTRY_H
#define CLIENT_ENTRY_H

#include "common/base/buf.h"
#include "faultline/message.h"

enum entry_kind {
    ENTRY_START = 1,
    ENTRY_REPORT,
    ENTRY_EVENT,
    ENTRY_ADDRESS,
    ENTRY_ACCEPTED,
    ENTRY_COVERED,
    ENTRY_REFUSED,
    ENTRY_AGAIN,
    ENTRY_ROLLBACK,
    ENTRY_TALLY,
    ENTRY_KINDS
};

enum { SPOOL_VERSION = 1 };

/* Names of any length up to 255, from zero-padded arrays. */
void entry_put_name(struct buf *out, const char *s, size_t size);
void entry_get_name(struct cur *c, char *s, size_t size);

/* Of a REPORT: number, id, route, hint, source, pool_key, sealed; the address is apart. */
void entry_put_report(struct buf *out, const struct message *m, const uint8_t digest[16]);
void entry_get_report(struct cur *c, struct message *m, uint8_t digest[16]);
void entry_put_event(struct buf *out, const struct message *m);
void entry_get_event(struct cur *c, struct message *m);

#endif
