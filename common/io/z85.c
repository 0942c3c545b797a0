/* z85.c - four bytes, big-endian, are a number of five digits to the base 85. */
#include "common/io/z85.h"

static const char digits[86] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

void
z85_of(char *to, const void *from, size_t len)
{
    const uint8_t *bytes = from;
    assert(len % 4 == 0);
    for (size_t i = 0; i < len; i += 4) {
        uint32_t n = (uint32_t)bytes[i] << 24 | (uint32_t)bytes[i + 1] << 16 |
                     (uint32_t)bytes[i + 2] << 8 | bytes[i + 3];
        for (size_t k = 5; k-- > 0; n /= 85)
            to[k] = digits[n % 85];
        to += 5;
    }
    *to = '\0';
}

bool
z85_to(void *to, size_t len, struct str text)
{
    uint8_t *bytes = to;
    if (len % 4 != 0 || text.len != len / 4 * 5)
        return false;
    for (size_t i = 0; i < text.len; i += 5) {
        uint64_t n = 0;
        for (size_t k = 0; k < 5; k++) {
            const char *found = memchr(digits, text.at[i + k], 85);
            if (found == NULL)
                return false;
            n = n * 85 + (uint64_t)(found - digits);
        }
        if (n > UINT32_MAX)
            return false;
        for (size_t k = 0; k < 4; k++)
            *bytes++ = (uint8_t)(n >> (24 - 8 * k));
    }
    return true;
}
