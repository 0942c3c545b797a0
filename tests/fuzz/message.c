/* message.c - what a broker reads from anybody: a frame decodes to a message, which encodes and
 * decodes again to the same bytes, or it is refused. */
#include "common/wire/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct codec codec, again;
    static struct buf out, twice;
    static bool begun;
    struct message m, n;
    if (!begun) {
        begun = true;
        codec_init(&codec);
        codec_init(&again);
    }
    if (codec_decode(&codec, str_bytes(data, size), &m) != OK)
        return 0;
    buf_clear(&out);
    codec_encode(&m, &out);
    enum err e = codec_decode(&again, buf_str(&out), &n);
    assert(e == OK);
    buf_clear(&twice);
    codec_encode(&n, &twice);
    assert(str_eq(buf_str(&out), buf_str(&twice)));
    return 0;
}
