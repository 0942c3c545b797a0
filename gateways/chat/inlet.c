/* inlet.c - account, signature, desk, status. */
#include "gateways/chat/inlet.h"

#include "common/io/clock.h"
#include "common/io/log.h"
#include "common/io/seal.h"

static const struct str folder = { "/v1/hooks/", 10 };

/* One person's message, as the desk hears it; the bufs hold its texts. */
static struct heard
heard_of(const struct account *a, struct hook_event *e, struct buf *address, struct buf *key)
{
    account_address(address, a, e);
    buf_printf(key, "%s/%s", buf_cstr(address), buf_cstr(&e->key));
    return (struct heard){ .address = buf_cstr(address),
                           .key = buf_cstr(key),
                           .thread = buf_cstr(&e->thread),
                           .text = buf_str(&e->text),
                           .at = e->at,
                           .name = buf_cstr(&e->name) };
}

static int
to_desk(const struct inlet *i, const struct account *a, struct hook_event *e)
{
    static const int statuses[] = {
        [TAKEN] = 200, [TAKEN_FLOOD] = 429, [TAKEN_WRONG] = 400, [TAKEN_LATER] = 503
    };
    struct buf address = { 0 }, key = { 0 };
    const struct heard h = heard_of(a, e, &address, &key);
    int status = statuses[desk_hear(i->desk, &h)];
    if (status != 200)
        log_warn("event=hook_refused account=%s status=%d", a->name, status);
    buf_fini(&address);
    buf_fini(&key);
    return status;
}

static int
take(const struct inlet *i, const struct account *a, const struct http_request *r,
     struct hook_event *e)
{
    uint8_t random[16];
    random_bytes(random, sizeof(random));
    const struct hook_request request = { .get = strcmp(r->method, "GET") == 0,
                                          .query = r->query,
                                          .headers = r->headers,
                                          .headers_count = r->headers_count,
                                          .body = r->body,
                                          .now = clock_wall_ms(),
                                          .random = random };
    switch (a->service->read(&a->hook, &request, e)) {
    case HOOK_MESSAGE:
        return to_desk(i, a, e);
    case HOOK_ANSWER:
    case HOOK_IGNORED:
        return 200;
    case HOOK_FORGED:
        log_warn("event=hook_forged account=%s service=%s", a->name, a->service->name);
        return 401;
    case HOOK_BROKEN:
        log_warn("event=hook_broken account=%s service=%s", a->name, a->service->name);
        return 400;
    }
    return 400;
}

static const struct account *
account_at(const struct inlet *i, struct str path)
{
    if (!str_starts(path, folder))
        return NULL;
    return accounts_named(i->accounts, str_bytes(path.at + folder.len, path.len - folder.len));
}

static bool
is_allowed(const struct account *a, const char *method)
{
    return strcmp(method, "POST") == 0 || (a->service->get && strcmp(method, "GET") == 0);
}

void
inlet_request(void *own, struct http_request *r)
{
    const struct inlet *i = own;
    struct hook_event e = { 0 };
    const struct account *a = account_at(i, str_of(r->path));
    int status = a == NULL                   ? 404
                 : !is_allowed(a, r->method) ? 405
                 : r->too_big                ? 413
                                             : take(i, a, r, &e);
    bool json = e.reply.len > 0 && e.reply.data[0] == '{';
    const struct http_answer answer = { .status = status,
                                        .type = json ? "application/json" : "text/plain",
                                        .body = buf_str(&e.reply),
                                        .retry_after_s = status == 429 || status == 503 ? 5 : 0 };
    http_answer(i->http, r, &answer);
    hook_fini(&e);
}

bool
inlet_dry(const struct inlet *i, struct str message, struct buf *why)
{
    struct buf address = { 0 }, key = { 0 };
    struct hook_event e = { 0 };
    struct str path = str_trim(str_cut(&message, '\n'));
    const struct account *a = account_at(i, path);
    bool good = a != NULL && a->service->plain(message, &e) == HOOK_MESSAGE;
    if (a == NULL)
        buf_printf(why, "%.*s is no account of gateways/chat.hooks", STR_ARG(path));
    else if (!good)
        buf_printf(why, "it is no message with words of %s", a->service->name);
    const struct heard h = good ? heard_of(a, &e, &address, &key) : (struct heard){ 0 };
    if (good)
        desk_dry(i->desk, &h);
    buf_fini(&address);
    buf_fini(&key);
    hook_fini(&e);
    return good;
}
