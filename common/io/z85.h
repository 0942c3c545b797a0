/* z85.h - ZeroMQ's spelling of octets, RFC 32: four bytes in five printable characters. */
#ifndef IO_Z85_H
#define IO_Z85_H

#include "common/base/str.h"

/* `len` is a multiple of 4; writes len / 4 * 5 characters and a terminator. */
void z85_of(char *to, const void *from, size_t len);
/* Exactly len / 4 * 5 characters, or false. */
must_use bool z85_to(void *to, size_t len, struct str text);

#endif
