/* door.h - LMTP's socket: a listener (a unix socket or host:port) and its connections, each a
 * machine of lmtp.h. A whole message goes to its owner, who answers every recipient now or later.
 */
#ifndef GATEWAYS_EMAIL_DOOR_H
#define GATEWAYS_EMAIL_DOOR_H

#include "gateways/email/lmtp.h"

#include <poll.h>

enum { DOOR_CONNECTIONS = 200 };

struct door;

struct door_owner {
    const char *host;
    size_t size_max;
    const char *(*refuses)(void *own, const char *address);
    /* A message: answer it by lmtp_answer for every recipient, before this returns or later. */
    void (*message)(void *own, struct lmtp *l);
    void *own;
};

/* `place` is "/path/of/a/socket" or "127.0.0.1:2400". NULL: `why` says why not. */
struct door *door_open(const char *place, const struct door_owner *o, struct buf *why);
/* A unix socket's file goes too. */
void door_close(struct door *d);
size_t door_fds(struct door *d, struct pollfd *fds, size_t room);
/* `fds` as door_fds has filled them, with revents. */
void door_work(struct door *d, const struct pollfd *fds, size_t count);
/* Lets those who are in the middle of a mail come to its end, for some milliseconds at most and
 * only as long as they go on: what they bring shares one sync with what is there. */
void door_gather(struct door *d);
/* Writes what was answered, and goes on with what the others had sent ahead. */
void door_flush(struct door *d);
/* Takes no new connections; true when none is left in a message. */
bool door_drain(struct door *d);
/* Every connection that waits for answers. */
void door_each_waiting(struct door *d, void (*f)(void *own, struct lmtp *l), void *own);

#endif
