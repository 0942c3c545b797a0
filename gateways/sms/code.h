/* code.h - what a short message asks for: engineers' codes by the number of an order in their list,
 * customers' words in Chinese and English. Pure; tables that a person can read aloud.
 *
 *     1a  accept (1接)      1g  gone, on the way (1出发)    1c  come, arrived (1到); 1c 4711 with
 * code 1d  decline (1拒)     1w  at work from afar (1工作)   1r  resolved (1好); 1r what it was
 *
 *     催单 nudge   接受 accept   拒绝 reject WHY   取消 cancel   1..5 score   补充 note ...   投诉
 * ...
 *
 * Full-width letters and digits, capitals and a full stop at the end make no difference. */
#ifndef GATEWAYS_SMS_CODE_H
#define GATEWAYS_SMS_CODE_H

#include "common/base/buf.h"

/* ---- engineers */

/* What an order asks of him: a code's verb depends on it. */
enum order { ORDER_OFFER, ORDER_TRANSFER, ORDER_HELP, ORDERS };

enum crew_code {
    CREW_NONE, /* no code */
    CREW_LIST, /* "?" or 列表: the list again */
    CREW_ACCEPT,
    CREW_DECLINE,
    CREW_GO,
    CREW_COME,
    CREW_WORK,
    CREW_RESOLVE,
    CREW_CODES
};
struct crew_said {
    enum crew_code code;
    unsigned number;    /* in his list */
    char rest[512];     /* what follows: a code, a reason, words */
    const char *reason; /* DECLINE: of docs/protocol.md's seven; "busy" when none was said */
};
struct crew_said sms_crew_code(struct str text);
/* The verb for an order of this kind; NULL: none. */
const char *sms_crew_verb(enum crew_code code, enum order order);

/* ---- customers */

enum wish {
    WISH_NONE, /* words of his own: a report */
    WISH_NUDGE,
    WISH_YES,
    WISH_NO,
    WISH_CANCEL,
    WISH_SCORE,
    WISH_NOTE,
    WISH_COMPLAIN,
    WISH_STATUS,
    WISHES
};
struct customer_said {
    enum wish wish;
    int64_t score;   /* 1 .. 5 */
    char number[32]; /* of a ticket, as he wrote it: "N1-0123456789-4"; "" */
    char rest[1024]; /* what follows */
};
struct customer_said sms_customer_code(struct str text);
/* The verb in this state of his ticket ("" before anything is told); NULL: not now. */
const char *sms_customer_verb(enum wish wish, const char *state);
bool sms_wants_note(const char *verb);

#endif
