/* postbox.h - mails fetched from a mailbox by IMAP, every now and then: libcurl connects, does TLS
 * and logs in, the machine of imap.h says the rest. What was taken is marked or moved only when it
 * is on disk; the highest UID that was settled so is in the gateway's book. */
#ifndef GATEWAYS_EMAIL_POSTBOX_H
#define GATEWAYS_EMAIL_POSTBOX_H

#include "gateways/book.h"
#include "gateways/email/imap.h"

#include <poll.h>

enum { POSTBOX_KIND = 17 };

struct postbox;
struct postbox_options {
    const char *url; /* "imap://host:143", "imaps://..."; "": there is none */
    const char *user, *password;
    const char *ca;             /* a file of certificates; "": the system's */
    bool tls;                   /* imap: STARTTLS or nothing */
    const char *folder, *moved; /* as in imap.h */
    int64_t poll_s;
    size_t size_max;
    enum imap_fate (*mail)(void *own, struct str message, bool too_large);
    void *own;
};

struct postbox *postbox_new(void);
void postbox_free(struct postbox *m);
struct book_table postbox_table(struct postbox *m);
/* Before any of those below; the texts must outlive it. */
void postbox_open(struct postbox *m, const struct postbox_options *o, struct book *b);
size_t postbox_fds(struct postbox *m, struct pollfd *fds, size_t room);
int postbox_wait_ms(struct postbox *m);
void postbox_work(struct postbox *m);
/* Mails were taken, and wait to be on disk: */
bool postbox_waits(const struct postbox *m);
void postbox_settle(struct postbox *m, bool good);
/* Looks no more. What is under way is left: it was not marked. */
void postbox_stop(struct postbox *m);

#endif
