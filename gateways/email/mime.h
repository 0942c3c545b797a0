/* mime.h - a mail as the house knows it: who, what, in which thread, its words and its files. The
 * rest of the house never sees the library that takes MIME apart. Everything is UTF-8. */
#ifndef GATEWAYS_EMAIL_MIME_H
#define GATEWAYS_EMAIL_MIME_H

#include "common/base/buf.h"

enum { FILES_MAX = 32, MAIL_TEXT_MAX = 256 * 1024 };

struct mail_file {
    char *name; /* as the sender named it; "" */
    char *type; /* "image/jpeg" */
    struct buf bytes;
};

/* Texts are never NULL. */
struct mail {
    struct str header;          /* a loan: of the bytes that were read */
    char from[320], *from_name; /* "" when it names nobody */
    char *subject, *id,
        *references;     /* id without brackets; references "<a> <b>" with In-Reply-To */
    struct buf text;     /* the words that a person sees */
    struct buf status;   /* message/delivery-status, when it is a report of delivery */
    struct buf returned; /* the header of the mail that came back */
    bool is_report;      /* multipart/report */
    bool encrypted;
    struct mail_file files[FILES_MAX];
    size_t files_count, files_dropped; /* dropped: past FILES_MAX or `file_max` */
};

void mime_open_library(void);
/* `message` must outlive `m`. Anything at all is a mail. */
void mime_read(struct mail *m, struct str message, size_t file_max);
void mime_free(struct mail *m);

#endif
