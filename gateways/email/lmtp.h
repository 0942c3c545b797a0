/* lmtp.h - the receiving side of LMTP (RFC 2033) as a pure machine: bytes in, replies and whole
 * messages out. No socket, no clock; it gives the same for the same bytes, however they are cut.
 *
 *     lmtp_eat -> ... -> a whole message -> its owner takes it -> lmtp_answer for every recipient
 *
 * Eating stops at the end of a message until each of its recipients has its answer: what the other
 * side has sent ahead stays with the caller. Only CR LF . CR LF ends a message. */
#ifndef GATEWAYS_EMAIL_LMTP_H
#define GATEWAYS_EMAIL_LMTP_H

#include "common/base/buf.h"

enum { LMTP_LINE_MAX = 2048, LMTP_RCPTS_MAX = 100, LMTP_ADDRESS_MAX = 320 };

enum lmtp_stage {
    LMTP_COMMANDS, /* waits for a command */
    LMTP_DATA,     /* in a message */
    LMTP_WHOLE,    /* a message waits for its answers: nothing is eaten */
    LMTP_OVER      /* QUIT, or too many errors: close when the replies are written */
};

struct lmtp {
    enum lmtp_stage stage;
    size_t size_max;  /* bytes of a message */
    const char *host; /* a loan: who we are */
    /* Is this address ours? NULL: yes; else the reply ("550 5.1.1 ..."). */
    const char *(*refuses)(void *own, const char *address);
    void *own;

    bool greeted, has_from, too_long, too_large;
    char from[LMTP_ADDRESS_MAX]; /* "" is the null sender */
    char rcpts[LMTP_RCPTS_MAX][LMTP_ADDRESS_MAX];
    size_t rcpts_count, answered;
    unsigned errors;
    unsigned seen; /* in DATA: how much of CR LF . CR LF was seen */
    struct buf line, message, out;
};

/* Greets: the first reply is in l->out. */
void lmtp_init(struct lmtp *l, const char *host, size_t size_max,
               const char *(*refuses)(void *own, const char *address), void *own);
void lmtp_fini(struct lmtp *l);
/* How many of these bytes were eaten. Replies are appended to l->out, which the caller empties. */
size_t lmtp_eat(struct lmtp *l, struct str bytes);
/* The answer to the next recipient of the whole message, in their order: "250 2.0.0 taken". After
 * the last one the machine eats again. */
void lmtp_answer(struct lmtp *l, const char *reply);

#endif
