/* hook.c - what anybody may post to the chat gateway: the first byte picks the service and how it
 * comes - as a request, or as an event once it is opened. Nothing unsigned counts as a message; a
 * message has words, a person and a key, and its person's address leads back to where he is. */
#include "gateways/chat/account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEY43 "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
static const uint8_t random16[16] = { 1 };

static void
look(const struct account *a, enum hook_kind kind, struct hook_event *e)
{
    struct buf address = { 0 };
    if (kind == HOOK_MESSAGE) {
        assert(e->text.len > 0 && e->user.len > 0 && e->key.len > 0);
        account_address(&address, a, e);
        assert(account_target(a, buf_cstr(&address)).len <= address.len);
    }
    assert(kind != HOOK_FORGED || e->reply.len == 0);
    buf_fini(&address);
    hook_fini(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hook_account secrets = { .token = "QDG6eK", .key = KEY43, .secret = "s" };
    if (size == 0)
        return 0;
    struct str all = str_bytes(data + 1, size - 1), body = all, first = str_cut(&body, '\n');
    char *line = str_dup(first);
    const struct account a = { .name = "n",
                               .service = &hook_services[data[0] % hook_services_count],
                               .hook = secrets };
    struct http_header headers[HTTP_HEADERS];
    for (size_t i = 0; i < HTTP_HEADERS; i++)
        headers[i] = (struct http_header){ hook_headers[i], line };
    const struct hook_request r = { .get = (data[0] & 0x80) != 0,
                                    .query = first,
                                    .headers = headers,
                                    .headers_count = HTTP_HEADERS,
                                    .body = body,
                                    .now = 1409659815000,
                                    .random = random16 };
    struct hook_event e = { 0 };
    if ((data[0] & 0x40) != 0)
        look(&a, a.service->read(&a.hook, &r, &e), &e);
    else
        look(&a, a.service->plain(all, &e), &e);
    free(line);
    return 0;
}
