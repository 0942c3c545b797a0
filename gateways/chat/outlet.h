/* outlet.h - words to people of the chat services, through the services' APIs.
 *
 *     send -> token, when the service wants one -> POST -> delivered | later | failed
 *                 ^-- once more, when it has expired before its time --'
 *
 * A token is kept until shortly before it ends. A service that asks us to wait (429, Retry-After)
 * hears nothing of this account until then. Nothing here blocks. */
#ifndef GATEWAYS_CHAT_OUTLET_H
#define GATEWAYS_CHAT_OUTLET_H

#include "gateways/chat/account.h"
#include "gateways/gateway.h"

struct outlet;
/* The accounts must outlive it, unmoved. */
struct outlet *outlet_new(struct gateway *g, const struct accounts *a);
void outlet_free(struct outlet *o);
int outlet_fd(const struct outlet *o); /* constant; readable when there is something to do */
int outlet_wait_ms(const struct outlet *o);
void outlet_work(struct outlet *o);
/* gateway_outcome says how it ended, at once or later. */
void outlet_send(struct outlet *o, const struct account *a, const struct sending *s);

#endif
