/* post.h - the doorman of libcurl for HTTP: requests to others, many at once, without blocking.
 *
 *     post_send --> connection, answer --> `done`, once, from within posts_work
 */
#ifndef GATEWAYS_HTTP_POST_H
#define GATEWAYS_HTTP_POST_H

#include "common/base/buf.h"

enum { POST_ANSWER_MAX = 256 << 10 }; /* bytes of an answer's body; the rest is cut off */

struct post_answer {
    int status;            /* 0: none, and `why` has the reason */
    struct str body;       /* a loan */
    int64_t retry_after_s; /* 0: not said */
    const char *why;
};
struct post {
    bool get;            /* else POST */
    const char *url;     /* http:// or https:// */
    const char *headers; /* "name: value" lines, each ending with \n */
    struct str body;     /* all copied */
    void (*done)(void *own, const uint8_t id[16], const struct post_answer *a);
    void *own;
    uint8_t id[16];
};

struct posts;
struct posts *posts_new(void);
/* What is under way is given up; its `done` is not called. NULL is fine. */
void posts_free(struct posts *ps);
/* false: no such URL can be called (`done` is not called). */
bool post_send(struct posts *ps, const struct post *p);
int posts_fd(const struct posts *ps); /* constant; readable when there is something to do */
int posts_wait_ms(const struct posts *ps);
void posts_work(struct posts *ps);

#endif
