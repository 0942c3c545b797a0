/* notice.h - calling out: a letter is spoken (espeak-ng), its reader is called, and a key of his is
 * the receipt.
 *
 *     letter -> words as sound -> ringing -> said -> key 1: delivered
 *                                   |         '-> no key, hung up: called again after a pause
 *                                   '-> busy, no answer: the same; no such number: next channel
 */
#ifndef GATEWAYS_PHONE_NOTICE_H
#define GATEWAYS_PHONE_NOTICE_H

#include "gateways/phone/line.h"

struct notice_options {
    const char *espeak, *lang, *country, *prefix;
    bool plus, home;                      /* dial with +; numbers of our country without its code */
    int64_t ring_ms, again_ms, calls_max; /* of one letter */
};
struct notices {
    struct gateway *g;
    struct lines *lines;
    const struct numbering *numbering;
    struct notice_options o;
    struct notice *list;
    bool stopped;
};
void notices_fini(struct notices *n);
void notices_send(struct notices *n, const struct sending *s);
void notices_work(struct notices *n);
int notices_wait_ms(const struct notices *n);
void
notices_stop(struct notices *n); /* no new call; those that nobody has picked up are given up */

/* What is dialled for a number in the form of number_read. */
void notice_number(char *to, size_t size, const struct notice_options *o, const char *number);
/* Words as they are to be spoken: long numbers digit by digit. */
void notice_words(struct buf *out, const char *words);

#endif
