/* web.h - the web gateway from inside: what its routes share. */
#ifndef GATEWAYS_WEB_WEB_H
#define GATEWAYS_WEB_WEB_H

#include "common/json/json.h"
#include "gateways/gateway.h"
#include "gateways/http/http.h"
#include "gateways/http/post.h"
#include "gateways/web/alarm.h"
#include "gateways/web/hooks.h"
#include "gateways/web/keys.h"

struct web_values {
    char bind[64], tls_cert[512], tls_key[512], keys[512], alarm_severe[256], alarm_category[32];
    int64_t port, body_max;
    bool alarm_cancels;
};

/* What a request is answered with; filled by its route. */
struct reply {
    int status;
    struct json *json; /* owned; NULL: `text` */
    struct buf text;
    const char *type; /* of `text` */
    int64_t retry_after_s;
    bool journalled; /* it waits for the commit: 503 instead when the disk does not take it */
};

struct waiting { /* a request that is answered after the commit */
    struct http_request *request;
    struct reply reply;
};

enum { STATUS_CLASSES = 6 };

struct web {
    struct gateway *gateway;
    const struct web_values *values;
    struct web_keys keys;
    struct http *http; /* NULL in a dry run */
    struct posts *posts;
    struct hooks *hooks;
    struct alarms *alarms;
    struct waiting *waiting;
    size_t waiting_count, waiting_cap;
    uint64_t answers[STATUS_CLASSES]; /* by hundreds of the status */
    bool disk_good;
};

/* {"error": code, "message": ...} */
void reply_error(struct reply *r, int status, const char *code, const char *format, ...)
    format_like(4, 5);
/* What gateway_report or gateway_event said, when it was not TAKEN. */
void reply_taken(struct web *w, struct reply *r, enum taken taken);

/* One route: `key` is NULL where none is needed; `part` is what {...} of the path stands for. */
struct call_in {
    const struct web_key *key;
    const struct http_request *request;
    const char *part;
};
typedef void route_fn(struct web *w, const struct call_in *c, struct reply *r);
struct route {
    const char *method, *path;
    route_fn *run;
    bool open; /* no key */
};
/* The table; docs and openapi.json are held to it by a test. */
size_t routes(const struct route **list);
void route_request(void *web, struct http_request *request);
void route_committed(void *web, bool good);

route_fn report_post, ticket_get, event_post, alarm_post, replay_post, openapi_get, metrics_get,
    healthz_get;

/* The body as a JSON object, or NULL and an error in the reply. */
struct json *body_of(const struct http_request *request, struct reply *r);
/* The message's key: header Idempotency-Key, or member "key". NULL: an error in the reply. */
const char *message_key_of(const struct call_in *c, const struct json *body, struct buf *out,
                           struct reply *r);

#endif
