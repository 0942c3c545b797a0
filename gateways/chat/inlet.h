/* inlet.h - a request of a chat service, to the desk: what an HTTP server calls for each
 * POST (or GET) /v1/hooks/NAME, and what it then answers. */
#ifndef GATEWAYS_CHAT_INLET_H
#define GATEWAYS_CHAT_INLET_H

#include "gateways/chat/desk.h"
#include "gateways/chat/hook.h"

struct inlet_answer {
    int status;      /* 200 only when what it says is on disk */
    struct buf body; /* the caller's to free */
    bool json;       /* its type: application/json, else text/plain */
};
/* The reporter's address is "NAME:CHAT" (where answers go), or "NAME:USER" where a service has no
 * chats. An unknown name is 404. */
void hook_take(struct desk *d, const char *name, const struct hook_account *a,
               const struct hook_request *r, struct inlet_answer *answer);

#endif
