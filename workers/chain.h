/* chain.h - each commit names its parent by hash, and its worker signs the new head:
 *
 *   parent --- effects, log ---> chain --- signature over ["head", territory, incarnation,
 *                                                          version, chain]
 *
 * What is hashed is spelled in common/store/chain.c, which auditors call too. */
#ifndef WORKERS_CHAIN_H
#define WORKERS_CHAIN_H

#include "common/io/seal.h"
#include "common/store/store.h"

/* Fills effects, chain, signer and signature of a commit that is otherwise complete. */
void chain_link(struct commit *c, struct incarnation i, struct principal_id signer,
                const struct keys *keys);
/* Did this principal's key sign this head? */
must_use bool chain_signed(struct territory_id t, const struct head *h,
                           const uint8_t public_key[32]);

#endif
