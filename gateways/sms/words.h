/* words.h - what the SMS gateway itself answers, in Chinese and English. */
#ifndef GATEWAYS_SMS_WORDS_H
#define GATEWAYS_SMS_WORDS_H

#include "common/base/base.h"

enum answer {
    ANSWER_NUDGED,
    ANSWER_NOTED,
    ANSWER_THANKS,
    ANSWER_COMPLAINED,
    ANSWER_NO_TICKET,  /* a word about a ticket, and he has none */
    ANSWER_NOT_NOW,    /* "%s": the ticket's number */
    ANSWER_STATUS,     /* "%s", "%s": its number and state */
    ANSWER_EMPTY,      /* a message without words */
    ANSWER_NO_ORDER,   /* an engineer's code for a number that is not in his list */
    ANSWER_NOT_FOR_IT, /* a code that this order has not */
    ANSWER_ORDERS,     /* before his list */
    ANSWER_NO_ORDERS,
    ANSWER_CODES,      /* what he can write */
    ANSWER_OFFER_TAIL, /* "%u", "%u": the order's number */
    ANSWER_YOURS,      /* "%u", "%s", "%s": its number in his list, the ticket's, who and what */
    ANSWERS
};
const char *sms_words(enum answer a, bool chinese);
/* A ticket's state; itself when unknown. */
const char *sms_state_words(const char *state, bool chinese);

#endif
