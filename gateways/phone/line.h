/* line.h - SIP calls as lines: says prompts, waits for keys, records, frame by frame. A call that
 * comes in is a talk of the desk; one that goes out has an owner that hears what comes of it. */
#ifndef GATEWAYS_PHONE_LINE_H
#define GATEWAYS_PHONE_LINE_H

#include "gateways/phone/desk.h"
#include "gateways/phone/sip.h"

struct lines {
    struct desk *desk;
    const char *lang; /* of callers that nobody knows */
    size_t calls_max;
    struct sip_door *door; /* set by whoever opened it */
    size_t count, out;     /* lines; of these: dialled by us */
};
/* What sip_open is given, with `struct lines` as own. */
extern const struct sip_told lines_told;

struct line;
struct line_owner {
    void (*up)(void *own);                                   /* he has picked up */
    void (*hear)(void *own, enum menu_heard what, char key); /* after say or wait: ENDED or KEY */
    void (*gone)(void *own, int status);                     /* as sip_told.gone; the line is too */
};
/* NULL: not even tried. */
struct line *line_dial(struct lines *l, const char *number, const struct line_owner *owner,
                       void *own);
/* A loan until it is said. */
void line_play(struct line *line, const struct sound *const *sounds, size_t count);
void line_wait(struct line *line, int32_t ms);
void line_hang_up(struct line *line); /* its owner hears no more of it */

#endif
