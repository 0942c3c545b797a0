/* duty.h - is an engineer on duty, and when does his next duty begin? */
#ifndef CORE_DUTY_H
#define CORE_DUTY_H

#include "faultline/rules.h"

bool duty_is_on(const struct engineer_rule *r, instant at);
/* The first instant after `after` at which a span begins; NEVER when he has none. */
instant duty_next(const struct engineer_rule *r, instant after);

#endif
