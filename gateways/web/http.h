/* http.h - the doorman of libwebsockets: a small HTTP/1.1 server whose answers may come later, and
 * requests to others. One loop for both; it wakes for one descriptor of somebody else's too.
 *
 * A body needs a Content-Length: without it, or chunked, it is refused (411). One over the limit is
 * read and thrown away, so that its sender hears why; over eight times the limit it is cut off. */
#ifndef GATEWAYS_WEB_HTTP_H
#define GATEWAYS_WEB_HTTP_H

#include "common/base/buf.h"

struct http;

/* One request; a loan until it is answered. */
struct http_request {
    const char *method, *path; /* "GET", "POST"; the path is decoded, without the query */
    struct str body;
    bool too_big; /* its body was over the limit, and is not here */
    const char *authorization, *api_key, *idempotency_key; /* headers; "" when absent */
};
struct http_answer {
    int status;
    const char *type;      /* of the content */
    struct str body;       /* copied */
    int64_t retry_after_s; /* 0: no such header */
};

struct http_options {
    const char *bind;       /* an address of this machine */
    int port;               /* 0: one that is free */
    const char *cert, *key; /* PEM files; "": no TLS */
    size_t body_max;
    int wake_fd; /* wakes the loop when readable; -1: none */
    /* Must call http_answer for it, now or later; `r` is its handle. */
    void (*handle)(void *own, struct http_request *r);
    void *own;
};
/* NULL: `why`. */
struct http *http_open(const struct http_options *o, struct buf *why);
void http_close(struct http *h);
int http_port(const struct http *h);
/* Waits at most so long, then does what there is to do. */
void http_turn(struct http *h, int wait_ms);
/* The request is gone afterwards, whether or not its sender is still there. */
void http_answer(struct http *h, struct http_request *r, const struct http_answer *a);
size_t http_open_requests(const struct http *h);
/* Takes no new connections any more. */
void http_stop_listening(struct http *h);

/* POSTs a body; `headers` are "name: value" lines, each ending with \n. `done` is called once, with
 * the status, or with 0 and a reason. false: no such URL can be called (`done` is not called). */
struct http_post {
    const char *url; /* http:// or https:// */
    const char *headers;
    struct str body; /* both copied */
    void (*done)(void *own, const uint8_t id[16], int status, const char *why);
    void *own;
    uint8_t id[16];
};
bool http_post(struct http *h, const struct http_post *p);

#endif
