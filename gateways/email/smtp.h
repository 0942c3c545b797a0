/* smtp.h - the doorman of libcurl: mails handed to the relay, many at once, without blocking. How
 * it ended is the class of the relay's code: 2 taken, 4 later, 5 never, 0 no word from it. */
#ifndef GATEWAYS_EMAIL_SMTP_H
#define GATEWAYS_EMAIL_SMTP_H

#include "common/base/buf.h"

#include <poll.h>

struct smtp;

struct smtp_options {
    const char *url;      /* "smtp://127.0.0.1:25", "smtps://..." */
    const char *user;     /* "": none */
    const char *password; /* with a user */
    const char *ca;       /* a file of certificates; "": the system's */
    bool tls;             /* STARTTLS or nothing; else when it is offered */
    const char *name;     /* that we say in EHLO */
    /* Ended. `code` as above is the whole reply's, `why` its words or ours. */
    void (*ended)(void *own, const uint8_t id[16], long code, const char *why);
    void *own;
};

/* The options' texts must outlive it. */
struct smtp *smtp_new(const struct smtp_options *o);
void smtp_free(struct smtp *s);
/* `message` is taken (its giver is left with an empty one). */
void smtp_send(struct smtp *s, const uint8_t id[16], const char *from, const char *to,
               struct buf *message);
size_t smtp_fds(struct smtp *s, struct pollfd *fds, size_t room);
int smtp_wait_ms(struct smtp *s);
void smtp_work(struct smtp *s);
size_t smtp_count(const struct smtp *s); /* under way */

#endif
