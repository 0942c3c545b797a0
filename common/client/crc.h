/* crc.h - CRC-32 (IEEE 802.3, reflected), eight bytes a step. Finds accidents, not enemies. */
#ifndef CLIENT_CRC_H
#define CLIENT_CRC_H

#include "common/base/str.h"

/* Continues `crc` (0 to begin) over `bytes`. */
uint32_t crc_add(uint32_t crc, struct str bytes);

#endif
