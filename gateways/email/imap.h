/* imap.h - one look into a mailbox by IMAP4rev1 (RFC 3501), after the login, as a pure machine:
 * bytes in, commands and whole mails out. No socket, no clock.
 *
 *     SELECT -> UID SEARCH UNSEEN -> UID FETCH of a batch, without marking it -> each mail: its
 * fate
 *            -> IMAP_BATCH: the owner syncs -> imap_settle -> mark or move -> next batch -> LOGOUT
 *
 * Nothing is marked or moved that imap_settle has not said to be on disk. A mail at or below the
 * UID that was settled before is marked again and not fetched: its mark was lost, it was not. */
#ifndef GATEWAYS_EMAIL_IMAP_H
#define GATEWAYS_EMAIL_IMAP_H

#include "common/base/buf.h"

enum { IMAP_BATCH_MAX = 32 }; /* mails */

enum imap_stage {
    IMAP_TALKS, /* waits for the server */
    IMAP_BATCH, /* waits for imap_settle */
    IMAP_OVER   /* close the connection; `why` says what was wrong, or is empty */
};
enum imap_fate {
    IMAP_TAKEN,   /* marked seen, or moved, when it is on disk */
    IMAP_REFUSED, /* never: marked seen and flagged, for a person to look at */
    IMAP_LATER    /* left as it is; this look ends with its batch */
};

struct imap_options {
    const char *folder; /* as the server names it */
    const char *moved;  /* where taken mails go; "": they are marked seen */
    size_t size_max;
    /* The highest UID that was settled under this UIDVALIDITY; 0: none. */
    uint32_t (*settled)(void *own, uint32_t validity);
    /* `message` is a loan; too large: it is empty. */
    enum imap_fate (*mail)(void *own, struct str message, bool too_large);
    /* All up to `uid` are on disk, or refused. */
    void (*settle)(void *own, uint32_t validity, uint32_t uid);
    void *own;
};

struct imap {
    struct imap_options o;
    enum imap_stage stage;
    unsigned step, tag;
    struct buf out, why;
    uint32_t validity, before; /* before: settled at the beginning */
    uint32_t *uids;            /* found, ascending */
    size_t uids_count, uids_cap, at;
    struct {
        uint32_t uid;
        enum imap_fate fate;
        bool known; /* its fate is; else the server did not bring it */
    } batch[IMAP_BATCH_MAX];
    size_t batch_count;
    bool ending;                     /* no further batch */
    struct buf line, message, ahead; /* ahead: came while the owner syncs */
    size_t literal_left;
    bool keeping, too_large; /* the literal is the mail; over size_max */
};

/* Begins: l->out has the first command. `o` is copied, its texts are loans. */
void imap_init(struct imap *m, const struct imap_options *o);
void imap_fini(struct imap *m);
/* Commands are appended to m->out, which the caller empties. All is eaten. */
void imap_eat(struct imap *m, struct str bytes);
void imap_settle(struct imap *m, bool good);

#endif
