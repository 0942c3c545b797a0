/* records.h - tickets as they lie in the store or, closed long ago, in archive files; opened for
 * the operator. */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "cli/site.h"
#include "workers/core/ticket.h"

/* Calls `fn` for every ticket of a territory, open, or closed (archived ones too), each once; the
 * ticket is a loan. Complains and returns false when the store does not answer or a record does not
 * open. `fn` returning false stops it. */
typedef bool records_fn(void *context, struct territory_id t, const struct ticket *ticket);
must_use bool records_each(struct site *s, struct territory_id t, bool closed, records_fn *fn,
                           void *context);

/* One ticket by its number ("N1-0123456789-4") or its id (32 hex digits). false: it complained. The
 * caller's to ticket_fini. */
must_use bool records_find(struct site *s, const char *name, struct territory_id *t,
                           struct ticket *out);

#endif
