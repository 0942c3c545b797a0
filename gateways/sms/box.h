/* box.h - our connection to Kannel's bearerbox: connects and connects again with back-off, says
 * who we are, beats, and passes bytes between the socket and the machine of kannel.h. Never blocks.
 */
#ifndef GATEWAYS_SMS_BOX_H
#define GATEWAYS_SMS_BOX_H

#include "gateways/sms/kannel.h"

#include <poll.h>

struct box {
    char host[128], id[64];
    int port;
    int fd;       /* -1: none */
    bool up;      /* connected, and we have said who we are */
    bool drained; /* close when everything is written; read nothing more */
    struct kannel in;
    struct buf out; /* what is put is written by box_work and box_flush */
    size_t written;
    int64_t pause_ms, again_at, beat_at; /* of clock_mono_ms */
};

void box_init(struct box *b, const char *host, int port, const char *id);
void box_fini(struct box *b);
/* One entry, or none while there is no connection. */
size_t box_fds(const struct box *b, struct pollfd *fds, size_t room);
int box_wait_ms(const struct box *b, int64_t now);
/* Reads and writes what there is. true: the connection that there was is gone; what it had not
 * answered stays open. */
bool box_work(struct box *b, int64_t now);
void box_flush(struct box *b);

#endif
