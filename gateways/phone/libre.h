/* libre.h - the door to libre, for sip.c and media.c. Two of its names are ours too: they are put
 * aside here, not called, and ours are kept from the library at run time (gateways.cmake). */
#ifndef GATEWAYS_PHONE_LIBRE_H
#define GATEWAYS_PHONE_LIBRE_H

#define str_cmp re_str_cmp
#define str_dup re_str_dup
#include <re.h>
#undef str_cmp
#undef str_dup

#endif
