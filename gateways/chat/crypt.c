/* crypt.c - OpenSSL's libcrypto. Its headers stand before ours: they use a name that base.h
 * defines. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "gateways/chat/crypt.h"

enum { BLOCK = 16, WX_BLOCK = 32, PARTS_MAX = 8, ENVELOPE_MAX = 4 << 20 };

static void
digest(uint8_t *out, const EVP_MD *kind, const struct str *parts, size_t count)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c != NULL && EVP_DigestInit_ex(c, kind, NULL) == 1;
    for (size_t i = 0; i < count && good; i++)
        good = EVP_DigestUpdate(c, parts[i].at, parts[i].len) == 1;
    good = good && EVP_DigestFinal_ex(c, out, NULL) == 1;
    assert(good);
    EVP_MD_CTX_free(c);
}

static int
by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void
crypt_sha1_sorted(char out[SHA1_HEX], const struct str *parts, size_t count)
{
    struct str sorted[PARTS_MAX];
    uint8_t hash[20];
    assert(count <= PARTS_MAX);
    memcpy(sorted, parts, count * sizeof(*parts));
    qsort(sorted, count, sizeof(sorted[0]), by_bytes);
    digest(hash, EVP_sha1(), sorted, count);
    hex_of(out, hash, sizeof(hash));
}

void
crypt_sha256(char out[SHA256_HEX], const struct str *parts, size_t count)
{
    uint8_t hash[32];
    digest(hash, EVP_sha256(), parts, count);
    hex_of(out, hash, sizeof(hash));
}

void
crypt_hmac_sha256(uint8_t out[32], struct str key, const struct str *parts, size_t count)
{
    struct buf all = { 0 };
    for (size_t i = 0; i < count; i++)
        buf_put(&all, parts[i].at, parts[i].len);
    buf_reserve(&all, 1); /* an address also for nothing */
    unsigned len = 0;
    const uint8_t *made =
        HMAC(EVP_sha256(), key.len == 0 ? "" : key.at, (int)key.len, all.data, all.len, out, &len);
    assert(made != NULL && len == 32);
    buf_fini(&all);
}

void
crypt_base64(struct buf *out, struct str bytes)
{
    uint8_t *to = buf_reserve(out, bytes.len / 3 * 4 + 8);
    out->len += (size_t)EVP_EncodeBlock(to, (const uint8_t *)bytes.at, (int)bytes.len);
}

bool
crypt_base64_open(struct buf *out, struct str text)
{
    struct buf padded = { 0 };
    size_t pads = 0;
    while (text.len > 0 && text.at[text.len - 1] == '=' && pads < 3) {
        text.len--;
        pads++;
    }
    if (text.len == 0 || text.len > ENVELOPE_MAX || text.len % 4 == 1 || pads > 2)
        return false;
    buf_put(&padded, text.at, text.len);
    while (padded.len % 4 != 0)
        buf_put_u8(&padded, '=');
    uint8_t *to = buf_reserve(out, padded.len);
    int len = EVP_DecodeBlock(to, padded.data, (int)padded.len);
    if (len >= 0)
        out->len += (size_t)len - (padded.len - text.len);
    buf_fini(&padded);
    return len >= 0;
}

bool
crypt_same(struct str a, struct str b)
{
    return a.len == b.len && a.len > 0 && CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}

/* AES-256-CBC without padding of its own; `in` is whole blocks. Appends. */
static bool
cbc(struct buf *out, bool encrypt, const uint8_t key[32], const uint8_t iv[16], struct str in)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    uint8_t *to = buf_reserve(out, in.len + BLOCK);
    int len = 0, last = 0;
    bool good = c != NULL && in.len > 0 && in.len % BLOCK == 0 && in.len <= ENVELOPE_MAX &&
                EVP_CipherInit_ex(c, EVP_aes_256_cbc(), NULL, key, iv, encrypt) == 1 &&
                EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
                EVP_CipherUpdate(c, to, &len, (const uint8_t *)in.at, (int)in.len) == 1 &&
                EVP_CipherFinal_ex(c, to + len, &last) == 1;
    EVP_CIPHER_CTX_free(c);
    out->len += good ? (size_t)(len + last) : 0;
    return good;
}

/* Takes PKCS#7 padding off. */
static bool
unpad(struct buf *b, size_t block)
{
    if (b->len == 0)
        return false;
    size_t pad = b->data[b->len - 1];
    if (pad == 0 || pad > block || pad > b->len)
        return false;
    for (size_t i = b->len - pad; i < b->len; i++)
        if (b->data[i] != pad)
            return false;
    b->len -= pad;
    return true;
}

static bool
envelope_key(uint8_t key[32], struct str key43)
{
    struct buf raw = { 0 };
    bool good = key43.len == 43 && crypt_base64_open(&raw, key43) && raw.len == 32;
    if (good)
        memcpy(key, raw.data, 32);
    buf_fini(&raw);
    return good;
}

bool
crypt_open_envelope(struct buf *out, struct str key43, struct str base64, struct str receiver)
{
    enum { HEAD = 20 };
    uint8_t key[32];
    struct buf sealed = { 0 }, plain = { 0 };
    bool good = envelope_key(key, key43) && crypt_base64_open(&sealed, base64) &&
                cbc(&plain, false, key, key, buf_str(&sealed)) && unpad(&plain, WX_BLOCK) &&
                plain.len >= HEAD;
    if (good) {
        const uint8_t *at = plain.data;
        size_t len = (size_t)at[16] << 24 | (size_t)at[17] << 16 | (size_t)at[18] << 8 | at[19];
        size_t room = plain.len - HEAD;
        good = len <= room &&
               (receiver.len == 0 || crypt_same(str_bytes(at + HEAD + len, room - len), receiver));
        if (good)
            buf_put(out, at + HEAD, len);
    }
    buf_fini(&sealed);
    buf_fini(&plain);
    return good;
}

bool
crypt_make_envelope(struct buf *out, struct str key43, const uint8_t random[16], struct str message,
                    struct str receiver)
{
    uint8_t key[32];
    struct buf plain = { 0 }, sealed = { 0 };
    buf_put(&plain, random, 16);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_put_u8(&plain, (uint8_t)(message.len >> shift));
    buf_put(&plain, message.at, message.len);
    buf_put(&plain, receiver.at, receiver.len);
    size_t pad = WX_BLOCK - plain.len % WX_BLOCK;
    for (size_t i = 0; i < pad; i++)
        buf_put_u8(&plain, (uint8_t)pad);
    bool good = envelope_key(key, key43) && cbc(&sealed, true, key, key, buf_str(&plain));
    if (good)
        crypt_base64(out, buf_str(&sealed));
    buf_fini(&plain);
    buf_fini(&sealed);
    return good;
}

bool
crypt_open_feishu(struct buf *out, struct str encrypt_key, struct str base64)
{
    uint8_t key[32];
    struct buf sealed = { 0 }, plain = { 0 };
    digest(key, EVP_sha256(), &encrypt_key, 1);
    bool good =
        crypt_base64_open(&sealed, base64) && sealed.len > BLOCK &&
        cbc(&plain, false, key, sealed.data, str_bytes(sealed.data + BLOCK, sealed.len - BLOCK)) &&
        unpad(&plain, BLOCK);
    if (good)
        buf_put(out, plain.data, plain.len);
    buf_fini(&sealed);
    buf_fini(&plain);
    return good;
}
