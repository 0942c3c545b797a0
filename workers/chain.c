/* chain.c - the link from a commit to its parent, and the signature on it. */
#include "workers/chain.h"

#include "common/wire/body.h"

void
chain_link(struct commit *c, struct incarnation i, struct principal_id signer,
           const struct keys *keys)
{
    struct buf b = { 0 };
    chain_effects(c, c->effects);
    chain_next(&c->chain, &c->parent, i, c->version, c->effects, c->log);
    c->signer = signer;
    ad_head(&b, c->territory, i, c->version, c->chain);
    sign(c->signature, keys, buf_str(&b));
    buf_fini(&b);
}

bool
chain_signed(struct territory_id t, const struct head *h, const uint8_t public_key[32])
{
    struct buf b = { 0 };
    ad_head(&b, t, h->incarnation, h->version, h->chain);
    bool good = sign_check(public_key, h->signature, buf_str(&b));
    buf_fini(&b);
    return good;
}
