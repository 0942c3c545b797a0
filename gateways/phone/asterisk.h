/* asterisk.h - the door for Asterisk sites: a FastAGI server, a call a connection. */
#ifndef GATEWAYS_PHONE_ASTERISK_H
#define GATEWAYS_PHONE_ASTERISK_H

#include "gateways/phone/desk.h"

struct asterisk;
struct asterisk_options {
    const char *listen;  /* "127.0.0.1:4573" */
    const char *prompts; /* the folder as Asterisk sees it; "": as we do */
    const char *records; /* a folder that both may write */
    const char *lang;    /* of callers that nobody knows */
    size_t calls_max;
};
/* NULL: `why`. The options' texts are loans. */
struct asterisk *asterisk_open(struct desk *d, const struct asterisk_options *o, struct buf *why);
void asterisk_close(struct asterisk *a);
int asterisk_fd(const struct asterisk *a); /* readable: asterisk_work */
void asterisk_work(struct asterisk *a);
void asterisk_stop(struct asterisk *a); /* takes no new call */
size_t asterisk_calls(const struct asterisk *a);

#endif
