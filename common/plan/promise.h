/* promise.h - the words in which contracts are written: clocks, ways of counting time, reasons. */
#ifndef PLAN_PROMISE_H
#define PLAN_PROMISE_H

#include "common/base/str.h"
#include "faultline/rules.h"

/* A split promise is scaled finely: longer ones would overflow in the clocks' arithmetic. */
enum { SPLIT_DAYS_MAX = 35 };

enum clock promise_clock(struct str name); /* CLOCKS: none of this name */
const char *promise_clock_name(enum clock c);
must_use bool promise_basis(struct str name, enum promise_basis *basis); /* empty: BASIS_ALWAYS */
/* A reason for which a contract may leave time out; REASON_NONE: not such a reason. */
enum reason promise_exempt(struct str name);

#endif
