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
/* A text is UTF-8. An octet that is not is written as '?': every reader would refuse the
 * whole message because of it. Who wants to know asks str_is_utf8 first. */
void pack_str(struct buf *b, struct str s);
void pack_text(struct buf *b, const char *zero_terminated);
void pack_bin(struct buf *b, const void *at, size_t len);
void pack_array(struct buf *b, size_t count);
void pack_map(struct buf *b, size_t count);
void pack_raw(struct buf *b, struct str packed); /* one value that is packed already */

enum {
    PACK_BYTES_MAX = 64 * 1024, /* of one message on the wire */
    PACK_DEPTH_MAX = 8,         /* arrays and maps inside each other */
    PACK_PARTS_MAX = 20000      /* values in one message, all levels together */
};

/* One decoded message. The tree borrows str and bin from the input bytes, which must
 * outlive it. A zeroed struct is an empty doc. It may be opened again and again, and takes no
 * new memory for that; doc_fini once. */
struct doc {
    void *memory;     /* the library's zone and the pre-check's notes; owned, reused */
    const void *root; /* a node, or NULL */
};
typedef const void *node; /* a value in a doc; NULL is "absent" and every read of it fails */

void doc_init(struct doc *d);
void doc_fini(struct doc *d);
/* ERR_TRUNCATED, ERR_TOO_BIG, ERR_TOO_DEEP, ERR_SYNTAX (unknown byte, extension type,
 * trailing bytes, duplicate or non-text map keys, a text that is not UTF-8). `bytes_max` 0:
 * PACK_BYTES_MAX. A greater one lifts PACK_PARTS_MAX as well: for bytes of our own only. */
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
/* A str without control characters that fits with its zero; the rest of `to` is zeroed. */
bool node_name(node n, char *to, size_t size);
bool node_array(node n, size_t *count);
node node_at(node array, size_t i); /* NULL past the end */
bool node_map(node n, size_t *count);
node node_get(node map, const char *key); /* NULL when absent */
/* The same, looking first at pair *next, which becomes the one after what was found: quick for who
 * asks in the map's own order. */
node node_get_from(node map, const char *key, size_t *next);
node node_key(node map, size_t i);   /* the i-th key, a str; NULL past the end */
node node_value(node map, size_t i); /* and its value */

/* A look without a doc, at bytes that may be anything: the i-th element of the array that
 * they begin with, while everything before it is whole. The empty str when there is none. */
struct str pack_element(struct str bytes, size_t i);
/* The same element, when it is a whole number that is not negative. */
bool pack_peek(struct str bytes, size_t i, uint64_t *out);

#endif
