/* bounce.h - mails that no person wrote to us: reports of delivery, automatic answers, lists, our
 * own mails come round. None of them is answered. Pure. */
#ifndef GATEWAYS_EMAIL_BOUNCE_H
#define GATEWAYS_EMAIL_BOUNCE_H

#include "gateways/email/mime.h"

enum mail_kind {
    MAIL_PERSON,  /* of somebody */
    MAIL_FAILED,  /* a report: could not be delivered */
    MAIL_DELAYED, /* a report: not yet delivered, or delivered */
    MAIL_AUTO,    /* an automatic answer: out of office */
    MAIL_MACHINE, /* a program's of its own accord: a monitor's, a list's */
    MAIL_LOOP     /* one of ours, come round */
};

/* `sender` is the envelope's, "" the null sender; `ours` our addresses. `why` gets the reason in
 * one line: a report's status and diagnosis, or the header that told. */
enum mail_kind bounce_kind(const struct mail *m, const char *sender, const char *ours,
                           struct buf *why);

#endif
