/* shape.h - has the text the shape of a plan? */
#ifndef PLAN_SHAPE_H
#define PLAN_SHAPE_H

#include "common/plan/faults.h"

/* Every unknown field, wrong kind of value and malformed number is a fault. */
void shape_check(const struct lines *l, struct faults *f);

#endif
