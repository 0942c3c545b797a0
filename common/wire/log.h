/* log.h - the plaintext of one entry of a territory's audit log: what went in, what came of
 * it, and which letters went out. Enough to replay the territory, and enough for a reader who
 * trusts nobody to count. One msgpack value:
 *
 *     entry   = [1, at, [event...], [outcome...], [letter...]]
 *     event   = [kind, ago, ...]          ago: ms before the entry's `at`
 *       0 found    plan
 *       1 report   id, gateway, source, site, customer, category, lat, lon, hint, occurred,
 *                  words, digest, text | affected, lost, down, lang, follows, from,
 *                  until
 *       2 verb     who, role, epoch, counter, verb, ticket, seen, occurred, note | reason, until,
 *                  engineer, other, fresh, object, amount, name, code, lat, lon, level, warranty,
 *                  sections, text, from
 *       3 time
 *       4 plan     plan
 *       5 places   [[engineer, lat, lon, at]...]
 *       6 assist   [1, kind, from, incarnation, sequence, ticket, level, lat, lon,
 *                   [[skill, level]...], [engineer...], engineer, name, phone | round,
 *                   certificates, parts]
 *       7 poison   who, report, epoch, counter, why
 *       8 propose  [[ticket, engineer, leave, begin]...]
 *     outcome = [kind, report, ticket, who, epoch, counter, verb, from, to, refusal, version |
 *                clock, share, deadline, level, contract, plan]
 *     letter  = [recipient, first sequence, count of updates]
 *
 * Ids of reports and tickets, incarnations, digests and `text` are bin; names, `note` and `why`
 * str; `occurred` is in ms before the event's own instant. Zero, none, empty and unknown are nil;
 * so is clock 0, the response. What stands behind a bar is a tail: an array ends with the last of
 * it that is not nil, so it costs nothing where it says nothing, and entries of before there were
 * tails are read as they were written. Kinds, roles, verbs, states, refusals, reasons and clocks
 * are the numbers given to them in names.c, for ever. */
#ifndef WIRE_LOG_H
#define WIRE_LOG_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/pack.h"
#include "faultline/event.h"
#include "faultline/outcome.h"

enum { LOG_BYTES_MAX = 32 * 1024 * 1024 }; /* of one entry: far more than a commit makes */

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
/* `bytes_max` of doc_open does not bind here: an entry may be some MB. Texts are borrowed from
 * `bytes`; FOUND and PLAN have no rules, only `plan`. ERR_VERSION, ERR_KIND (an event of a
 * later version), and what doc_open says. */
must_use enum err log_get(struct doc *d, struct arena *a, struct str bytes, struct log_record *out);

#endif
