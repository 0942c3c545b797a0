/* hook.h - what chat services POST to us, read and checked: pure functions over bytes.
 *
 *     request --hook_read--> MESSAGE (to the desk) | ANSWER (at once) | IGNORED | FORGED | BROKEN
 *
 * Nothing of a request counts before its signature has been checked with the account's secrets. A
 * service without its secret set takes nothing. */
#ifndef GATEWAYS_CHAT_HOOK_H
#define GATEWAYS_CHAT_HOOK_H

#include "common/json/json.h"
#include "gateways/http/http.h"

/* One service's account, as the settings have it. */
struct hook_account {
    char
        token[128]; /* WeCom, DingTalk: token; Feishu: verification token; Telegram: secret token */
    char key[128]; /* WeCom, DingTalk: EncodingAESKey; Feishu: Encrypt Key; Slack: signing secret */
    char id[128];  /* WeCom: corp id; DingTalk: app key; Feishu: app id */
    char secret[256]; /* to call its API: corp secret, app secret, bot token */
    char agent[32];   /* WeCom: agent id; DingTalk: robot code */
    char base[256];   /* of its API's URLs; "": the service's own */
};

struct hook_request {
    bool get;         /* GET: WeCom verifies our address so */
    struct str query; /* behind the '?', not decoded */
    const struct http_header *headers;
    size_t headers_count;
    struct str body;
    int64_t now;           /* instant */
    const uint8_t *random; /* 16 bytes, for an encrypted answer */
};

enum hook_kind {
    HOOK_MESSAGE, /* a person's words */
    HOOK_ANSWER,  /* nothing but the answer in `reply` */
    HOOK_IGNORED, /* well, but no person's words: answer 200 */
    HOOK_FORGED,  /* its signature is wrong, or it is too old: 401 */
    HOOK_BROKEN   /* it cannot be read: 400 */
};
/* What a request holds. Zero it before, hook_fini it after. `key` is the service's for the message,
 * `chat` the group it was said in; empty: said to us alone. */
struct hook_event {
    struct buf user, key, chat, thread, text, name;
    int64_t at;       /* 0: not said */
    struct buf reply; /* the answer's body; empty: none */
};
void hook_fini(struct hook_event *e);

/* A service: "wecom", ... A reader leaves its findings in `e`. */
struct hook_service {
    const char *name;
    enum hook_kind (*read)(const struct hook_account *a, const struct hook_request *r,
                           struct hook_event *e);
    enum hook_kind (*plain)(struct str text, struct hook_event *e); /* opened and believed */
    bool get;           /* it verifies our address by GET */
    const char *needs;  /* fields of an account, parted by blanks */
    const char *one_of; /* and one of these at least; "" none */
    const char *group;  /* what a group's id begins with; NULL: it has no groups */
};
const struct hook_service *hook_service(const char *name); /* NULL: none of this name */
extern const struct hook_service hook_services[];
extern const size_t hook_services_count;
/* What of a request's headers they look at; NULL-terminated. */
extern const char *const hook_headers[];

/* For the readers. */
const char *hook_header(const struct hook_request *r, const char *name); /* "" when absent */
/* A field of a query or form, decoded, appended; false: absent or malformed. */
must_use bool hook_field(struct buf *out, struct str form, const char *name);
/* The text, or the whole number, at "event.message.text", appended; false: there is none. */
bool hook_put(struct buf *out, const struct json *j, const char *path);
const struct json *hook_at(const struct json *j, const char *path);
/* HOOK_MESSAGE when there are words, a person and a key in it, else HOOK_IGNORED. */
enum hook_kind hook_found(const struct hook_event *e);
/* Is it `seconds` away from now at most? `text` is whole seconds (or milliseconds). */
bool hook_is_fresh(const struct hook_request *r, struct str text, int64_t seconds);
/* WeCom's and DingTalk's encrypted text, by the query's signature, time stamp and nonce. */
bool hook_envelope_is_signed(const struct hook_account *a, const struct hook_request *r,
                             struct str encrypted, int64_t seconds);

enum hook_kind wecom_read(const struct hook_account *, const struct hook_request *,
                          struct hook_event *);
enum hook_kind dingtalk_read(const struct hook_account *, const struct hook_request *,
                             struct hook_event *);
enum hook_kind feishu_read(const struct hook_account *, const struct hook_request *,
                           struct hook_event *);
enum hook_kind slack_read(const struct hook_account *, const struct hook_request *,
                          struct hook_event *);
enum hook_kind telegram_read(const struct hook_account *, const struct hook_request *,
                             struct hook_event *);
/* The inner texts, once they are opened (for tests and fuzzing too). */
enum hook_kind wecom_message(struct str xml, struct hook_event *e);
enum hook_kind slack_event(struct str json, struct hook_event *e);
enum hook_kind slack_form(struct str form, struct hook_event *e);
enum hook_kind slack_plain(struct str text, struct hook_event *e);
enum hook_kind telegram_update(struct str json, struct hook_event *e);
enum hook_kind feishu_event(struct str json, const char *token, struct hook_event *e);
enum hook_kind feishu_plain(struct str json, struct hook_event *e);
enum hook_kind dingtalk_message(struct str json, struct hook_event *e);

#endif
