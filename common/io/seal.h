/* seal.h - the doorman of libsodium: keys, sealing, hashing, signing, randomness.
 * Formats: docs/protocol.md section 2. Secret keys live in memory from sodium_malloc. */
#ifndef IO_SEAL_H
#define IO_SEAL_H

#include "common/base/buf.h"
#include "common/base/err.h"

enum { SEAL_OVERHEAD = 24 + 16, SIGNATURE_SIZE = 64, CHAIN_SIZE = 32 };

/* Call once in a process before anything else here. */
void seal_open_library(void);

/* --- randomness: from the kernel, drawn in blocks */
void random_bytes(void *to, size_t len);
uint64_t random_u64(void);

/* --- key files: mode 0600, one `name hex` a line; see keys_write. Read refuses a file that
 * others may read. */
struct keys; /* guarded memory; absent keys are all zero */
struct public_keys {
    char curve[41];     /* z85, zero-terminated */
    uint8_t seal[32];   /* X25519 */
    uint8_t sign[32];   /* Ed25519 */
    uint8_t seal_id[8]; /* key id of `seal` */
};
struct keys *keys_new(void); /* fresh curve, seal, sign, storage */
void keys_free(struct keys *k);
must_use enum err keys_read(const char *path, struct keys **out, struct buf *why);
must_use enum err keys_write(const char *path, const struct keys *k,
                             struct buf *why); /* 0600, must not exist */
const struct public_keys *keys_public(const struct keys *k);
const char *keys_curve_secret(const struct keys *k); /* z85, 40 characters */

/* --- one direction between two parties, derived once and kept */
struct seal_key {
    uint8_t b[32];
};
/* k(own -> theirs) when `outward`, else k(theirs -> own). false: a weak public key, or `own` has
 * no seal secret. */
must_use bool seal_key_between(struct seal_key *out, const struct keys *own,
                               const uint8_t theirs[32], bool outward);
/* The pool's key for records at rest, from its storage secret and a purpose ("records", "digest").
 * Dies when there is no such secret. */
void seal_key_storage(struct seal_key *out, const struct keys *pool, const char *purpose);
void seal_key_random(struct seal_key *out);
void seal_key_id(uint8_t out[8], const uint8_t public_key[32]);

/* Appends nonce || ciphertext || tag to `out`. */
void seal(struct buf *out, const struct seal_key *k, struct str ad, struct str plain);
/* Appends the plaintext. ERR_TRUNCATED, ERR_KEY. */
must_use enum err unseal(struct buf *out, const struct seal_key *k, struct str ad,
                         struct str sealed);

/* --- hashing and signing */
void digest_16(uint8_t out[16], const struct seal_key *keyed, struct str bytes); /* BLAKE2b-128 */
void digest_32(uint8_t out[32], struct str bytes);                               /* BLAKE2b-256 */
/* HMAC-SHA256 (RFC 2104), as webhooks are signed; a key of any length. */
void hmac_sha256(uint8_t out[32], struct str key, struct str bytes);
/* Equal? In a time that does not say where they differ. */
must_use bool same_secret(const void *a, const void *b, size_t len);
struct digest { /* the same, in pieces */
    _Alignas(64) uint8_t state[512];
};
void digest_begin(struct digest *d);
void digest_add(struct digest *d, struct str bytes);
void digest_end(struct digest *d, uint8_t out[32]);
/* docs/protocol.md: BLAKE2b-128(source || 0 || key), personal "faultline-report". */
void report_id_of(uint8_t out[16], struct str source, struct str message_key);
/* docs/protocol.md: BLAKE2b-128(principal || 0 || epoch || counter), personal "faultline-ticket":
 * what this event opens. */
void ticket_id_of(uint8_t out[16], struct str principal, uint64_t epoch, uint64_t counter);
/* Dies when `k` has no sign seed. */
void sign(uint8_t out[SIGNATURE_SIZE], const struct keys *k, struct str bytes);
must_use bool sign_check(const uint8_t public_key[32], const uint8_t signature[SIGNATURE_SIZE],
                         struct str bytes);

#endif
