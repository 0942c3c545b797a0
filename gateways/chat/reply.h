/* reply.h - how each chat service is told words: requests as text, answers as outcomes. Pure;
 * whoever speaks HTTP sends them.
 *
 *     reply_token_make -> POST -> reply_token_read    (WeCom, DingTalk, Feishu: good for a while)
 *     reply_make       -> POST -> reply_read
 */
#ifndef GATEWAYS_CHAT_REPLY_H
#define GATEWAYS_CHAT_REPLY_H

#include "gateways/chat/hook.h"

/* Zero it before, reply_fini it after. */
struct reply {
    bool get;                      /* else POST */
    struct buf url, headers, body; /* headers: "name: value\n" lines */
};
void reply_fini(struct reply *r);

struct reply_words {
    const char *to;     /* the chat or user, as behind "NAME:" */
    const char *thread; /* "" none */
    const char *text;
    const char *id; /* the same at every try, for services that know a message by it */
};
enum reply_outcome {
    REPLY_DELIVERED,
    REPLY_LATER, /* again */
    REPLY_TOKEN, /* a new token, then again */
    REPLY_FAILED /* never */
};

bool reply_needs_token(const char *service);
/* false: there is no such service. */
must_use bool reply_token_make(struct reply *r, const char *service, const struct hook_account *a);
/* Appends the token; `life_s` is how long it is good. false: the answer has none. */
must_use bool reply_token_read(struct buf *token, int64_t *life_s, const char *service,
                               struct str body);
must_use bool reply_make(struct reply *r, const char *service, const struct hook_account *a,
                         const char *token, const struct reply_words *w);
/* Of an HTTP status (0: no answer) and a body. */
enum reply_outcome reply_read(const char *service, int status, struct str body);
/* "slack answered 200: channel_not_found", appended. */
void reply_why(struct buf *out, const char *service, int status, struct str body);
/* Seconds that the body asks us to wait (Telegram); 0: it does not say. */
int64_t reply_retry_s(struct str body);

#endif
