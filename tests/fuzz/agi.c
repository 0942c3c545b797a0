/* agi.c - what an Asterisk, or somebody who is none, says to the phone gateway's second door. Cut
 * where the first byte says, the same must come of it. */
#include "gateways/phone/agi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
eat(struct agi *a, struct buf *told, struct str bytes)
{
    enum agi_got got = AGI_MORE;
    while (bytes.len > 0 && got != AGI_WRONG) {
        size_t eaten = agi_eat(a, bytes, &got);
        bytes = str_bytes(bytes.at + eaten, bytes.len - eaten);
        if (got != AGI_MORE)
            buf_printf(told, "%d %d %lld %lld %s %s %s\n", (int)got, a->code, (long long)a->result,
                       (long long)a->endpos, a->text, a->uniqueid, a->caller);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct agi whole, halves;
    struct buf once = { 0 }, twice = { 0 };
    if (size == 0)
        return 0;
    size_t cut = data[0] % size;
    agi_init(&whole);
    agi_init(&halves);
    eat(&whole, &once, str_bytes(data + 1, size - 1));
    eat(&halves, &twice, str_bytes(data + 1, cut));
    eat(&halves, &twice, str_bytes(data + 1 + cut, size - 1 - cut));
    assert(whole.wrong || str_eq(buf_str(&once), buf_str(&twice)));
    buf_fini(&once);
    buf_fini(&twice);
    return 0;
}
