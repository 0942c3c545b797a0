/* crypt.h - the doorman of OpenSSL: how chat services sign and encrypt what they send. */
#ifndef GATEWAYS_CHAT_CRYPT_H
#define GATEWAYS_CHAT_CRYPT_H

#include "common/base/buf.h"

enum { SHA1_HEX = 41, SHA256_HEX = 65 }; /* with their terminators */

/* Hex of SHA-1 over the parts in bytewise order (WeCom, DingTalk). */
void crypt_sha1_sorted(char out[SHA1_HEX], const struct str *parts, size_t count);
/* Hex of SHA-256 over the parts as they come (Feishu). */
void crypt_sha256(char out[SHA256_HEX], const struct str *parts, size_t count);
/* HMAC-SHA256 over the parts as they come (Slack: hex; DingTalk's robots: base64). */
void crypt_hmac_sha256(uint8_t out[32], struct str key, const struct str *parts, size_t count);
void crypt_base64(struct buf *out, struct str bytes);
/* Whole base64, padding may be missing; false: it is none. */
must_use bool crypt_base64_open(struct buf *out, struct str text);
/* Equal texts? In a time that does not say where they differ. */
bool crypt_same(struct str a, struct str b);

/* WeCom's and DingTalk's envelope: `key43` is the EncodingAESKey, `receiver` whom it is for (corp
 * id, app key; empty: not looked at). Appends the message; false: not for us, or altered. */
must_use bool crypt_open_envelope(struct buf *out, struct str key43, struct str base64,
                                  struct str receiver);
/* The same envelope, for an answer; `random` is 16 bytes. Appends base64. */
must_use bool crypt_make_envelope(struct buf *out, struct str key43, const uint8_t random[16],
                                  struct str message, struct str receiver);
/* Feishu's: the key is the SHA-256 of the Encrypt Key, the first 16 octets are the vector. */
must_use bool crypt_open_feishu(struct buf *out, struct str encrypt_key, struct str base64);

#endif
