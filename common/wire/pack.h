/* pack.h - the doorman of msgpack-c: values into bytes, bytes into values.
 *
 * Writing goes straight into a buf, always in the shortest form, so that equal values
 * give equal bytes (associated data depends on it). Reading first walks the bytes with a
 * bounded pre-check of lengths, depth and count, and only then lets the library build
 * its tree: five bytes can claim eight gigabytes. */
#ifndef WIRE_PACK_H
#define WIRE_PACK_H

#include "common/base/buf.h"
#include "common/base/err.h"

void pack_nil(struct buf *b);
void pack_bool(struct buf *b, bool v);
void pack_uint(struct buf *b, uint64_t n);
void pack_int(struct buf *b, int64_t n); /* shortest form, unsigned when not negative */
void pack_str(struct buf *b, struct str s);
void pack_text(struct buf *b, const char *zero_terminated);
void pack_bin(struct buf *b, const void *at, size_t len);
void pack_array(struct buf *b, size_t count);
void pack_map(struct buf *b, size_t count);

enum {
    PACK_BYTES_MAX = 64 * 1024, /* of one message on the wire */
    PACK_DEPTH_MAX = 8,
    PACK_PARTS_MAX = 20000 /* values in one message, all levels together */
};

/* One decoded message. The tree borrows str and bin from the input bytes, which must
 * outlive it. A doc may be opened again and again; doc_fini once. */
struct doc {
    void *zone;       /* msgpack-c's memory; owned */
    const void *root; /* msgpack_object, or NULL */
};
typedef const void *node; /* a value in a doc; NULL is "absent" and every read of it fails */

void doc_init(struct doc *d);
void doc_fini(struct doc *d);
/* ERR_TRUNCATED, ERR_TOO_BIG, ERR_TOO_DEEP, ERR_SYNTAX (unknown byte, extension type,
 * trailing bytes, duplicate or non-text map keys). `bytes_max` 0: PACK_BYTES_MAX. */
must_use enum err doc_open(struct doc *d, struct str bytes, size_t bytes_max);

/* Each returns false, and leaves *out alone, when the node is absent or of another type
 * or out of the range. */
bool node_nil(node n);
bool node_bool(node n, bool *out);
bool node_uint(node n, uint64_t *out);
bool node_u32(node n, uint32_t *out);
bool node_int(node n, int64_t *out);
bool node_str(node n, struct str *out);
bool node_bin(node n, struct str *out);
bool node_bytes(node n, void *to, size_t len); /* a bin of exactly len bytes */
bool node_name(node n, char *to, size_t size); /* a str that fits with its zero */
bool node_array(node n, size_t *count);
node node_at(node array, size_t i);       /* NULL past the end */
node node_get(node map, const char *key); /* NULL when absent */

#endif
