/* mime.c - a whole mail as it comes in: parts, charsets, pages, replies, reports of delivery. What
 * comes out is letters. */
#include "common/io/seal.h"
#include "gateways/email/answer.h"
#include "gateways/email/bounce.h"
#include "gateways/email/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool open;
    struct mail m;
    struct buf own = { 0 }, why = { 0 };
    if (!open) {
        seal_open_library();
        mime_open_library();
        open = true;
    }
    mime_read(&m, str_bytes(data, size), 10000);
    reply_put(&own, buf_str(&m.text));
    assert(str_is_utf8(buf_str(&m.text)) && str_is_utf8(str_of(m.subject)));
    assert(str_is_utf8(buf_str(&own)));
    (void)answer_of(buf_str(&own), "closed");
    (void)bounce_kind(&m, "", "fault@dispatch.example", &why);
    assert(str_is_utf8(buf_str(&why)));
    mime_free(&m);
    buf_fini(&own);
    buf_fini(&why);
    return 0;
}
