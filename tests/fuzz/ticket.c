/* ticket.c - a ticket's record, as a hostile store may hand it back (behind the seal, but still):
 * what decodes encodes to the very same bytes. */
#include "workers/core/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ticket t;
    struct buf out = { 0 };
    if (ticket_decode(&t, str_bytes(data, size)) != OK)
        return 0;
    ticket_encode(&t, &out);
    assert(str_eq(buf_str(&out), str_bytes(data, size)));
    ticket_fini(&t);
    buf_fini(&out);
    return 0;
}
