/* code.h - what an engineer's short message asks for: codes by the number of an order in his list.
 * Pure; tables that a person can read aloud. What customers ask for: gateways/wish.h.
 *
 *     1a  accept (1接)       1g  gone, on the way (1出发)     1c  come, arrived (1到); 1c CODE
 *     1d  decline (1拒)      1w  at work from afar (1工作)    1r  resolved (1好); 1r what it was
 *
 * Full-width letters and digits, capitals and a full stop at the end make no difference. */
#ifndef GATEWAYS_SMS_CODE_H
#define GATEWAYS_SMS_CODE_H

#include "common/base/buf.h"

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

#endif
