/* inlet.h - a request of a chat service, to the desk: what the HTTP server calls, and what it then
 * answers. POST /v1/hooks/NAME, and GET where a service verifies our address so. */
#ifndef GATEWAYS_CHAT_INLET_H
#define GATEWAYS_CHAT_INLET_H

#include "gateways/chat/account.h"
#include "gateways/chat/desk.h"

struct inlet {
    struct gateway *gateway;
    struct desk *desk;
    const struct accounts *accounts;
    struct http *http; /* where it answers */
};
/* The server's handler; `own` is the inlet. 200 only when what the request says is on disk. */
void inlet_request(void *own, struct http_request *r);
/* What a message would become: "/v1/hooks/NAME", a line's end, and an event, opened. */
bool inlet_dry(const struct inlet *i, struct str message, struct buf *why);

#endif
