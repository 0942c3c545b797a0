/* kannel.c - what the SMS gateway reads from its peer: frames, and in them what telephones wrote.
 * However the bytes are cut, the same messages come out; every text is text. */
#include "gateways/sms/code.h"
#include "gateways/sms/text.h"
#include "gateways/wish.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_words(const struct kannel_sms *sms)
{
    static const struct numbering china = { "86", 11 };
    char number[NUMBER_SIZE];
    struct buf text = { 0 };
    sms_number(number, &china, sms->sender);
    if (sms_text(&text, sms)) {
        assert(str_is_utf8(buf_str(&text)));
        const struct crew_said said = sms_crew_code(buf_str(&text));
        const struct wished wish = wish_of(buf_str(&text));
        assert(said.number < 100 && str_is_utf8(wish.rest));
    }
    buf_fini(&text);
}

static size_t
read_all(const uint8_t *data, size_t size, size_t piece, struct buf *ids)
{
    struct kannel k = { 0 };
    struct kannel_message m;
    size_t count = 0;
    for (size_t at = 0; at < size; at += piece) {
        kannel_eat(&k, str_bytes(data + at, piece < size - at ? piece : size - at));
        for (; kannel_next(&k, &m); count++) {
            buf_put_u8(ids, (uint8_t)m.kind);
            buf_put(ids, m.id, 16);
            if (m.kind == KANNEL_SMS)
                read_words(&m.sms);
        }
    }
    kannel_fini(&k);
    return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = { 0 }, bytewise = { 0 };
    size_t one = read_all(data, size, size == 0 ? 1 : size, &whole);
    size_t other = read_all(data, size, 1, &bytewise);
    assert(one == other && str_eq(buf_str(&whole), buf_str(&bytewise)));
    buf_fini(&whole);
    buf_fini(&bytewise);
    return 0;
}
