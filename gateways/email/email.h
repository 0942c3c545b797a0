/* email.h - the email gateway: LMTP and a mailbox in, SMTP out. email.c builds it, come.c decides
 * what a mail that came is, go.c writes those that leave. */
#ifndef GATEWAYS_EMAIL_EMAIL_H
#define GATEWAYS_EMAIL_EMAIL_H

#include "gateways/email/bounce.h"
#include "gateways/email/door.h"
#include "gateways/email/grace.h"
#include "gateways/email/postbox.h"
#include "gateways/email/smtp.h"
#include "gateways/gateway.h"

extern const struct channel email_channel;

enum { EMAIL_WINDOW = 16 };

struct email_values {
    char listen[512], address[512], name[128], host[256];
    int64_t size_max, file_max, bounce_wait_s;
    char files[512], token_key[512];
    char machines[2048];
    char relay[256], relay_user[128], relay_password_file[512], relay_ca[512];
    bool relay_tls;
    char imap_url[256], imap_user[128], imap_password_file[512], imap_ca[512], imap_folder[128],
        imap_moved[128];
    int64_t imap_poll_s;
    bool imap_tls;
};

/* A message whose recipients wait for the commit. */
struct pending {
    struct pending *next;
    struct lmtp *lmtp;
    size_t count;
    const char *replies[LMTP_RCPTS_MAX]; /* static texts; NULL: by the commit */
};

struct email {
    struct gateway *g;
    const struct email_values *v;
    struct seal_key key; /* of the tags */
    bool dry_run;
    char password[256], imap_password[256];
    struct door *door;
    size_t door_at; /* its part of what is polled */
    struct smtp *smtp;
    struct postbox *postbox;
    struct grace *grace;
    struct pending *pendings;
    struct { /* under way; a zero id: free */
        uint8_t id[16], tag[16];
    } flights[EMAIL_WINDOW];
};

/* come.c: a mail for one of our addresses; the reply, NULL: good once it is on disk. */
const char *come(struct email *e, const struct mail *m, struct str message, const char *sender,
                 const char *rcpt);
/* The same for a mail without its envelope: both addresses are looked for in its header. */
const char *come_bare(struct email *e, struct str message);
/* go.c */
void go_send(void *own, const struct sending *s);
void go_ended(void *own, const uint8_t id[16], long code, const char *why);
/* The letters whose time to come back is over. */
void go_over(struct email *e);

#endif
