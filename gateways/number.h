/* number.h - one telephone number as one text, whatever way a network writes it. Pure. */
#ifndef GATEWAYS_NUMBER_H
#define GATEWAYS_NUMBER_H

#include "common/base/str.h"

struct numbering {
    char country[8];   /* "86" */
    size_t digits_max; /* of a number inside the country without its leading zeros: 11 */
};
enum { NUMBER_SIZE = 24 };
/* The number in the form of E.164: +8613800138000 from +86138..., 0086138..., 86138..., 0138...,
 * 138... with blanks and dashes anywhere. A number of up to six digits (a service's own) stays as
 * it is. false: none that can be called (letters, too long); `to` then has what there is of it. */
bool number_read(char to[NUMBER_SIZE], const struct numbering *n, struct str raw);

#endif
