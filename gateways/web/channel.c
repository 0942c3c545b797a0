/* channel.c - the web gateway's settings, its loop and its callbacks. */
#include "gateways/web/channel.h"

#include "common/io/log.h"
#include "gateways/web/web.h"

#include <stdio.h>

static struct web_values values;
static struct web web; /* one gateway a process */

#define AT(field) SETTING_AT(struct web_values, field)
static const struct setting rows[] = {
    { "bind", SETTING_TEXT, AT(bind), "127.0.0.1", "address to listen on", 0, 0 },
    { "port", SETTING_NUMBER, AT(port), "8080", "its port; 0: a free one, which is logged", 0,
      65535 },
    { "tls_cert", SETTING_PATH, AT(tls_cert), "", "certificate chain (PEM); none: no TLS", 0, 0 },
    { "tls_key", SETTING_PATH, AT(tls_key), "", "its key (PEM)", 0, 0 },
    { "keys", SETTING_PATH, AT(keys), "gateways/web.keys", "API keys and webhooks", 0, 0 },
    { "body_max", SETTING_NUMBER, AT(body_max), "1048576", "of a request (bytes)", 1024, 67108864 },
    { "alarm_severe", SETTING_TEXT, AT(alarm_severe), "critical page severe",
      "severity labels that hint at the second level", 0, 0 },
    { "alarm_category", SETTING_TEXT, AT(alarm_category), "",
      "category of alarms without a label `category`", 0, 0 },
    { "alarm_cancels", SETTING_YES, AT(alarm_cancels), "yes",
      "an alarm that ends before an engineer took it cancels its ticket", 0, 0 },
};
#undef AT

static const char *const standards[] = { "sender_burst=600", "sender_per_min=600", NULL };

static const char *const headers[] = { "authorization", "x-api-key", "idempotency-key", NULL };

static void *
open_web(struct gateway *g, bool dry_run, struct buf *why)
{
    web.gateway = g;
    web.values = &values;
    web.disk_good = true;
    web.alarms = alarms_new();
    if (!web_keys_open(&web.keys, values.keys, why))
        return NULL;
    if (dry_run)
        return &web;
    const struct http_options o = { .bind = values.bind,
                                    .port = (int)values.port,
                                    .cert = values.tls_cert,
                                    .key = values.tls_key,
                                    .body_max = (size_t)values.body_max,
                                    .headers = headers,
                                    .handle = route_request,
                                    .own = &web };
    web.http = http_open(&o, why);
    if (web.http == NULL)
        return NULL;
    web.posts = posts_new();
    http_wake_for(web.http, gateway_fd(g));
    http_wake_for(web.http, posts_fd(web.posts));
    log_info("event=listening bind=%s port=%d keys=%zu tls=%d", values.bind, http_port(web.http),
             web.keys.count, values.tls_cert[0] != '\0');
    return &web;
}

static void
close_web(void *own)
{
    (void)own;
    if (web.http != NULL)
        http_close(web.http);
    posts_free(web.posts);
    web_keys_fini(&web.keys);
    alarms_free(web.alarms);
    hooks_free(web.hooks);
    free(web.waiting);
}

static size_t
tables(struct book_table *table, size_t room)
{
    assert(room >= 1);
    web.hooks = hooks_new();
    table[0] = hooks_table(web.hooks);
    return 1;
}

static void
loop(void *own)
{
    (void)own;
    gateway_turn(web.gateway);
    while (!gateway_done(web.gateway)) {
        int wait = gateway_wait_ms(web.gateway), posts = posts_wait_ms(web.posts);
        http_turn(web.http, wait < posts ? wait : posts);
        posts_work(web.posts);
        gateway_turn(web.gateway);
    }
}

static bool
drain(void *own)
{
    (void)own;
    http_stop_listening(web.http);
    return web.waiting_count == 0;
}

static void
send_out(void *own, const struct sending *s)
{
    (void)own;
    hooks_send(&web, s);
}

static void
on_update(void *own, const struct fl_update *u, const struct thread *t)
{
    (void)own;
    (void)u;
    if (t != NULL)
        alarm_update(&web, t);
}

/* Whoever has a webhook hears everything about his tickets. */
static bool
is_worth(void *own, const struct fl_update *u, const struct thread *t)
{
    char name[40];
    (void)own;
    (void)u;
    struct str rest = str_of(t->address);
    if (!str_fill(name, sizeof(name), str_cut(&rest, '/')))
        return false;
    const struct web_key *key = web_keys_named(&web.keys, name);
    return key != NULL && key->url[0] != '\0';
}

static bool
message(void *own, struct str bytes, struct buf *why)
{
    static const struct web_key nobody = { .name = "dry-run" };
    (void)own;
    struct reply r = { .status = 200 };
    struct http_request request = { .method = "POST", .path = "", .body = bytes };
    const struct call_in c = { web.keys.count > 0 ? &web.keys.rows[0] : &nobody, &request, "" };
    struct json *body = json_read(bytes, why);
    bool alarm = body != NULL && json_get(body, "alerts") != NULL;
    if (body != NULL)
        json_free(&body);
    buf_clear(why);
    (alarm ? alarm_post : report_post)(&web, &c, &r);
    if (r.json != NULL && r.status >= 400)
        json_write(&r.json, why);
    else if (r.json != NULL)
        json_free(&r.json);
    buf_fini(&r.text);
    return r.status < 400;
}

const struct channel web_channel = {
    .name = "web",
    .principal = "gw-web",
    .source = "web.api",
    .about = "reports, tickets and alarms by HTTP; webhooks out",
    .settings = { rows, countof(rows), &values },
    .standards = standards,
    .open = open_web,
    .close = close_web,
    .committed = route_committed,
    .send = send_out,
    .update = on_update,
    .worth = is_worth,
    .message = message,
    .drain = drain,
    .loop = loop,
    .tables = tables,
};
