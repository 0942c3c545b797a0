/* keys.h - the inside of a struct keys, for keys.c and seal.c alone; the rest of the house
 * sees seal.h. An absent key is all zero. */
#ifndef IO_KEYS_H
#define IO_KEYS_H

#include "common/io/seal.h"

struct keys {
    uint8_t curve_secret[32];   /* X25519, for the transport */
    uint8_t seal_secret[32];    /* X25519, for bodies */
    uint8_t sign_seed[32];      /* Ed25519 */
    uint8_t storage_secret[32]; /* what keys for records at rest derive from */
    uint8_t sign_secret[64];    /* sign_seed and its public half, as libsodium signs with it */
    char curve_secret_z85[41];
    struct public_keys public; /* computed from the above, never read from a file */
};

#endif
