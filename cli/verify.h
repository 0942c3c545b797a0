/* verify.h - a territory's whole log, out of archive files and out of Redis, proven while it is
 * read: each entry's place in the chain, its worker's signature, that it opens, and that anchors
 * and head are met. Who builds on the log reads it here, and learns at the end whether it held. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/site.h"
#include "common/wire/log.h"

/* Workers' keys of every plan version that is kept: what was signed before a key changed is as
 * right as it was then. After site_plan. false: a version cannot be read, and it was said; *out is
 * what there is, the caller's to free. */
struct signers;
must_use bool signers_collect(struct signers **out, struct site *s);
void signers_free(struct signers *all);

struct verified {
    uint64_t versions, events, reports, anchors, files, faults;
};
/* Each entry that opens, in order; the record is a loan. */
typedef void verify_fn(void *context, const struct log_record *r);
/* Prints a line a fault (the first ones). true: it holds. `fn` may be NULL. */
must_use bool verify_log(struct site *s, const struct signers *signers, struct territory_id t,
                         verify_fn *fn, void *context, struct verified *out);
void verify_say(struct territory_id t, const struct verified *v, bool json);

#endif
