/* keyring.h - whom we speak with: each principal of the current plan with the keys of both
 * directions, derived once (an X25519 costs as much as fifty seals) and kept across plan
 * versions while his key stays the same. */
#ifndef WORKERS_KEYRING_H
#define WORKERS_KEYRING_H

#include "common/io/seal.h"
#include "common/plan/plan.h"

struct keyholder {
    struct principal p;
    struct key_id key; /* id of p.seal */
    bool present;      /* in the current plan */
    bool weak;         /* a public key that nothing can be sealed to */
    bool has_in, has_out;
    struct seal_key in, out; /* his -> pool, pool -> his */
    uint64_t post;           /* post.c: the letter round that `group` belongs to */
    uint32_t group;
};

struct keyring;
struct keyring *keyring_new(const struct keys *pool);
void keyring_free(struct keyring *p);
/* From now on this atlas says who is who. It is borrowed until the next call. */
void keyring_use(struct keyring *p, const struct atlas *a);

/* NULL: the plan does not know him. A loan until keyring_use. */
struct keyholder *keyring_find(struct keyring *p, struct principal_id id);
/* NULL when his key is weak. */
const struct seal_key *keyholder_in(struct keyring *p, struct keyholder *x);
const struct seal_key *keyholder_out(struct keyring *p, struct keyholder *x);
/* The dispatchers who are not revoked, sorted by id. */
size_t keyring_dispatchers(struct keyring *p, struct keyholder *const **list);
/* May this gateway speak for this channel account? */
bool keyring_may_speak(const struct keyring *p, struct principal_id gateway,
                       struct source_id source);
/* The pool's own key id. */
struct key_id keyring_pool_key(const struct keyring *p);

#endif
