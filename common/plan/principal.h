/* principal.h - a principal's role and keys, from the texts of the plan. */
#ifndef PLAN_PRINCIPAL_H
#define PLAN_PRINCIPAL_H

#include "common/plan/plan.h"

enum { Z85_SIZE = 40, HEX_SIZE = 64 };

enum role principal_role(const char *text); /* ROLE_NONE: no such role */
/* Both say false, and leave zeros, when the text (may be NULL) is no key. */
bool principal_z85(uint8_t key[32], const char *z85);
bool principal_hex(uint8_t key[32], const char *hex);

#endif
