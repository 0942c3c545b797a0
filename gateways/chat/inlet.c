/* inlet.c - service, signature, desk, status. */
#include "gateways/chat/inlet.h"

#include "common/io/log.h"

static int
to_desk(struct desk *d, const char *name, struct hook_event *e)
{
    static const int statuses[] = {
        [TAKEN] = 200, [TAKEN_FLOOD] = 429, [TAKEN_WRONG] = 400, [TAKEN_LATER] = 503
    };
    struct buf address = { 0 }, key = { 0 };
    bool group = e->chat.len > 0;
    buf_printf(&address, "%s:%s", name, buf_cstr(group ? &e->chat : &e->user));
    buf_printf(&key, "%s/%s", buf_cstr(&address), buf_cstr(&e->key));
    const struct heard h = { .address = buf_cstr(&address),
                             .key = buf_cstr(&key),
                             .thread = buf_cstr(&e->thread),
                             .text = buf_str(&e->text),
                             .at = e->at };
    int status = statuses[desk_hear(d, &h)];
    buf_fini(&address);
    buf_fini(&key);
    return status;
}

void
hook_take(struct desk *d, const char *name, const struct hook_account *a,
          const struct hook_request *r, struct inlet_answer *answer)
{
    const struct hook_service *service = hook_service(name);
    struct hook_event e = { 0 };
    *answer = (struct inlet_answer){ .status = 404 };
    if (service == NULL)
        return;
    switch (service->read(a, r, &e)) {
    case HOOK_MESSAGE:
        answer->status = to_desk(d, name, &e);
        break;
    case HOOK_ANSWER:
    case HOOK_IGNORED:
        answer->status = 200;
        break;
    case HOOK_FORGED:
        answer->status = 401;
        log_warn("event=hook_forged service=%s", name);
        break;
    case HOOK_BROKEN:
        answer->status = 400;
        break;
    }
    answer->json = e.reply.len > 0 && e.reply.data[0] == '{';
    buf_put(&answer->body, e.reply.data, e.reply.len);
    hook_fini(&e);
}
