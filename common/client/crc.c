/* crc.c - CRC-32 by eight tables ("slicing by 8", Kounavis and Berry 2005), made at first use:
 * table[k][b] is the remainder of byte b followed by k zero bytes. */
#include "common/client/crc.h"

static uint32_t table[8][256];

static void
table_make(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t r = b;
        for (int bit = 0; bit < 8; bit++)
            r = (r >> 1) ^ ((r & 1) != 0 ? 0xedb88320u : 0);
        table[0][b] = r;
    }
    for (size_t k = 1; k < 8; k++)
        for (size_t b = 0; b < 256; b++)
            table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xff];
}

static uint32_t
word_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t
crc_add(uint32_t crc, struct str bytes)
{
    if (table[0][1] == 0)
        table_make();
    const uint8_t *p = (const uint8_t *)bytes.at;
    size_t len = bytes.len;
    crc = ~crc;
    for (; len >= 8; p += 8, len -= 8) {
        uint32_t a = word_at(p) ^ crc, b = word_at(p + 4);
        crc = table[7][a & 0xff] ^ table[6][a >> 8 & 0xff] ^ table[5][a >> 16 & 0xff] ^
              table[4][a >> 24] ^ table[3][b & 0xff] ^ table[2][b >> 8 & 0xff] ^
              table[1][b >> 16 & 0xff] ^ table[0][b >> 24];
    }
    for (; len > 0; p++, len--)
        crc = (crc >> 8) ^ table[0][(crc ^ *p) & 0xff];
    return ~crc;
}
