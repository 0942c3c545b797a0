/* routes.c - the table of routes, and how a request finds its own. */
#include "gateways/web/web.h"

#include "common/io/log.h"

#include <stdarg.h>
#include <stdio.h>

static const struct route table[] = {
    { "POST", "/v1/reports", report_post, false },
    { "GET", "/v1/tickets/{number}", ticket_get, false },
    { "POST", "/v1/tickets/{number}/events", event_post, false },
    { "POST", "/v1/alertmanager", alarm_post, false },
    { "POST", "/v1/webhooks/replay", replay_post, false },
    { "GET", "/openapi.json", openapi_get, true },
    { "GET", "/metrics", metrics_get, true },
    { "GET", "/healthz", healthz_get, true },
};

size_t
routes(const struct route **list)
{
    *list = table;
    return countof(table);
}

/* ---- replies */

void
reply_error(struct reply *r, int status, const char *code, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (r->json != NULL)
        json_free(&r->json);
    r->json = json_object_new();
    json_put_text(r->json, "error", code);
    json_put_text(r->json, "message", text);
    r->status = status;
    r->journalled = false;
}

void
reply_taken(struct web *w, struct reply *r, enum taken taken)
{
    switch (taken) {
    case TAKEN:
        break;
    case TAKEN_FLOOD:
        r->retry_after_s = (gateway_retry_ms(w->gateway) + 999) / 1000;
        reply_error(r, 429, "flood", "too many messages: again in %lld s",
                    (long long)r->retry_after_s);
        break;
    case TAKEN_WRONG:
        reply_error(r, 400, "invalid", "%s", gateway_why(w->gateway));
        break;
    case TAKEN_LATER:
        r->retry_after_s = 1;
        reply_error(r, 503, "later", "%s: send it again", gateway_why(w->gateway));
        break;
    }
}

/* Sends the reply and empties it. */
static void
answer(struct web *w, struct http_request *request, struct reply *r)
{
    if (r->json != NULL)
        json_write(&r->json, &r->text);
    const struct http_answer a = { .status = r->status,
                                   .type = r->type != NULL ? r->type : "application/json",
                                   .body = buf_str(&r->text),
                                   .retry_after_s = r->retry_after_s };
    w->answers[r->status / 100 % STATUS_CLASSES]++;
    http_answer(w->http, request, &a);
    buf_fini(&r->text);
}

void
route_committed(void *web, bool good)
{
    struct web *w = web;
    w->disk_good = good;
    for (size_t i = 0; i < w->waiting_count; i++) {
        struct waiting *x = &w->waiting[i];
        if (!good)
            reply_error(&x->reply, 503, "disk", "the journal cannot be written: send it again");
        answer(w, x->request, &x->reply);
    }
    w->waiting_count = 0;
}

/* ---- finding */

/* Does the path fit the template? `part` gets what stands for {...}. */
static bool
fits(const char *template, const char *path, char *part, size_t size)
{
    while (*template != '\0') {
        if (*template == '{') {
            size_t len = strcspn(path, "/");
            if (len == 0 || len >= size)
                return false;
            memcpy(part, path, len);
            part[len] = '\0';
            path += len;
            template = strchr(template, '}') + 1;
        } else if (*template ++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static const struct web_key *
key_holder(const struct web *w, const struct http_request *request)
{
    const struct http_header *headers = request->headers;
    struct str bearer = str_of(http_header(headers, request->headers_count, "authorization"));
    if (str_starts(bearer, STR("Bearer ")))
        return web_keys_find(&w->keys, str_trim(str_bytes(bearer.at + 7, bearer.len - 7)));
    return web_keys_find(&w->keys,
                         str_of(http_header(headers, request->headers_count, "x-api-key")));
}

static void
run(struct web *w, const struct http_request *request, struct reply *r)
{
    char part[128] = "";
    bool other_method = false;
    for (size_t i = 0; i < countof(table); i++) {
        if (!fits(table[i].path, request->path, part, sizeof(part)))
            continue;
        if (strcmp(table[i].method, request->method) != 0) {
            other_method = true;
            continue;
        }
        const struct call_in c = { table[i].open ? NULL : key_holder(w, request), request, part };
        if (!table[i].open && c.key == NULL)
            reply_error(r, 401, "key",
                        "an API key is needed: Authorization: Bearer KEY; the "
                        "operator adds keys to gateways/web.keys");
        else if (request->too_big)
            reply_error(r, 413, "too_big", "the body is over %lld bytes",
                        (long long)w->values->body_max);
        else
            table[i].run(w, &c, r);
        return;
    }
    if (other_method)
        reply_error(r, 405, "method", "%s is not for %s", request->method, request->path);
    else
        reply_error(r, 404, "path", "there is nothing at %s: see /openapi.json", request->path);
}

void
route_request(void *web, struct http_request *request)
{
    struct web *w = web;
    struct reply r = { .status = 200 };
    run(w, request, &r);
    if (!r.journalled) {
        answer(w, request, &r);
        return;
    }
    w->waiting = grow_array(w->waiting, w->waiting_count, &w->waiting_cap, sizeof(*w->waiting));
    w->waiting[w->waiting_count++] = (struct waiting){ request, r };
}
