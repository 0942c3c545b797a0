/* imap.c - what a mailbox's server says to the email gateway: every command has its end, nothing is
 * settled that was not asked for. */
#include "gateways/email/imap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t
settled(void *own, uint32_t validity)
{
    (void)own;
    return validity % 5;
}

static enum imap_fate
on_mail(void *own, struct str message, bool too_large)
{
    (void)own;
    return too_large ? IMAP_REFUSED : message.len % 7 == 6 ? IMAP_LATER : IMAP_TAKEN;
}

static void
settle(void *own, uint32_t validity, uint32_t uid)
{
    (void)own, (void)validity;
    assert(uid != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct imap m;
    struct imap_options o = { "INBOX", "", 64, settled, on_mail, settle, NULL };
    o.moved = size > 0 && data[0] % 2 == 1 ? "Done" : "";
    imap_init(&m, &o);
    if (size > 0)
        imap_eat(&m, str_bytes(data + 1, size - 1));
    while (m.stage == IMAP_BATCH)
        imap_settle(&m, size % 5 != 0);
    assert(m.stage == IMAP_OVER || m.out.len > 0);
    imap_fini(&m);
    return 0;
}
