/* keys.h - who may speak to the web gateway, and where he is told: the site's gateways/web.keys.
 *
 *     name   hash-of-the-key                          source      webhook-url            secret
 *     portal 9f..64 hex digits (BLAKE2b-256)..1c      web.api     https://p.example/hook s3cret
 *     prom   77..                                     web.api     -                      -
 *
 * The key itself is kept nowhere. A name is the reporter's address on this channel; columns are
 * parted by blanks, "-" is none. */
#ifndef GATEWAYS_WEB_KEYS_H
#define GATEWAYS_WEB_KEYS_H

#include "common/base/buf.h"

struct web_key {
    char name[40], source[32], url[512], secret[128]; /* url, secret: "" none */
    uint8_t hash[32];
};

struct web_keys {
    struct web_key *rows;
    size_t count, cap;
};

/* false: `why` has "file:line: ..."; a missing file is an empty one. */
must_use bool web_keys_open(struct web_keys *k, const char *path, struct buf *why);
must_use bool web_keys_read(struct web_keys *k, const char *name, struct str text, struct buf *why);
void web_keys_fini(struct web_keys *k);
/* The row of this key; NULL: unknown. */
const struct web_key *web_keys_find(const struct web_keys *k, struct str key);
const struct web_key *web_keys_named(const struct web_keys *k, const char *name);

#endif
