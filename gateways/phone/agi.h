/* agi.h - Asterisk's gateway interface as it comes over TCP (FastAGI): lines in, a byte at a time
 * if need be, and the few commands that we give. Pure.
 *
 *     agi_network: yes ... agi_uniqueid: 1795195698.1 ... (empty line)    AGI_BEGUN
 *     200 result=49 endpos=7200                                           AGI_REPLY
 *     HANGUP                         once, when the caller has gone       AGI_HANGUP
 *     511 Command Not Permitted...   from then on                         AGI_REPLY, code 511
 */
#ifndef GATEWAYS_PHONE_AGI_H
#define GATEWAYS_PHONE_AGI_H

#include "common/base/buf.h"

enum { AGI_LINE = 2048, AGI_VARIABLES = 200, AGI_TEXT = 128 };

enum agi_got {
    AGI_MORE, /* all was eaten */
    AGI_BEGUN,
    AGI_REPLY,
    AGI_HANGUP,
    AGI_WRONG /* no Asterisk: close; nothing more is eaten */
};

struct agi {
    char line[AGI_LINE];
    size_t len, variables;
    bool begun, wrong, in_usage; /* in_usage: between "520-" and "520 " */
    /* of the call; "" when Asterisk does not know it */
    char uniqueid[AGI_TEXT], caller[AGI_TEXT], language[AGI_TEXT], script[AGI_TEXT];
    /* of the last reply */
    int code;            /* 200, 510, 511, 520 */
    int64_t result;      /* -1 when there is none */
    char text[AGI_TEXT]; /* what stood in brackets */
    int64_t endpos;      /* samples at 8 kHz; 0 when there is none */
};

void agi_init(struct agi *a);
/* Eats up to the end of the next thing that came, and returns how many bytes that were. */
size_t agi_eat(struct agi *a, struct str bytes, enum agi_got *got);

/* Commands. `file` has no ending; any key ends what plays, # or silence what is recorded. (With
 * BEEP an Asterisk without its sound files refuses to record: the tone is a prompt of ours.) */
void agi_put_answer(struct buf *out);
void agi_put_play(struct buf *out, const char *file);
void agi_put_wait(struct buf *out, int32_t ms);
void agi_put_record(struct buf *out, const char *file, int32_t ms, int32_t silence_s);
void agi_put_hang_up(struct buf *out);

#endif
