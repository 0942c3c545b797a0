/* phone.c - what the phone gateway itself reads of calls: keys of RTP and of SIP INFO, numbers, WAV
 * files, and an operator's menu. The first byte says which. */
#include "gateways/number.h"
#include "gateways/phone/keys.h"
#include "gateways/phone/menu.h"
#include "gateways/phone/sound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
events(struct str bytes)
{
    struct key_events k = { 0 };
    for (; bytes.len >= 8; bytes = str_bytes(bytes.at + 8, bytes.len - 8)) {
        uint32_t time;
        memcpy(&time, bytes.at, 4);
        char key = key_of_event(&k, time, str_bytes(bytes.at + 4, 4));
        assert(key == '\0' || strchr("0123456789*#", key) != NULL);
        assert(key_of_event(&k, time, str_bytes(bytes.at + 4, 4)) == '\0' || key == '\0');
    }
}

static void
info(struct str bytes)
{
    char key = key_of_info(bytes);
    assert(key == '\0' || strchr("0123456789*#", key) != NULL);
}

static void
number(struct str bytes)
{
    static const struct numbering china = { "86", 11 };
    char to[NUMBER_SIZE];
    if (number_read(to, &china, bytes))
        assert(to[0] == '+' || (to[0] >= '0' && to[0] <= '9'));
}

static void
wav(struct str bytes)
{
    struct sound s = { 0 };
    struct buf out = { 0 };
    if (sound_put_wav(&s, bytes))
        sound_to_wav(&out, &s);
    buf_fini(&out);
    sound_fini(&s);
}

/* Any menu that is taken ends every call, whatever is pressed. */
static void
menu(struct str bytes)
{
    struct buf why = { 0 };
    struct menu_table *t = menu_table_read("menu", bytes, &why);
    struct menu m = { .table = t };
    struct menu_act a = { .what = DO_HANG_UP };
    if (t != NULL)
        a = menu_begin(&m);
    for (size_t i = 0; a.what != DO_HANG_UP; i++) {
        struct menu_word w = { .key = "0123456789*#"[(uint8_t)bytes.at[i % bytes.len] % 12] };
        assert(i < 2000);
        a = menu_hear(&m, (enum menu_heard)((uint8_t)bytes.at[i % bytes.len] / 12 % HEARD_GONE),
                      &w);
    }
    menu_table_free(t);
    buf_fini(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const reads[])(struct str) = { events, info, number, wav, menu };
    if (size > 1)
        reads[data[0] % countof(reads)](str_bytes(data + 1, size - 1));
    return 0;
}
