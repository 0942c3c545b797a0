/* hooks.h - webhooks out: updates as signed JSON, kept for a while so that they can be had again.
 *
 *     POST url        X-Faultline-Event: the event's id, the same at every try
 *                     X-Faultline-Timestamp: seconds since 1970
 *                     X-Faultline-Signature: sha256=HMAC-SHA256(secret, timestamp "." body), hex
 *
 * 2xx: delivered. 410: never again. Anything else: again, with back-off. */
#ifndef GATEWAYS_WEB_HOOKS_H
#define GATEWAYS_WEB_HOOKS_H

#include "gateways/gateway.h"

enum { HOOKS_KIND = 16, HOOKS_KEPT = 10000, HOOKS_DAYS = 7 };

struct web;
struct hooks;
struct hooks *hooks_new(void);
void hooks_free(struct hooks *h);
struct book_table hooks_table(struct hooks *h);
/* The channel's send. */
void hooks_send(struct web *w, const struct sending *s);
/* The signature's hex digits. */
void hooks_sign(char out[65], const char *secret, const char *timestamp, struct str body);

#endif
