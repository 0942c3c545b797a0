/* kannel.h - Kannel's box protocol, as bearerbox speaks it on its smsbox-port: a machine that eats
 * bytes and gives messages, and the writers of ours. Pure: no socket, no clock.
 *
 *     frame   = length (4 bytes, big-endian), type (4 bytes), fields of the type, in order
 *     integer = 4 bytes, big-endian; -1: not set
 *     text    = length (4 bytes; -1: none), bytes
 *     id      = a text of 36: a UUID in hex with dashes
 *
 * Whatever comes in, nothing is read beyond a frame, and no frame is longer than
 * KANNEL_FRAME_MAX. */
#ifndef GATEWAYS_SMS_KANNEL_H
#define GATEWAYS_SMS_KANNEL_H

#include "common/base/buf.h"

enum { KANNEL_FRAME_MAX = 256 * 1024, KANNEL_UNSET = -1 };

enum kannel_kind {
    KANNEL_HEARTBEAT, /* these four as on the wire */
    KANNEL_ADMIN,
    KANNEL_SMS,
    KANNEL_ACK,
    KANNEL_OTHER /* a type that is not ours, or fields that cannot be read: pass it over */
};
enum kannel_command { KANNEL_SHUTDOWN, KANNEL_SUSPEND, KANNEL_RESUME, KANNEL_IDENTIFY };
enum kannel_answer { KANNEL_GOOD, KANNEL_REFUSED, KANNEL_LATER, KANNEL_BUFFERED };
enum kannel_type {
    KANNEL_MO,       /* from a telephone */
    KANNEL_MT_REPLY, /* to one */
    KANNEL_MT_PUSH,
    KANNEL_REPORT /* of what became of an MT */
};
enum kannel_coding { KANNEL_7BIT, KANNEL_8BIT, KANNEL_UCS2 };
/* Bits of dlr_mask: those asked for in an MT, the one that it is in a report. */
enum kannel_receipt {
    KANNEL_DELIVERED = 1,
    KANNEL_UNDELIVERABLE = 2,
    KANNEL_WAITING = 4,   /* at the SMSC, the telephone is off */
    KANNEL_SMSC_TOOK = 8, /* the SMSC has it */
    KANNEL_SMSC_REFUSED = 16
};

/* Texts are loans; an absent one has length 0. Integers are KANNEL_UNSET when absent: begin with
 * kannel_sms_none. */
struct kannel_sms {
    struct str sender, receiver, udh, words, smsc, smsc_number, foreign, service, account;
    uint8_t id[16];
    int32_t time; /* seconds since 1970 UTC */
    int32_t type, mclass, mwi, coding, compress, validity, deferred, dlr_mask;
    struct str dlr_url, charset, box, binfo, meta;
    int32_t pid, alt_dcs, rpi, left, priority, resend_try, resend_time;
};
struct kannel_sms kannel_sms_none(void);

struct kannel_message {
    enum kannel_kind kind;
    int32_t load;          /* HEARTBEAT */
    int32_t command;       /* ADMIN */
    struct str box;        /* ADMIN */
    int32_t answer, time;  /* ACK */
    uint8_t id[16];        /* ACK, SMS */
    struct kannel_sms sms; /* SMS */
};

struct kannel {
    struct buf in;
    size_t at;   /* what before it is used up */
    bool broken; /* a length that cannot be: the connection is of no more use */
};
void kannel_reset(struct kannel *k); /* for a new connection */
void kannel_fini(struct kannel *k);
void kannel_eat(struct kannel *k, struct str bytes);
/* The next whole message; its texts are good until the next call of eat, reset or fini. */
bool kannel_next(struct kannel *k, struct kannel_message *m);

/* Appended to `out`. */
void kannel_put_heartbeat(struct buf *out, int32_t load);
void kannel_put_identify(struct buf *out, const char *box);
void kannel_put_ack(struct buf *out, const uint8_t id[16], int32_t time, enum kannel_answer answer);
void kannel_put_sms(struct buf *out, const struct kannel_sms *sms);

#endif
