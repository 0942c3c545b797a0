/* say_units.c - how long a text is on a channel: GSM 03.38's septets, or UTF-16 code units. */
#include "common/wire/say.h"

/* GSM 03.38, section 6.2.1, without the escape; the extension's letters are two septets each. */
static const char basic[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
                            "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extension[] = "\f^{}\\[~]|€";

/* The first letter; a byte that begins none stands alone. */
static struct str
first_letter(struct str s)
{
    size_t len = str_letter(s);
    return (struct str){ s.at, len == 0 ? 1 : len };
}

static struct str
behind(struct str s, struct str head)
{
    return (struct str){ s.at + head.len, s.len - head.len };
}

static bool
holds(struct str table, struct str letter)
{
    while (table.len > 0) {
        struct str one = first_letter(table);
        if (str_eq(one, letter))
            return true;
        table = behind(table, one);
    }
    return false;
}

/* 0: it has none. */
static size_t
septets(struct str letter)
{
    return holds(STR(basic), letter) ? 1 : holds(STR(extension), letter) ? 2 : 0;
}

bool
say_is_gsm7(struct str text)
{
    while (text.len > 0) {
        struct str one = first_letter(text);
        if (septets(one) == 0)
            return false;
        text = behind(text, one);
    }
    return true;
}

size_t
say_units(struct str text, bool gsm7)
{
    size_t units = 0;
    bool packed = gsm7 && say_is_gsm7(text);
    while (text.len > 0) {
        struct str one = first_letter(text);
        units += packed ? septets(one) : one.len == 4 ? 2 : 1;
        text = behind(text, one);
    }
    return units;
}
