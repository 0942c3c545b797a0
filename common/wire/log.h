/* log.h - the plaintext of one entry of a territory's audit log: what went in, what came of
 * it, and which letters went out. Enough to replay the territory, and enough for a reader who
 * trusts nobody to count. One msgpack value; docs/store.md lays it out. */
#ifndef WIRE_LOG_H
#define WIRE_LOG_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/pack.h"
#include "faultline/event.h"
#include "faultline/outcome.h"

struct log_event {
    struct event event; /* rules are not kept: FOUND and PLAN name a plan version */
    uint32_t plan;
};
struct log_letter {
    struct principal_id who; /* "watch" for the dispatchers' stream */
    uint64_t first;          /* sequence of the first update */
    uint32_t count;
};
struct log_record {
    instant at;               /* of the commit */
    struct log_event *events; /* in the arena given to log_get; so for the others */
    size_t events_count;
    struct outcome *outcomes;
    size_t outcomes_count;
    struct log_letter *letters;
    size_t letters_count;
};

void log_put(struct buf *out, const struct log_record *r);
/* `bytes_max` of doc_open does not bind here: a log entry may be some MB. Texts are borrowed from
 * `bytes`. */
must_use enum err log_get(struct doc *d, struct arena *a, struct str bytes, struct log_record *out);

#endif
