/* seal.c - sealing, hashing, signing and randomness: docs/protocol.md section 2 in code.
 *
 * Nothing here allocates but the output buf. Secrets on the stack are wiped. */
#include "common/io/seal.h"
#include "common/io/keys.h"
#include "common/io/log.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/random.h>

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    POOL_SIZE = 4096
};
_Static_assert((int)NONCE_SIZE + (int)TAG_SIZE == SEAL_OVERHEAD, "protocol: nonce and tag");
_Static_assert(sizeof(crypto_generichash_blake2b_state) <= sizeof(((struct digest *)0)->state),
               "struct digest holds libsodium's state");
_Static_assert((int)crypto_sign_BYTES == SIGNATURE_SIZE, "protocol: Ed25519");

/* BLAKE2b's personalisation: 16 bytes exactly, no terminator. */
#define PERSONAL(text)  ((const unsigned char *)(text))
#define PERSONAL_SEAL   PERSONAL("faultline-seal-1")
#define PERSONAL_REPORT PERSONAL("faultline-report")
#define PERSONAL_TICKET PERSONAL("faultline-ticket")
#define PERSONAL_STORE  PERSONAL("faultline-store1")

/* The kernel's randomness is dear by the call and by the byte: a system call for each nonce would
 * cost more than the sealing. So a block is the ChaCha20 stream of a key that the kernel draws for
 * it alone. Bytes are wiped as they are given out, and the key at once, so that what was given
 * cannot be read here later. A forked child must not give them out again. */
static _Thread_local struct {
    uint8_t bytes[POOL_SIZE];
    size_t left; /* the last `left` bytes are fresh */
} pool;

static bool is_open;

static void
pool_forget(void)
{
    sodium_memzero(pool.bytes, sizeof(pool.bytes));
    pool.left = 0;
}

void
seal_open_library(void)
{
    if (is_open)
        return;
    if (sodium_init() < 0)
        die("libsodium does not start: the kernel gives no randomness");
    int failed = pthread_atfork(NULL, NULL, pool_forget);
    assert(failed == 0);
    is_open = true;
}

static void
draw(uint8_t *to, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(to, len, 0);
        assert(got > 0 || errno == EINTR);
        if (got > 0) {
            to += got;
            len -= (size_t)got;
        }
    }
}

void
random_bytes(void *to, size_t len)
{
    assert(is_open);
    if (len > POOL_SIZE / 4) {
        draw(to, len);
        return;
    }
    if (pool.left < len) {
        static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
        uint8_t key[crypto_stream_chacha20_KEYBYTES];
        draw(key, sizeof(key));
        crypto_stream_chacha20(pool.bytes, POOL_SIZE, nonce, key);
        sodium_memzero(key, sizeof(key));
        pool.left = POOL_SIZE;
    }
    uint8_t *from = pool.bytes + POOL_SIZE - pool.left;
    memcpy(to, from, len);
    sodium_memzero(from, len);
    pool.left -= len;
}

uint64_t
random_u64(void)
{
    uint64_t n;
    random_bytes(&n, sizeof(n));
    return n;
}

static const uint8_t *
bytes_of(struct str s)
{
    return (const uint8_t *)s.at;
}

bool
seal_key_between(struct seal_key *out, const struct keys *own, const uint8_t theirs[32],
                 bool outward)
{
    uint8_t shared[crypto_scalarmult_BYTES], both[64];
    memset(out, 0, sizeof(*out));
    if (sodium_is_zero(own->seal_secret, 32) ||
        crypto_scalarmult(shared, own->seal_secret, theirs) != 0)
        return false;
    memcpy(both, outward ? own->public.seal : theirs, 32);
    memcpy(both + 32, outward ? theirs : own->public.seal, 32);
    crypto_generichash_blake2b_salt_personal(out->b, 32, both, sizeof(both), shared, sizeof(shared),
                                             NULL, PERSONAL_SEAL);
    sodium_memzero(shared, sizeof(shared));
    return true;
}

void
seal_key_storage(struct seal_key *out, const struct keys *pool_keys, const char *purpose)
{
    if (sodium_is_zero(pool_keys->storage_secret, 32))
        die("the pool's key file holds no storage-secret: records cannot be sealed with it");
    crypto_generichash_blake2b_salt_personal(out->b, 32, (const uint8_t *)purpose, strlen(purpose),
                                             pool_keys->storage_secret, 32, NULL, PERSONAL_STORE);
}

void
seal_key_random(struct seal_key *out)
{
    random_bytes(out->b, sizeof(out->b));
}

void
seal_key_id(uint8_t out[8], const uint8_t public_key[32])
{
    uint8_t whole[32];
    digest_32(whole, str_bytes(public_key, 32));
    memcpy(out, whole, 8);
}

void
seal(struct buf *out, const struct seal_key *k, struct str ad, struct str plain)
{
    uint8_t *nonce = buf_extend(out, plain.len + SEAL_OVERHEAD);
    random_bytes(nonce, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, bytes_of(plain), plain.len,
                                               bytes_of(ad), ad.len, NULL, nonce, k->b);
}

enum err
unseal(struct buf *out, const struct seal_key *k, struct str ad, struct str sealed)
{
    if (sealed.len < SEAL_OVERHEAD)
        return ERR_TRUNCATED;
    const uint8_t *nonce = bytes_of(sealed);
    size_t plain_len = sealed.len - SEAL_OVERHEAD;
    uint8_t *plain = buf_reserve(out, plain_len + 1); /* never NULL, even for no bytes */
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE_SIZE,
                                                   sealed.len - NONCE_SIZE, bytes_of(ad), ad.len,
                                                   nonce, k->b) != 0)
        return ERR_KEY;
    out->len += plain_len;
    return OK;
}

void
digest_16(uint8_t out[16], const struct seal_key *keyed, struct str bytes)
{
    crypto_generichash_blake2b(out, 16, bytes_of(bytes), bytes.len, keyed == NULL ? NULL : keyed->b,
                               keyed == NULL ? 0 : 32);
}

void
digest_32(uint8_t out[32], struct str bytes)
{
    crypto_generichash_blake2b(out, 32, bytes_of(bytes), bytes.len, NULL, 0);
}

void
hmac_sha256(uint8_t out[32], struct str key, struct str bytes)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len);
    crypto_auth_hmacsha256_update(&state, bytes_of(bytes), bytes.len);
    crypto_auth_hmacsha256_final(&state, out);
}

bool
same_secret(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

static crypto_generichash_blake2b_state *
state_of(struct digest *d)
{
    return (crypto_generichash_blake2b_state *)(void *)d->state;
}

void
digest_begin(struct digest *d)
{
    crypto_generichash_blake2b_init(state_of(d), NULL, 0, 32);
}

void
digest_add(struct digest *d, struct str bytes)
{
    crypto_generichash_blake2b_update(state_of(d), bytes_of(bytes), bytes.len);
}

void
digest_end(struct digest *d, uint8_t out[32])
{
    crypto_generichash_blake2b_final(state_of(d), out, 32);
}

void
report_id_of(uint8_t out[16], struct str source, struct str message_key)
{
    crypto_generichash_blake2b_state state;
    static const uint8_t nothing = 0;
    crypto_generichash_blake2b_init_salt_personal(&state, NULL, 0, 16, NULL, PERSONAL_REPORT);
    crypto_generichash_blake2b_update(&state, bytes_of(source), source.len);
    crypto_generichash_blake2b_update(&state, &nothing, 1);
    crypto_generichash_blake2b_update(&state, bytes_of(message_key), message_key.len);
    crypto_generichash_blake2b_final(&state, out, 16);
}

void
ticket_id_of(uint8_t out[16], struct str principal, uint64_t epoch, uint64_t counter)
{
    crypto_generichash_blake2b_state state;
    uint8_t tail[17] = { 0 };
    for (unsigned i = 0; i < 8; i++) {
        tail[8 - i] = (uint8_t)(epoch >> 8 * i);
        tail[16 - i] = (uint8_t)(counter >> 8 * i);
    }
    crypto_generichash_blake2b_init_salt_personal(&state, NULL, 0, 16, NULL, PERSONAL_TICKET);
    crypto_generichash_blake2b_update(&state, bytes_of(principal), principal.len);
    crypto_generichash_blake2b_update(&state, tail, sizeof(tail));
    crypto_generichash_blake2b_final(&state, out, 16);
}

void
sign(uint8_t out[SIGNATURE_SIZE], const struct keys *k, struct str bytes)
{
    if (sodium_is_zero(k->sign_seed, 32))
        die("the key file holds no sign-seed: nothing can be signed with it");
    crypto_sign_detached(out, NULL, bytes_of(bytes), bytes.len, k->sign_secret);
}

bool
sign_check(const uint8_t public_key[32], const uint8_t signature[SIGNATURE_SIZE], struct str bytes)
{
    return crypto_sign_verify_detached(signature, bytes_of(bytes), bytes.len, public_key) == 0;
}
