/* lmtp.c - what a mail server, or somebody who is none, says to the email gateway's door. Eaten in
 * two halves as the first byte says: cut elsewhere, the replies must be the same. */
#include "gateways/email/lmtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
refuses(void *own, const char *address)
{
    (void)own;
    return address[0] == 'x' ? "550 5.1.1 no" : NULL;
}

static void
eat(struct lmtp *l, struct str bytes)
{
    while (bytes.len > 0 && l->stage != LMTP_OVER) {
        size_t eaten = lmtp_eat(l, bytes);
        bytes = str_bytes(bytes.at + eaten, bytes.len - eaten);
        while (l->stage == LMTP_WHOLE)
            lmtp_answer(l, "250 2.0.0 taken");
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lmtp whole, halves;
    if (size == 0)
        return 0;
    size_t cut = data[0] % size;
    lmtp_init(&whole, "gw", 300, refuses, NULL);
    lmtp_init(&halves, "gw", 300, refuses, NULL);
    eat(&whole, str_bytes(data + 1, size - 1));
    eat(&halves, str_bytes(data + 1, cut));
    eat(&halves, str_bytes(data + 1 + cut, size - 1 - cut));
    assert(str_eq(buf_str(&whole.out), buf_str(&halves.out)));
    lmtp_fini(&whole);
    lmtp_fini(&halves);
    return 0;
}
