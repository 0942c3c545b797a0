/* head.h - what an HTTP/1.1 request begins with: its line and its header fields. Pure.
 *
 * Strict wherever two readers could disagree on where a request ends: no folded lines, no blank
 * before a colon, one Content-Length, of digits; a coded body is refused. */
#ifndef GATEWAYS_HTTP_HEAD_H
#define GATEWAYS_HTTP_HEAD_H

#include "gateways/http/http.h"

struct http_head {
    const char *method, *path; /* pieces of the text that was read */
    struct str query;
    struct http_header headers[HTTP_HEADERS];
    size_t headers_count;
    uint64_t body_len;
    bool has_length;
    bool keeps; /* the connection is for more than this request */
};

/* How long the head is that these bytes begin with, its empty line included; 0: more must come. */
size_t http_head_len(struct str bytes);
/* Cuts one whole head into its pieces, in place: each gets its zero. `wanted`: the names of the
 * headers to keep, lower case, then NULL. Returns 0, or the status that refuses it. */
int http_head_read(struct http_head *h, char *text, size_t len, const char *const *wanted);

#endif
