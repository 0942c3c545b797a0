/* http.h - the doorman of libwebsockets: a small HTTP/1.1 server whose answers may come later. Its
 * loop is the process': it wakes for other descriptors too.
 *
 * Connections are kept, and a peer may send requests ahead: they are handled, and answered, one
 * after another.
 *
 * A body needs a Content-Length: without it, or chunked, it is refused (411). One over the limit is
 * read and thrown away, so that its sender hears why; over eight times the limit it is cut off. */
#ifndef GATEWAYS_HTTP_HTTP_H
#define GATEWAYS_HTTP_HTTP_H

#include "common/base/buf.h"

enum { HTTP_HEADERS = 8, HTTP_NOWHERE = -1 };

struct http;

struct http_header {
    const char *name, *value; /* the name in lower case */
};
/* One request; a loan until it is answered. */
struct http_request {
    const char *method, *path; /* "GET", "POST"; the path is decoded, without the query */
    struct str query;          /* behind the '?', percent-encoded */
    struct str body;
    bool too_big;                      /* its body was over the limit, and is not here */
    const struct http_header *headers; /* those that were asked for and are there */
    size_t headers_count;
};
/* "" when absent. */
const char *http_header(const struct http_header *headers, size_t count, const char *name);

struct http_answer {
    int status;
    const char *type;      /* of the content */
    struct str body;       /* copied */
    int64_t retry_after_s; /* 0: no such header */
};

struct http_options {
    const char *bind;       /* an address of this machine */
    int port;               /* 0: one that is free; HTTP_NOWHERE: it is a loop and serves nobody */
    const char *cert, *key; /* PEM files; "": no TLS */
    size_t body_max;
    const char *const *headers; /* which it keeps: at most HTTP_HEADERS, lower case, then NULL */
    /* Must call http_answer for it, now or later; `r` is its handle. */
    void (*handle)(void *own, struct http_request *r);
    void *own;
};
/* NULL: `why`. */
struct http *http_open(const struct http_options *o, struct buf *why);
void http_close(struct http *h);
int http_port(const struct http *h);
/* The loop wakes whenever this is readable, from now on. */
void http_wake_for(struct http *h, int fd);
/* Waits at most so long, then does what there is to do. */
void http_turn(struct http *h, int wait_ms);
/* The request is gone afterwards, whether or not its sender is still there. */
void http_answer(struct http *h, struct http_request *r, const struct http_answer *a);
/* Takes no new connections any more. */
void http_stop_listening(struct http *h);

#endif
