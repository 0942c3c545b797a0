/* http.c - what anybody says to the port of the web or the chat gateway. A head is found whole or
 * not at all, wherever it is cut, and its pieces lie within it. */
#include "gateways/http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lies_within(struct str s, const struct buf *text)
{
    const char *begin = (const char *)text->data;
    assert(s.len == 0 || (s.at >= begin && s.at + s.len < begin + text->len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const wanted[] = { "authorization", "x-key", NULL };
    size_t len = http_head_len(str_bytes(data, size));
    struct http_head h;
    struct buf text = { 0 };
    assert(len <= size);
    assert(len == 0 || http_head_len(str_bytes(data, len)) == len);
    assert(len == 0 || http_head_len(str_bytes(data, len - 1)) == 0);
    buf_put(&text, data, len);
    if (len > 0 && http_head_read(&h, (char *)text.data, len, wanted) == 0) {
        lies_within(str_of(h.method), &text);
        lies_within(str_of(h.path), &text);
        lies_within(h.query, &text);
        for (size_t i = 0; i < h.headers_count; i++)
            lies_within(str_of(h.headers[i].value), &text);
        assert(h.path[0] == '/' && str_is_printable(str_of(h.path)));
    }
    buf_fini(&text);
    return 0;
}
